"""Marks: the names of what pages are made from, and which of them a change touches.

t:TABLE          anything in the table
paper:N          what other pages print of a paper: its title, year, venue
on:N             all that stands on its own page: texts, comments, keys, numbers
person:N, of:N   the name of a person · what their own page shows besides
venue:N, at:N    the name of a venue · what stands on its pages
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shortscience.accounts.models import User
from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.pagestore.following import Changed
from shortscience.pagestore.triggers import EVERYTHING, NUMBERS
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.venues.models import Venue

EVERY_PAGE = "*"

# Tables whose rows carry marks of papers, persons and venues for all pages that print them.
BY_ROW = frozenset(
    {
        "papers_paper", "papers_identifier", "papers_indexchange", "papers_papernotice",
        "venues_venue", "venues_venuekey", "venues_venueyear", "accounts_user",
        "summaries_summary", "summaries_citation", "summaries_summaryrevision",
        "summaries_authorship",
        "claims_claim", "claims_claimversion", "claims_claimmerge",
        "evidence_reproduction", "evidence_reproductionversion", "evidence_testedclaim",
        "evidence_report", "evidence_reportdocument", "evidence_finding", "evidence_confirmation",
        "evidence_claimevidence", "evidence_standing", "evidence_externalevidence",
        "discussion_comment", "voting_summaryvote",
        "library_readinglist", "library_listitem",
    }
)  # fmt: skip

# What one row of the outbox tells of: papers and keys that are new.
_TOLD_BY_OUTBOX = ("t:papers_paper", "t:papers_identifier")
_OUTBOX = "papers_indexchange"
# A longer run of papers is compared with the marks there are instead of being written out.
_LONG_RUN = 200

Thing = Paper | Summary | Comment | Claim | User | Venue | str


class PaperRun:
    """The marks of a run of papers, without a list of them."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last

    def __contains__(self, mark: str) -> bool:
        kind, _, number = mark.partition(":")
        return kind == "on" and self.first <= int(number) <= self.last


def marks_of_change(change: Changed) -> frozenset[str]:
    """Return what a row of the log touches; of a long run of papers see `papers_in`."""
    if change.source == EVERYTHING:
        return frozenset({EVERY_PAGE})
    table, only_numbers, _ = change.source.partition(NUMBERS)
    marks = {f"t:{table}", *(_TOLD_BY_OUTBOX if table == _OUTBOX else ())}
    belongs = (
        (change.paper, "on", "paper", "papers_paper"),
        (change.person, "of", "person", "accounts_user"),
        (change.venue, "at", "venue", "venues_venue"),
    )
    for number, own, named, home in belongs:
        if number is not None:
            marks.add(f"{own}:{number}")
            if table == home and not only_numbers:
                marks.add(f"{named}:{number}")
    if change.paper is not None and change.last_paper is not None and papers_in(change) is None:
        marks.update(f"on:{number}" for number in range(change.paper, change.last_paper + 1))
    return frozenset(marks)


def papers_in(change: Changed) -> PaperRun | None:
    """Return the run of papers that a change tells of, where it is a long one."""
    first, last = change.paper, change.last_paper
    if first is None or last is None or last - first < _LONG_RUN:
        return None
    return PaperRun(first, last)


def marks_about(things: Iterable[Thing]) -> Iterator[str]:
    """Yield the marks of a page about these things: anything of theirs changes it."""
    for thing in things:
        match thing:
            case str():
                yield f"t:{thing}"
            case Paper():
                yield f"on:{thing.pk}"
            case User():
                yield f"of:{thing.pk}"
            case Venue():
                yield f"at:{thing.pk}"
            case _:
                raise TypeError(f"no page is about {thing!r}")
    yield from marks_naming(thing for thing in things if not isinstance(thing, str))


def marks_naming(things: Iterable[Thing]) -> Iterator[str]:
    """Yield the marks of a page that prints these things' names.

    Of a text that is its paper and its writer; of an anonymous one nothing tells the writer.
    """
    for thing in things:
        match thing:
            case Paper():
                yield f"paper:{thing.pk}"
                if thing.venue_id is not None:
                    yield f"venue:{thing.venue_id}"
            case User():
                yield f"person:{thing.pk}"
            case Venue():
                yield f"venue:{thing.pk}"
            case Claim():
                if thing.proposed_by is not None:
                    yield f"person:{thing.proposed_by.pk}"
                if thing.summary is not None:
                    yield from marks_naming([thing.summary])
            case Summary() | Comment():
                yield f"paper:{thing.paper_id}"
                for writer in _named_writers(thing):
                    yield f"person:{writer.pk}"
                if "paper" in thing._state.fields_cache:
                    yield from marks_naming([thing.paper])
            case _:
                raise TypeError(f"{thing!r} has no name that pages print")


def _named_writers(text: Summary | Comment) -> list[User]:
    if isinstance(text, Summary):
        return text.named_authors
    return [text.named_author] if text.named_author is not None else []
