"""How many claims a paper's page lists, kept beside the paper so that most pages ask for none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, F, Q

from shortscience.claims.lines import lines_of
from shortscience.claims.models import Claim
from shortscience.claims.querysets import ClaimQuerySet
from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed

# What `lines_of` looks at.
_COLUMNS = ("paper", "merged_into", "metric", "relation", "value", "number", "unit")


def refresh(paper: Paper) -> None:
    """Count the paper's public claims again, in the transaction of the change."""
    paper.claim_count = _counted(list(_listed().of(paper)))
    Paper.objects.filter(pk=paper.pk).update(claim_count=paper.claim_count)
    changed([paper.pk])


def recount() -> dict[str, int]:
    """Compute every stored number again; return how many rows of each kind were wrong."""
    # Which claims are listed depends on how many comments they have.
    comments = recount_comments_of(Claim.objects.all())
    return {"comments of claims": comments, "claims of papers": _recount_papers()}


def _listed() -> ClaimQuerySet:
    return Claim.objects.public().standing().only(*_COLUMNS).oldest_first()


def _counted(claims: Sequence[Claim]) -> int:
    return len(lines_of(claims))


@transaction.atomic
def _recount_papers() -> int:
    by_paper: dict[int, list[Claim]] = defaultdict(list)
    for claim in _listed().iterator(chunk_size=2000):
        by_paper[claim.paper_id].append(claim)
    truth = {pk: _counted(claims) for pk, claims in by_paper.items()}
    stored = dict(Paper.objects.filter(claim_count__gt=0).values_list("pk", "claim_count"))
    wrong = {pk for pk in truth.keys() | stored.keys() if truth.get(pk, 0) != stored.get(pk, 0)}
    for pk in wrong:
        Paper.objects.filter(pk=pk).update(claim_count=truth.get(pk, 0))
    return len(wrong)


def recount_comments_of(claims: ClaimQuerySet) -> int:
    """Count the standing comments that all readers of each claim see; return how many were wrong.

    Call it in the transaction of the change.
    """
    standing = Q(comments__deleted_at__isnull=True, comments__hidden_at__isnull=True)
    for_all = Q(summary__isnull=True) | Q(summary__visibility="public")
    said_to_all = for_all & Q(comments__is_confidential=False)
    in_group = Q(comments__group=F("summary__group")) | Q(
        comments__group__isnull=True, summary__group__isnull=True
    )
    among_some = ~for_all & Q(comments__is_confidential=True) & in_group
    concerned = claims.filter(Q(comments__isnull=False) | Q(comment_count__gt=0))
    counted = concerned.annotate(
        n=Count("comments", filter=standing & (said_to_all | among_some), distinct=True)
    )
    wrong = dict(counted.exclude(comment_count=F("n")).values_list("pk", "n"))
    for pk, number in wrong.items():
        Claim.objects.filter(pk=pk).update(comment_count=number)
    return len(wrong)
