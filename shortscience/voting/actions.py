"""Writes about votes, and the numbers made from them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Avg, Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib import ranking
from shortscience.lib.errors import NotAllowed
from shortscience.lib.limits import Times, check_limit
from shortscience.lib.prepared import Prepared
from shortscience.lib.prepared_writes import insert, update
from shortscience.papers.outbox import changed
from shortscience.summaries.models import Summary
from shortscience.voting.models import SummaryVote
from shortscience.voting.rules import SETTLED_AFTER, VOTES, NotThereToVoteOn, OwnSummaryVote

# A SciScore and what it was made of.
_STANDING = ["sciscore", "settled_papers", "settled_votes", "site_mean"]
SCORE_FIELDS = ["ups", "downs", "score", "hot", "quality"]


@transaction.atomic
def vote_on_summary(*, voter: Viewer, summary: Summary, value: int) -> Summary:
    """Record the voter's opinion (-1, +1, or 0 to take it back); return the summary rescored.

    A second vote replaces the first. The score is counted from the votes under a row lock,
    never nudged by a difference, so concurrent voters cannot make it drift.

    Raises:
        SignInFirst, NotAllowed: the person may not vote, or not on this.
        NotThereToVoteOn: the voter does not see it.
        OwnSummaryVote: the voter wrote the summary.
        TooFast: more votes than a reader can mean.
    """
    member = require_member(voter)
    locked = next(iter(_VOTED_ON(member, summary)), None)
    if locked is None:
        raise NotThereToVoteOn
    if locked.is_by(member):
        raise OwnSummaryVote
    if not locked.is_public:
        raise NotAllowed(_("Only public summaries can be voted on."))
    if value == 0:
        SummaryVote.objects.by(member).filter(summary=locked).delete()
    else:
        _check_pace(member)
        given, now = SummaryVote.Value(value), timezone.now()
        # Nobody else votes on this summary until we are done, so "else" cannot be too late.
        for mine in _VOTE_ON(member, locked):
            mine.value, mine.voted_at = given, now
            update(mine, ["value", "voted_at"])
            break
        else:
            insert(SummaryVote, voter=member.pk, summary=locked.pk, value=given, voted_at=now)
    rescore(locked)
    return locked


# With what is needed to say where it stands.
_VOTED_ON = Prepared(
    lambda voter, summary: (
        Summary.objects.visible_to(voter)
        .select_for_update(of=("self",))
        .filter(pk=summary.pk)
        .select_related("paper", "author")
        .only(
            *SCORE_FIELDS,
            *("is_anonymous", "is_public", "joint_count", "nth", "origin_votes", "published_at"),
            *("paper__title", "author__username"),
        )
    )
)


_COUNTED = Prepared(
    lambda summary: (
        Summary.objects.filter(pk=summary.pk)
        .only("pk")
        .annotate(found_ups=Count("votes", filter=Q(votes__value=1)), found=Count("votes"))
    )
)


_VOTE_ON = Prepared(
    lambda voter, summary: SummaryVote.objects.by(voter).filter(summary=summary).only("pk")
)


def rescore(summary: Summary) -> None:
    """Count the summary's votes and store what lists order by."""
    (counted,) = _COUNTED(summary)
    votes = vars(counted)
    summary.ups, summary.downs = votes["found_ups"], votes["found"] - votes["found_ups"]
    set_scores(summary)
    update(summary, SCORE_FIELDS)
    changed([summary.paper_id])


def set_scores(summary: Summary) -> None:
    """Fill the derived columns from ups, downs and what came from the original site."""
    summary.score = summary.ups - summary.downs + summary.origin_votes
    # Of the original's votes only the sum is known: they count as that many equal votes.
    ups = summary.ups + max(0, summary.origin_votes)
    downs = summary.downs + max(0, -summary.origin_votes)
    summary.quality = ranking.wilson_lower_bound(ups, ups + downs)
    summary.hot = ranking.hot(summary.score, summary.published_at)


def rescore_all() -> int:
    """Count every summary's votes again; return how many stored numbers were wrong."""
    votes = {
        pk: (ups, total - ups)
        for pk, ups, total in SummaryVote.objects.order_by()
        .values_list("summary")
        .annotate(ups=Count("pk", filter=Q(value=1)), total=Count("pk"))
    }
    wrong = []
    for summary in Summary.objects.defer("text", "lead_html", "rest_html").iterator(2000):
        before = [getattr(summary, name) for name in SCORE_FIELDS]
        summary.ups, summary.downs = votes.get(summary.pk, (0, 0))
        set_scores(summary)
        if [getattr(summary, name) for name in SCORE_FIELDS] != before:
            wrong.append(summary)
    Summary.objects.bulk_update(wrong, SCORE_FIELDS, batch_size=500)
    changed(summary.paper_id for summary in wrong)
    return len(wrong)


def settled_scores(person: User, *, now: datetime) -> list[int]:
    """Return the vote sum of each of the person's named public summaries that has settled votes."""
    settled = Q(votes__voted_at__lte=now - SETTLED_AFTER)
    rows = (
        Summary.objects.public()
        .by(person)
        .annotate(settled=Sum("votes__value", filter=settled))
        .exclude(settled__isnull=True, origin_votes=0)
        .values_list("settled", "origin_votes")
    )
    return [(votes or 0) + origin for votes, origin in rows]


def _mean_now() -> float:
    mean = Summary.objects.public().under_a_name().aggregate(mean=Avg("score"))["mean"]
    return float(mean or 0.0)


def refresh_standing() -> int:
    """Compute every writer's SciScore again; return how many changed. Run hourly."""
    mean, now, changed = _mean_now(), timezone.now(), []
    for person in User.objects.who_wrote().iterator():
        votes = settled_scores(person, now=now)
        before = [getattr(person, name) for name in _STANDING]
        person.sciscore = round(ranking.sciscore(votes, mean), 4)
        person.settled_papers, person.settled_votes = len(votes), sum(votes)
        person.site_mean = round(mean, 4)
        if [getattr(person, name) for name in _STANDING] != before:
            changed.append(person)
    User.objects.bulk_update(changed, _STANDING, batch_size=500)
    return len(changed)


def _check_pace(member: User) -> None:
    check_limit(
        VOTES,
        Times(lambda start, stop: (vote.voted_at for vote in _VOTES_OF(member, start, stop))),
        now=timezone.now(),
        sentence=_("You vote faster than one can read. Take a breath."),
    )


_VOTES_OF = Prepared(
    lambda voter, start, stop: (
        SummaryVote.objects.by(voter).order_by("-voted_at").only("voted_at")[start:stop]
    )
)
