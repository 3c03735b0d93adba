"""What the pages that are asked for most read, as queries that are put into SQL once.

What each means stands in the querysets; here is only which of them the first page of a list needs.
Pages further on, and what depends on words that somebody typed, are read the ordinary way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims.models import Claim
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_ON_PAPER
from shortscience.evidence.models import ExternalEvidence, Report, Reproduction
from shortscience.lib.prepared import Prepared, numbered
from shortscience.library.models import ReadingList, SavedPaper
from shortscience.papers.models import Identifier, Paper
from shortscience.summaries.models import Citation, SectionCount, Summary
from shortscience.summaries.querysets import SummaryQuerySet
from shortscience.venues.models import Venue
from shortscience.voting.models import SummaryVote

_STRANGER = AnonymousUser()


def paper(number: int, viewer: Viewer) -> Paper | None:
    """Return the paper of this number or the one that it was merged into, with its keys."""
    found = _PAPER(_of(viewer), numbered(Paper, number))
    if not found:
        return None
    (paper,) = found
    keys = Identifier.objects.all()
    keys._result_cache = _KEYS(paper)
    # As prefetch_related leaves it, which would make its SQL anew.
    vars(paper)["_prefetched_objects_cache"] = {"identifiers": keys}
    return paper


def saved(paper: Paper, viewer: Viewer) -> SavedPaper | None:
    """Return the paper's place in a member's library."""
    return next(iter(_SAVED(viewer, paper)), None)


def lists_of(viewer: Viewer, paper: Paper) -> list[ReadingList]:
    """Return a member's lists, each with whether the paper is in it: `holds_it`."""
    return _LISTS_OF(viewer, paper)


def lists_with(paper: Paper, count: int) -> list[ReadingList]:
    """Return the newest published lists with the paper, also of people without a page."""
    return _LISTS_WITH(paper, count)


def papers(numbers: Sequence[int], viewer: Viewer) -> list[Paper]:
    """Return those of these papers that the viewer may see, as a line at the side prints them."""
    return _PAPERS(_of(viewer), [numbered(Paper, number) for number in numbers])


def summaries_of(paper: Paper, viewer: Viewer, *, newest: bool, count: int) -> list[Summary]:
    """Return the first `count` summaries of a paper, as its page prints them."""
    return _SUMMARIES(_of(viewer), paper, newest, count)


class TextsOf:
    """What others may know that a person wrote, in one of two orders, a page at a time.

    A page costs as much as it is long and far from the first, however much the person wrote: what
    they wrote alone and what with others are two indexes, of which only the first rows are read.
    """

    def __init__(self, person: User, *, newest: bool) -> None:
        self._person = person
        self._order = "recent_at" if newest else "quality"

    def __getitem__(self, page: slice) -> list[Summary]:
        # Few lengths, since each gets SQL of its own.
        count = 1 << (page.stop - 1).bit_length()
        rows = [make(self._person, self._order, count) for make in (_FIRST_OF, _JOINT_OF)]
        found = sorted(chain.from_iterable(rows), key=self._place, reverse=True)[page]
        whole = {summary.pk: summary for summary in _TEXTS(found)}
        return [whole[summary.pk] for summary in found]

    def _place(self, summary: Summary) -> tuple[Any, int]:  # Any: a date or a number
        return getattr(summary, self._order), summary.pk


def summary_to_write(number: int, viewer: Viewer) -> Summary | None:
    """Return the summary if the viewer sees it, with its paper and its text."""
    return next(iter(_WRITTEN(_of(viewer), numbered(Summary, number))), None)


def summary_to_comment_on(number: int, viewer: Viewer) -> Summary | None:
    """Return the summary if the viewer sees it, with its paper and its first author."""
    return next(iter(_COMMENTED_ON(_of(viewer), numbered(Summary, number))), None)


def is_among_first(comment: Comment, count: int) -> bool:
    """Whether so few comments stand before this one, in its thread on a text."""
    summary = numbered(Summary, comment.summary_id) if comment.summary_id else None
    return any(
        one.pk == comment.pk for one in _FIRST(numbered(Paper, comment.paper_id), summary, count)
    )


def claims_of(paper: Paper, viewer: Viewer) -> list[Claim]:
    """Return the claims that the paper's page lists, with who says or proposed each."""
    return _CLAIMS(_of(viewer), paper)


def comments_on(paper: Paper, summaries: Sequence[Summary], viewer: Viewer) -> list[Comment]:
    """Return the first comments of each thread that the paper's page shows."""
    # Nearly every paper has so few that no thread can be too long.
    few = _COMMENTS(_of(viewer), paper, list(summaries))
    if len(few) <= SHOWN_ON_PAPER:
        return few
    return _FIRST_COMMENTS(_of(viewer), paper, list(summaries))


def citing(paper: Paper, count: int) -> list[Summary]:
    """Return the newest summaries of other papers that cite this one, each with their number."""
    return _CITING(paper, count)


def cited_in(summaries: Sequence[Summary], paper: Paper, count: int) -> list[Citation]:
    """Return what these summaries of the paper cite, with the papers."""
    return _CITED(list(summaries), paper, count)


def listed(order: str) -> SummaryQuerySet:
    """Return the summaries of the front page, in one of its orders, with what an entry prints."""
    summaries = Summary.objects.listed().in_index_order().for_entries()
    ordered: SummaryQuerySet = getattr(summaries, order)()
    return ordered


def first_listed(order: str, count: int) -> list[Summary]:
    return _LISTED(order, count)


def reports_on(paper: Paper, viewer: Viewer, count: int) -> list[Report]:
    """Return the newest full runs of reproductions of the paper, each with who sent it."""
    return _REPORTS_ON(_of(viewer), paper, count)


def latest_reports(count: int) -> list[Report]:
    """Return the newest full runs, each with its paper and who sent it."""
    return _LATEST_REPORTS(count)


def section_counts() -> list[SectionCount]:
    return _SECTION_COUNTS()


def papers_awaiting_summary(count: int) -> list[Paper]:
    return _WANTED(count)


def most_summarised_venues(count: int) -> list[Venue]:
    return _VENUES(count)


def _texts(order: str) -> SummaryQuerySet:
    """Return the named public texts of visible papers with nothing but their place in an order."""
    texts = Summary.objects.visible_to(_STRANGER)
    return texts.only(order).order_by(f"-{order}", "-pk")


def _of(viewer: Viewer) -> Viewer:
    """Return the viewer as a query knows them: strangers are all alike."""
    return viewer if viewer.is_authenticated else _STRANGER


_PAPER = Prepared(
    lambda viewer, paper: (
        Paper.objects.visible_to(viewer)
        .select_related("venue")
        .with_notices_told()
        .annotate(
            is_listed=Exists(ReadingList.objects.published().filter(items__paper=OuterRef("pk"))),
            is_tried=Exists(Reproduction.objects.filter(paper=OuterRef("pk")))
            | Exists(ExternalEvidence.objects.filter(paper=OuterRef("pk"))),
        )
        .numbered(paper.pk)
    )
)
_FIRST_OF = Prepared(lambda person, order, count: _texts(order).led_by(person)[:count])
_JOINT_OF = Prepared(lambda person, order, count: _texts(order).joined_by(person)[:count])
_TEXTS = Prepared(
    lambda summaries: (
        Summary.objects.filter(pk__in=[summary.pk for summary in summaries])
        .select_related("paper__venue", "author")
        .defer("text", "lead_html", "rest_html", "paper__abstract", "paper__details")
    )
)
_WRITTEN = Prepared(
    lambda viewer, summary: (
        Summary.objects.visible_to(viewer).select_related("paper__venue").filter(pk=summary.pk)
    )
)
_COMMENTED_ON = Prepared(
    lambda viewer, summary: (
        Summary.objects.visible_to(viewer).select_related("paper", "author").filter(pk=summary.pk)
    )
)
_FIRST = Prepared(
    lambda paper, summary, count: (
        Comment.objects.on(paper)
        .about_texts()
        .filter(summary=summary)
        .oldest_first()
        .only("pk")[:count]
    )
)
_PAPERS = Prepared(
    lambda viewer, papers: (
        Paper.objects.visible_to(viewer)
        .filter(pk__in=[paper.pk for paper in papers])
        .select_related("venue")
        .only("title", "year", "summary_count", "venue__short_name")
    )
)
_SAVED = Prepared(lambda viewer, paper: SavedPaper.objects.of(viewer).filter(paper=paper))
_LISTS_OF = Prepared(
    lambda viewer, paper: (
        ReadingList.objects.of(viewer)
        .saying_whether_they_hold(paper)
        .only("name", "slug")
        .by_name()
    )
)
_LISTS_WITH = Prepared(
    lambda paper, count: (
        ReadingList.objects.published()
        .holding(paper)
        .select_related("owner")
        .newest_first()[:count]
    )
)
_KEYS = Prepared(lambda paper: Identifier.objects.filter(paper=paper))


def _summaries(viewer: Viewer, paper: Paper, newest: bool, count: int) -> SummaryQuerySet:
    found = Summary.objects.visible_to(viewer).of(paper).for_paper()
    if viewer.is_authenticated:
        found = SummaryVote.objects.by(viewer).beside(found)
    return (found.recent_first() if newest else found.best_first())[:count]


_SUMMARIES = Prepared(_summaries)
_COMMENTS = Prepared(
    lambda viewer, paper, summaries: (
        Comment.objects.visible_to(viewer)
        .on(paper)
        .shown_with(summaries)
        .for_thread()
        .oldest_first()[: SHOWN_ON_PAPER + 1]
    )
)
_CLAIMS = Prepared(
    lambda viewer, paper: (
        Claim.objects.visible_to(viewer).of(paper).standing().for_lines().oldest_first()
    )
)
_FIRST_COMMENTS = Prepared(
    lambda viewer, paper, summaries: (
        Comment.objects.visible_to(viewer)
        .on(paper)
        .shown_with(summaries)
        .first_of_each_thread(SHOWN_ON_PAPER)
        .for_thread()
        .oldest_first()
    )
)
_CITING = Prepared(
    lambda paper, count: (
        Summary.objects.public()
        .citing(paper)
        .for_mention()
        .with_their_number()
        .order_by("-pk")[:count]
    )
)
_LISTED = Prepared(lambda order, count: listed(order)[:count])
_SECTION_COUNTS = Prepared(lambda: SectionCount.objects.all())
_REPORTS_ON = Prepared(
    lambda viewer, paper, count: (
        Report.objects.visible_to(viewer)
        .on(paper)
        .full_runs()
        .newest_first()
        .select_related("version__reproduction", "uploader")
        .only(
            "sha256",
            "overall",
            "uploaded_at",
            "uploader__username",
            "uploader__display_name",
            "version__reproduction__title",
        )[:count]
    )
)
_LATEST_REPORTS = Prepared(
    lambda count: (
        Report.objects.visible_to(_STRANGER)
        .full_runs()
        .newest_first()
        .select_related("version__reproduction__paper", "uploader")
        .only(
            "sha256",
            "overall",
            "uploaded_at",
            "uploader__username",
            "uploader__display_name",
            "version__reproduction__title",
            "version__reproduction__paper__title",
        )[:count]
    )
)
_WANTED = Prepared(lambda count: Citation.objects.papers_awaiting_summary()[:count])
_VENUES = Prepared(lambda count: Venue.objects.most_summarised_first().with_summaries()[:count])
_CITED = Prepared(
    lambda summaries, paper, count: (
        Citation.objects.of_summaries(summaries).exclude(paper=paper).for_mention()[:count]
    )
)
