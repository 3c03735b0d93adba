"""The references of summaries follow the papers that they name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from shortscience.jobs.declare import Nightly, declared
from shortscience.lib import markup
from shortscience.papers.models import Paper
from shortscience.summaries.actions import as_cited, rerender
from shortscience.summaries.arrivals import keys_of, resolve_waiting_citations
from shortscience.summaries.models import Citation, Summary

# Of the nightly look: a night that was missed is caught up by the next.
LOOKS_BACK = timedelta(days=3)
WAITS = (timedelta(minutes=1), timedelta(minutes=30))


def refresh_references_later(paper: Paper) -> None:
    """Let the worker write this paper's name anew where summaries cite it.

    Call it in the transaction that changes its title, authors, year or address, hides it or
    brings it back.
    """
    refresh_references.enqueue(paper_id=paper.pk)


@task()
@declared(
    idempotent=True,
    waits=WAITS,
    unique=lambda paper_id: str(paper_id),
    label=_("References to a paper that changed"),
)
def refresh_references(paper_id: int) -> int:
    """Render the summaries again that cite the paper under an older name; return how many."""
    paper = Paper.objects.prefetch_related("identifiers").filter(pk=paper_id).first()
    if paper is None:
        return 0
    is_back = paper.hidden_at is None
    came = resolve_waiting_citations(keys_of(paper)) if is_back else 0
    return came + _rerender(Citation.objects.filter(paper=paper).values_list("summary", flat=True))


@task()
@declared(idempotent=True, every=Nightly(time(4, 10)), label=_("References to papers that changed"))
def refresh_all_references() -> int:
    """Do it for every paper that changed of late, by whatever way: imports name none of theirs."""
    since = timezone.now() - LOOKS_BACK
    changed = Citation.objects.filter(paper__updated_at__gt=since)
    return _rerender(changed.values_list("summary", flat=True).distinct())


def _rerender(summaries: Iterable[int]) -> int:
    done = 0
    for pk in list(summaries):
        summary = Summary.objects.filter(pk=pk).first()
        if summary is not None and not _says_what_papers_say(summary):
            rerender(summary)
            done += 1
    return done


def _says_what_papers_say(summary: Summary) -> bool:
    """Whether it lists each paper that it cites as that is named today."""
    html = summary.html
    rows = summary.citations.exclude(paper=None).select_related("paper")
    papers = {row.key: row.paper for row in rows if row.paper is not None}
    if any(paper.hidden_at is not None for paper in papers.values()):
        return False
    return all(markup.is_named_in(html, paper) for paper in as_cited(papers).values())
