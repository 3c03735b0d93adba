"""Retractions and corrections: what publishers say about papers after their publication."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shortscience.lib.identifiers import Scheme
from shortscience.papers.models import Identifier, Paper, PaperNotice
from shortscience.papers.records import Notice, PaperRecord

MAX_DOI = 300
MAX_SOURCE = 60


def note_notices(told: Iterable[tuple[Paper, PaperRecord]]) -> None:
    """Keep the notices of these records; a record can be the notice itself, about another paper.

    A notice about a paper that we do not have is left out: it comes again with the paper.
    """
    found = [(paper.pk, record, notice) for paper, record in told for notice in record.notices]
    _keep(found)


def note_published(records: Iterable[PaperRecord]) -> int:
    """Keep what these records, each a notice itself, say of papers that we have.

    Returns:
        How many of those notices are new.
    """
    before = PaperNotice.objects.count()
    _keep([(None, record, notice) for record in records for notice in record.notices])
    return PaperNotice.objects.count() - before


def _keep(found: Sequence[tuple[int | None, PaperRecord, Notice]]) -> None:
    of_others = _papers_by_doi({notice.of for *_, notice in found if notice.of})
    rows = []
    for own, record, notice in found:
        about = of_others.get(notice.of) if notice.of else own
        if about is None or (notice.of and about == own):
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
