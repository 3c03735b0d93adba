"""Do the words of a phrase stand side by side? The index knows it of titles and names only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shortscience.papers.models import Paper
from shortscience.search.snippets import readable
from shortscience.search.text import words_in
from shortscience.summaries.models import Summary


def those_that_say(phrases: Iterable[str], papers: Sequence[int]) -> list[int]:
    """Return the papers, in their order, that have each phrase in one of their texts."""
    wanted = [f" {' '.join(words_in(phrase))} " for phrase in phrases]
    texts = _texts_of(papers)
    return [
        pk
        for pk in papers
        if all(any(phrase in text for text in texts.get(pk, ())) for phrase in wanted)
    ]


def _texts_of(papers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    columns = ("pk", "title", "authors", "abstract", "keywords", "venue__short_name", "venue__name")
    for pk, title, authors, *texts in Paper.objects.filter(pk__in=papers).values_list(*columns):
        abstract, keywords, *venue = texts
        found[pk] = [*map(_words, [title, *authors, abstract, *keywords, *filter(None, venue)])]
    for pk, text in _summaries_of(papers):
        found.setdefault(pk, []).append(_words(readable(text)))
    return found


def _summaries_of(papers: Sequence[int]) -> Iterator[tuple[int, str]]:
    public = Summary.objects.public().filter(paper__in=papers)
    yield from public.values_list("paper", "text").iterator()


def _words(text: str) -> str:
    return f" {' '.join(words_in(text))} "
