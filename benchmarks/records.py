"""Records of any number as a library has them: Zipf words and names, always the same for a seed.

    python -m benchmarks.records dblp 1000000 dump.xml.gz
    python -m benchmarks.records jsonl 100000 papers.jsonl.gz

One in twelve is the publication of an earlier preprint; some titles are generic, some names
have accents, and between the papers of a dump stand volumes and home pages.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

SEED = 2026
WORDS = 60_000
FAMILIES = 120_000
GIVEN = 3_000
VENUES = 4_000
# Titles drawn at once.
BLOCK = 10_000
PREPRINTED = 1 / 12
GENERIC = 1 / 150
OTHER_PAGES = 1 / 20
ABSTRACTS = 1 / 2
SYLLABLES = (
    "ba co de fi gu ha ki lo mu na po qua re si ta u ve xi za tion ment ing al er ic neu net gra"
    " deep opt sta lin pro con trans form mod gen"
).split()
ACCENTS = {"o": "&ouml;", "e": "&eacute;", "a": "&aacute;", "u": "&uuml;", "i": "&iacute;"}
DECODED = {"&ouml;": "ö", "&eacute;": "é", "&aacute;": "á", "&uuml;": "ü", "&iacute;": "í"}
GENERIC_TITLES = ("Editorial", "Preface", "Introduction", "Guest Editorial", "Book Review")


@dataclass(frozen=True, slots=True)
class Record:
    """One paper; names as DBLP writes them, with entities."""

    number: int
    title: str
    authors: list[str]
    year: int
    venue: int
    is_preprint: bool
    # Further records of one work share it.
    arxiv: str


def records(count: int, seed: int = SEED) -> Iterator[Record]:
    """Yield so many records; the first thousand are the same whatever the count."""
    draw = random.Random(seed)
    pool = _Pool(draw)
    waiting: list[Record] = []
    preprints = 0
    for number in range(count):
        if waiting and draw.random() < PREPRINTED:
            before = waiting.pop(draw.randrange(len(waiting)))
            year, venue = before.year + draw.randrange(2), pool.venue()
            yield Record(number, before.title, before.authors, year, venue, False, "")
            continue
        is_preprint = draw.random() < PREPRINTED * 1.2
        year = 1990 + int(36 * draw.random() ** 0.5)
        month, place = divmod(preprints, 90_000)
        arxiv = f"{15 + month // 12:02}{1 + month % 12:02}.{place:05}" if is_preprint else ""
        preprints += is_preprint
        is_generic = not is_preprint and draw.random() < GENERIC
        title = draw.choice(GENERIC_TITLES) if is_generic else pool.title()
        found = Record(number, title, pool.authors(), year, pool.venue(), is_preprint, arxiv)
        if is_preprint and len(waiting) < 50_000:
            waiting.append(found)
        yield found


class _Pool:
    """Words, names and venues, drawn by rank."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.words = [self._word() for _ in range(WORDS)]
        self.families = [self._word().capitalize() for _ in range(FAMILIES)]
        self.given = [self._word().capitalize() for _ in range(GIVEN)]
        self.word_weights = _zipf(WORDS)
        self.family_weights = _zipf(FAMILIES, 0.7)
        self.venue_weights = _zipf(VENUES)
        self.given_weights = _zipf(GIVEN)
        self.stock: list[str] = []
        self.names: list[str] = []

    def _word(self) -> str:
        return "".join(self.draw.choices(SYLLABLES, k=self.draw.choice((2, 2, 3, 3, 4))))

    def some(self, count: int) -> list[str]:
        if len(self.stock) < count:
            self.stock += self.draw.choices(self.words, cum_weights=self.word_weights, k=8 * BLOCK)
        found = self.stock[-count:]
        del self.stock[-count:]
        return found

    def title(self) -> str:
        words = self.some(self.draw.choice((5, 6, 7, 7, 8, 8, 9, 10, 11, 13)))
        words[0] = words[0].capitalize()
        if self.draw.random() < 0.2:
            words[2] += ":"
        return " ".join(words)

    def authors(self) -> list[str]:
        count = self.draw.choice((1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8))
        if len(self.names) < count:
            given = self.draw.choices(self.given, cum_weights=self.given_weights, k=BLOCK)
            family = self.draw.choices(self.families, cum_weights=self.family_weights, k=BLOCK)
            self.names += map(self._name, given, family)
        found = self.names[-count:]
        del self.names[-count:]
        return found

    def _name(self, given: str, family: str) -> str:
        chance = self.draw.random()
        if chance < 0.1:
            letter = next((c for c in family[1:] if c in ACCENTS), "")
            family = family[0] + family[1:].replace(letter, ACCENTS.get(letter, ""), 1)
        elif chance < 0.2:
            family = f"{family} {self.draw.randrange(1, 60):04}"
        return f"{given} {family}"

    def venue(self) -> int:
        return self.draw.choices(range(VENUES), cum_weights=self.venue_weights)[0]


def _zipf(size: int, power: float = 1) -> list[float]:
    return list(accumulate(1 / rank**power for rank in range(1, size + 1)))


def dblp_lines(found: Iterator[Record]) -> Iterator[str]:
    """Yield a dump of DBLP, line by line."""
    draw = random.Random(SEED + 1)
    yield '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE dblp SYSTEM "dblp.dtd">\n<dblp>\n'
    for record in found:
        yield _dblp(record)
        if draw.random() < OTHER_PAGES:
            yield (
                f'<www mdate="2020-01-01" key="homepages/{record.number % 99}/{record.number}">'
                f"<author>{record.authors[0]}</author><title>Home Page</title></www>\n"
            )
    yield "</dblp>\n"


def _dblp(record: Record) -> str:
    stream = f"v{record.venue}"
    name = record.authors[0].rsplit(" ", 1)[0][:12].replace("&", "").replace(";", "")
    tail = f"{name.replace(' ', '')}{record.year % 100:02}-{record.number}"
    if record.is_preprint:
        kind, key = "article", f"journals/corr/abs-{record.arxiv.replace('.', '-')}"
        place = f"<journal>CoRR</journal><volume>abs/{record.arxiv}</volume>"
        link = f"https://doi.org/10.48550/arXiv.{record.arxiv}"
    elif record.venue % 2:
        kind, key = "article", f"journals/{stream}/{tail}"
        place = f"<journal>J. Venue {record.venue}</journal><volume>{record.year - 1980}</volume>"
        link = f"https://doi.org/10.{1000 + record.venue}/j.{stream}.{record.number}"
    else:
        kind, key = "inproceedings", f"conf/{stream}/{tail}"
        place = f"<booktitle>VENUE{record.venue}</booktitle>"
        link = f"https://doi.org/10.{1000 + record.venue}/{record.year}.{record.number}"
    people = "\n".join(f"<author>{author}</author>" for author in record.authors)
    pages = f"<pages>{record.number % 900}-{record.number % 900 + 12}</pages>\n"
    return (
        f'<{kind} mdate="2024-05-07" key="{key}">\n{people}\n<title>{record.title}.</title>\n'
        f"{'' if record.is_preprint else pages}<year>{record.year}</year>\n{place}\n"
        f'<ee type="oa">{link}</ee>\n<url>db/{stream}.html#{tail}</url>\n</{kind}>\n'
    )


def json_lines(found: Iterator[Record]) -> Iterator[str]:
    """Yield the same papers as JSON lines; every second one has an abstract."""
    draw = random.Random(SEED + 2)
    pool = _Pool(draw)
    for record in found:
        names = [_plain(name) for name in record.authors]
        is_told = draw.random() < ABSTRACTS
        fields = {
            "source": "arxiv" if record.is_preprint else "generated",
            "source_id": record.arxiv or str(record.number),
            "title": record.title,
            "authors": names,
            "year": record.year,
            "venue": "arXiv" if record.is_preprint else f"VENUE{record.venue}",
            "doi": None
            if record.is_preprint
            else f"10.{1000 + record.venue}/{record.year}.{record.number}",
            "arxiv_id": record.arxiv or None,
            "abstract": " ".join(pool.some(120)) if is_told else None,
        }
        yield json.dumps(fields) + "\n"


def _plain(name: str) -> str:
    for entity, letter in DECODED.items():
        name = name.replace(entity, letter)
    return name.rstrip("0123456789 ")


def write(form: str, count: int, path: Path, seed: int = SEED) -> None:
    """Write the records to a file, gzipped if its name says so."""
    found = records(count, seed)
    lines = dblp_lines(found) if form == "dblp" else json_lines(found)
    encoding = "ascii" if form == "dblp" else "utf-8"
    with gzip.open(path, "wb", 1) if path.name.endswith(".gz") else path.open("wb") as out:
        block: list[str] = []
        for line in lines:
            block.append(line)
            if len(block) >= 1000:
                out.write("".join(block).encode(encoding))
                block.clear()
        out.write("".join(block).encode(encoding))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
