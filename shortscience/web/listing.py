"""What lists of summaries print: everything about the viewer is loaded per page, not per row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from shortscience.accounts.querysets import Viewer
from shortscience.discussion.models import Comment
from shortscience.discussion.threads import Thread, tree
from shortscience.groups.models import Group
from shortscience.papers.models import Paper
from shortscience.summaries import authors
from shortscience.summaries.models import Summary
from shortscience.voting.models import SummaryVote

# Ten summaries fill a few screens; the original site showed as many.
PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A summary as `_summary.html` prints it to one viewer."""

    summary: Summary
    # The viewer's vote: -1, 0 or 1.
    vote: int
    is_own: bool
    # Its paper's page, and its place there.
    paper_url: str
    # Where voting and signing in lead back to: a place on the page that shows it.
    back: str
    # Old links say `#anon` and mean this one.
    is_first_anonymous: bool = False
    # Its comments, where the page shows them.
    thread: Thread | None = None
    # The name of the group that it is for.
    group: str = ""

    @property
    def url(self) -> str:
        return f"{self.paper_url}#{self.summary.anchor}"

    @property
    def comments_url(self) -> str:
        return f"{self.url}comments"

    @property
    def list_anchor(self) -> str:
        """Its id where several papers are listed; handles are ids on a paper's page only."""
        return f"s{self.summary.pk}"

    @property
    def can_be_voted_on(self) -> bool:
        return self.summary.is_public and not self.is_own


def votes_of(viewer: Viewer, summaries: Sequence[Summary]) -> dict[int, int]:
    """Return {summary id: the viewer's vote} in one query; for a stranger without any.

    Also without any where the summaries came with it: `SummaryVote.objects.by(viewer).beside()`.
    """
    if not viewer.is_authenticated:
        return {}
    if summaries and all("my_vote" in vars(summary) for summary in summaries):
        return {summary.pk: vars(summary)["my_vote"] or 0 for summary in summaries}
    return SummaryVote.objects.by(viewer).on(summaries).as_map()


def groups_of(summaries: Sequence[Summary]) -> dict[int | None, str]:
    """Return {group id: name} of those that are for a group; nearly always without a query."""
    wanted = {summary.group_id for summary in summaries if summary.group_id is not None}
    if not wanted:
        return {}
    return dict(Group.objects.filter(pk__in=wanted).values_list("pk", "name"))


def entries(summaries: Sequence[Summary], request: HttpRequest) -> list[Entry]:
    """Return the summaries of a list as `_entry.html` prints them, in one query for all.

    The summaries must have their author, paper and venue loaded: `.for_entries()`.
    """
    votes = votes_of(request.user, summaries)
    authors.load(summaries)
    groups = groups_of(summaries)
    here = request.get_full_path()
    return [
        Entry(
            summary=summary,
            vote=votes.get(summary.pk, 0),
            is_own=summary.is_by(request.user),
            paper_url=summary.paper.get_absolute_url(),
            back=f"{here}#s{summary.pk}",
            group=groups.get(summary.group_id, ""),
        )
        for summary in summaries
    ]


def paper_entries(
    paper: Paper, summaries: Sequence[Summary], comments: Iterable[Comment], request: HttpRequest
) -> list[Entry]:
    """Return the paper's summaries as its page prints them, each with its thread.

    The summaries must have their author loaded, the comments too: `.for_paper()`, `.for_thread()`.
    """
    votes = votes_of(request.user, summaries)
    authors.load(summaries)
    groups = groups_of(summaries)
    by_summary: dict[int | None, list[Comment]] = defaultdict(list)
    for comment in comments:
        by_summary[comment.summary_id].append(comment)
    here, paper_url = request.get_full_path(), paper.get_absolute_url()
    anonymous = next((summary.pk for summary in summaries if summary.named_author is None), None)
    found = []
    for summary in summaries:
        # Already in hand: printing its address must not read it again.
        summary.paper = paper
        entry = Entry(
            summary=summary,
            vote=votes.get(summary.pk, 0),
            is_own=summary.is_by(request.user),
            paper_url=paper_url,
            back=f"{here}#{summary.anchor}",
            is_first_anonymous=summary.pk == anonymous,
            thread=thread(by_summary[summary.pk], count=summary.comment_count),
            group=groups.get(summary.group_id, ""),
        )
        found.append(entry)
    return found


def thread(comments: Sequence[Comment], *, count: int) -> Thread:
    """Return the comments as a thread of which `count` stand, here or on a longer page."""
    standing = sum(not comment.is_gone for comment in comments)
    return Thread(nodes=tree(comments), count=count, is_cut=standing < count)
