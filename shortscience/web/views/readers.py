"""How often a summary was read: for its writer, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shortscience.accounts.actions import require_member
from shortscience.readership.models import ReaderDay
from shortscience.summaries.models import Summary
from shortscience.web.charts import bars_of


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time to look back on, and how many of its days are one bar."""

    days: int
    step: int
    label: str | Promise


PERIODS = (
    Period(7, 1, _("7 days")),
    Period(30, 1, _("30 days")),
    # 52 weeks and a day: whole weeks are drawn.
    Period(365, 7, _("a year")),
)
USUAL = PERIODS[1]


@never_cache
@login_required
@require_safe
def of_summary(request: HttpRequest, summary_id: int) -> HttpResponse:
    """Anybody else's summary is not there, whether it is anonymous or not."""
    own = Summary.objects.written_with(require_member(request.user)).select_related("paper")
    summary = get_object_or_404(own, pk=summary_id)
    asked = request.GET.get("days", "")
    period = next((one for one in PERIODS if str(one.days) == asked), USUAL)
    today = datetime.now(UTC).date()
    days = period.days - period.days % period.step
    by_day = readers_since_published(summary, today - timedelta(days=days - 1), today)
    context = {
        "summary": summary,
        "paper": summary.paper,
        "chart": bars_of(by_day, last=today, days=days, step=period.step),
        "period": period,
        "periods": PERIODS,
        "is_counted": settings.COUNT_READERS,
    }
    return render(request, "summary_readers.html", context)


def readers_since_published(summary: Summary, first: date, last: date) -> dict[date, int]:
    """Return {day: readers of the paper's page}, from the day on which the summary came."""
    if not summary.is_public:
        return {}
    if summary.published_at is not None:
        first = max(first, summary.published_at.date())
    return ReaderDay.objects.of(summary.paper).between(first, last).by_day()


def lately(summary: Summary) -> int:
    """Return how often it was read in the usual time."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=USUAL.days - 1)
    return sum(readers_since_published(summary, first, today).values())
