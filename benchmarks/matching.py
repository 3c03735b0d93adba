"""How well are two records of one work recognised? Labelled pairs from real records, in one table.

    python -m benchmarks.matching FILE.jsonl[.gz]|FILE.bib[.gz]… [--part test] [--show 10]

Pairs are of two files, share an author and much of their titles. They are labelled by what the
rules do not see:

- one work: they share an identifier (it is taken away before they are compared), or most of
  their abstracts' runs of words;
- two works: their abstracts share next to nothing and their titles differ, or one register
  gave them two identifiers and their titles differ (then pairs of one file count, too).

What is neither is left out. `blind` compares without abstracts, `whole` as the records are, where
only pairs labelled by an identifier say something about abstracts. `tune` is for looking at,
`test` is only measured; a hash of both titles decides which, so it never changes.
"""

from __future__ import annotations

import argparse
import gzip
import math
import os
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from shortscience.lib.identifiers import Key
    from shortscience.papers.matching import Decision, Known

SEED = 2026
# Of the weight of the lighter title's words, what a pair has in common at least.
SHARED_TITLE = 0.5
# Words of a title by which pairs are found: its rarest half, if not in more titles than this.
MOST_TITLES = 4000
# Shares of runs of words in the shorter abstract.
ONE_WORK, TWO_WORKS = 0.6, 0.1
LATIN = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class Record:
    file: int
    known: Known
    words: frozenset[str]
    families: frozenset[str]


@dataclass(frozen=True)
class Labelled:
    one: Known
    other: Known
    is_one_work: bool
    why: str

    @property
    def part(self) -> str:
        text = f"{SEED}" + "|".join(sorted((self.one.title_key, self.other.title_key)))
        return "test" if zlib.crc32(text.encode()) % 2 else "tune"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--part", choices=("tune", "test"), default="tune")
    parser.add_argument("--show", type=int, default=0, help="print so many mistakes of each kind")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortscience.config.settings")
    import django

    django.setup()
    if not options.files:
        print("Nothing to measure: give files of records as JSON lines or BibTeX.")
        return
    records = [record for n, path in enumerate(options.files) for record in _read(path, n)]
    pairs = [pair for pair in _labelled(records) if pair.part == options.part]
    print(f"{len(records):,} records, {len(pairs):,} labelled pairs ({options.part})")
    _table(pairs)
    _siblings(pairs)
    if options.show:
        _show(pairs, options.show)


def measure(files: Sequence[Path], part: str) -> dict[str, tuple[float, float]]:
    """Return {"blind" and "whole": (precision, recall)}; for a test."""
    records = [record for n, path in enumerate(files) for record in _read(path, n)]
    pairs = [pair for pair in _labelled(records) if pair.part == part]
    return {name: _rates(_counted(pairs, is_blind=name == "blind")) for name in ("blind", "whole")}


def _read(path: Path, file: int) -> Iterator[Record]:
    from shortscience.lib.bibtex import BibtexRecord, iter_entries
    from shortscience.sources.bibtex.parse import record_of
    from shortscience.sources.jsonl.parse import LineRefused, parse

    stream = gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # noqa: SIM115
    with cast("IO[bytes]", stream) as opened:
        if ".bib" in path.suffixes:
            for entry in iter_entries(opened):
                if isinstance(entry, BibtexRecord):
                    yield _record(record_of(entry), file)
            return
        for line in opened:
            try:
                yield _record(parse(line), file)
            except LineRefused:
                continue


def _record(found: object, file: int) -> Record:
    from shortscience.lib.titles import clean_title, title_key, title_words
    from shortscience.papers.likeness import STOP_WORDS
    from shortscience.papers.matching import Known
    from shortscience.papers.records import PaperRecord

    assert isinstance(found, PaperRecord)
    title = clean_title(found.title)
    known = Known(
        title_key(title), title, found.authors, found.year, None, found.keys, found.abstract
    )
    families = frozenset(name.split()[-1] for name in known.name_keys if name)
    return Record(file, known, frozenset(title_words(title)) - STOP_WORDS, families)


def _labelled(records: Sequence[Record]) -> Iterator[Labelled]:
    for one, other in _candidates(records):
        if (label := _label(one, other)) is not None:
            yield label


def _candidates(records: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    counts = Counter(word for record in records for word in record.words)
    weight = {word: math.log(len(records) / n) for word, n in counts.items()}
    found: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        mine = sorted(record.words, key=lambda word: (counts[word], word))
        near: set[int] = set()
        for word in mine[: max(2, (len(mine) + 1) // 2)]:
            if counts[word] <= MOST_TITLES:
                near.update(found[word])
                found[word].append(number)
        for candidate in sorted(near):
            other = records[candidate]
            if record.families & other.families and _is_near(record, other, weight):
                yield other, record


def _is_near(one: Record, other: Record, weight: dict[str, float]) -> bool:
    lighter = min(sum(weight[word] for word in each.words) for each in (one, other))
    return sum(weight[word] for word in one.words & other.words) >= SHARED_TITLE * lighter


def _label(one: Record, other: Record) -> Labelled | None:
    from shortscience.papers.likeness import shared_text
    from shortscience.papers.matching import TELLING_KEYS, keys_disagree

    common = {key for key in one.known.keys if key in other.known.keys}
    hidden = (_without(one.known, common), _without(other.known, common))
    if any(key.scheme in TELLING_KEYS for key in common):
        return Labelled(*hidden, True, "identifier")
    is_one_title = one.known.title_key == other.known.title_key
    if not is_one_title and keys_disagree(one.known.keys, other.known.keys):
        return Labelled(*hidden, False, "two identifiers")
    if one.file == other.file or not _are_of_one_language(one.known, other.known):
        return None
    shared = shared_text(one.known.abstract, other.known.abstract)
    if shared is not None and shared >= ONE_WORK:
        return Labelled(*hidden, True, "abstract")
    if shared is not None and shared < TWO_WORKS and not is_one_title:
        return Labelled(*hidden, False, "abstract")
    return None


def _are_of_one_language(one: Known, other: Known) -> bool:
    """Tell whether the abstracts have small words in common: a translation shares no run."""
    small = ({*LATIN.findall(text.abstract.lower())} for text in (one, other))
    first, second = (words & {"the", "and", "les", "des", "une", "der", "und"} for words in small)
    return bool(first & second)


def _without(known: Known, keys: set[Key]) -> Known:
    return replace(known, keys=tuple(key for key in known.keys if key not in keys))


def _counted(pairs: Sequence[Labelled], *, is_blind: bool) -> Counter[tuple[str, bool, str]]:
    return Counter(
        (pair.why, pair.is_one_work, _decided(pair, is_blind).verdict.name) for pair in pairs
    )


def _decided(pair: Labelled, is_blind: bool) -> Decision:
    from shortscience.papers.matching import compare

    if is_blind:
        return compare(replace(pair.one, abstract=""), replace(pair.other, abstract=""))
    return compare(pair.one, pair.other)


def _rates(counted: Counter[tuple[str, bool, str]]) -> tuple[float, float]:
    def total(is_one: bool, verdict: str = "") -> int:
        return sum(n for (_, one, v), n in counted.items() if one == is_one and verdict in ("", v))

    found, wrong, there = total(True, "SAME"), total(False, "SAME"), total(True)
    return found / max(1, found + wrong), found / max(1, there)


def _table(pairs: Sequence[Labelled]) -> None:
    print(f"{'':28}{'SAME':>8}{'DOUBTFUL':>10}{'DIFFERENT':>11}{'precision':>11}{'recall':>9}")
    for name in ("blind", "whole"):
        counted = _counted(pairs, is_blind=name == "blind")
        precision, recall = _rates(counted)
        print(f"{name:57}{precision:11.2%}{recall:9.2%}")
        for why, is_one in sorted({(why, one) for why, one, _ in counted}):
            numbers = [counted[why, is_one, v] for v in ("SAME", "DOUBTFUL", "DIFFERENT")]
            what = f"  {'one work' if is_one else 'two works'}, {why}"
            print(f"{what:28}{numbers[0]:8,}{numbers[1]:10,}{numbers[2]:11,}")


def _siblings(pairs: Sequence[Labelled]) -> None:
    """Print what would become of works that only their two identifiers keep apart.

    Harder than life: all keys are taken away, then one of each pair passes for a preprint of the
    other. A part of the pairs called SAME really is one work, printed twice.
    """
    from shortscience.lib.identifiers import Key, Scheme
    from shortscience.papers.matching import compare

    preprint, published = (Key(Scheme.ARXIV, "9901.00001"),), (Key(Scheme.DBLP, "conf/x/Y99"),)
    siblings = [pair for pair in pairs if pair.why == "two identifiers"]
    for name, first, second in (("no keys", (), ()), ("as a preprint", preprint, published)):
        verdicts = Counter(
            compare(
                replace(pair.one, keys=first, abstract=""),
                replace(pair.other, keys=second, abstract=""),
            ).verdict.name
            for pair in siblings
        )
        numbers = [verdicts[verdict] for verdict in ("SAME", "DOUBTFUL", "DIFFERENT")]
        what = f"siblings, {name}"
        print(f"{what:28}{numbers[0]:8,}{numbers[1]:10,}{numbers[2]:11,}")


def _show(pairs: Sequence[Labelled], most: int) -> None:
    shown: Counter[tuple[bool, str]] = Counter()
    for pair in pairs:
        decision = _decided(pair, False)
        kind = (pair.is_one_work, decision.verdict.name)
        is_right = pair.is_one_work == (decision.verdict.name == "SAME")
        if is_right or shown[kind] >= most:
            continue
        shown[kind] += 1
        print(f"\n{decision.verdict.name}, but {'one work' if pair.is_one_work else 'two works'}")
        for known in (pair.one, pair.other):
            print(f"  {known.year} {known.title[:100]} | {'; '.join(known.authors[:4])}")


if __name__ == "__main__":
    main()
