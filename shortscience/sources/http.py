"""The one polite client for the outside world.

Every request to a source passes here: the operator's switch, the guard against private
addresses, turns at each host, kept answers, retries, and limits of time and size.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

import shortscience
from shortscience.lib.lazily import lazily
from shortscience.sources.errors import (
    SourceError,
    SourceNotFound,
    SourceRefused,
    SourcesOff,
    SourceUnavailable,
    SourceUnreadable,
)
from shortscience.sources.kept import Answer, Kept
from shortscience.sources.pacing import Pace
from shortscience.sources.unpacking import unpacked

if TYPE_CHECKING:
    import httpcore
    import httpx

    from shortscience.sources import guard
else:
    # Eight megabytes of each web process, most of which ask nobody.
    httpx = lazily("httpx")
    guard = lazily("shortscience.sources.guard")

# A list of a hundred papers with abstracts has half of this.
MAX_BYTES = 5_000_000
# So long a request may take, waiting for its turn and retries included.
WITHIN_S = 20.0
CONNECT_S = 5.0
READ_S = 10.0
REDIRECTS = 5
TRIES = 3
# The first wait before a retry, doubled for the second, give or take a half.
BACK_OFF_S = 0.5

_RETRIED = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}


class _Again(Exception):  # never leaves this module
    """A failure after which another try makes sense."""

    def __init__(self, error: SourceError, *, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


class Client:
    """Asks sources. One serves all threads of a process.

    Args:
        resolve: tells the addresses of a host; the system does by default.
        backend: makes the connections; both are parameters for tests alone.
        pace: gives the turns.
    """

    def __init__(
        self,
        *,
        pace: Pace | None = None,
        resolve: guard.Resolve | None = None,
        backend: httpcore.NetworkBackend | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._mirrors: dict[str, str] = dict(settings.SOURCES_BASE_URLS)
        self._trusted = frozenset(_origin(base) for base in self._mirrors.values())
        self._pace = pace or Pace()
        self._sleep = sleep
        guarded = guard.GuardedBackend(
            self._trusted, resolve=resolve or guard.look_up, backend=backend
        )
        self._http = httpx.Client(
            transport=guard.GuardedTransport(guarded),
            follow_redirects=False,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            trust_env=False,
            headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip"},
        )

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "*/*",
        secret: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        within_s: float = WITHIN_S,
    ) -> Answer:
        """Return what a source answers.

        Args:
            url: the source's own address; the operator's mirror of it is asked where set.
            params: what follows the question mark.
            accept: the format that is wanted.
            secret: headers with a key, sent to this host alone and never to a redirect's.
            max_bytes: size of the unpacked answer.
            within_s: total time in seconds.

        Raises:
            SourceError: one of its kinds; `retry` tells whether a later try can succeed.
        """
        if not settings.SOURCES_ONLINE:
            raise SourcesOff
        guard.check(url, self._trusted)
        target = str(httpx.URL(url, params=dict(params))) if params else url
        kept = Kept.of(target, accept, self._pace.now)
        stored = kept.load()
        if stored and kept.is_fresh(stored):
            return stored
        if kept.is_absent():
            raise SourceNotFound(_not_known(url))
        headers = {"Accept": accept, **(secret or {}), **_conditions(stored)}
        until = time.monotonic() + within_s
        try:
            answer = self._with_retries(target, headers, stored, max_bytes, until)
        except SourceNotFound:
            kept.remember_absent()
            raise
        kept.keep(answer)
        return answer

    def close(self) -> None:
        """Close its connections; it asks nobody any more."""
        self._http.close()

    def _with_retries(
        self, url: str, headers: dict[str, str], stored: Answer | None, limit: int, until: float
    ) -> Answer:
        host = _host(url)
        for attempt in range(1, TRIES + 1):
            self._pace.take_turn(host, within_s=until - time.monotonic())
            try:
                answer = self._once(url, headers, stored, limit, until)
            except _Again as again:
                wait = again.wait_s
                if wait is None:
                    self._pace.failed(host)
                    wait = BACK_OFF_S * 2 ** (attempt - 1) * (0.5 + random.random())  # noqa: S311
                if attempt == TRIES or time.monotonic() + wait >= until:
                    raise again.error from again
                self._sleep(wait)
            else:
                self._pace.answered(host)
                return answer
        raise AssertionError("unreachable")

    def _once(
        self, url: str, headers: dict[str, str], stored: Answer | None, limit: int, until: float
    ) -> Answer:
        asked = _host(url)
        try:
            with guard.deadline(until):
                return self._follow(url, headers, stored, limit)
        except (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError) as failure:
            raise _Again(SourceUnavailable(_no_answer(asked))) from failure
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as wrong:
            raise SourceRefused(_("This is no address of the web.")) from wrong
        except httpx.HTTPError as wrong:
            raise SourceUnreadable(_no_answer(asked)) from wrong

    def _follow(
        self, url: str, headers: dict[str, str], stored: Answer | None, limit: int
    ) -> Answer:
        first = _host(url)
        for _hop in range(REDIRECTS + 1):
            where = self._mirrored(url)
            guard.check(where, self._trusted)
            sent = headers if _host(url) == first else _without_secrets(headers)
            with self._http.stream("GET", where, headers=sent) as response:
                if response.status_code not in _MOVED or "location" not in response.headers:
                    return self._read(response, url, stored, limit)
                url = urljoin(where, response.headers["location"])
        raise SourceRefused(_("%s sends us in circles.") % first)

    def _mirrored(self, url: str) -> str:
        """Return the address at the operator's mirror of the host, where one is set."""
        parts = urlsplit(url)
        base = self._mirrors.get((parts.hostname or "").lower())
        if base is None:
            return urlunsplit(parts._replace(fragment=""))
        mirror = urlsplit(base)
        path = mirror.path.rstrip("/") + (parts.path or "/")
        return urlunsplit((mirror.scheme, mirror.netloc, path, parts.query, ""))

    def _read(
        self, response: httpx.Response, url: str, stored: Answer | None, limit: int
    ) -> Answer:
        host, status = _host(url), response.status_code
        self._pace.adapt(host, response.headers)
        if status == 304 and stored is not None:
            return replace(stored, at=self._pace.now())
        if status in _RETRIED:
            raise self._unavailable(host, response)
        if status in {404, 410}:
            raise SourceNotFound(_not_known(url))
        if not 200 <= status < 300:
            raise SourceRefused(
                _("%(host)s says no (%(status)s).") % {"host": host, "status": status}
            )
        return Answer(
            body=unpacked(response, limit, host),
            url=url,
            content_type=response.headers.get("content-type", ""),
            etag=response.headers.get("etag", ""),
            last_modified=response.headers.get("last-modified", ""),
            at=self._pace.now(),
        )

    def _unavailable(self, host: str, response: httpx.Response) -> _Again:
        wait = _retry_after(response.headers.get("retry-after", ""), self._pace.now())
        if wait is None and response.status_code == 429:
            wait = 5.0
        if wait is not None:
            # Told to all processes, so that none of them asks in the meantime.
            self._pace.pause(host, wait)
        return _Again(SourceUnavailable(_no_answer(host), retry_after_s=wait), wait_s=wait)


@lru_cache(maxsize=1)
def client() -> Client:
    """Return the client of this process."""
    return Client()


def user_agent() -> str:
    """Return who we say we are: the program, the site, and whom to write to."""
    contact = f"+{settings.SITE_URL}; mailto:{settings.OPERATOR_MAIL}"
    return f"ShortScience/{shortscience.__version__} ({contact})"


def _conditions(stored: Answer | None) -> dict[str, str]:
    """Return the headers that ask "only if it changed"."""
    given = stored and {"If-None-Match": stored.etag, "If-Modified-Since": stored.last_modified}
    return {name: value for name, value in (given or {}).items() if value}


def _without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Accept": headers["Accept"]}


def _retry_after(printed: str, now: float) -> float | None:
    """Return the seconds of "120" or of a date; None if there are none."""
    printed = printed.strip()
    if printed.isdecimal():
        return float(printed[:9])
    try:
        at = parsedate_to_datetime(printed)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.fromtimestamp(now, UTC)).total_seconds())


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _origin(base: str) -> guard.Origin:
    parts = urlsplit(base)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _no_answer(host: str) -> str:
    return str(_("%s does not answer just now.") % host)


def _not_known(url: str) -> str:
    return str(_("%s does not know this.") % _host(url))
