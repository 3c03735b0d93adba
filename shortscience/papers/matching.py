"""When are two records the same work? Pure rules, so that they can be read and argued about.

Identifiers come first, then title, authors and year. What is nearly certain is SAME; what a
person should look at is DOUBTFUL and is never joined by itself: a duplicate is seen and can be
joined, a wrong join mixes the summaries of two works. Measured by `benchmarks/matching.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from shortscience.lib.identifiers import Key, Scheme
from shortscience.lib.names import name_key
from shortscience.papers.generic_titles import GENERIC_TITLES
from shortscience.papers.likeness import (
    Authors,
    Likeness,
    Titles,
    compare_authors,
    compare_titles,
    shared_text,
)

# A conference paper appears up to two years after its preprint.
YEARS_APART = 2
# Titles of fewer words are shared by strangers; they need the same list of authors.
TELLING_WORDS = 3
# Old proceedings were put on arXiv up to twenty years later: then title and all authors agree.
LONG_TITLE = 4

# Lists in another order are of one group when more than half of the shorter is in both.
MOST_AUTHORS = 0.6
# Of the shorter abstract's runs of words, how much the other has: measured where titles changed.
SAME_ABSTRACT = 0.75
ALIKE_ABSTRACT = 0.4

# Registers that give a work one identifier: two different ones are two works.
ONE_EACH = (Scheme.DOI, Scheme.ARXIV, Scheme.ACL, Scheme.PMLR, Scheme.DBLP)
# Sharing one of these means something; a shared address may be that of a whole volume.
TELLING_KEYS = frozenset({*ONE_EACH, Scheme.OPENREVIEW, Scheme.S2, Scheme.OPENALEX})
# Preprint servers' DOIs: arXiv, bioRxiv and medRxiv, OSF, Preprints.org, Research Square, SSRN.
_PREPRINT_DOIS = ("10.48550/", "10.1101/", "10.31219/", "10.31234/", "10.20944/", "10.21203/",
                  "10.2139/ssrn", "10.36227/techrxiv", "10.26434/chemrxiv")  # fmt: skip
# The Anthology's own DOIs; a text of it with another one was printed a second time elsewhere.
_ACL_DOIS = ("10.18653/", "10.3115/", "10.1162/")


class Verdict(IntEnum):
    DIFFERENT = 0
    DOUBTFUL = 1
    SAME = 2


class Reason(StrEnum):
    """Why; stored with a doubtful pair, so never rename one."""

    SAME_KEY = "same key"
    WRONG_KEY = "same key, but another title and other authors"
    OTHER_KEY = "different keys of one register"
    PRINTED_TWICE = "published in two places"
    ABOUT_OTHER = "one is about the other"
    NUMBERS = "different numbers"
    GENERIC = "generic title"
    SAME_PRINT = "everything printed is equal"
    SAME_TITLE = "same title"
    CLOSE_TITLE = "title differs in small words"
    SUBTITLE = "one title has a subtitle"
    NEAR_TITLE = "similar title"
    SHORT_TITLE = "short title"
    OTHER_TITLE = "different title"
    SAME_ABSTRACT = "same abstract"
    SAME_AUTHORS = "same authors"
    SOME_AUTHORS = "some authors in common"
    OTHER_AUTHORS = "different authors"
    NO_AUTHORS = "authors unknown"
    YEARS_APART = "years apart"


@dataclass(frozen=True)
class Known:
    """What a paper, or a record of one, is compared by."""

    title_key: str
    title: str
    authors: Sequence[str]
    year: int | None
    venue_id: int | None
    keys: Collection[Key]
    abstract: str = ""

    @cached_property
    def name_keys(self) -> tuple[str, ...]:
        """Its authors by `lib.names.name_key`; made when first asked for, since it is dear."""
        return tuple(name_key(name) for name in self.authors)

    @cached_property
    def is_preprint(self) -> bool:
        """Whether a preprint server has it and no register of publications names it."""
        has_preprint = any(key.scheme == Scheme.ARXIV or _is_of_preprint(key) for key in self.keys)
        return has_preprint and not any(_is_of_publication(key) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Match(Generic[C]):
    """The candidate that a record is, or may be."""

    candidate: C
    decision: Decision


def decide(sought: Known, candidates: Iterable[tuple[C, Known]]) -> list[Match[C]]:
    """Return the candidates that are or may be this work, the surest first; not the others.

    Several can be SAME, when we have the work twice already.
    """
    found = [Match(candidate, compare(sought, known)) for candidate, known in candidates]
    found = [match for match in found if match.decision.verdict is not Verdict.DIFFERENT]
    return sorted(found, key=lambda match: -match.decision.verdict)


def compare(one: Known, other: Known) -> Decision:
    """Tell whether two records are one work, and why."""
    if share_key(one, other):
        fits = may_be_same_work(one, other)
        return _same(Reason.SAME_KEY) if fits else _doubtful(Reason.WRONG_KEY)
    if not one.title_key or not other.title_key:
        return Decision(Verdict.DIFFERENT, (Reason.OTHER_TITLE,))
    if is_generic(one.title_key) or is_generic(other.title_key):
        if _is_same_print(one, other):
            return _same(Reason.SAME_PRINT)
        return Decision(Verdict.DIFFERENT, (Reason.GENERIC,))
    titles = compare_titles(one.title, other.title)
    if titles.titles is Titles.UNLIKE and not (one.abstract and other.abstract):
        return Decision(Verdict.DIFFERENT, (Reason.OTHER_TITLE,))
    if titles.is_about_other:
        return Decision(Verdict.DIFFERENT, (Reason.ABOUT_OTHER,))
    if titles.numbers_differ:
        return Decision(Verdict.DIFFERENT, (Reason.NUMBERS,))
    return _by_print(one, other, titles)


def is_same_work(one: Known, other: Known) -> bool:
    return compare(one, other).verdict is Verdict.SAME


def share_key(one: Known, other: Known) -> bool:
    """Tell whether a register names both by one key."""
    return any(key.scheme in TELLING_KEYS and key in other.keys for key in one.keys)


def may_be_same_work(one: Known, other: Known) -> bool:
    """Tell whether two that share an identifier are credibly one work.

    Sources print wrong identifiers: a DOI of the volume, of the next paper. Where title and
    authors both say otherwise we believe them. A retraction is not the paper it retracts.
    """
    if one.title_key == other.title_key or not one.title_key or not other.title_key:
        return True
    titles = compare_titles(one.title, other.title)
    if titles.is_about_other:
        return False
    if titles.titles is not Titles.UNLIKE:
        return True
    authors = compare_authors(one.authors, other.authors)
    return authors.is_unknown or 2 * authors.shared >= authors.fewer


def is_generic(key: str) -> bool:
    """Tell whether many volumes print a text of this title."""
    return key in GENERIC_TITLES


def is_more_complete(new: Sequence[str], old: Sequence[str]) -> bool:
    """Tell whether the new list names more people, or the same with more of their names."""
    if not old or not new:
        return bool(new)
    longer = (len(new), sum(map(len, new))) > (len(old), sum(map(len, old)))
    return longer and len(new) >= len(old) and name_key(new[0]) == name_key(old[0])


def _same(*reasons: Reason) -> Decision:
    return Decision(Verdict.SAME, reasons)


def _doubtful(*reasons: Reason) -> Decision:
    return Decision(Verdict.DOUBTFUL, reasons)


def _by_print(one: Known, other: Known, titles: Likeness) -> Decision:
    """Decide by what is printed: title, authors, year, abstract. No key is shared."""
    authors = compare_authors(one.authors, other.authors)
    apart = abs(one.year - other.year) if one.year and other.year else 0
    reasons: tuple[Reason, ...] = (_title_reason(titles), _authors_reason(authors))
    if apart > YEARS_APART:
        reasons = (*reasons, Reason.YEARS_APART)
    verdict = (
        _equal_titles(one, other, titles, authors, apart)
        if titles.titles is Titles.EQUAL
        else _alike_titles(one, other, titles, authors, apart)
    )
    if verdict is not Verdict.SAME and authors.share >= 0.5 and apart <= YEARS_APART:
        shared = shared_text(one.abstract, other.abstract)
        if shared is not None and shared >= SAME_ABSTRACT:
            verdict, reasons = Verdict.SAME, (*reasons, Reason.SAME_ABSTRACT)
        elif shared is not None and shared >= ALIKE_ABSTRACT:
            verdict = Verdict.DOUBTFUL
    return _held_against_keys(one, other, titles, authors, apart, Decision(verdict, reasons))


def _held_against_keys(
    one: Known, other: Known, titles: Likeness, authors: Authors, apart: int, found: Decision
) -> Decision:
    """Let what registers say speak against what is printed."""
    if found.verdict is Verdict.DIFFERENT:
        return found
    if disagreeing := keys_disagree(one.keys, other.keys):
        is_reprint = found.verdict is Verdict.SAME and titles.titles is Titles.EQUAL
        if is_reprint and disagreeing == {Scheme.ACL} and authors.are_equal and not apart:
            # The Anthology lists the volume of a joint conference under both.
            return found
        # One text printed twice, or two of a series: a person may look at the equal ones.
        is_likely = is_reprint and not authors.is_unknown
        verdict = Verdict.DOUBTFUL if is_likely else Verdict.DIFFERENT
        return Decision(verdict, (*found.reasons, Reason.OTHER_KEY))
    if found.verdict is Verdict.SAME and _are_two_publications(one.keys, other.keys):
        return Decision(Verdict.DOUBTFUL, (*found.reasons, Reason.PRINTED_TWICE))
    return found


def _equal_titles(
    one: Known, other: Known, titles: Likeness, authors: Authors, apart: int
) -> Verdict:
    if authors.is_unknown:
        # A feed names no authors. Its title alone must do, unless a year speaks against it.
        return Verdict.SAME if not apart and titles.words >= TELLING_WORDS else Verdict.DOUBTFUL
    if authors.share < MOST_AUTHORS and not authors.same_first:
        is_long = titles.words > LONG_TITLE and apart <= YEARS_APART
        return Verdict.DOUBTFUL if authors.shared and is_long else Verdict.DIFFERENT
    if titles.words < TELLING_WORDS:
        # Two strangers may write "Visual Storytelling"; a group of people does so once.
        is_group = authors.fewer >= 2 and authors.are_nested
        is_sure = authors.are_equal or is_group or (authors.fewer >= 3 and authors.share > 0.6)
        return Verdict.SAME if is_sure and apart <= YEARS_APART else Verdict.DOUBTFUL
    if apart <= YEARS_APART:
        return Verdict.SAME
    is_late = _is_put_online_late(one, other) or _is_put_online_late(other, one)
    is_long = authors.are_nested and (titles.words >= LONG_TITLE or authors.fewer >= 2)
    return Verdict.SAME if is_long and is_late else Verdict.DOUBTFUL


def _is_put_online_late(preprint: Known, printed: Known) -> bool:
    return preprint.is_preprint and (preprint.year or 0) > (printed.year or 0)


def _alike_titles(
    one: Known, other: Known, titles: Likeness, authors: Authors, apart: int
) -> Verdict:
    """Decide where a word or a subtitle differs: between a preprint and its publication.

    Two publications of alike titles by the same people are two works more often than not.
    """
    if titles.titles is Titles.UNLIKE or authors.is_unknown or authors.share < 0.5:
        return Verdict.DIFFERENT
    are_two_stages = one.is_preprint != other.is_preprint or _are_listed_once(one, other)
    if titles.words < LONG_TITLE:
        is_sure = False
    elif titles.titles is Titles.CLOSE:
        are_they = authors.are_equal or (
            authors.fewer >= 2 and (authors.are_nested or authors.share >= 0.75)
        )
        is_sure = are_they and (apart <= 1 or (are_two_stages and apart <= YEARS_APART))
    elif titles.titles is Titles.PART:
        # A project's reports by one person have such titles, too.
        are_they = authors.are_equal or (authors.are_nested and authors.fewer >= 2)
        is_sure = are_two_stages and are_they and apart <= YEARS_APART
    else:
        is_small = titles.changed * 6 <= titles.words and not titles.has_more_numbers
        is_sure = (
            is_small and are_two_stages and authors.are_equal and authors.fewer > 2 and apart <= 1
        )
    if is_sure:
        return Verdict.SAME
    is_likely = authors.same_first or titles.titles is not Titles.NEAR
    return Verdict.DOUBTFUL if apart <= YEARS_APART and is_likely else Verdict.DIFFERENT


def _are_listed_once(one: Known, other: Known) -> bool:
    """Tell whether both are of one venue and year, which prints a work once."""
    return one.venue_id is not None and one.venue_id == other.venue_id and one.year == other.year


def _title_reason(titles: Likeness) -> Reason:
    if titles.titles is Titles.EQUAL and titles.words < TELLING_WORDS:
        return Reason.SHORT_TITLE
    return {
        Titles.EQUAL: Reason.SAME_TITLE,
        Titles.CLOSE: Reason.CLOSE_TITLE,
        Titles.PART: Reason.SUBTITLE,
        Titles.NEAR: Reason.NEAR_TITLE,
        Titles.UNLIKE: Reason.OTHER_TITLE,
    }[titles.titles]


def _authors_reason(authors: Authors) -> Reason:
    if authors.is_unknown:
        return Reason.NO_AUTHORS
    if authors.are_nested:
        return Reason.SAME_AUTHORS
    return Reason.SOME_AUTHORS if authors.shared else Reason.OTHER_AUTHORS


def _is_same_print(one: Known, other: Known) -> bool:
    """Tell whether all that is printed is equal, and no key speaks against it."""
    is_one_print = (
        one.title_key == other.title_key
        and one.name_keys == other.name_keys
        and one.year == other.year
        and one.venue_id == other.venue_id
    )
    if not is_one_print or not (one.keys and other.keys):
        return is_one_print
    # Keys on both sides: two volumes have a "Preface" each, but not by the same people.
    is_told = bool(one.name_keys) and one.venue_id is not None
    return is_told and not keys_disagree(one.keys, other.keys)


def keys_disagree(one: Collection[Key], other: Collection[Key]) -> set[Scheme]:
    """Return the registers that give a work one identifier and gave these two different ones."""
    found = set()
    for scheme in ONE_EACH:
        mine = {key.value for key in one if key.scheme == scheme and not _is_of_preprint(key)}
        theirs = {key.value for key in other if key.scheme == scheme and not _is_of_preprint(key)}
        if mine and theirs and not mine & theirs:
            found.add(scheme)
    return found


def _are_two_publications(one: Collection[Key], other: Collection[Key]) -> bool:
    """Tell whether the keys name two places of publication, as of a talk and an article."""
    mine, theirs = _publishers(one), _publishers(other)
    return bool(mine and theirs and not mine & theirs)


def _publishers(keys: Collection[Key]) -> set[str]:
    """Return who published it, where a key tells; PMLR gives no DOIs, the Anthology its own."""
    found = set()
    for scheme, value in keys:
        if scheme == Scheme.PMLR:
            found.add("pmlr")
        elif scheme == Scheme.ACL or (scheme == Scheme.DOI and value.startswith(_ACL_DOIS)):
            found.add("acl")
        elif scheme == Scheme.DOI and not value.startswith(_PREPRINT_DOIS):
            found.add(value.partition("/")[0])
    return found


def _is_of_publication(key: Key) -> bool:
    return key.scheme in (Scheme.DOI, Scheme.ACL, Scheme.PMLR, Scheme.DBLP) and not (
        _is_of_preprint(key)
    )


def _is_of_preprint(key: Key) -> bool:
    """Tell whether this DOI or DBLP key only says that there is a preprint."""
    if key.scheme == Scheme.DOI:
        return key.value.startswith(_PREPRINT_DOIS)
    return key.scheme == Scheme.DBLP and key.value.startswith("journals/corr/")
