"""Joining two papers that are one, and undoing it: papers, texts, counts and the public log.

Votes stay on their summaries and move with them. Reports and log entries stay with the paper
that they were about: its address leads to the other one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims import counts as claim_counts
from shortscience.claims.models import Claim
from shortscience.discussion import badges
from shortscience.discussion.models import Comment
from shortscience.evidence import merging as evidence
from shortscience.lib.errors import Conflict, Refused
from shortscience.library import merging as libraries
from shortscience.moderation.actions import require_moderator
from shortscience.moderation.models import LogEntry
from shortscience.papers.counted import Counted
from shortscience.papers.merging import absorb, release
from shortscience.papers.models import DoubtfulPair, Paper, PaperMerge
from shortscience.summaries import counts
from shortscience.summaries.arrivals import keys_of
from shortscience.summaries.corrected import settle
from shortscience.summaries.models import Citation, Summary
from shortscience.summaries.seconds import renumber

# Both titles stand in one line of the log.
_TITLE_IN_LOG = 100


@transaction.atomic
def merge_papers(*, keep: Paper, drop: Paper, by: Viewer, reason: str) -> PaperMerge:
    """Make `drop` a part of `keep`: identifiers, summaries, comments, cites; `drop` leads there.

    A person who wrote about both has two texts on the paper (`summaries.seconds`).

    Raises:
        NotAllowed: not a moderator.
        Refused: the papers are one already, or one of them is hidden.
    """
    person = require_moderator(by)
    keep, drop = _locked(keep, drop)
    _check(keep, drop)
    now = timezone.now()
    places = {paper.pk: Counted.of(paper) for paper in (keep, drop)}
    texts = {**_move_texts(drop, keep), **libraries.move(drop, keep)}
    for paper in (drop, keep):
        counts.refresh(paper)
        claim_counts.refresh(paper)
    moved = {**absorb(keep=keep, drop=drop, now=now), **texts}
    merge = PaperMerge.objects.create(
        keep=keep, drop=drop, by=person, reason=reason[:200], merged_at=now, moved=moved
    )
    _settle(keep, drop, places)
    _answer_pair(keep, drop, DoubtfulPair.State.MERGED, person, now)
    _log(person, LogEntry.Act.MERGE, drop, keep, reason, now)
    return merge


@transaction.atomic
def undo_merge(*, merge: PaperMerge, by: Viewer, reason: str) -> PaperMerge:
    """Part the papers again. What was written after the merge stays with the kept paper,
    except answers to what moves back.

    Raises:
        NotAllowed: not a moderator.
        Conflict: it was undone already, or the kept paper was merged itself since.
    """
    person = require_moderator(by)
    merge = PaperMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    merge.keep, merge.drop = keep, drop = _locked(merge.keep, merge.drop)
    if merge.is_undone:
        raise Conflict(gettext("This merge was undone already."))
    if keep.merged_into_id is not None:
        raise Conflict(gettext("The kept paper was merged itself since: undo that merge first."))
    now = timezone.now()
    places = {paper.pk: Counted.of(paper) for paper in (keep, drop)}
    _move_texts_back(merge)
    libraries.move_back(drop, keep, merge.moved)
    counts.refresh(keep)
    release(merge)
    counts.refresh(drop)
    evidence.move_back(drop, keep, merge.moved)
    for paper in (keep, drop):
        claim_counts.refresh(paper)
    _cite_again(merge)
    _settle(keep, drop, places)
    merge.undone_at, merge.undone_by = now, person
    merge.save(update_fields=["undone_at", "undone_by"])
    _answer_pair(keep, drop, DoubtfulPair.State.DIFFERENT, person, now)
    _log(person, LogEntry.Act.UNMERGE, drop, keep, reason, now)
    return merge


@transaction.atomic
def keep_apart(*, pair: DoubtfulPair, by: Viewer) -> DoubtfulPair:
    """Note that two papers are two; nobody is asked again.

    Raises:
        NotAllowed: not a moderator.
        Conflict: somebody decided meanwhile.
    """
    person = require_moderator(by)
    locked = DoubtfulPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if not locked.is_open:
        raise Conflict(gettext("Somebody decided about this meanwhile."))
    locked.state, locked.decided_by = DoubtfulPair.State.DIFFERENT, person
    locked.decided_at = timezone.now()
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    return locked


def _locked(one: Paper, other: Paper) -> tuple[Paper, Paper]:
    """Lock both rows in one order, whoever is kept, so that two moderators cannot block."""
    rows = Paper.objects.select_for_update(of=("self",)).select_related("venue")
    found = {paper.pk: paper for paper in rows.filter(pk__in=(one.pk, other.pk)).order_by("pk")}
    return found[one.pk], found[other.pk]


def _check(keep: Paper, drop: Paper) -> None:
    if keep.pk == drop.pk:
        raise Refused(gettext("This is the same paper. Choose another one."))
    if keep.merged_into_id is not None or drop.merged_into_id is not None:
        raise Conflict(gettext("One of them was merged into another paper meanwhile."))
    if keep.hidden_at is not None or drop.hidden_at is not None:
        raise Refused(gettext("One of them is hidden. Restore it first, or leave it hidden."))


def _move_texts(drop: Paper, keep: Paper) -> dict[str, list[int]]:
    """Move summaries, comments and cites; return their numbers."""
    summaries = list(Summary.objects.of(drop).order_by("pk"))
    comments = Comment.objects.filter(paper=drop)
    citations = Citation.objects.filter(paper=drop)
    claims = Claim.objects.of(drop)
    noted = {
        "summaries": [summary.pk for summary in summaries],
        "comments": list(comments.order_by("pk").values_list("pk", flat=True)),
        "citations": list(citations.order_by("pk").values_list("pk", flat=True)),
        "claims": list(claims.order_by("pk").values_list("pk", flat=True)),
        **evidence.move(drop, keep),
    }
    _take_summaries(summaries, keep)
    comments.update(paper=keep)
    citations.update(paper=keep)
    claims.update(paper=keep)
    return noted


def _take_summaries(summaries: Collection[Summary], paper: Paper) -> None:
    by_author: dict[int, list[Summary]] = {}
    for summary in summaries:
        if summary.author_id is not None:
            by_author.setdefault(summary.author_id, []).append(summary)
    for author_id, texts in by_author.items():
        renumber(paper, author_id, joining=texts)
    pks = [summary.pk for summary in summaries]
    Summary.objects.filter(pk__in=pks).update(paper=paper, section=paper.section)


def _move_texts_back(merge: PaperMerge) -> None:
    keep, drop, moved = merge.keep, merge.drop, merge.moved
    summaries = list(Summary.objects.of(keep).filter(pk__in=moved["summaries"]).order_by("pk"))
    _take_summaries(summaries, drop)
    for author_id in {text.author_id for text in summaries if text.author_id is not None}:
        renumber(keep, author_id)
    texts = [text.pk for text in summaries]
    # Merges that are older than claims noted none; what texts mark goes where the text goes.
    claims = Claim.objects.of(keep).filter(Q(pk__in=moved.get("claims", ())) | Q(summary__in=texts))
    claims = Claim.objects.filter(pk__in=list(claims.values_list("pk", flat=True)))
    back = _with_answers(
        Q(pk__in=moved["comments"]) | Q(summary__in=texts) | Q(claim__in=claims), keep
    )
    claims.update(paper=drop)
    Comment.objects.filter(pk__in=back).update(paper=drop)


def _with_answers(wanted: Q, paper: Paper) -> set[int]:
    """Return these comments of the paper and all answers to them: a thread stays together."""
    found: set[int] = set()
    new = set(Comment.objects.filter(wanted, paper=paper).values_list("pk", flat=True))
    while new - found:
        found |= new
        answers = Comment.objects.filter(parent__in=new, paper=paper)
        new = set(answers.values_list("pk", flat=True))
    return found


def _cite_again(merge: PaperMerge) -> None:
    """Let cites that mean the parted paper lead to it, also those written since."""
    keys = Q(pk__in=merge.moved["citations"]) | Q(key__in=keys_of(merge.drop))
    Citation.objects.filter(keys, paper=merge.keep).update(paper=merge.drop)


def _settle(keep: Paper, drop: Paper, places: dict[int, Counted]) -> None:
    for paper in (keep, drop):
        paper.refresh_from_db()
        badges.refresh_on(paper)
        settle(paper, was=places[paper.pk])


def _answer_pair(
    one: Paper, other: Paper, state: DoubtfulPair.State, person: User, now: datetime
) -> None:
    first, second = sorted((one.pk, other.pk))
    DoubtfulPair.objects.filter(first=first, second=second).update(
        state=state, decided_by=person, decided_at=now
    )


def _log(
    person: User, act: LogEntry.Act, drop: Paper, keep: Paper, reason: str, now: datetime
) -> None:
    titles = [paper.title[:_TITLE_IN_LOG] for paper in (drop, keep)]
    joint = "into" if act is LogEntry.Act.MERGE else "from"
    LogEntry.objects.create(
        actor=person,
        act=act,
        reason=reason[:200],
        happened_at=now,
        about=f"the paper “{titles[0]}” {joint} “{titles[1]}”"[:250],
        paper=keep,
    )
