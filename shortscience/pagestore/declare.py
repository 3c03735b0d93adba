"""What a view says about the page it makes: that it may be stored, and what it was made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponseBase

from shortscience.pagestore.marks import Thing, marks_about, marks_naming
from shortscience.papers.models import Paper

# Where a request that is answered for the store carries its notebook.
NOTEBOOK = "shortscience.page_notebook"
# Where a request carries the number of the paper whose page it got, if that reader counts.
READ = "shortscience.read"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# Patterns of parameters that several pages know.
PAGE = r"[1-9][0-9]{0,4}"

_MOST_PARAMETERS = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """How pages of one view are stored."""

    parameters: Mapping[str, re.Pattern[str]]
    by_row: bool

    def allows(self, query: str) -> bool:
        """Whether a page of this query may be stored: only names and values that the view knows.

        Each query makes a page of its own, so a stranger must not be able to invent them.
        """
        if not query:
            return True
        try:
            pairs = parse_qsl(
                query, True, strict_parsing=True, errors="strict", max_num_fields=_MOST_PARAMETERS
            )
        except ValueError:
            return False
        # One spelling of each, or "p%61ge=2" would be a page of its own.
        if urlencode(pairs, safe=",") != query or len(dict(pairs)) != len(pairs):
            return False
        return all(
            name in self.parameters and self.parameters[name].fullmatch(value)
            for name, value in pairs
        )


@dataclass(slots=True)
class Notebook:
    """What a page was made from, noted while it is made."""

    about: list[Thing] = field(default_factory=list)
    naming: list[Thing] = field(default_factory=list)

    def marks(self) -> frozenset[str]:
        return frozenset({*marks_about(self.about), *marks_naming(self.naming)})


def stored(*, by_row: bool = False, **parameters: str) -> Callable[[View], View]:
    """Let the pages of a view be stored for strangers.

    Args:
        by_row: the view says with `about` and `naming` of which papers, people and venues its
            page is made, and no other row matters to it. Without it any change in a table that
            the page read makes it anew.
        parameters: {name: pattern} of what the view reads from the query. A page of any other
            query is made for its reader and not stored.
    """
    rule = Rule({name: re.compile(text) for name, text in parameters.items()}, by_row)

    def mark(view: View) -> View:
        view.page_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(view: Callable[..., object]) -> Rule | None:
    rule = getattr(view, "page_rule", None)
    return rule if isinstance(rule, Rule) else None


def about(request: HttpRequest, *things: Thing) -> None:
    """Note what this page is about: whatever changes there makes it anew."""
    notebook = _notebook(request)
    if notebook is not None:
        notebook.about.extend(things)


def naming(request: HttpRequest, *groups: Iterable[Thing]) -> None:
    """Note what this page prints the name of: a title, a person, a venue."""
    notebook = _notebook(request)
    if notebook is not None:
        for group in groups:
            notebook.naming.extend(group)


def is_read(request: HttpRequest, paper: Paper) -> None:
    """Note that whoever gets this page reads about this paper; see `config.readers`."""
    request.META[READ] = paper.pk


def _notebook(request: HttpRequest) -> Notebook | None:
    found = request.META.get(NOTEBOOK)
    return found if isinstance(found, Notebook) else None
