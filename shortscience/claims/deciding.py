"""The status of a claim: given by what reports measured, and drawn in the texts that say it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from shortscience.claims import counts
from shortscience.claims.models import Claim
from shortscience.papers.models import Paper
from shortscience.summaries.actions import rerender
from shortscience.summaries.models import Summary


@transaction.atomic
def give(statuses: Mapping[int, str]) -> int:
    """Give each claim, by its number, this status; return for how many it is another than before.

    The chip in a text says the status, so those texts are rendered again.
    """
    rows = Claim.objects.select_for_update(of=("self",)).filter(pk__in=statuses).oldest_first()
    changed = [row for row in rows if row.status != statuses[row.pk]]
    for row in changed:
        row.status = statuses[row.pk]
        row.save(update_fields=["status"])
    texts = {row.summary_id for row in changed if row.is_marked and row.summary_id is not None}
    for summary in Summary.objects.filter(pk__in=texts).order_by("pk"):
        rerender(summary)
    # Search finds papers by these statuses, and what was tested stays listed.
    for paper in Paper.objects.filter(claims__in=[row.pk for row in changed]).distinct():
        counts.refresh(paper)
    return len(changed)
