"""What the page of results shows: from the index where there is one, else from the database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from shortscience.accounts.querysets import Viewer
from shortscience.lib.paging import Page
from shortscience.lib.titles import title_key
from shortscience.papers.models import Paper
from shortscience.papers.querysets import PaperQuerySet
from shortscience.search import engine, queries, says
from shortscience.search.engine import Found
from shortscience.search.language import Asked, Where, understood
from shortscience.search.narrow import NO_FILTERS, Narrow
from shortscience.search.queries import PER_PAGE, Choice, Facet, Hit, Results
from shortscience.search.text import forms, words_in
from shortscience.venues.models import Venue

# Papers with the whole title that was typed; more are "Editorial" and "Preface".
_MOST_EXACT = 10
# Shorter beginnings of titles are shared by too many to mean one.
_TELLING_WORDS = 3
_CHOICES_SHOWN = 8
# Kinds of filters with boxes to tick.
_TICKED = ("has", "venue", "section")
LAST_PAGE = engine.MAX_HITS // PER_PAGE
_WORD = re.compile(r"\w+")


def find(
    text: str,
    viewer: Viewer,
    page: int = 1,
    order: str = "best",
    *,
    typing: bool = False,
    as_typed: bool = False,
    narrow: Narrow = NO_FILTERS,
) -> Results:
    """Return page `page` of the papers that a text finds, best match first. Never fails.

    Args:
        order: "best", "newest" or "summaries"; anything else is "best".
        typing: the reader has not pressed Enter: the last word may be only a beginning.
        as_typed: look for the words as they are, without likelier ones.
        narrow: what the filters beside the results ask for.
    """
    order = order if order in engine.ORDERS else "best"
    asked = replace(understood(text, typing=typing), narrow=narrow)
    visible = Paper.objects.visible_to(viewer)
    if asked.is_plain and (keys := queries.identifiers_in(asked.text)):
        paper = queries.only(visible.with_keys(keys))
        if paper is not None:
            return Results(text=asked.text, order=order, paper=paper)
        if queries.is_unmistakable(keys):
            return Results(text=asked.text, order=order, identifier=asked.text)
    if not asked:
        return Results(text=asked.text, order=order)
    try:
        return _from_index(asked, visible, min(page, LAST_PAGE + 1), order, as_typed=as_typed)
    except engine.Unavailable:
        return queries.find(text, viewer, page, order, narrow)


def papers_for(
    text: str, *, limit: int, typing: bool = False, needs_all: bool = False
) -> list[int]:
    """Return the ids of the papers that a text finds, the best first.

    Args:
        needs_all: leave out papers that lack a word, if others have them all.

    Raises:
        engine.Unavailable: there is no index.
    """
    asked = understood(text, typing=typing)
    found = engine.search(asked, limit=PER_PAGE, exact=_with_whole_title(asked))
    papers = found.papers[: found.strict or None] if needs_all else found.papers
    return _sorted_by_what_they_say(asked, papers)[:limit]


def _from_index(
    asked: Asked, visible: PaperQuerySet, page: int, order: str, *, as_typed: bool
) -> Results:
    start = (page - 1) * PER_PAGE
    found = engine.search(
        asked,
        order=order,
        limit=engine.MAX_HITS if asked.phrases else PER_PAGE,
        offset=0 if asked.phrases else start,
        exact=_with_whole_title(asked) if order == "best" else (),
        with_facets=True,
        corrects=not as_typed,
    )
    ids = found.papers
    if asked.phrases and found.strict:
        said = says.those_that_say(asked.phrases, ids)
        found = replace(found, total=len(said), strict=len(said))
        ids = said[start : start + PER_PAGE]
    if order == "best" and page == 1:
        ids = _sorted_by_what_they_say(asked, ids)
    words = _words_to_mark(asked, found.corrected)
    reachable = min(found.total, engine.MAX_HITS)
    last = max(1, -(-reachable // PER_PAGE))
    rows = [queries.Match(pk) for pk in ids]
    return Results(
        text=asked.text,
        words=words,
        order=order,
        page=queries.page_of_hits(visible, Page(rows, page, page < last, page > 1, last), words),
        total=found.total,
        has_all=found.strict,
        has_more=found.is_more,
        corrected=_with_corrections(asked.text, found.corrected),
        facets=_facets(asked, _counted(asked, found, as_typed=as_typed)),
    )


def _with_whole_title(asked: Asked) -> Sequence[int]:
    """Return papers whose title is what was typed, from the database's own index of titles."""
    if not asked.words or not title_key(asked.text):
        return []
    same = Paper.objects.same_title_as(asked.text).order_by("-summary_count", "-pk")
    return list(same.values_list("pk", flat=True)[:_MOST_EXACT])


# --- the first page, once more --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """What a paper says of itself on its first line."""

    title: str
    authors: Sequence[str]


def _sorted_by_what_they_say(asked: Asked, ids: Sequence[int]) -> list[int]:
    """Put first what the index cannot see: titles that begin or end so, authors in this order.

    Only where the words are telling; else the order of the index stays, as it does among equals.
    """
    words = [word for word in words_in(asked.plain_text) if not word.isdigit()]
    if len(words) < _TELLING_WORDS or len(ids) < 2:
        return list(ids)
    rows = Paper.objects.filter(pk__in=ids).values_list("pk", "title_key", "authors")
    told = {pk: _Told(title, authors) for pk, title, authors in rows}
    key = title_key(asked.plain_text)
    return sorted(ids, key=lambda pk: -_likeness(told[pk], key, words) if pk in told else 0)


def _likeness(paper: _Told, key: str, words: Sequence[str]) -> int:
    if key and paper.title.startswith(key):
        return 3 if paper.title == key else 2
    first = words_in(" ".join(paper.authors[:4]))
    if first[: len(words)] == list(words):
        return 1
    return 1 if key and paper.title.endswith(key) else 0


def _words_to_mark(asked: Asked, corrected: Mapping[str, str]) -> list[str]:
    typed = [
        word
        for part in asked.parts
        if not part.is_excluded and part.where in (Where.ANYWHERE, Where.ABSTRACT, Where.TITLE)
        for word in _WORD.findall(part.text.lower())
    ]
    typed = [word for word in typed if len(word) > 1 or len(typed) == 1]
    likelier = [corrected[word] for word in words_in(asked.plain_text) if word in corrected]
    return list(dict.fromkeys(form for word in [*typed, *likelier] for form in forms(word)))


def _with_corrections(text: str, corrected: Mapping[str, str]) -> str:
    """Return the text with the likelier words in it; "" where there are none."""
    if not corrected:
        return ""

    def replaced(found: re.Match[str]) -> str:
        return corrected.get(next(iter(words_in(found[0])), ""), found[0])

    likelier = _WORD.sub(replaced, text)
    return "" if likelier == text else likelier


# --- what to narrow down by -----------------------------------------------------------------------


def _counted(asked: Asked, found: Found, *, as_typed: bool) -> Mapping[str, Mapping[str, int]]:
    """Return the numbers beside the choices, each kind counted without its own filter.

    Who ticked one venue can then tick another.
    """
    counted = dict(found.facets)
    for name in _TICKED:
        if asked.narrow.chosen(name):
            wider = replace(asked, narrow=asked.narrow.without(name))
            others = engine.search(wider, limit=1, with_facets=True, corrects=not as_typed)
            counted[name] = others.facets.get(name, {})
    return counted


def _facets(asked: Asked, counted: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    """Return the choices that would leave some papers and not all, each as the text to search."""
    slugs = {*counted.get("venue", ()), *asked.narrow.venues}
    venues = dict(Venue.objects.filter(slug__in=slugs).values_list("slug", "short_name"))
    labels: dict[str, Mapping[str, str]] = {
        "venue": venues,
        "section": {
            "cs": _("Computer science"),
            "bio": _("Biology"),
            "ph": _("Physics"),
        },
        "has": {
            "summary": _("Summaries"),
            "reproduced": _("Reproduced claims"),
            "disputed": _("Disputed claims"),
            "untested": _("Untested claims"),
        },
    }
    return [
        Facet(name, choices)
        for name in ("has", "venue", "year", "section")
        if (choices := _choices(asked, name, counted.get(name, {}), labels.get(name)))
    ]


def _choices(
    asked: Asked, name: str, numbers: Mapping[str, int], labels: Mapping[str, str] | None
) -> list[Choice]:
    known = {
        value: number for value, number in numbers.items() if labels is None or value in labels
    }
    if name == "year":
        known = dict(sorted(known.items(), reverse=True))
    chosen = [value for value in asked.narrow.chosen(name) if labels is None or value in labels]
    # What is chosen stays in sight, so that it can be taken back.
    shown = dict.fromkeys([*list(known)[:_CHOICES_SHOWN], *chosen])
    return [
        Choice(
            labels[value] if labels else value,
            known.get(value, 0),
            f"{asked.text} {name}:{value}",
            value,
            value in chosen,
        )
        for value in shown
    ]


__all__ = ["Choice", "Facet", "Hit", "Results", "find", "papers_for"]
