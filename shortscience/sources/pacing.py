"""How often a host is asked, by all processes of the site together, and when not at all."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.cache import BaseCache, caches
from django.utils.translation import gettext_lazy as _

from shortscience.sources.errors import SourceUnavailable


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests in any `period_s` seconds, for all hosts of one `bucket`."""

    period_s: float
    burst: int = 1
    bucket: str = ""


# One request at a time and three seconds apart, over all its interfaces: its terms of use.
_ARXIV = Rate(3, bucket="arxiv")
RATES = {
    "export.arxiv.org": _ARXIV,
    "oaipmh.arxiv.org": _ARXIV,
    # The polite pool's limit for lists; single works may be asked ten times a second.
    "api.crossref.org": Rate(1, burst=3),
    # Its operators ask crawlers to wait a second or two.
    "dblp.org": Rate(2),
    # One a second is what a key gives; without one, all strangers share a pool.
    "api.semanticscholar.org": Rate(1),
    "api2.openreview.net": Rate(1, burst=2),
}
# Nobody minds one request a second.
DEFAULT = Rate(1)

# So many failures in a row, and the host is left alone for this time.
FAILURES = 5
FAILURES_KEPT_S = 300
OPEN_S = 60
# Longer than this nobody is waited for; the next request finds out again.
LONGEST_PAUSE_S = 3600


def left_alone() -> dict[str, float]:
    """Return for each host that has a rate of its own for how many seconds it is not asked."""
    until = cache().get_many([f"pause:{host}" for host in RATES])
    now = time.time()
    return {host: max(0.0, float(until.get(f"pause:{host}", 0)) - now) for host in RATES}


def cache() -> BaseCache:
    """Return what all processes share: times, failures, kept answers."""
    return caches["sources"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Turns at each host. The clocks are parameters so that a test need not wait."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def take_turn(self, host: str, *, within_s: float) -> None:
        """Wait until the host may be asked again.

        Raises:
            SourceUnavailable: that is later than `within_s`, or the host is left alone.
        """
        give_up = self.now() + within_s
        while (wait := self._wait(host)) > 0:
            if self.now() + wait > give_up:
                raise SourceUnavailable(
                    _("%(host)s is asked often just now.") % {"host": host}, retry_after_s=wait
                )
            self.sleep(wait)

    def _wait(self, host: str) -> float:
        """Take a turn and return 0, or return the seconds until it is worth another try."""
        left = self._paused(host)
        if left > 0:
            return left
        rate = RATES.get(host, DEFAULT)
        slower = cache().get(f"period:{host}") or 0.0
        period = max(rate.period_s, float(slower))
        soonest = period
        for place in range(rate.burst):
            wait = self._wait_for(f"{rate.bucket or host}:{place}", period)
            if wait == 0:
                return 0.0
            soonest = min(soonest, wait)
        return soonest

    def _wait_for(self, place: str, period: float) -> float:
        """Take the place in this window of time.

        One row for each place and window: its insertion is what only one process can do. The
        window before tells when it was used, so that two turns are a whole period apart.
        """
        now = self.now()
        window = int(now // period)
        before = cache().get(f"turn:{place}:{window - 1}")
        if before is not None and before + period > now:
            return float(before) + period - now
        if cache().add(f"turn:{place}:{window}", now, timeout=60 + 3 * period):
            return 0.0
        used = cache().get(f"turn:{place}:{window}") or now
        return max(0.02, float(used) + period - now) + random.random() * 0.05  # noqa: S311

    def _paused(self, host: str) -> float:
        until = cache().get(f"pause:{host}")
        return float(until) - self.now() if until else 0.0

    def pause(self, host: str, seconds: float) -> None:
        """Leave the host alone for this time, in all processes."""
        seconds = min(max(seconds, 0.0), LONGEST_PAUSE_S)
        cache().set(f"pause:{host}", self.now() + seconds, timeout=seconds + 2)

    def adapt(self, host: str, headers: Mapping[str, str]) -> None:
        """Slow down where the host says that its limit is lower than ours (Crossref)."""
        try:
            limit = float(headers.get("x-rate-limit-limit", ""))
            seconds = float(headers.get("x-rate-limit-interval", "").rstrip("s"))
        except ValueError:
            return
        rate = RATES.get(host, DEFAULT)
        if limit > 0 and seconds / limit > rate.period_s / rate.burst:
            cache().set(f"period:{host}", min(60.0, seconds * rate.burst / limit), timeout=3600)

    def failed(self, host: str) -> None:
        """Count a failure; after five in a row the host is left alone for a minute."""
        key = f"failures:{host}"
        cache().add(key, 0, timeout=FAILURES_KEPT_S)
        try:
            count = cache().incr(key)
        except ValueError:
            # It expired between the two calls.
            return
        if count >= FAILURES:
            self.pause(host, OPEN_S)
            # After the pause one failure is enough.
            cache().set(key, FAILURES - 1, timeout=FAILURES_KEPT_S)

    def answered(self, host: str) -> None:
        """Forget the failures of a host that answers."""
        if cache().get(f"failures:{host}"):
            cache().delete(f"failures:{host}")
