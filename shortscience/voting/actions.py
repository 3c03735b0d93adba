"""Writes about votes, and the numbers made from them."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Avg, Count, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.changes.actions import note
from shortscience.lib import ranking
from shortscience.lib.errors import NotAllowed
from shortscience.lib.limits import check_limit
from shortscience.lib.prepared import Prepared
from shortscience.papers.outbox import changed
from shortscience.summaries.models import Summary
from shortscience.voting.models import SummaryVote
from shortscience.voting.rules import SETTLED_AFTER, VOTES, OwnSummaryVote

_SITE_MEAN = "site-mean"
# What the log of changes calls that mean, which is in no table.
STANDINGS = "standings"
# Some runs of the hourly job may fail before anybody looks.
_SITE_MEAN_KEPT_S = 24 * 3600

SCORE_FIELDS = ["ups", "downs", "score", "hot", "quality"]


@transaction.atomic
def vote_on_summary(*, voter: Viewer, summary: Summary, value: int) -> Summary:
    """Record the voter's opinion (-1, +1, or 0 to take it back); return the summary rescored.

    A second vote replaces the first. The score is counted from the votes under a row lock,
    never nudged by a difference, so concurrent voters cannot make it drift.

    Raises:
        SignInFirst, NotAllowed: the person may not vote, or not on this.
        OwnSummaryVote: the voter wrote the summary.
        TooFast: more votes than a reader can mean.
    """
    member = require_member(voter)
    locked = _locked(summary)
    if locked.is_by(member):
        raise OwnSummaryVote
    if not locked.is_public:
        raise NotAllowed(_("Only public summaries can be voted on."))
    if value == 0:
        SummaryVote.objects.by(member).filter(summary=locked).delete()
    else:
        _check_pace(member)
        vote = {"value": SummaryVote.Value(value), "voted_at": timezone.now()}
        # Nobody else votes on this summary until we are done, so "else" cannot be too late.
        if not SummaryVote.objects.by(member).filter(summary=locked).update(**vote):
            SummaryVote.objects.create(voter=member, summary=locked, **vote)
    rescore(locked)
    return locked


def _locked(summary: Summary) -> Summary:
    found = _LOCKED(summary)
    if not found:
        raise Summary.DoesNotExist
    return found[0]


# All but the texts.
_LOCKED = Prepared(
    lambda summary: (
        Summary.objects.select_for_update(of=("self",))
        .filter(pk=summary.pk)
        .defer("text", "lead_html", "rest_html")
    )
)


def rescore(summary: Summary) -> None:
    """Count the summary's votes and store what lists order by."""
    votes = summary.votes.aggregate(ups=Count("pk", filter=Q(value=1)), all=Count("pk"))
    summary.ups = votes["ups"]
    summary.downs = votes["all"] - votes["ups"]
    set_scores(summary)
    summary.save(update_fields=SCORE_FIELDS)
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


def next_settling(person: User, *, now: datetime) -> datetime | None:
    """Return when the next vote settles that `settled_scores` leaves out now; None without one."""
    waiting = SummaryVote.objects.filter(
        summary__in=Summary.objects.public().by(person), voted_at__gt=now - SETTLED_AFTER
    )
    first = waiting.aggregate(first=Min("voted_at"))["first"]
    return first + SETTLED_AFTER if first is not None else None


def site_mean() -> float:
    """Return the mean score of a named summary, as `refresh_standing` last found it.

    It reads every score, so it is counted now only where the hourly job never ran.
    """
    try:
        kept = cache.get(_SITE_MEAN)
    except RedisError:
        # A page about somebody must not break because what it could have saved is away.
        kept = None
    return _mean_now() if kept is None else float(kept)


def _mean_now() -> float:
    mean = Summary.objects.public().under_a_name().aggregate(mean=Avg("score"))["mean"]
    return float(mean or 0.0)


def refresh_standing() -> int:
    """Compute every writer's SciScore again; return how many changed. Run hourly."""
    mean, now, changed = _mean_now(), timezone.now(), []
    cache.set(_SITE_MEAN, mean, _SITE_MEAN_KEPT_S)
    note(STANDINGS)
    for person in User.objects.who_wrote().iterator():
        score = round(ranking.sciscore(settled_scores(person, now=now), mean), 4)
        if score != person.sciscore:
            person.sciscore = score
            changed.append(person)
    User.objects.bulk_update(changed, ["sciscore"], batch_size=500)
    return len(changed)


def _check_pace(member: User) -> None:
    times = SummaryVote.objects.by(member).order_by("-voted_at")
    check_limit(
        VOTES,
        times.values_list("voted_at", flat=True),
        now=timezone.now(),
        sentence=_("You vote faster than one can read. Take a breath."),
    )
