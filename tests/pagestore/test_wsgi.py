"""What is answered from the store, and what a stranger cannot make it hold."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.discussion.actions import add_comment
from shortscience.pagestore.following import Away, Log, open_log
from shortscience.pagestore.wsgi import PageStore
from shortscience.summaries.models import Summary
from shortscience.voting.actions import vote_on_summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user, make_venue
from tests.pagestore.reader import Counted, ask, new_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def summary() -> Summary:
    paper = make_paper("Deep Residual Learning", venue=make_venue(), year=2016)
    return make_summary(paper, writer=make_user("alice"))


@pytest.fixture
def address(summary: Summary) -> str:
    return summary.paper.get_absolute_url()


def is_kept(store: PageStore, django: Counted, address: str, **environ: str) -> bool:
    """Whether a second request like this is answered without Django."""
    ask(store, address, **environ)
    before = django.asked
    ask(store, address, **environ)
    return django.asked == before


def test_a_second_reader_gets_the_same_page_without_django(
    store: PageStore, django: Counted, address: str
) -> None:
    first, second = ask(store, address), ask(store, address)

    assert django.asked == 1
    assert second == first
    assert "Deep Residual Learning" in second.text
    assert second.headers["Content-Length"] == str(len(second.body))


def test_the_stored_page_is_what_django_makes(store: PageStore, address: str) -> None:
    stored = ask(store, address)
    made = ask(store.site, address)

    ours = {"ETag", "Vary", "Cache-Control", "Content-Length", "X-Request-ID"}
    assert stored.body == made.body
    assert {k: v for k, v in stored.headers.items() if k not in ours} == {
        k: v for k, v in made.headers.items() if k not in ours
    }
    assert "default-src 'none'" in stored.headers["Content-Security-Policy"]


def test_a_commit_is_in_the_next_answer(store: PageStore, summary: Summary, address: str) -> None:
    before = ask(store, address)

    add_comment(writer=make_user(), paper=summary.paper, text="A comment that was not there.")

    after = ask(store, address)
    assert "A comment that was not there." not in before.text
    assert "A comment that was not there." in after.text


def test_a_vote_on_one_paper_leaves_the_pages_of_others(
    store: PageStore, django: Counted, summary: Summary, address: str
) -> None:
    other = make_summary(make_paper("Another paper"), writer=make_user("bob"))
    others = (other.paper.get_absolute_url(), "/@bob", "/guide")
    for page in (address, "/", *others):
        ask(store, page)
    before = django.asked

    vote_on_summary(voter=make_user(), summary=summary, value=1)

    for page in others:
        ask(store, page)
    assert django.asked == before
    for page in (address, "/"):
        ask(store, page)
    assert django.asked == before + 2


def test_head_says_the_same_and_sends_nothing(
    store: PageStore, django: Counted, address: str
) -> None:
    asked = ask(store, address, "HEAD")
    got = ask(store, address)

    assert asked.body == b""
    assert asked.headers == got.headers
    assert django.asked == 1


def test_a_browser_that_has_the_page_is_told_so(store: PageStore, address: str) -> None:
    page = ask(store, address, HTTP_ACCEPT_ENCODING="gzip")

    again = ask(store, address, HTTP_IF_NONE_MATCH=page.headers["ETag"])

    assert (again.status, again.body) == (304, b"")
    assert "Content-Length" not in again.headers
    assert again.headers["Cache-Control"] == "no-cache"


def test_a_browser_with_an_older_page_gets_the_new_one(
    store: PageStore, summary: Summary, address: str
) -> None:
    page = ask(store, address)

    vote_on_summary(voter=make_user(), summary=summary, value=1)

    again = ask(store, address, HTTP_IF_NONE_MATCH=page.headers["ETag"])
    assert again.status == 200
    assert again.headers["ETag"] != page.headers["ETag"]


def test_encodings_are_of_one_page(store: PageStore, django: Counted, address: str) -> None:
    plain = ask(store, address)
    packed = ask(store, address, HTTP_ACCEPT_ENCODING="gzip")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert django.asked == 1


def test_a_part_of_a_page_is_the_whole_page(store: PageStore, address: str) -> None:
    answer = ask(store, address, HTTP_RANGE="bytes=0-9")

    assert answer.status == 200
    assert len(answer.body) > 1000


# --- what is not stored -----------------------------------------------------------------------


def test_pages_of_members_are_made_for_them(
    store: PageStore, django: Counted, address: str
) -> None:
    ask(store, address)
    cookie = signed_in(make_user("bob")).cookies["session"].value

    own = ask(store, address, HTTP_COOKIE=f"theme=dark; session={cookie}")
    afterwards = ask(store, address)

    assert "bob" in own.text
    assert "bob" not in afterwards.text
    assert own.headers.get("ETag") != afterwards.headers["ETag"]


NOT_STORED = (
    "/search?q=x", "/account/login/", "/settings", "/random", "/write", "/healthz",
    "/nothing-here", "/p/987654", "/p/987654/x", "/@nobody", "/v/none", "/static/x.css",
    "/paper?bibtexKey=nothing", "/author/Kaiming%20He", "/search/suggest?q=de",
)  # fmt: skip


def test_what_is_no_page_for_everybody_is_not_stored(store: PageStore, django: Counted) -> None:
    kept = [path for path in NOT_STORED if is_kept(store, django, path)]

    assert kept == []
    assert len(store.store) == 0


MADE_UP = (
    "utm_source=x", "tab=", "tab=x", "tab=recent&x=1", "page=0", "page=-1", "page=01",
    "page=999999", "page=2&page=3", "p%61ge=2", "page=%32", "page=2&", "&page=2", "page",
    "tab=recent;page=2", "a=alice", "s=cs,bio,ph,cs", "%00", "%ff", "x" * 101,
    "page=" + "9" * 5000,
)  # fmt: skip


def test_queries_that_strangers_make_up_are_not_stored(
    store: PageStore, django: Counted, address: str
) -> None:
    asked = [f"{path}?{query}" for path in ("/", address) for query in MADE_UP]

    kept = [one for one in asked if is_kept(store, django, one)]

    assert kept == []
    assert len(store.store) == 0


def test_what_the_page_knows_in_its_query_is_part_of_the_key(
    store: PageStore, django: Counted, summary: Summary
) -> None:
    for query in ("tab=recent", "tab=best", "page=2", "tab=recent&page=2", "s=CS", "s=CS,Bio"):
        assert is_kept(store, django, f"/?{query}"), query
    assert 'aria-current="page">Most recent' in ask(store, "/?tab=recent").text
    assert 'aria-current="page">Popular' in ask(store, "/").text


def test_only_reading_is_answered_from_the_store(
    store: PageStore, django: Counted, address: str
) -> None:
    ask(store, address)

    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "nonsense"):
        before = django.asked
        answer = ask(store, address, method)

        assert (django.asked, answer.status != 200) == (before + 1, True), method


SENT: tuple[dict[str, str], ...] = (
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_FORWARDED_FOR": "6.6.6.6"},
    {"HTTP_X_ORIGINAL_URL": "/settings"},
    {"HTTP_X_REWRITE_URL": "/settings"},
    {"HTTP_FORWARDED": "host=evil.example;proto=https"},
    {"HTTP_ACCEPT_LANGUAGE": "de"},
    {"HTTP_ACCEPT": "application/json"},
    {"HTTP_USER_AGENT": "evil"},
    {"HTTP_REFERER": "https://evil.example/"},
    {"HTTP_ORIGIN": "https://evil.example"},
    {"HTTP_X_REQUESTED_WITH": "fetch"},
    {"HTTP_X_FRAGMENT": "votes"},
    {"HTTP_HX_REQUEST": "true"},
    {"HTTP_RANGE": "bytes=0-1"},
    {"HTTP_IF_MODIFIED_SINCE": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"HTTP_IF_NONE_MATCH": '"evil"'},
    {"HTTP_IF_NONE_MATCH": "*"},
    {"HTTP_CACHE_CONTROL": "no-cache"},
    {"HTTP_COOKIE": "csrf=evil; messages=evil; unknown=evil"},
    {"HTTP_COOKIE": "theme=evil"},
    {"HTTP_COOKIE": "theme=\"dark; x='"},
    {"HTTP_X_REQUEST_ID": "evil-evil"},
    {"REMOTE_ADDR": "6.6.6.6"},
    {"CONTENT_LENGTH": "7", "CONTENT_TYPE": "text/evil"},
)


def test_nothing_else_that_a_stranger_sends_gets_into_a_page(
    store: PageStore, django: Counted, address: str
) -> None:
    expected = ask(store, address)

    for environ in SENT:
        store.store.clear()
        before = django.asked
        ask(store, address, **environ)

        assert ask(store, address) == expected, environ
        assert django.asked == before + 1, environ


OTHER_HOSTS = (
    "evil.example",
    "TESTSERVER",
    "testserver:99",
    "testserver.",
    "",
    "a" * 5000,
    "localhost:9",
)


def test_other_host_names_have_no_stored_pages(
    store: PageStore, django: Counted, address: str
) -> None:
    kept = [host for host in OTHER_HOSTS if is_kept(store, django, address, HTTP_HOST=host)]

    assert kept == []
    assert len(store.store) == 0


def test_pages_of_two_of_our_names_are_two(store: PageStore, django: Counted) -> None:
    for host in ("testserver", "localhost:8000"):
        assert is_kept(store, django, "/", HTTP_HOST=host)
        assert f'href="http://{host}/"' in ask(store, "/", HTTP_HOST=host).text


def test_the_colours_are_part_of_the_key(store: PageStore, django: Counted, address: str) -> None:
    plain, dark = ask(store, address), ask(store, address, HTTP_COOKIE="x=1; theme=dark")

    assert is_kept(store, django, address, HTTP_COOKIE="theme=dark")
    assert 'data-theme="dark"' in dark.text
    assert 'data-theme="dark"' not in plain.text
    assert dark.headers["Cache-Control"] == "private, no-cache"


def test_a_proxy_of_ours_tells_the_scheme(address: str, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    store = new_store()

    ask(store, address, HTTP_X_FORWARDED_PROTO="https")
    plain = ask(store, address, HTTP_X_FORWARDED_PROTO="http")
    none = ask(store, address)
    safe = ask(store, address, HTTP_X_FORWARDED_PROTO="https")

    assert (plain.status, none.status, safe.status) == (301, 301, 200)
    assert len(store.store) == 1
    store.close()


class _Says:
    """A site of one page with these headers."""

    def __init__(self, *headers: tuple[str, str], status: str = "200 OK", body: bytes = b"x"):
        self.headers, self.status, self.body, self.asked = headers, status, body, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        start_response(self.status, [("Content-Type", "text/html"), *self.headers])
        return [self.body]


NOT_FOR_ALL = (
    _Says(("Set-Cookie", "csrf=x")),
    _Says(("Cache-Control", "private")),
    _Says(("Cache-Control", "no-store")),
    _Says(("Cache-Control", "max-age=0, No-Cache, no-store, must-revalidate")),
    _Says(("Vary", "Cookie, Accept-Language")),
    _Says(("Vary", "*")),
    _Says(status="404 Not Found"),
    _Says(status="500 Internal Server Error"),
    _Says(status="503 Service Unavailable"),
    _Says(status="301 Moved Permanently"),
    _Says(status="203 Non-Authoritative Information"),
    _Says(status="206 Partial Content"),
    _Says(body=b'<input type="hidden" name="csrfmiddlewaretoken" value="x">'),
    _Says(body=b"x" * (2 * 1024 * 1024 + 1)),
)


def test_what_a_view_answers_decides_whether_it_is_stored() -> None:
    for site in NOT_FOR_ALL:
        store = new_store(site)

        first, second = ask(store, "/guide"), ask(store, "/guide")

        assert (site.asked, len(store.store)) == (2, 0), site.headers
        assert first == second
        assert (first.status, first.body) == (int(site.status[:3]), site.body)
        store.close()


def test_a_page_from_a_table_that_nobody_watches_is_not_stored(
    store: PageStore, django: Counted, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("shortscience.pagestore.wsgi.watched_tables", frozenset)

    assert not is_kept(store, django, "/people")
    assert is_kept(store, django, "/guide")


# --- many at once -----------------------------------------------------------------------------


class _Slow:
    """A site that makes its page when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked = 0
        self.fails = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        assert self.go.wait(10)
        if self.fails:
            self.fails = False
            raise RuntimeError("the page could not be made")
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"the page"]


def _many(store: PageStore, address: str, count: int, site: _Slow) -> list[object]:
    answers: list[object] = []

    def one() -> None:
        try:
            answers.append(ask(store, address).body)
        except RuntimeError as error:
            answers.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while not site.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    site.go.set()
    for thread in threads:
        thread.join(20)
    return answers


def test_of_many_readers_at_once_one_makes_the_page() -> None:
    site = _Slow()
    store = new_store(site)

    answers = _many(store, "/guide", 12, site)

    assert answers == [b"the page"] * 12
    assert site.asked == 1
    store.close()


def test_when_a_page_cannot_be_made_nobody_waits_for_ever() -> None:
    site = _Slow()
    site.fails = True
    store = new_store(site)

    answers = _many(store, "/guide", 8, site)

    failed = [answer for answer in answers if isinstance(answer, RuntimeError)]
    assert len(failed) == 1
    assert answers.count(b"the page") == 7
    assert ask(store, "/guide").body == b"the page"
    store.close()


# --- a database that is away ------------------------------------------------------------------


class _Fragile:
    """A log that can be cut off."""

    def __init__(self) -> None:
        self.log: Log | None = open_log()
        self.is_away = False

    def changes(self) -> Iterable[Any]:
        if self.is_away or self.log is None:
            raise Away("cut off")
        return self.log.changes()

    def is_kept(self) -> bool:
        assert self.log is not None
        return self.log.is_kept()

    def close(self) -> None:
        if self.log is not None:
            self.log.close()
            self.log = None


def test_while_the_database_is_away_readers_get_the_last_page_and_keep_nothing(
    django: Counted, summary: Summary, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortscience.pagestore.wsgi.TRY_AGAIN_AFTER_S", 0.0)
    log = _Fragile()
    logs = [log]

    def opened() -> Log:
        if log.is_away:
            raise Away("cut off")
        return logs.pop() if logs else open_log()

    store = new_store(django, open_log=opened)
    page = ask(store, address)

    log.is_away = True
    meanwhile = ask(store, address, HTTP_IF_NONE_MATCH=page.headers["ETag"])
    unknown = ask(store, "/guide")
    vote_on_summary(voter=make_user(), summary=summary, value=1)
    log.is_away = False
    after = ask(store, address)

    assert (meanwhile.status, meanwhile.body) == (200, page.body)
    assert meanwhile.headers["Cache-Control"] == "no-store"
    assert "ETag" not in meanwhile.headers
    assert unknown.status == 200
    assert after.body != page.body
    assert after.headers["Cache-Control"] == "no-cache"
    store.close()


def test_who_did_not_look_for_long_begins_anew(
    store: PageStore, django: Counted, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(store, address)

    # Rows of the log may be gone by now.
    monkeypatch.setattr(store._last_look, "_wall", time.time() - 13 * 3600)
    ask(store, address)

    assert django.asked == 2


def test_the_numbers_for_the_operator_add_up(store: PageStore, address: str) -> None:
    from shortscience.pagestore.wsgi import stats

    before = stats()
    for _ in range(3):
        ask(store, address)

    after = stats()
    assert after["misses"] - before["misses"] == 1
    assert after["hits"] - before["hits"] == 2
    assert after["bytes"] - before["bytes"] == store.store.size_bytes > 0
    assert after["limit_bytes"] >= store.store.limit_bytes


def test_a_name_in_a_private_draft_changes_no_public_page(
    store: PageStore, summary: Summary, address: str, client: Client
) -> None:
    before = ask(store, address)

    make_summary(summary.paper, writer=make_user("secret-writer"), anonymous=True)

    after = ask(store, address)
    assert after.body != before.body
    assert "secret-writer" not in after.text
    assert all("secret-writer" not in value for value in after.headers.values())


def test_keys_for_a_cache_in_front_tell_no_writer_of_an_anonymous_text(
    transactional_db: None,
) -> None:
    alice = make_user("alice")
    anonymous = make_summary(writer=alice, anonymous=True)
    store = new_store(keys_header="xkey")

    keys = ask(store, anonymous.paper.get_absolute_url()).headers["xkey"].split()

    assert f"on:{anonymous.paper.pk}" in keys
    assert not [key for key in keys if key.startswith(("person:", "of:"))]
    assert User.objects.filter(pk=alice.pk).exists()
    store.close()
