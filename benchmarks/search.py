"""Search at size: how large the index is, how quick it answers; against the same questions asked of
tantivy directly (the limit) and of SQLite's FTS5, in one run.

    python -m benchmarks.bulk --kind jsonl --papers 10920000 --database sqlite
    python -m benchmarks.search [--site build/bulk/sqlite] [--queries 200] [--no-fts]

The library is the one that the bulk benchmark loaded: words and names as frequent as in language
(Zipf), an abstract for half of the papers. What is asked is drawn from it: its common and its rare
words, its authors. Titles and abstracts of that library share few words, so `--words titles` is
kinder than real texts are, and `--words abstracts` harder. FTS5 gets its own file, made once.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.bulk import machine

if TYPE_CHECKING:
    from tantivy import Query, Searcher

SEED = 2026
LIMIT = 20
# Papers from which words and names are learnt, and papers read at a time.
LEARNT = 20_000
BATCH = 20_000

Ask = Callable[[str], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--site", type=Path, default=Path("build/bulk/sqlite"))
    parser.add_argument("--queries", type=int, default=200, help="questions of each kind")
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time instead of time, for a machine that is shared"
    )
    parser.add_argument("--fts", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--words", choices=("titles", "abstracts"), default="titles", help="which words are asked"
    )
    options = parser.parse_args()
    folder = options.site.resolve()
    if not (folder / "site.sqlite3").exists():
        parser.error(f"{folder} holds no library; make one with python -m benchmarks.bulk")
    os.environ["VAR_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/site.sqlite3"
    os.environ["DJANGO_SETTINGS_MODULE"] = "shortscience.config.settings"
    import django

    django.setup()
    if options.fts:
        _fill_fts(folder)
    if options.cpu:
        Clock.now = staticmethod(time.thread_time)
    print(f"python -m benchmarks.search {' '.join(sys.argv[1:])}")
    print(machine())
    _measure(folder, options.words, options.queries, with_fts=options.fts)


# --- what is stored -------------------------------------------------------------------------------


class Language:
    """The words of its titles or abstracts and its family names, the most frequent first."""

    def __init__(self, of: str) -> None:
        from shortscience.lib.plaintext import fold
        from shortscience.papers.models import Paper

        draw = random.Random(SEED)
        last = Paper.objects.order_by("-pk").values_list("pk", flat=True)[0]
        some = Paper.objects.filter(pk__in=draw.sample(range(1, last), min(LEARNT, last - 1)))
        words: Counter[str] = Counter()
        families: Counter[str] = Counter()
        for title, abstract, authors in some.values_list("title", "abstract", "authors"):
            words.update(fold(title if of == "titles" else abstract).split())
            families.update(fold(name).split()[-1] for name in authors)
        self.words = [word for word, _count in words.most_common() if word.isalpha()]
        self.family = [name for name, _count in families.most_common() if name.isalpha()]


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


def _kinds(language: Language, queries: int, fts: sqlite3.Connection | None) -> list[Kind]:
    from shortscience.search import engine
    from shortscience.search.language import understood

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
    """The same fields of the same index, asked in the shortest way that tantivy has."""

    def __init__(self) -> None:
        from shortscience.search import engine
        from shortscience.search.matching import BOOSTS

        self.boosts = BOOSTS
        reader = engine.opened()
        self.index = reader._index
        self.schema = reader.schema

    def _top(self, query: Query) -> tuple[Searcher, object]:
        searcher = self.index.searcher()
        hits = searcher.search(query, LIMIT).hits
        return searcher, searcher.fast_field_values("id", [at for _, at in hits]) if hits else []

    def _parsed(self, text: str, **how: Any) -> Query:
        return self.index.parse_query(
            text, list(self.boosts), field_boosts=self.boosts, conjunction_by_default=True, **how
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
            for name in self.boosts
        ]
        both = [(Occur.Must, self._parsed(word)), (Occur.Must, Query.boolean_query(longer))]
        return self._top(Query.boolean_query(both))

    def slip(self, text: str) -> object:
        fuzzy = dict.fromkeys(self.boosts, (False, 1, True))
        return self._top(self._parsed(text, fuzzy_fields=fuzzy))


# --- the table ------------------------------------------------------------------------------------


def _measure(folder: Path, words: str, queries: int, *, with_fts: bool) -> None:
    from shortscience.papers.models import Paper
    from shortscience.search import engine, store

    papers = Paper.objects.count()

    before = _memory("RssAnon"), _memory("VmRSS")
    fts = sqlite3.connect(folder / "fts.sqlite3") if with_fts else None
    index = store.current()
    assert index is not None
    size = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    print(
        f"\n{papers:,} papers; index: {size / papers * 1e6 / 1e9:.3f} GB per million papers", end=""
    )
    pieces = engine.use(lambda matcher: matcher.searcher.num_segments)
    print(f" in {pieces} pieces", end="")
    if with_fts:
        fts_size = (folder / "fts.sqlite3").stat().st_size
        print(f"; FTS5: {fts_size / papers * 1e6 / 1e9:.3f} GB per million", end="")
    title = "milliseconds, p50 / p95" + (" of CPU" if Clock.now is time.thread_time else "")
    print(f"\n\n{title:36}{'ours':>16}{'bare':>16}{'ratio':>7}{'FTS5':>18}")
    for kind in _kinds(Language(words), queries, fts):
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
