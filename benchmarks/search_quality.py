"""Does search find the paper that somebody remembers? Queries made from real records, in one table.

    python -m benchmarks.search_quality FILE.jsonl[.gz]… [--part test] [--queries 500]

Loads the files into a database of its own, indexes them, and asks for known papers in the ways
people remember them. `dev` is for looking at and tuning; `test` is only measured. Which record
belongs to which part is decided by a hash of its title, so it never changes.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shortscience.papers.models import Paper

SEED = 2026
# Papers looked at of each list.
DEPTH = 5
# A title shorter than this is shared by many, and half of it by very many.
WORDS_AT_LEAST = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Make = Callable[["Paper", random.Random], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", nargs="*", type=Path, help="records as JSON lines")
    parser.add_argument("--part", choices=("dev", "test"), default="dev")
    parser.add_argument("--queries", type=int, default=500, help="queries of each kind")
    parser.add_argument("--folder", type=Path, default=Path("var/bench/quality"))
    parser.add_argument("--show", type=int, default=0, help="print so many misses of each kind")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ["VAR_DIR"] = str(options.folder.resolve())
    os.environ["DATABASE_URL"] = f"sqlite:///{options.folder.resolve()}/site.sqlite3"
    os.environ["DJANGO_SETTINGS_MODULE"] = "shortscience.config.settings"
    if not _is_loaded(options.folder) and not options.files:
        print("Nothing to measure: give files of records as JSON lines.")
        return
    _load(options.folder, options.files)
    _measure(options.part, options.queries, options.show)


def _is_loaded(folder: Path) -> bool:
    return (folder / "loaded").exists()


def _load(folder: Path, files: Sequence[Path]) -> None:
    if not _is_loaded(folder):
        ours = [sys.executable, "-m", "shortscience"]
        subprocess.run([*ours, "init"], check=True)
        subprocess.run([*ours, "import", "jsonl", *map(str, files)], check=True)
        (folder / "loaded").touch()
    import django

    django.setup()
    from shortscience.search import engine, indexer

    try:
        engine.opened()
    except engine.Unavailable:
        print("Indexing …", flush=True)
        indexer.build()


def _measure(part: str, number: int, show: int) -> None:
    from shortscience.papers.models import Paper

    total = Paper.objects.count()
    papers = list(_chosen(part, 6 * number))
    unique = _unique_people(papers)
    print(f"{total:,} papers; part {part}; seed {SEED}\n")
    print(f"{'remembered as':34}{'queries':>8}{'first':>8}{'in 5':>8}{'p50 ms':>8}{'p95 ms':>8}")
    for name, make in KINDS.items():
        fitting = (p for p in papers if name not in PEOPLE or p.pk in unique)
        _row(name, make, fitting, number, show)


def _row(name: str, make: Make, papers: Iterator[Paper], number: int, show: int) -> None:
    draw = random.Random(SEED)
    ranks: Counter[int] = Counter()
    times: list[float] = []
    missed: list[str] = []
    for paper in papers:
        asked = make(paper, draw)
        if not asked:
            continue
        start = time.perf_counter()
        rank = _rank(paper, asked)
        times.append((time.perf_counter() - start) * 1000)
        ranks[rank] += 1
        if rank:
            place = str(rank) if rank < DEPTH else "-"
            missed.append(f"    {place}  {asked}   <- {paper.title}   [{_first(asked)}]")
        if len(times) == number:
            break
    times.sort()
    size = len(times)
    first, five = ranks[0] / size, sum(ranks[n] for n in range(DEPTH)) / size
    print(
        f"{name:34}{size:8}{first:8.1%}{five:8.1%}"
        f"{times[size // 2]:8.1f}{times[int(size * 0.95)]:8.1f}",
        flush=True,
    )
    for line in missed[:show]:
        print(line)


def _rank(paper: Paper, asked: str) -> int:
    """Return the place of the paper in the list, DEPTH where it is not among the first.

    Papers of the very same title and authors are one to whoever looks for them.
    """
    from shortscience.papers.models import Paper
    from shortscience.search.results import papers_for

    ids = papers_for(asked, limit=DEPTH)
    found = Paper.objects.in_bulk(ids)
    for place, pk in enumerate(ids):
        if pk == paper.pk or _looks_same(found[pk], paper):
            return place
    return DEPTH


def _first(asked: str) -> str:
    """Return the title that came first instead."""
    from shortscience.papers.models import Paper
    from shortscience.search.results import papers_for

    return next((Paper.objects.get(pk=pk).title for pk in papers_for(asked, limit=1)), "nothing")


def _looks_same(one: Paper, other: Paper) -> bool:
    return one.title_key == other.title_key


def _chosen(part: str, number: int) -> Iterator[Paper]:
    """Yield papers of one part, spread over all of them."""
    from shortscience.papers.models import Paper

    ids = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    random.Random(SEED).shuffle(ids)
    given = 0
    for pk in ids:
        paper = Paper.objects.select_related("venue").get(pk=pk)
        is_test = zlib.crc32(paper.title_key.encode()) % 2 == 1
        if is_test == (part == "test") and len(paper.title.split()) >= WORDS_AT_LEAST:
            yield paper
            given += 1
        if given == number:
            return


def _unique_people(papers: Sequence[Paper]) -> set[int]:
    """Return the papers that their first two authors and their year single out."""
    from shortscience.papers.models import Paper

    def key(authors: Sequence[str], year: int | None) -> tuple[object, ...]:
        return (*authors[:2], year)

    wanted = {key(paper.authors, paper.year) for paper in papers if len(paper.authors) > 1}
    people = {name for names in wanted for name in names if isinstance(name, str)}
    seen: Counter[tuple[object, ...]] = Counter()
    for authors, year in Paper.objects.values_list("authors", "year").iterator():
        known = [name for name in authors if name in people]
        for i, one in enumerate(known):
            for other in known[i + 1 :]:
                seen[one, other, year] += 1
                seen[other, one, year] += 1
    return {
        paper.pk
        for paper in papers
        if len(paper.authors) > 1 and seen[key(paper.authors, paper.year)] == 1
    }


# --- how people remember --------------------------------------------------------------------------


def title(paper: Paper, _draw: random.Random) -> str:
    return paper.title


def with_slip(paper: Paper, draw: random.Random) -> str:
    """One letter of one longer word left out, doubled, changed, or swapped with the next."""
    words = paper.title.split()
    long = [n for n, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return ""
    chosen = draw.choice(long)
    words[chosen] = _slip(words[chosen], draw)
    return " ".join(words)


def with_two_slips(paper: Paper, draw: random.Random) -> str:
    words = paper.title.split()
    long = [n for n, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if len(long) < 2:
        return ""
    for chosen in draw.sample(long, 2):
        words[chosen] = _slip(words[chosen], draw)
    return " ".join(words)


def first_half(paper: Paper, _draw: random.Random) -> str:
    words = paper.title.split()
    return " ".join(words[: (len(words) + 1) // 2]) if len(words) > 5 else ""


def second_half(paper: Paper, _draw: random.Random) -> str:
    words = paper.title.split()
    return " ".join(words[len(words) // 2 :]) if len(words) > 5 else ""


def some_half(paper: Paper, draw: random.Random) -> str:
    """Any half of the words, in their order."""
    words = paper.title.split()
    if len(words) < 6:
        return ""
    kept = sorted(draw.sample(range(len(words)), (len(words) + 1) // 2))
    return " ".join(words[n] for n in kept)


def two_authors_and_year(paper: Paper, _draw: random.Random) -> str:
    return f"{' '.join(paper.authors[:2])} {paper.year}" if paper.year else ""


def two_authors_and_year_in_fields(paper: Paper, _draw: random.Random) -> str:
    one, other = paper.authors[:2]
    return f'author:"{one}" author:"{other}" year:{paper.year}' if paper.year else ""


def title_and_venue(paper: Paper, _draw: random.Random) -> str:
    return f"{paper.title} {paper.venue.short_name}" if paper.venue else ""


def title_and_long_venue(paper: Paper, _draw: random.Random) -> str:
    return f"{paper.title} {paper.venue.name}" if paper.venue else ""


def _slip(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 1)
    how = draw.randrange(4)
    if how == 0:
        return word[:at] + word[at + 1 :]
    if how == 1:
        return word[:at] + draw.choice(LETTERS) + word[at:]
    if how == 2:
        return word[:at] + draw.choice(LETTERS) + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


KINDS: dict[str, Make] = {
    "title": title,
    "title, one slip": with_slip,
    "title, two slips": with_two_slips,
    "first half of the title": first_half,
    "second half of the title": second_half,
    "any half of its words": some_half,
    "two authors and year": two_authors_and_year,
    "author: author: year:": two_authors_and_year_in_fields,
    "title and venue": title_and_venue,
    "title and the venue's long name": title_and_long_venue,
}
PEOPLE = {"two authors and year", "author: author: year:"}

if __name__ == "__main__":
    main()
