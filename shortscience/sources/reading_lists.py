"""A BibTeX file as a reading list: what we know, what we may add, and what stays out and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from shortscience.accounts.querysets import Viewer
from shortscience.lib import bibtex
from shortscience.lib.errors import Refused
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.models import ReadingList
from shortscience.library.rules import MAX_ITEMS, TooMuch
from shortscience.papers.intake import Outcome, Taken
from shortscience.papers.models import Paper
from shortscience.papers.rules import NEW_PAPERS
from shortscience.sources.bibtex.parse import record_of
from shortscience.sources.storing import store_what_fits


class NothingToList(Refused):
    """None of the entries is a paper that we have or may add; `refused` says why of each."""

    status = 422

    def __init__(self, refused: Sequence[bibtex.Refusal]) -> None:
        super().__init__(_("No entry could be used, so no list was made. What you typed is kept."))
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Imported:
    """A list made from a file."""

    reading_list: ReadingList
    papers: int
    # How many of them the site did not have before.
    added: int
    # What stayed out, in the order of the file.
    refused: Sequence[bibtex.Refusal]


def list_from_bibtex(
    *, owner: Viewer, name: str, description: str, is_public: bool, text: str
) -> Imported:
    """Make a list of the papers in a BibTeX text; all that it says or nothing is stored.

    Raises:
        NothingToList: no entry could be used.
        TooMuch: the file is too long.
        Refused: as `make_list`.
    """
    found = bibtex.parse(text)
    if len(found.records) > MAX_ITEMS:
        sentence = _("These are %(n)d entries; a list takes %(most)d at most. Send them in parts.")
        raise TooMuch(sentence % {"n": len(found.records), "most": MAX_ITEMS})
    with transaction.atomic():
        made = make_list(owner=owner, name=name, description=description, is_public=is_public)
        records = [record_of(entry) for entry in found.records]
        taken = store_what_fits(member=owner, records=records)
        papers = [paper for one in taken if (paper := _open(one)) is not None]
        refused = sorted(
            [*found.refused, *_left_out(found.records, taken)], key=lambda refusal: refusal.line
        )
        if not papers:
            raise NothingToList(refused)
        count = add_to_list(by=owner, reading_list=made, papers=papers)
    new = {one.paper.pk for one in taken if one is not None and one.outcome is Outcome.ADDED}
    return Imported(made, papers=count, added=len(new), refused=refused)


def _open(taken: Taken | None) -> Paper | None:
    """Return the paper that an entry is, if everybody may see it."""
    return taken.paper if taken is not None and taken.paper.hidden_at is None else None


def _left_out(
    entries: Sequence[bibtex.BibtexRecord], taken: Sequence[Taken | None]
) -> Iterator[bibtex.Refusal]:
    too_many = _(
        "We do not have this paper yet, and a day takes %(limit)d new papers of one person."
        " Add it tomorrow."
    ) % {"limit": NEW_PAPERS.count}
    for entry, one in zip(entries, taken, strict=True):
        if one is None:
            yield bibtex.Refusal(entry.line, too_many)
        elif _open(one) is None:
            yield bibtex.Refusal(
                entry.line, _("A moderator removed this paper; see the public log.")
            )
