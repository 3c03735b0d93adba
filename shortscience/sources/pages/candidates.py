"""Papers of the database that loose summaries may be about: found by index, never by scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from string import ascii_lowercase
from typing import TypeVar

from django.db.models import Q

from shortscience.lib.identifiers import candidates
from shortscience.lib.names import family_name
from shortscience.lib.titles import MAX_KEY, title_key
from shortscience.papers.likeness import block_key
from shortscience.papers.models import Paper
from shortscience.sources.pages.clues import (
    FUNCTION_WORDS,
    Clues,
    Naming,
    names_in_opening,
    read_clues,
    words_of,
)
from shortscience.sources.pages.library import KnownPaper
from shortscience.sources.pages.placing import names_of, phrases, says_phrase
from shortscience.sources.pages.records import Page
from shortscience.summaries.arrivals import keys_of

Value = TypeVar("Value", str, int)

# Shorter names are words: "a", "the model".
SHORTEST_NAME = 5
# Beyond this a text fits everything, and the pages' own papers are the better guess.
MOST = 5000
AT_ONCE = 500
RANGES_AT_ONCE = 100
# What a title begins with is a name only from so many letters on, and up to so many words.
SHORTEST_BEGINNING = 6
MOST_NAME_WORDS = 6
# The longest word of a title, by which papers of one author are told apart, is seldom shorter.
SHORTEST_WORD = 6


def known_papers(pages: Sequence[Page]) -> list[KnownPaper]:
    """Return the stored papers that the pages' cards or loose texts may mean.

    By title (of a card, or as a text's opening says it or how it begins), by key, and by first
    author with a word of the title, which are indexed; by first author alone, or by words of
    the title anywhere, only among papers with a summary, which are few.
    """
    clues = [read_clues(summary.text) for page in pages for summary in page.loose]
    found = _by_title(_titles(pages, clues)) | _by_key(_keys(pages, clues))
    found |= _by_beginning(clues) | _by_author_and_word(clues) | _summarised(clues)
    rows = Paper.objects.filter(pk__in=sorted(found)[:MOST], hidden_at__isnull=True)
    return [
        KnownPaper(paper.title, tuple(paper.authors), paper.year, tuple(keys_of(paper)), paper.pk)
        for paper in rows.prefetch_related("identifiers")
    ]


def _titles(pages: Sequence[Page], clues: Sequence[Clues]) -> set[str]:
    printed = {title_key(paper.title) for page in pages for paper in page.papers}
    said = {name[:MAX_KEY] for clue in clues for name in names_in_opening(clue)}
    return printed | {name for name in said if len(name) >= SHORTEST_NAME}


def _keys(pages: Sequence[Page], clues: Sequence[Clues]) -> set[str]:
    own = {key for page in pages for paper in page.papers for key in paper.identifiers}
    return (own | {c.arxiv_id for c in clues} | {c.cited_key for c in clues}) - {""}


def _by_title(titles: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for some in _pieces(titles):
        rows = Paper.objects.filter(title_key__in=some)
        found |= set(rows.values_list("pk", flat=True)[:MOST])
    return found


def _by_key(texts: Iterable[str]) -> set[int]:
    keys = {key for text in texts for key in candidates(text)}
    return set(Paper.objects.with_keys(keys).values_list("pk", flat=True)) if keys else set()


def _by_beginning(clues: Sequence[Clues]) -> set[int]:
    """Find titles that begin with a name of the text: "Bit-Flip Attack: …"."""
    names = {
        name
        for clue in clues
        for name, naming in names_in_opening(clue).items()
        if SHORTEST_BEGINNING <= len(name) <= MAX_KEY and _is_noun_like(naming)
    }
    found: set[int] = set()
    for some in _pieces(names, RANGES_AT_ONCE):
        is_in = Q()
        for name in some:
            is_in |= Q(title_key__gte=name, title_key__lt=f"{name}zz")
        rows = Paper.objects.filter(is_in).values_list("pk", "title")[:MOST]
        found |= {pk for pk, title in rows if _is_called(title, names)}
    return found


def _is_noun_like(naming: Naming) -> bool:
    first, last = naming.cased[0].lower(), naming.cased[-1].lower()
    return len(naming.cased) <= MOST_NAME_WORDS and not {first, last} & FUNCTION_WORDS


def _is_called(title: str, names: set[str]) -> bool:
    return any(name in names for name in names_of(title))


def _by_author_and_word(clues: Sequence[Clues]) -> set[int]:
    keys: set[int] = set()
    for clue in clues:
        words = {word for word in clue.beginning if len(word) >= SHORTEST_WORD}
        for initial in ascii_lowercase if clue.lead else "":
            author = f"{initial} {clue.lead.first}" if clue.lead else ""
            keys |= {key for word in words if (key := block_key(word, [author])) is not None}
    found: set[int] = set()
    for some in _pieces(keys):
        found |= set(Paper.objects.filter(block_key__in=some).values_list("pk", flat=True)[:MOST])
    return found


def _summarised(clues: Sequence[Clues]) -> set[int]:
    """Look through the papers with a summary, by first author and by words of the title."""
    wanted = {clue.lead.first for clue in clues if clue.lead}
    found: set[int] = set()
    if not clues:
        return found
    rows = Paper.objects.filter(summary_count__gt=0).values_list("pk", "title", "authors")
    for pk, title, authors in rows.iterator():
        is_by_lead = bool(authors) and (words_of(family_name(authors[0])) or [""])[-1] in wanted
        if is_by_lead or any(says_phrase(c, said) for said in phrases(title) for c in clues):
            found.add(pk)
    return found


def _pieces(values: Iterable[Value], size: int = AT_ONCE) -> Iterator[list[Value]]:
    rest = iter(sorted(values))
    while piece := list(islice(rest, size)):
        yield piece
