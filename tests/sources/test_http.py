"""The polite client: limits of time, size and rate, kept answers, and no way inside."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest

from shortscience.sources import pacing
from shortscience.sources.errors import (
    SourceNotFound,
    SourceRefused,
    SourcesOff,
    SourceTooBig,
    SourceUnavailable,
    SourceUnreadable,
)
from shortscience.sources.http import Client, user_agent
from tests.sources import upstream as moods
from tests.sources.conftest import Clock
from tests.sources.upstream import Upstream

HOST = "api.crossref.org"
URL = f"https://{HOST}/works/1"


def test_an_answer_arrives_with_who_we_are(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.says(b"hello", Content_Type="text/plain"))

    answer = client.get(URL, {"q": "a b"})

    path, headers = upstream.asked[0]
    assert (answer.body, answer.content_type) == (b"hello", "text/plain")
    assert path == f"/{HOST}/works/1?q=a+b"
    assert headers["user-agent"] == user_agent()
    assert user_agent().startswith("ShortScience/")
    assert "mailto:" in user_agent()


def test_sources_can_be_switched_off(client: Client, upstream: Upstream, settings: Any) -> None:
    settings.SOURCES_ONLINE = False

    with pytest.raises(SourcesOff, match="operator"):
        client.get(URL)

    assert upstream.asked == []


# --- failures ---------------------------------------------------------------------------------


def test_a_server_error_is_tried_again(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.fails(500), moods.fails(503), moods.says(b"at last"))

    assert client.get(URL).body == b"at last"
    assert upstream.count(HOST) == 3


def test_three_failures_are_enough(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.fails(500))

    with pytest.raises(SourceUnavailable) as caught:
        client.get(URL)

    assert caught.value.retry
    assert upstream.count(HOST) == 3


def test_waits_between_tries_grow(client: Client, upstream: Upstream, clock: Clock) -> None:
    upstream.feel(HOST, moods.fails(500))

    with pytest.raises(SourceUnavailable):
        client.get(URL)

    # The turns at the host are among them; the back-off is 0.25-0.75 s, then 0.5-1.5 s.
    assert sum(clock.slept) >= 0.75


@pytest.mark.parametrize("status", [400, 401, 403, 418])
def test_a_no_is_not_asked_again(client: Client, upstream: Upstream, status: int) -> None:
    upstream.feel(HOST, moods.fails(status))

    with pytest.raises(SourceRefused, match=str(status)):
        client.get(URL)

    assert upstream.count(HOST) == 1


def test_a_429_is_obeyed_for_as_long_as_it_says(
    client: Client, upstream: Upstream, clock: Clock
) -> None:
    upstream.feel(HOST, moods.fails(429, Retry_After="7"), moods.says(b"now"))
    before = clock.at

    assert client.get(URL).body == b"now"
    assert clock.at - before >= 7


def test_a_429_that_takes_too_long_stops_everybody(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.fails(429, Retry_After="600"))

    with pytest.raises(SourceUnavailable) as caught:
        client.get(URL, within_s=2)
    with pytest.raises(SourceUnavailable):
        client.get(f"{URL}/other", within_s=2)

    assert caught.value.retry_after_s == pytest.approx(600)
    assert upstream.count(HOST) == 1


def test_a_retry_after_can_be_a_date(client: Client, upstream: Upstream, clock: Clock) -> None:
    # The clock stands at Fri, 15 Jan 2027 08:00:00 GMT.
    upstream.feel(
        HOST, moods.fails(503, Retry_After="Fri, 15 Jan 2027 08:00:09 GMT"), moods.says(b"x")
    )
    before = clock.at

    client.get(URL)

    assert clock.at - before >= 9


def test_a_host_that_fails_is_left_alone(client: Client, upstream: Upstream, clock: Clock) -> None:
    upstream.feel(HOST, moods.fails(500))
    for number in (1, 2):
        with pytest.raises(SourceUnavailable):
            client.get(f"{URL}/{number}")
    asked = upstream.count(HOST)

    with pytest.raises(SourceUnavailable):
        client.get(f"{URL}/3", within_s=1)
    assert upstream.count(HOST) == asked

    upstream.feel(HOST, moods.says(b"back"))
    clock.at += pacing.OPEN_S
    assert client.get(f"{URL}/4").body == b"back"


@pytest.mark.parametrize("mood", [moods.hangs, moods.drips, moods.drips_body])
def test_a_slow_answer_ends_with_its_time(client: Client, upstream: Upstream, mood: Any) -> None:
    upstream.feel(HOST, mood)
    started = time.monotonic()

    with pytest.raises(SourceUnavailable):
        client.get(URL, within_s=0.3)

    assert time.monotonic() - started < moods.HANGS_FOR_S / 2


def test_an_answer_that_breaks_off_is_no_answer(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.breaks_off)

    with pytest.raises(SourceUnavailable):
        client.get(URL)


# --- sizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mood", [moods.sends_50_mb, moods.announces_50_mb, moods.sends_bomb])
def test_a_large_answer_is_not_read(client: Client, upstream: Upstream, mood: Any) -> None:
    upstream.feel(HOST, mood)

    with pytest.raises(SourceTooBig):
        client.get(URL)


def test_an_answer_of_just_the_limit_is_read(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.says(b"x" * 1000))

    assert len(client.get(URL, max_bytes=1000).body) == 1000
    with pytest.raises(SourceTooBig):
        client.get(f"{URL}/2", max_bytes=999)


def test_a_packed_answer_is_unpacked(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.packs(b"hello" * 1000))

    assert client.get(URL).body == b"hello" * 1000
    assert upstream.asked[0][1]["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    "mood",
    [
        moods.packs(b"x", "br"),
        moods.says(b"not gzip", Content_Encoding="gzip"),
        moods.says(gzip.compress(b"cut" * 1000)[:-9], Content_Encoding="gzip"),
    ],
)
def test_a_badly_packed_answer_is_refused(client: Client, upstream: Upstream, mood: Any) -> None:
    upstream.feel(HOST, mood)

    with pytest.raises(SourceUnreadable):
        client.get(URL)


# --- kept answers -----------------------------------------------------------------------------


def test_a_fresh_answer_is_used_again(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.says(b"once"))

    assert client.get(URL).body == client.get(URL).body == b"once"
    assert upstream.count(HOST) == 1


def test_an_old_answer_is_asked_whether_it_changed(
    client: Client, upstream: Upstream, clock: Clock
) -> None:
    url = f"https://{HOST}/works/10.1371%2Fjournal.pone.0033693"
    first = client.get(url)
    clock.at += 3600

    again = client.get(url)

    assert again.body == first.body
    assert upstream.asked[1][1]["if-none-match"] == '"one"'
    # A "304" makes it fresh once more.
    client.get(url)
    assert upstream.count(HOST) == 2


def test_what_a_source_does_not_know_is_not_asked_for_a_day(
    client: Client, upstream: Upstream
) -> None:
    for _time in range(2):
        with pytest.raises(SourceNotFound):
            client.get(URL)

    assert upstream.count(HOST) == 1


def test_large_answers_are_not_kept(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.says(b"x" * 200_000))

    client.get(URL)
    client.get(URL)

    assert upstream.count(HOST) == 2
