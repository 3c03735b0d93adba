"""Retractions and corrections: what publishers say about papers after their publication."""

from __future__ import annotations

from collections.abc import Iterable

from shortscience.lib.identifiers import Scheme
from shortscience.papers.models import Identifier, Paper, PaperNotice
from shortscience.papers.records import PaperRecord

MAX_DOI = 300
MAX_SOURCE = 60


def note_notices(told: Iterable[tuple[Paper, PaperRecord]]) -> None:
    """Keep the notices of these records; a record can be the notice itself, about another paper.

    A notice about a paper that we do not have is left out: it comes again with the paper.
    """
    found = [(paper, record, notice) for paper, record in told for notice in record.notices]
    of_others = _papers_by_doi({notice.of for *_, notice in found if notice.of})
    rows = []
    for paper, record, notice in found:
        about = of_others.get(notice.of) if notice.of else paper.pk
        if about is None or (notice.of and about == paper.pk):
            continue
        rows.append(
            PaperNotice(
                paper_id=about,
                kind=notice.kind.value,
                doi=notice.doi[:MAX_DOI],
                published_on=notice.published_on,
                source=record.source[:MAX_SOURCE],
            )
        )
    PaperNotice.objects.bulk_create(rows, ignore_conflicts=True)


def _papers_by_doi(dois: set[str]) -> dict[str, int]:
    rows = Identifier.objects.filter(scheme=Scheme.DOI.value, value__in=dois)
    return dict(rows.values_list("value", "paper_id"))
