"""Find the paper of a summary that stands without a title line.

A summary is placed only where its text tells the paper. Where two papers fit equally, or
the text says nothing, it stays unplaced: a person decides better than a guess.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shortscience.lib.names import family_name
from shortscience.lib.titles import title_key
from shortscience.sources.pages import clues as reading
from shortscience.sources.pages import library
from shortscience.sources.pages.clues import Clues, Naming, Standing

# Words of so many titles that sharing them says little.
_WEAK = frozenset(
    map(
        reading.stem,
        """a an analysis and approach are as at based by data deep do does for from how in into is
        it learn learning method methods model models network networks neural new not of on or
        the to towards training trained using via we what when with without""".split(),
    )
)
_WEAK_WEIGHT = 0.3
# Share of a title's words (weighted) that a text must hold besides naming the first author.
_TOPIC_SHARE = 0.6
# Enough where no other paper at hand has a first author of that name. Measured on abstracts
# and titles: of ten texts nine hold so much of their own title, and two of another one's.
_TOPIC_SHARE_ALONE = 0.5
_FEWEST_TOPIC_WORDS = 3
# By so much one of two fitting papers must lead, or none is taken.
_LEAD_OVER_NEXT = 0.25
# A name of so many letters, or words, is no accident.
_LONG_NAME = 22
_LONG_NAME_WORDS = 4
# A plain name of fewer letters is a word.
_NAME_LETTERS = 10
# So many telling words of a title, one after the other, are no accident either.
_PHRASE_WORDS = 4
_PHRASE_STRONG_WORDS = 3
_PHRASE_LETTERS = 24
# The first words of a title are a name from so many letters on.
_LONG_PREFIX = 16
# Family names of so many people that one says nothing without the whole topic.
_COMMON = frozenset(
    """chen gao guo gupta he huang jiang kim kumar lee li lin liu lu luo ma park singh smith song
    sun tang wang wu xie xu yang yu zhang zhao zheng zhou zhu""".split()
)
_ARXIV_ID = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?!\d)|\b([a-z][a-z.-]{1,20}/\d{7})\b")
_ODD_WORD = re.compile(
    r"[A-Za-z]+\d|\d+[A-Za-z]|[a-z]+[A-Z]|[A-Z]{3,}|[A-Z]+-[A-Z]{2,}|[A-Z][a-z]+[A-Z]"
)


_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that a summary may belong to."""

    title: str
    authors: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chosen candidate's index and why; or None, why not, and those considered."""

    chosen: int | None
    reason: str
    considered: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    strength: int  # of the kind of evidence; fits of different strength do not compete
    name_length: int
    share: float  # of the title's words in the text
    index: int
    reason: str


@dataclass(slots=True)
class _Text:
    clues: Clues
    names: dict[str, Naming]
    fits: list[_Fit] = field(default_factory=list)
    near: list[int] = field(default_factory=list)  # by the same first author, but no fit


class Placer:
    """Looks at many texts in one pass over the candidates."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = candidates
        self.first_authors = Counter(_surname(c.authors[0]) for c in candidates if c.authors)

    def place(self, texts: Iterable[str]) -> list[Verdict]:
        """Return for each restored text which candidate it belongs to, or why none."""
        all_clues = [reading.read_clues(text) for text in texts]
        looked_at = [_Text(c, reading.names_in_opening(c)) for c in all_clues]
        by_identity, by_name, by_lead = _indexes(looked_at)
        for index, candidate in enumerate(self.candidates):
            for key in {*candidate.keys, *arxiv_ids(candidate.keys)}:
                for text in by_identity.get(key, ()):
                    is_link = key == text.clues.arxiv_id
                    reason = library.OWN_LINK if is_link else library.CITES
                    text.fits.append(_Fit(5, 0, 1.0, index, reason))
            for name in _names(candidate.title):
                for text in by_name.get(name.squashed, ()):
                    self._weigh_name(index, name, text)
            for phrase in phrases(candidate.title):
                for text in looked_at:
                    self._weigh_phrase(index, phrase, text)
            if candidate.authors:
                for text in by_lead.get(_surname(candidate.authors[0]), ()):
                    self._weigh_author(index, text)
        return [self._decide(text) for text in looked_at]

    def _weigh_name(self, index: int, name: _Name, text: _Text) -> None:
        candidate = self.candidates[index]
        share = _share(candidate.title, text.clues)
        lead = text.clues.lead
        first = _surname(candidate.authors[0]) if candidate.authors else ""
        is_by_lead = lead is not None and lead.first == first
        if _contradicts(text.clues, candidate) or not _tells(name, text, share, is_by_lead):
            return
        strength, reason = (4, library.NAMES_TITLE) if name.is_long else (3, library.METHOD_NAME)
        text.fits.append(_Fit(strength, len(name.squashed), share, index, reason))

    def _weigh_phrase(self, index: int, phrase: str, text: _Text) -> None:
        candidate, clues = self.candidates[index], text.clues
        if says_phrase(clues, phrase) and not _contradicts(clues, candidate):
            share = _share(candidate.title, clues)
            text.fits.append(_Fit(3, len(phrase), share, index, library.NAMES_TITLE))

    def _weigh_author(self, index: int, text: _Text) -> None:
        candidate, lead = self.candidates[index], text.clues.lead
        if not lead or _contradicts(text.clues, candidate):
            return
        is_alone = self.first_authors[lead.first] == 1 and lead.first not in _COMMON
        enough = _TOPIC_SHARE_ALONE if is_alone or lead.second else _TOPIC_SHARE
        share = _share(candidate.title, text.clues)
        if share >= enough and _held_words(candidate.title, text.clues) >= _FEWEST_TOPIC_WORDS:
            text.fits.append(_Fit(2, 0, share, index, library.FIRST_AUTHOR))
        else:
            text.near.append(index)

    def _decide(self, text: _Text) -> Verdict:
        fits = sorted(text.fits, key=lambda f: (-f.strength, -f.name_length, -f.share, f.index))
        if not fits:
            return Verdict(None, library.TELLS_NOTHING, tuple(dict.fromkeys(text.near)))
        best = fits[0]
        rivals = [
            fit
            for fit in fits
            if not self._is_same_work(fit.index, best.index)
            and (fit.strength, fit.name_length) == (best.strength, best.name_length)
        ]
        if any(best.share - rival.share < _LEAD_OVER_NEXT for rival in rivals):
            considered = [best.index, *(rival.index for rival in rivals)]
            return Verdict(None, library.SEVERAL_FIT, tuple(dict.fromkeys(considered)))
        return Verdict(best.index, best.reason, tuple(dict.fromkeys(f.index for f in fits)))

    def _is_same_work(self, one: int, other: int) -> bool:
        """Tell whether two candidates are one work that is there twice; the first is as good."""
        first, second = self.candidates[one], self.candidates[other]
        if one == other:
            return True
        people, others = ({_surname(name) for name in c.authors} for c in (first, second))
        return title_key(first.title) == title_key(second.title) and bool(people & others)


def _indexes(
    texts: Iterable[_Text],
) -> tuple[dict[str, list[_Text]], dict[str, list[_Text]], dict[str, list[_Text]]]:
    """Return the texts by the ids and keys they give, by names, and by first author."""
    by_identity: dict[str, list[_Text]] = defaultdict(list)
    by_name: dict[str, list[_Text]] = defaultdict(list)
    by_lead: dict[str, list[_Text]] = defaultdict(list)
    for text in texts:
        for identity in {text.clues.arxiv_id, text.clues.cited_key} - {""}:
            by_identity[identity].append(text)
        for name in text.names:
            by_name[name].append(text)
        if text.clues.lead:
            by_lead[text.clues.lead.first].append(text)
    return by_identity, by_name, by_lead


def arxiv_ids(keys: Iterable[str]) -> set[str]:
    """Return the arXiv ids that stand in keys such as "journals/corr/1512.03385"."""
    return {found[1] or found[2] for key in keys for found in _ARXIV_ID.finditer(key.lower())}


@dataclass(frozen=True, slots=True)
class _Name:
    squashed: str
    printed: str
    is_long: bool  # so long that it is no accident
    is_odd: bool  # spelt as only names are: fastText, R-CNN, MobileNetV2
    is_part: bool  # the first words of a title without a colon


def _names(title: str) -> list[_Name]:
    """Return the names under which a text may speak of a paper."""
    head, colon, _ = title.partition(":")
    names = [_name(title, is_part=False)]
    if colon:
        names.append(_name(head, is_part=False))
    else:
        words = title.split()[:6]
        parts = (_name(" ".join(words[:end]), is_part=True) for end in range(2, len(words)))
        names += [part for part in parts if len(part.squashed) >= _LONG_PREFIX]
    seen: dict[str, _Name] = {}
    for name in names:
        seen.setdefault(name.squashed, name)
    return [name for name in seen.values() if name.squashed]


def names_of(title: str) -> list[str]:
    """Return the names under which a text may speak of a paper, in small letters, no spaces."""
    return [name.squashed for name in _names(title)]


def _name(printed: str, *, is_part: bool) -> _Name:
    words = reading.words_of(printed)
    squashed = "".join(words)
    is_long = not is_part and (len(words) >= _LONG_NAME_WORDS or len(squashed) >= _LONG_NAME)
    return _Name(squashed, printed, is_long, bool(_ODD_WORD.search(printed)), is_part)


def _tells(name: _Name, text: _Text, share: float, is_by_lead: bool) -> bool:
    """Tell whether a name in a text's opening is the summarised paper's."""
    naming = text.names[name.squashed]
    is_odd = name.is_odd and not name.is_part and _is_spelt_so(name.printed, naming.cased)
    if name.is_long or is_odd:
        return True
    # A plain name ("Batch Normalization") must be introduced, and needs the topic as well.
    if name.is_odd and not name.is_part:
        return False
    is_whole = is_by_lead and not name.is_part and len(name.squashed) >= _NAME_LETTERS
    return naming.standing is Standing.INTRODUCED and (is_whole or _is_name_enough(name, share))


def _is_spelt_so(printed: str, cased: Sequence[str]) -> bool:
    """Tell a name from words that happen to have its letters: ONE, and WASA in "was a"."""
    if printed.isalpha() and printed.isupper():
        return "".join(cased) == printed
    return len(cased) <= len(_NAME_PART.findall(printed))


def _is_name_enough(name: _Name, share: float) -> bool:
    is_one_word = len(name.squashed) < _NAME_LETTERS
    return not is_one_word and share >= _TOPIC_SHARE


def _contradicts(clues: Clues, candidate: Candidate) -> bool:
    """Tell whether the text gives another arXiv id, or other people, than the paper has."""
    ids = arxiv_ids(candidate.keys)
    if clues.arxiv_id and ids and clues.arxiv_id not in ids:
        return True
    if not clues.lead or not candidate.authors:
        return False
    surnames = {_surname(author) for author in candidate.authors}
    lead = clues.lead
    if lead.second and lead.second not in surnames:
        return True
    return lead.first not in surnames or (lead.has_others and len(surnames) < 2)


def _held(title: str, clues: Clues) -> list[tuple[str, float, bool]]:
    """Return each word of a title as (stem, weight, is in the text)."""
    words = reading.words_of(title)
    held: dict[str, tuple[str, float, bool]] = {}
    for before, word in pairwise(["", *words]):
        stem = reading.stem(word)
        # "Cycle consistency" is in "cycleconsistency" and the other way round.
        is_joined = bool(before) and f" {before}{stem}" in clues.spaced
        is_parted = word.removesuffix("s") in clues.pairs
        was_held = stem in held and held[stem][2]
        is_in_text = stem in clues.stems or is_joined or is_parted or was_held
        held[stem] = (stem, _WEAK_WEIGHT if stem in _WEAK else 1.0, is_in_text)
    return list(held.values())


def _share(title: str, clues: Clues) -> float:
    """Return the weighted share of a title's words that the text holds, in [0, 1]."""
    held = _held(title, clues)
    total = sum(weight for _, weight, _ in held)
    return sum(weight for _, weight, is_in in held if is_in) / total if total else 0.0


_FUNCTION_WORDS = frozenset(map(reading.stem, reading.FUNCTION_WORDS))


def phrases(title: str) -> list[str]:
    """Return the parts of a title that a text can only hold by naming the paper."""
    head, colon, tail = title.partition(":")
    found = []
    for part in (title, head, tail) if colon else (title,):
        words = [word for _, word in reading.telling(reading.words_of(part))]
        strong = sum(reading.stem(word) not in _WEAK for word in words)
        phrase = "".join(words)
        if (
            len(words) >= _PHRASE_WORDS
            and strong >= _PHRASE_STRONG_WORDS
            and len(phrase) >= _PHRASE_LETTERS
        ):
            found.append(phrase)
    return list(dict.fromkeys(found))


def says_phrase(clues: Clues, phrase: str) -> bool:
    """Tell whether the text gives these words to its own paper."""
    at = clues.phrase.find(phrase)
    while at >= 0:
        index = clues.phrase_starts.get(at)
        if index is not None and reading.standing_at(clues.beginning, index, reading.NAMING_OR_NEW):
            return True
        at = clues.phrase.find(phrase, at + 1)
    return False


def _held_words(title: str, clues: Clues) -> int:
    return sum(1 for stem, _, is_in in _held(title, clues) if is_in and stem not in _FUNCTION_WORDS)


def _surname(author: str) -> str:
    words = reading.words_of(family_name(author))
    return words[-1] if words else ""
