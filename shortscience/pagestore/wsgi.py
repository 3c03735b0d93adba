"""Stands in front of Django and answers strangers from the store.

A page is given out only after the log of changes was asked whether anything was committed that
it was made from; the question begins after the request came. Nothing is ever purged by hand and
nothing gets old by the clock, so a commit is seen by the next request of every process.

What is stored cannot depend on anything that a stranger sends but the key: a page is made from a
request that we write ourselves, which has the address, one of our host names, and the colours.
"""

from __future__ import annotations

import io
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict
from functools import cache
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.urls import Resolver404, resolve

from shortscience.pagestore.declare import NOTEBOOK, READ, Notebook, Rule, rule_of
from shortscience.pagestore.following import BEGIN_ANEW_AFTER_S, Away, Clock, Log, open_log
from shortscience.pagestore.marks import BY_ROW, EVERY_PAGE
from shortscience.pagestore.pages import (
    Headers,
    Page,
    Variant,
    negotiated,
    without_body,
)
from shortscience.pagestore.store import Counters, Key, Store
from shortscience.pagestore.triggers import TOLD_OTHERWISE, watched_tables

Environ = dict[str, Any]  # PEP 3333
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# No page of ours has a longer address; what is longer is made for its reader alone.
LONGEST_PATH = 400
LONGEST_QUERY = 100
# A page that is larger is not worth its place.
LARGEST_PAGE_BYTES = 2 * 1024 * 1024
# A page takes milliseconds to make. Whoever waited so long asks Django without us.
WAIT_AT_MOST_S = 10.0
TRY_AGAIN_AFTER_S = 1.0

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
_DAY_S = 24 * 3600
# What a request for a page to be stored takes over: nothing of it is the reader's choice.
_TAKEN_OVER = (
    "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
    "wsgi.version", "wsgi.errors", "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once",
)  # fmt: skip
_NEVER_STORED = ("no-store", "no-cache", "must-revalidate", "private", "max-age=0")

log = logging.getLogger("shortscience.pagestore")


class PageStore:
    """The WSGI application in front of another."""

    def __init__(
        self,
        site: Application,
        *,
        limit_bytes: int,
        keys_header: str = "",
        while_making: Callable[[], AbstractContextManager[object]] = nullcontext,
        open_log: Callable[[], Log] = open_log,
    ) -> None:
        """Take the site, and how much memory its pages may use.

        Args:
            keys_header: the name of a header that tells a cache in front what a page was made of.
            while_making: around the making of a page. The database that it is read from must be
                the one whose log is followed.
        """
        self.site = site
        self.store = Store(limit_bytes)
        self._keys_header = keys_header
        self._while_making = while_making
        self._open_log = open_log
        self._lock = threading.Lock()
        self._log: Log | None = None
        self._is_kept = False
        self._try_again_at = 0.0
        self._last_look = Clock()
        # Looks at the log that began, and the number of the last one that ended well.
        self._begun = self._ended = 0
        self._making: dict[Key, threading.Event] = {}
        self._session = f"{settings.SESSION_COOKIE_NAME}="
        self._hosts: frozenset[str] = frozenset()
        _stores.append(self)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self.site(environ, start_response)
        # Only a hint, read without the lock: most addresses that are not here never will be.
        rule = None
        if key not in self.store:
            rule = _rule_for(key.path)
            if rule is None or not rule.allows(key.query):
                return self.site(environ, start_response)
        page, is_sure = self._find(key)
        if page is not None:
            return self._answer(key, page, environ, start_response, is_sure)
        if not is_sure:
            return self.site(environ, start_response)
        rule = rule or _rule_for(key.path)
        if rule is None or not rule.allows(key.query):
            return self.site(environ, start_response)
        return self._made(key, rule, environ, start_response)

    def close(self) -> None:
        """Let go of the database and of all pages."""
        with self._lock:
            self._close()
            self.store.clear()
            if self in _stores:
                _stores.remove(self)

    def _key(self, environ: Environ) -> Key | None:
        """Return what a stored page is found by; None for what is never stored."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        cookies = environ.get("HTTP_COOKIE", "")
        if self._session in cookies or "HTTP_AUTHORIZATION" in environ:
            return None
        host = environ.get("HTTP_HOST", "")
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if not self._hosts:
            self._hosts = _our_hosts(environ["SERVER_PORT"])
        if host not in self._hosts or len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
            return None
        if path.startswith(settings.STATIC_URL) or environ.get("SCRIPT_NAME"):
            return None
        theme = _theme(cookies) if THEME_COOKIE in cookies else ""
        return Key(_scheme(environ), host, path, query, theme)

    # --- what is stored -----------------------------------------------------------------------

    def _find(self, key: Key) -> tuple[Page | None, bool]:
        """Return the stored page, and whether the database said that it is right."""
        begun_before = self._begun
        with self._lock:
            # Another thread may have looked while we waited; it must have begun after we came.
            is_sure = self._ended > begun_before or self._look()
            page = self.store.get(key, time.time())
            if page is not None:
                self.store.counters.hits += 1
                self.store.counters.unchecked += not is_sure
            return page, is_sure and self._is_kept

    def _look(self) -> bool:
        """Apply what was committed since the last look; return whether the database answered."""
        self._begun += 1
        number = self._begun
        if self._log is None and time.monotonic() < self._try_again_at:
            return False
        try:
            if self._log is None or self._last_look.has_passed(BEGIN_ANEW_AFTER_S):
                self._begin_anew()
            assert self._log is not None
            changes = self._log.changes()
            if changes:
                self.store.apply(changes)
                if any(change.source == EVERY_PAGE for change in changes) or not self._is_kept:
                    self._is_kept = self._log.is_kept()
        except Away as away:
            log.warning("The page store cannot ask the database: %s", away)
            self._close()
            return False
        self._last_look.reset()
        self._ended = number
        return True

    def _begin_anew(self) -> None:
        """Follow the log from its end: what was stored before may miss changes."""
        self._close()
        self._log = self._open_log()
        self.store.clear()
        self._is_kept = self._log.is_kept()
        if not self._is_kept:
            log.warning("The page store is off: run `shortscience init` to update the database.")

    def _close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
        self._try_again_at = time.monotonic() + TRY_AGAIN_AFTER_S

    # --- what is made -------------------------------------------------------------------------

    def _made(
        self, key: Key, rule: Rule, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Make the page, or wait for whoever makes it already."""
        with self._lock:
            # Whoever made it may have ended since we looked; that page has all that we looked for.
            page = self.store.get(key, time.time())
            others = self._making.get(key)
            if page is None and others is None:
                done = self._making[key] = threading.Event()
                making = self.store.begin()
                self.store.counters.misses += 1
        if page is not None:
            return self._answer(key, page, environ, start_response, True)
        if others is not None:
            others.wait(WAIT_AT_MOST_S)
            self.store.counters.waited += 1
            page, is_sure = self._find(key)
            if page is not None and is_sure:
                return self._answer(key, page, environ, start_response, is_sure)
            return self.site(environ, start_response)
        try:
            made = self._ask_site(key, rule, environ)
            if made.page is not None:
                with self._lock:
                    if making.is_good(made.page.marks):
                        self.store.add(key, made.page)
        finally:
            with self._lock:
                self.store.end(making)
                del self._making[key]
            done.set()
        if made.page is not None:
            return self._answer(key, made.page, environ, start_response, True)
        return made.pass_on(environ, start_response)

    def _ask_site(self, key: Key, rule: Rule, environ: Environ) -> _Made:
        """Let the site make the page from a request that holds nothing of the reader's."""
        notebook, queries, made = Notebook(), _Queries(), _Made()
        with ExitStack() as stack:
            stack.enter_context(self._while_making())
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(queries))
            request = _plain_request(key, environ, notebook)
            made.take(self.site(request, made.start_response))
        if (read := request.get(READ)) is not None:
            environ[READ] = read
        if made.may_be_stored(is_coloured=bool(key.theme)):
            marks = _marks(notebook, queries.tables(), rule)
            if marks is not None:
                midnight = (time.time() // _DAY_S + 1) * _DAY_S
                made.page = Page.of(
                    b"".join(made.chunks),
                    made.headers,
                    marks=marks,
                    # Pages say "3 days ago".
                    until=midnight,
                    keys_header=self._keys_header,
                    read=read,
                )
        return made

    def _answer(
        self, key: Key, page: Page, environ: Environ, start_response: StartResponse, is_sure: bool
    ) -> Iterable[bytes]:
        if page.read is not None:
            environ[READ] = page.read
        encoding = negotiated(environ.get("HTTP_ACCEPT_ENCODING", "")[:200])
        variant = page.variants.get(encoding) or self._packed(key, page, encoding)
        headers = variant.headers if is_sure else _unchecked(variant.headers)
        given = environ.get("HTTP_IF_NONE_MATCH")
        if given is not None and is_sure and (given == variant.tag or page.has(given)):
            start_response("304 Not Modified", without_body(headers))
            return []
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]

    def _packed(self, key: Key, page: Page, encoding: str) -> Variant:
        variant = page.packed(encoding)
        with self._lock:
            self.store.keep(key, page, encoding, variant)
        return variant


class _Made:
    """What the site answered."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []
        self.chunks: list[bytes] = []
        self.page: Page | None = None
        self._rest: Iterator[bytes] = iter(())
        self._is_whole = False
        self._close: Callable[[], object] = lambda: None

    def start_response(self, status: str, headers: Headers, exc_info: object = None) -> None:
        self.status, self.headers = status, headers

    def take(self, body: Iterable[bytes]) -> None:
        """Read the body, as far as a page may be long."""
        self._rest, size = iter(body), 0
        self._close = getattr(body, "close", self._close)
        try:
            for chunk in self._rest:
                self.chunks.append(chunk)
                size += len(chunk)
                if size > LARGEST_PAGE_BYTES:
                    return
        except Exception:
            self.close()
            raise
        self._is_whole = True
        self.close()

    def may_be_stored(self, *, is_coloured: bool) -> bool:
        """Whether this is a page for everybody who has the same key."""
        if not self._is_whole or not self.status.startswith("200"):
            return False
        told = {name.lower(): value.lower() for name, value in self.headers}
        control = told.get("cache-control", "")
        # It says so because of the cookie with the colours, the only one that it saw.
        if is_coloured and control == "private":
            control = ""
        varies = {name.strip() for name in told.get("vary", "").split(",") if name.strip()}
        return (
            "set-cookie" not in told
            and not any(word in control for word in _NEVER_STORED)
            and varies <= {"cookie", "accept-encoding"}
            and not any(b"csrfmiddlewaretoken" in chunk for chunk in self.chunks)
        )

    def pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the reader with it as it is."""
        start_response(self.status, self.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            self.close()
            return []
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        yield from self._rest

    def close(self) -> None:
        """Tell Django that the answer is out; once."""
        close, self._close = self._close, lambda: None
        close()


class _Queries:
    """Keeps the text of each query."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    # Any: the five arguments that Django hands on.
    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.texts.append(sql)
        return execute(sql, params, many, context)

    def tables(self) -> set[str]:
        """Return the tables that they name. A column of that name would only add one."""
        words: set[str] = set()
        for text in set(self.texts):
            words.update(_WORDS.findall(text))
        return words & _all_tables()


_WORDS = re.compile(r"[a-z_0-9]+")


@cache
def _all_tables() -> frozenset[str]:
    of_models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return frozenset(of_models | TOLD_OTHERWISE)


def _marks(notebook: Notebook, tables: set[str], rule: Rule) -> frozenset[str] | None:
    """Return what the page was made from; None where not all of that is watched."""
    unseen = tables - watched_tables() - TOLD_OTHERWISE
    if unseen:
        log.info("A page was not stored, because nobody watches %s.", ", ".join(sorted(unseen)))
        return None
    noted = notebook.marks()
    if rule.by_row:
        # A view that says nothing of its rows has forgotten to.
        return noted | {f"t:{table}" for table in tables - BY_ROW} if noted else None
    return noted | {f"t:{table}" for table in tables}


def in_front_of(
    site: Application, *, while_making: Callable[[], AbstractContextManager[object]] = nullcontext
) -> Application:
    """Return the site behind a page store as the settings say; the site itself where it is off."""
    if not settings.PAGE_STORE_MB or settings.DEBUG:
        return site
    return PageStore(
        site,
        limit_bytes=settings.PAGE_STORE_MB * 1024 * 1024,
        keys_header=settings.PAGE_STORE_KEYS_HEADER,
        while_making=while_making,
    )


# --- requests ---------------------------------------------------------------------------------


def _rule_for(path: str) -> Rule | None:
    try:
        return rule_of(resolve(path).func)
    except Resolver404:
        return None


def _our_hosts(port: str) -> frozenset[str]:
    """Return the names under which pages are stored: ours, as they are written."""
    names = [name for name in settings.ALLOWED_HOSTS if name[:1] != "." and "*" not in name]
    return frozenset(
        {urlsplit(settings.SITE_URL).netloc, *names, *(f"{name}:{port}" for name in names)}
    )


def _unchecked(headers: Headers) -> Headers:
    """Return the headers of a page that may be older than the last commit."""
    kept = [(name, value) for name, value in headers if name not in ("Cache-Control", "ETag")]
    return [*kept, ("Cache-Control", "no-store")]


def _scheme(environ: Environ) -> str:
    if settings.BEHIND_PROXY:
        given = environ.get("HTTP_X_FORWARDED_PROTO")
        if given is not None:
            # The last one is the proxy's own, and Django reads the first: only one may be there.
            return "https" if given == "https" else "http"
    scheme: str = environ["wsgi.url_scheme"]
    return scheme


def _theme(cookies: str) -> str:
    try:
        chosen = SimpleCookie(cookies).get(THEME_COOKIE)
    except CookieError:
        return ""
    return chosen.value if chosen is not None and chosen.value in THEMES else ""


def _plain_request(key: Key, environ: Environ, notebook: Notebook) -> Environ:
    """Return a request for this page as nobody in particular would send it."""
    request = {name: environ[name] for name in _TAKEN_OVER if name in environ}
    request |= {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": key.path,
        "QUERY_STRING": key.query,
        "HTTP_HOST": key.host,
        "wsgi.url_scheme": key.scheme,
        "wsgi.input": io.BytesIO(),
        NOTEBOOK: notebook,
    }
    if settings.BEHIND_PROXY:
        request["HTTP_X_FORWARDED_PROTO"] = key.scheme
    if key.theme:
        request["HTTP_COOKIE"] = f"{THEME_COOKIE}={key.theme}"
    return request


# --- what it did ------------------------------------------------------------------------------

_stores: list[PageStore] = []


def stats() -> dict[str, int]:
    """Return what the page store of this process holds and did; zeros where it is off."""
    total = asdict(Counters()) | {"pages": 0, "bytes": 0, "limit_bytes": 0}
    for one in _stores:
        held = asdict(one.store.counters) | {
            "pages": len(one.store),
            "bytes": one.store.size_bytes,
            "limit_bytes": one.store.limit_bytes,
        }
        total = {name: total[name] + held[name] for name in total}
    return total
