"""Search at size: how fast it indexes, how large, how quick it answers; against the same questions
asked of tantivy directly (the limit) and of SQLite's FTS5, in one run.

    python -m benchmarks.search [--papers 1000000] [--queries 200] [--no-fts]

Records are invented, seeded and realistic where it matters: words and names as frequent as in
language (Zipf), an abstract for half of the papers, years that grow. The database and both indexes
are made once under --folder and used again.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tantivy import Query, Searcher

SEED = 2026
SYLLABLES = (
    "ba co de fi gu ha ki lo mu na po qua re si ta u ve xi za tion ment ing al er ic or is an el"
    " on ra mi to ne su pro con tri sta gra".split()
)
WORDS = 150_000
FAMILY_NAMES = 60_000
GIVEN_NAMES = 4_000
VENUES = 2_000
LIMIT = 20
# Papers made or read at a time.
BATCH = 20_000

Ask = Callable[[str], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200, help="questions of each kind")
    parser.add_argument("--folder", type=Path, default=Path("var/bench/search"))
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time instead of time, for a machine that is shared"
    )
    parser.add_argument("--fts", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    folder = (options.folder / str(options.papers)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["VAR_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/site.sqlite3"
    os.environ["SQLITE_SYNCHRONOUS"] = "OFF"
    os.environ["DJANGO_SETTINGS_MODULE"] = "shortscience.config.settings"
    _prepare(folder, options.papers)
    _index(folder)
    if options.fts:
        _fill_fts(folder)
    if options.cpu:
        Clock.now = staticmethod(time.thread_time)
    _measure(folder, options.papers, options.queries, with_fts=options.fts)


# --- records --------------------------------------------------------------------------------------


class Language:
    """Words and names whose frequency falls as 1/rank."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.words, self._words = self._made(WORDS, (2, 2, 3, 3, 4))
        self.family, self._family = self._made(FAMILY_NAMES, (2, 2, 3))
        self.given, self._given = self._made(GIVEN_NAMES, (2, 2, 3))

    def _made(self, size: int, lengths: Sequence[int]) -> tuple[list[str], list[float]]:
        made: dict[str, None] = {}
        while len(made) < size:
            made["".join(self.draw.choices(SYLLABLES, k=self.draw.choice(lengths)))] = None
            if len(made) % 997 == 0:
                # Short words run out; longer ones do not.
                lengths = (*lengths, max(lengths))[-8:]
        return list(made), list(accumulate(1 / (rank + 2) for rank in range(size)))

    def text(self, count: int) -> str:
        return " ".join(self.draw.choices(self.words, cum_weights=self._words, k=count))

    def name(self) -> str:
        given = self.draw.choices(self.given, cum_weights=self._given)[0]
        family = self.draw.choices(self.family, cum_weights=self._family)[0]
        return f"{given.capitalize()} {family.capitalize()}"


def _prepare(folder: Path, papers: int) -> None:
    """Fill the database, unless that was done."""
    if not (folder / "filled").exists():
        subprocess.run([sys.executable, "-m", "shortscience", "init"], check=True)
    import django

    django.setup()
    if (folder / "filled").exists():
        return
    from benchmarks.dataset import insert
    from shortscience.papers.models import Paper
    from shortscience.venues.models import Venue

    start = time.perf_counter()
    draw = random.Random(SEED)
    language = Language(draw)
    Venue.objects.bulk_create(
        Venue(slug=f"venue-{n}", short_name=f"V{n}", name=f"Conference on {language.text(2)} {n}")
        for n in range(VENUES)
    )
    venues = list(Venue.objects.filter(slug__startswith="venue-").values_list("pk", flat=True))
    insert(Paper, list(_blank()), _rows(language, venues, papers))
    (folder / "filled").touch()
    print(f"{papers:,} records made in {time.perf_counter() - start:.0f} s", flush=True)


def _blank() -> dict[str, Any]:
    """Return the columns of a paper with what the database stores where nothing is said."""
    from django.db import connection
    from django.utils import timezone

    from shortscience.papers.models import Paper

    paper = Paper(pk=0, created_at=timezone.now(), updated_at=timezone.now())
    return {
        field.column: field.get_db_prep_save(getattr(paper, field.attname), connection)
        for field in Paper._meta.concrete_fields
        if not field.generated
    }


def _rows(language: Language, venues: Sequence[int], papers: int) -> Iterator[tuple[Any, ...]]:
    draw, row = language.draw, _blank()
    for pk in range(1, papers + 1):
        title = language.text(draw.randint(4, 14)).capitalize()
        names = [language.name() for _ in range(draw.randint(1, 6))]
        row |= {
            "id": pk,
            "title": title,
            "title_key": title.lower().replace(" ", "")[:200],
            "authors": '["' + '", "'.join(names) + '"]',
            "year": 2026 - int(40 * draw.random() ** 2),
            "venue_id": draw.choice(venues),
            "section": ("cs", "cs", "bio", "ph")[pk % 4],
            "abstract": language.text(draw.randint(60, 160)) if pk % 2 else "",
            "summary_count": int(pk % 60 == 0),
        }
        yield tuple(row.values())


# --- indexes --------------------------------------------------------------------------------------


def _index(folder: Path) -> None:
    from shortscience.search import engine, indexer

    try:
        engine.opened()
    except engine.Unavailable:
        start = time.perf_counter()
        built = indexer.build()
        took = time.perf_counter() - start
        print(f"indexed {built.papers:,} papers in {took:.0f} s: {built.papers / took:,.0f}/s")
        print(f"memory while indexing: {_memory('VmHWM'):.0f} MB at most", flush=True)


def _fill_fts(folder: Path) -> None:
    path = folder / "fts.sqlite3"
    if path.exists():
        return
    from shortscience.papers.models import Paper

    start = time.perf_counter()
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as fts:
        fts.execute("PRAGMA synchronous=OFF")
        fts.execute(
            "CREATE VIRTUAL TABLE papers USING fts5(title, authors, abstract, year, content='',"
            " tokenize='unicode61 remove_diacritics 2', prefix='3')"
        )
        columns = ("pk", "title", "authors", "abstract", "year")
        rows = Paper.objects.values_list(*columns).iterator(chunk_size=BATCH)
        fts.executemany(
            "INSERT INTO papers(rowid, title, authors, abstract, year) VALUES (?, ?, ?, ?, ?)",
            (
                (pk, title, " ".join(names), text, str(year))
                for pk, title, names, text, year in rows
            ),
        )
        fts.commit()
    draft.rename(path)
    print(f"FTS5 filled in {time.perf_counter() - start:.0f} s", flush=True)


# --- questions ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One kind of question, as each of the three is asked."""

    name: str
    asked: list[str]
    ours: Ask
    bare: Ask
    fts: Ask
    target_ms: float | None = None


def _kinds(queries: int, fts: sqlite3.Connection | None) -> list[Kind]:
    from shortscience.search import engine
    from shortscience.search.language import understood

    language = Language(random.Random(SEED))
    draw = random.Random(SEED + 1)
    bare = Bare()

    def ours(text: str) -> object:
        return engine.search(understood(text))

    def ours_counted(text: str) -> object:
        return engine.search(understood(text), with_facets=True)

    def ours_typing(text: str) -> object:
        return engine.search(understood(text, typing=True))

    def sqlite(match: Callable[[str], str]) -> Ask:
        def ask(text: str) -> object:
            if fts is None:
                return None
            return fts.execute(
                "SELECT rowid FROM papers WHERE papers MATCH ? ORDER BY bm25(papers, 3, 2, 1, 1)"
                f" LIMIT {LIMIT}",
                [match(text)],
            ).fetchall()

        return ask

    common = [" ".join(draw.sample(language.words[8:80], 2)) for _ in range(queries)]
    rare = [
        f"{draw.choice(language.words[500:5000])} {draw.choice(language.words[8:80])}"
        for _ in range(queries)
    ]
    years = [
        f"author:{draw.choice(language.family[:2000])} year:{draw.randint(2000, 2025)}"
        for _ in range(queries)
    ]
    begun = [
        f"{draw.choice(language.words[100:2000])} {draw.choice(language.words[100:2000])[:4]}"
        for _ in range(queries)
    ]
    slips = [_slip(language, draw) for _ in range(queries)]

    def fielded(text: str) -> str:
        author, year = text.split()
        return f"authors : {author.removeprefix('author:')} AND year : {year.removeprefix('year:')}"

    return [
        Kind("two common words", common, ours, bare.words, sqlite(str), 60),
        Kind("… with numbers by venue and year", common, ours_counted, bare.counted, sqlite(str)),
        Kind("a rare and a common word", rare, ours, bare.words, sqlite(str)),
        Kind("author: and year:", years, ours, bare.fields, sqlite(fielded), 5),
        Kind("a word and a beginning", begun, ours_typing, bare.prefix, sqlite("{}*".format), 20),
        Kind("two words, one with a slip", slips, ours, bare.slip, sqlite(str), 30),
    ]


def _slip(language: Language, draw: random.Random) -> str:
    word = draw.choice([w for w in language.words[200:4000] if len(w) > 5])
    at = draw.randrange(1, len(word) - 2)
    return f"{draw.choice(language.words[50:500])} {word[:at]}{word[at + 1 :]}"


class Bare:
    """The same index asked in the shortest way that gives a comparable answer."""

    FIELDS = ("title", "authors", "abstract")
    BOOSTS = {"title": 3.0, "authors": 2.0, "abstract": 1.0}

    def __init__(self) -> None:
        from shortscience.search import engine

        reader = engine.opened()
        self.index = reader._index
        self.schema = reader.schema

    def _top(self, query: Query) -> tuple[Searcher, object]:
        searcher = self.index.searcher()
        hits = searcher.search(query, LIMIT).hits
        return searcher, searcher.fast_field_values("id", [at for _, at in hits]) if hits else []

    def _parsed(self, text: str, **how: Any) -> Query:
        return self.index.parse_query(
            text, list(self.FIELDS), field_boosts=self.BOOSTS, conjunction_by_default=True, **how
        )

    def words(self, text: str) -> object:
        return self._top(self._parsed(text))

    def counted(self, text: str) -> object:
        query = self._parsed(text)
        searcher, found = self._top(query)
        counts = {name: {"terms": {"field": name, "size": 12}} for name in ("venue", "year")}
        return found, searcher.aggregate(query, counts)

    def fields(self, text: str) -> object:
        return self._top(self._parsed(text.replace("author:", "authors:")))

    def prefix(self, text: str) -> object:
        from tantivy import Occur, Query

        word, begun = text.split()
        longer = [
            (Occur.Should, Query.fuzzy_term_query(self.schema, name, begun, 0, False, True))
            for name in self.FIELDS
        ]
        both = [(Occur.Must, self._parsed(word)), (Occur.Must, Query.boolean_query(longer))]
        return self._top(Query.boolean_query(both))

    def slip(self, text: str) -> object:
        fuzzy = dict.fromkeys(self.FIELDS, (False, 1, True))
        return self._top(self._parsed(text, fuzzy_fields=fuzzy))


# --- the table ------------------------------------------------------------------------------------


def _measure(folder: Path, papers: int, queries: int, *, with_fts: bool) -> None:
    from shortscience.search import engine, store

    before = _memory("RssAnon"), _memory("VmRSS")
    fts = sqlite3.connect(folder / "fts.sqlite3") if with_fts else None
    index = store.current()
    assert index is not None
    size = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    print(f"\nindex: {size / papers * 1e6 / 1e9:.3f} GB per million papers", end="")
    pieces = engine.use(lambda matcher: matcher.searcher.num_segments)
    print(f" in {pieces} pieces", end="")
    if with_fts:
        fts_size = (folder / "fts.sqlite3").stat().st_size
        print(f"; FTS5: {fts_size / papers * 1e6 / 1e9:.3f} GB per million", end="")
    title = "milliseconds, p50 / p95" + (" of CPU" if Clock.now is time.thread_time else "")
    print(f"\n\n{title:36}{'ours':>16}{'bare':>16}{'ratio':>7}{'FTS5':>18}")
    for kind in _kinds(queries, fts):
        ours, bare = _timed(kind.ours, kind.asked), _timed(kind.bare, kind.asked)
        other = _timed(kind.fts, kind.asked[: max(1, queries // 10)]) if with_fts else (0.0, 0.0)
        target = f"   target p95 {kind.target_ms:g} at 10 M" if kind.target_ms else ""
        print(
            f"{kind.name:36}{ours[0]:8.2f}{ours[1]:8.2f}{bare[0]:8.2f}{bare[1]:8.2f}"
            f"{ours[1] / bare[1]:7.2f}{other[0]:9.1f}{other[1]:9.1f}{target}",
            flush=True,
        )
    after = _memory("RssAnon"), _memory("VmRSS")
    print(
        f"\nmemory of the process that searches: +{after[0] - before[0]:.0f} MB of its own,"
        f" +{after[1] - before[1]:.0f} MB with pages of files that it shares"
    )


class Clock:
    """What questions are timed by."""

    now = staticmethod(time.perf_counter)


def _timed(ask: Ask, asked: Sequence[str]) -> tuple[float, float]:
    """Return the median and the 95th percentile of the times in milliseconds."""
    for text in asked[:20]:
        ask(text)
    times = []
    for text in asked:
        start = Clock.now()
        ask(text)
        times.append((Clock.now() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def _memory(name: str) -> float:
    """Return a figure of this process from the system, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
