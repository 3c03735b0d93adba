"""Who is counted and who is not, from the request to the row."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.test import Client

from shortscience.accounts.models import User
from shortscience.config.readers import CountingReaders, counted
from shortscience.lib.robots import is_robot
from shortscience.lib.sketch import estimate
from shortscience.operations import mode
from shortscience.operations.actions import allow_writing, stop_writing
from shortscience.papers.models import Paper
from shortscience.readership import rules
from shortscience.readership.counter import Counter, network_of
from shortscience.readership.models import DailySalt, ReaderDay
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary
from tests.pagestore.reader import ask, new_store

pytestmark = pytest.mark.django_db(transaction=True)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def summary(alice: User) -> Summary:
    return make_summary(make_paper("Deep Residual Learning"), writer=alice)


@pytest.fixture
def paper(summary: Summary) -> Paper:
    return summary.paper


@pytest.fixture
def site() -> Iterator[CountingReaders]:
    """A process whose writer is the test."""
    made = CountingReaders(new_store())
    made._start_writer = lambda: None  # type: ignore[method-assign]
    yield made
    made.site.close()  # type: ignore[attr-defined]


def look(site: Any, address: str, agent: str = FIREFOX, at: str = "192.0.2.7", **more: str) -> int:
    return ask(site, address, HTTP_USER_AGENT=agent, REMOTE_ADDR=at, **more).status


def readers(site: CountingReaders, paper: Paper) -> int:
    """Return today's number after a write."""
    assert site.write()
    row = ReaderDay.objects.filter(paper=paper, day=datetime.now(UTC).date()).first()
    return row.readers if row else 0


def test_each_reader_counts_once_whoever_answers(
    site: CountingReaders, summary: Summary, paper: Paper
) -> None:
    pages = (paper.get_absolute_url(), paper.get_absolute_url() + "?order=new", f"/s/{summary.pk}")

    for _ in range(3):
        for page in pages:
            look(site, page)
    look(site, pages[0], CHROME)
    look(site, pages[0], at="198.51.100.1")

    assert readers(site, paper) == 3


def test_two_processes_count_one_reader_once(
    site: CountingReaders, summary: Summary, paper: Paper
) -> None:
    other = CountingReaders(WSGIHandler())
    other._start_writer = lambda: None  # type: ignore[method-assign]

    for process in (site, other):
        look(process, paper.get_absolute_url())
        look(process, paper.get_absolute_url(), SAFARI)

    assert other.write()
    assert readers(site, paper) == 2


def test_a_browser_that_has_the_page_already_reads_it_again(
    site: CountingReaders, paper: Paper
) -> None:
    tag = ask(site, paper.get_absolute_url(), HTTP_USER_AGENT="curl/8").headers["ETag"]

    assert look(site, paper.get_absolute_url(), HTTP_IF_NONE_MATCH=tag) == 304

    assert readers(site, paper) == 1


def test_other_pages_count_for_no_paper(site: CountingReaders, summary: Summary) -> None:
    address = summary.paper.get_absolute_url()

    for page in ("/", f"{address}/bibtex", f"/s/{summary.pk}/source", "/healthz", "/p/999/no"):
        look(site, page)

    assert len(site.counter) == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"agent": ""},
        {"agent": "curl/8.9"},
        {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"agent": "Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com)"},
        {"agent": "Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/131.0 Safari/537.36"},
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_X_MOZ": "prefetch"},
        {"HTTP_SEC_FETCH_DEST": "image"},
        {"HTTP_SEC_FETCH_DEST": "empty"},
    ],
)
def test_who_is_not_a_person_looking_is_not_counted(
    site: CountingReaders, paper: Paper, sent: dict[str, str]
) -> None:
    for _ in range(2):
        assert look(site, paper.get_absolute_url(), **sent) == 200

    assert readers(site, paper) == 0


def test_a_question_without_an_answer_is_no_reading(site: CountingReaders, paper: Paper) -> None:
    ask(site, paper.get_absolute_url(), "HEAD", HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.1")

    assert readers(site, paper) == 0


@pytest.mark.parametrize("agent", [FIREFOX, CHROME, SAFARI])
def test_browsers_are_no_robots(agent: str) -> None:
    assert not is_robot(agent)


def test_members_count_and_writers_do_not_count_for_their_own(
    site: CountingReaders, alice: User, bob: User, summary: Summary, paper: Paper
) -> None:
    for person, at in ((alice, "192.0.2.1"), (bob, "198.51.100.1")):
        cookie = signed_in(person).cookies["session"].OutputString()
        for page in (paper.get_absolute_url(), summary.get_absolute_url()):
            assert look(site, page, at=at, HTTP_COOKIE=cookie) == 200

    assert readers(site, paper) == 1


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "counts"),
    [(True, True, 2), (True, False, 1), (False, True, 1)],
)
def test_the_address_is_what_our_proxy_says(
    site: CountingReaders,
    paper: Paper,
    settings: Any,
    behind_proxy: bool,
    forwarded: bool,
    counts: int,
) -> None:
    settings.BEHIND_PROXY = behind_proxy

    for at in ("192.0.2.1", "198.51.100.9"):
        # What the stranger sent stands first, what our proxy saw last.
        sent = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{at[-1]}, {at}"} if forwarded else {}
        look(site, paper.get_absolute_url(), at="10.0.0.1", **sent)

    assert readers(site, paper) == counts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.254"),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::2"),
        ("::ffff:192.0.2.1", "192.0.2.9"),
        ("fe80::1%eth0", "fe80::2"),
        ("nonsense", ""),
        ("a:b\0c", "nonsense"),
    ],
)
def test_only_the_network_of_an_address_is_looked_at(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)
    assert network_of("192.0.2.1") != network_of("192.0.3.1")
    assert network_of("2001:db8:1::1") != network_of("2001:db8:2::1")


# --- what is kept -----------------------------------------------------------------------------


def test_no_address_and_no_browser_is_stored_or_logged(
    site: CountingReaders, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    agent, address = FIREFOX + " Marker/77.77", "203.0.113.77"
    caplog.set_level(logging.DEBUG)

    look(site, paper.get_absolute_url(), agent, address)
    assert site.write()
    # And when it goes wrong.
    look(site, paper.get_absolute_url(), CHROME + " Marker/77.77", address)
    with connection.execute_wrapper(away):
        assert not site.write()

    stored = everything_stored()
    for told in (address, "203.0.113", "cb0071", "Marker/77.77"):
        assert told not in caplog.text
        assert told not in stored
    assert "could not be written" in caplog.text
    # Of the visitor itself two bytes are left.
    assert [len(row.sketch or b"") for row in ReaderDay.objects.all()] == [2]


def everything_stored() -> str:
    """Return all rows of all tables; bytes as they are and in hexadecimal."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values_list():
            for value in row:
                raw = bytes(value) if isinstance(value, bytes | memoryview) else b""
                found.append(f"{value!r} {raw!r} {raw.hex()}")
    return "\n".join(found)


def away(*_: object) -> Any:
    raise OperationalError("203.0.113.77 does not answer")


def test_the_salt_of_yesterday_is_gone(site: CountingReaders, paper: Paper) -> None:
    today = datetime.now(UTC).date()
    DailySalt.objects.create(day=today - timedelta(days=1), value=b"old")

    look(site, paper.get_absolute_url())

    assert list(DailySalt.objects.values_list("day", flat=True)) == [today]


def test_tomorrow_the_same_reader_is_another_one() -> None:
    salts = {date(2026, 5, 1): b"one", date(2026, 5, 2): b"two"}
    counter = Counter(salts.get)
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()

    for at in (noon, noon + 60, noon + 86_400):
        assert counter.note(7, "192.0.2.1", FIREFOX, at)
    taken = counter.take()

    first, second = taken[7, date(2026, 5, 1)], taken[7, date(2026, 5, 2)]
    assert len(first) == len(second) == 1
    assert first != second


def test_a_process_keeps_no_salt_of_a_day_that_is_over() -> None:
    asked: list[date] = []

    def find(day: date) -> bytes:
        asked.append(day)
        return str(day).encode()

    counter = Counter(find)
    evening = datetime(2026, 5, 1, 23, 50, tzinfo=UTC).timestamp()

    counter.prepare(evening, ahead_s=1800)
    counter.note(7, "192.0.2.1", FIREFOX, evening)
    counter.note(7, "192.0.2.1", FIREFOX, evening + 900)
    counter.prepare(evening + 900, ahead_s=1800)

    assert asked == [date(2026, 5, 1), date(2026, 5, 2)]
    assert list(counter._salts.values()) == [b"2026-05-02"]


# --- when it cannot be written ----------------------------------------------------------------


def test_while_the_database_is_away_it_is_kept_and_written_later(
    site: CountingReaders, paper: Paper
) -> None:
    look(site, paper.get_absolute_url())
    with connection.execute_wrapper(away):
        look(site, paper.get_absolute_url(), CHROME)
        assert not site.write()

    assert len(site.counter) == 2
    assert readers(site, paper) == 2
    assert len(site.counter) == 0


def test_without_a_salt_nobody_is_counted_and_the_page_comes(
    site: CountingReaders, paper: Paper
) -> None:
    ask(site, paper.get_absolute_url())
    with connection.execute_wrapper(away):
        assert look(site, paper.get_absolute_url()) == 200

    assert len(site.counter) == 0


def test_while_the_site_is_read_only_nothing_is_written(
    site: CountingReaders, paper: Paper
) -> None:
    look(site, paper.get_absolute_url())
    stop_writing()
    mode.forget()

    look(site, paper.get_absolute_url(), CHROME)

    assert not site.write()
    assert not ReaderDay.objects.exists()
    allow_writing()
    mode.forget()
    assert readers(site, paper) == 2


def test_a_process_holds_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shortscience.readership.counter.MOST_HELD", 10)
    counter = Counter(lambda day: b"salt")
    now = time.time()

    noted = [counter.note(paper, "192.0.2.1", FIREFOX, now) for paper in range(25)]

    assert noted.count(True) == len(counter) == 10
    assert counter.is_filling
    assert rules.MOST_HELD == 100_000


def test_a_site_may_choose_to_count_nobody(settings: Any, alice: User, summary: Summary) -> None:
    def site(environ: Any, start_response: Any) -> list[bytes]:
        return []

    settings.COUNT_READERS = False
    page = signed_in(alice).get(f"/s/{summary.pk}/readers").content.decode()

    assert counted(site) is site
    assert "does not count readers" in page
    assert "secret of the day" not in Client().get("/about").content.decode()


def test_a_copy_that_only_shows_counts_nobody(settings: Any) -> None:
    settings.READ_ONLY = True

    assert not isinstance(counted(WSGIHandler()), CountingReaders)


def test_many_readers_of_one_page_are_told_within_the_bound(
    site: CountingReaders, paper: Paper
) -> None:
    for number in range(2000):
        site.counter.note(paper.pk, f"10.{number // 250}.{number % 250}.1", FIREFOX, time.time())
    taken = site.counter.take()
    (codes,) = taken.values()

    site.counter.take_back(taken)

    # Three standard errors; the salt is another one each time.
    assert abs(readers(site, paper) - 2000) < 2000 * 0.023 * 3.5
    assert readers(site, paper) == estimate(codes)
