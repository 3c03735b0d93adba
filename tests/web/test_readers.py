"""The page that tells a writer how often a summary was read, and nobody else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shortscience.accounts.models import User
from shortscience.membership.export import data_of
from shortscience.readership.models import ReaderDay
from shortscience.summaries.models import Summary
from shortscience.web.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, bars_of
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db


def days_ago(number: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=number)


def count(summary: Summary, numbers: dict[int, int]) -> None:
    """Let the paper have been read so often, so many days ago."""
    ReaderDay.objects.bulk_create(
        ReaderDay(paper=summary.paper, day=days_ago(ago), readers=readers)
        for ago, readers in numbers.items()
    )


@pytest.fixture(params=[False, True], ids=["named", "anonymous"])
def summary(request: pytest.FixtureRequest, alice: User) -> Summary:
    long_ago = datetime.now(UTC) - timedelta(days=1000)
    made = make_summary(writer=alice, anonymous=request.param, published_at=long_ago)
    count(made, {0: 3, 6: 4, 7: 10, 29: 20, 30: 100, 363: 1000, 364: 5000})
    return made


@pytest.mark.parametrize(
    ("query", "total", "bars"),
    [("", 37, 4), ("?days=7", 7, 2), ("?days=30", 37, 4), ("?days=365", 1137, 4),
     ("?days=x", 37, 4)],
)  # fmt: skip
def test_a_writer_sees_the_readers_of_a_period(
    alice: User, summary: Summary, query: str, total: int, bars: int
) -> None:
    page = signed_in(alice).get(f"/s/{summary.pk}/readers{query}").content.decode()

    assert f"Read about {total:,} times." in page
    assert page.count('<rect class="column"') == bars
    assert re.search(r'<svg class="graph"[^>]+role="img" aria-labelledby="(\S+) (\S+)">', page)
    assert '<title id="readers-title">' in page
    assert '<desc id="readers-desc">' in page
    # The table says all of it.
    numbers = [int(n) for n in re.findall(r'<td class="num">(\d+)</td>', page)]
    assert sum(numbers) == total
    assert len(numbers) in (7, 30, 52)


def test_nobody_else_sees_it(client: Client, bob: User, mona: User, summary: Summary) -> None:
    address = f"/s/{summary.pk}/readers"

    assert client.get(address).headers["Location"].startswith("/account/sign-in")
    assert signed_in(bob).get(address).status_code == 404
    assert signed_in(mona).get(address).status_code == 404


def test_only_the_writer_is_told_of_the_page(
    client: Client, alice: User, bob: User, summary: Summary
) -> None:
    for page in (summary.get_absolute_url(), summary.paper.get_absolute_url()):
        assert f"/s/{summary.pk}/readers" in signed_in(alice).get(page).content.decode()
        for other in (client, signed_in(bob)):
            text = other.get(page).content.decode()
            assert "/readers" not in text
            assert "Read about" not in text
    own = signed_in(alice).get(summary.get_absolute_url()).content.decode()
    assert "Read about 37 times in 30 days." in own


def test_readers_from_before_the_summary_are_not_its_readers(alice: User) -> None:
    summary = make_summary(writer=alice, published_at=datetime.now(UTC) - timedelta(days=3))
    count(summary, {0: 1, 3: 2, 4: 50})

    page = signed_in(alice).get(f"/s/{summary.pk}/readers").content.decode()

    assert "Read about 3 times." in page


@pytest.mark.parametrize("state", ["private", "hidden", "unread"])
def test_without_readers_the_page_says_why(alice: User, state: str) -> None:
    summary = make_summary(writer=alice, private=state == "private")
    if state == "hidden":
        Summary.objects.filter(pk=summary.pk).update(hidden_at=datetime.now(UTC))
    if state != "unread":
        count(summary, {0: 5})

    page = signed_in(alice).get(f"/s/{summary.pk}/readers").content.decode()

    said = {
        "private": "This summary is not public.",
        "hidden": "nobody else sees it",
        "unread": "Read about 0 times.",
    }
    assert said[state] in page
    assert '<svg class="graph"' not in page
    assert "Read about 5" not in page


def test_an_export_has_the_numbers_of_ones_own_public_texts(alice: User) -> None:
    public = make_summary(make_paper("Read"), writer=alice, anonymous=True)
    private = make_summary(make_paper("Mine"), writer=alice, private=True)
    for one in (public, private):
        count(one, {0: 4, 500: 6})

    (row,) = data_of(alice)["readers"]

    assert (row["paper_title"], row["readers"]) == ("Read", 10)


# --- the picture ------------------------------------------------------------------------------

LAST = date(2026, 5, 30)


@given(st.lists(st.integers(0, 3_000_000), min_size=1, max_size=60), st.sampled_from([1, 7]))
def test_bars_stand_in_their_frame_and_are_as_high_as_their_numbers(
    values: list[int], step: int
) -> None:
    days = len(values) * step
    by_day = {LAST - timedelta(days=step * ago): n for ago, n in enumerate(reversed(values))}

    chart = bars_of(by_day, last=LAST, days=days, step=step)

    assert [bar.value for bar in chart.bars] == values
    assert chart.total == sum(values)
    assert chart.bars[-1].last == LAST
    assert 2 <= len(chart.lines) <= 5
    assert chart.lines[-1].value >= max(values)
    assert chart.lines[-1].y == TOP
    top = chart.lines[-1].value
    for bar in chart.bars:
        assert LEFT <= bar.x <= bar.x + bar.width <= WIDTH + 0.01
        assert bar.height == pytest.approx(bar.value / top * (HEIGHT - TOP - BOTTOM), abs=0.01)
        assert bar.y + bar.height == pytest.approx(HEIGHT - BOTTOM, abs=0.011)
    for earlier, later in zip(chart.bars, chart.bars[1:], strict=False):
        assert (later.first - earlier.last).days == 1


@pytest.mark.parametrize(
    ("highest", "lines"),
    [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (5, [0, 2, 4, 6]), (37, [0, 10, 20, 30, 40]),
     (41, [0, 20, 40, 60]), (1000, [0, 500, 1000])],
)  # fmt: skip
def test_lines_stand_at_round_numbers(highest: int, lines: list[int]) -> None:
    chart = bars_of({LAST: highest}, last=LAST, days=1)

    assert [line.value for line in chart.lines] == lines
