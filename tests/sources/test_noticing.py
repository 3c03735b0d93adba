"""Following retractions: what was registered at Crossref comes to the papers that we have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import caches

from shortscience.config.tasks import follow_notices
from shortscience.jobs.declare import timetables
from shortscience.papers.models import PaperNotice
from shortscience.sources import http
from shortscience.sources.models import Followed
from shortscience.sources.noticing import look_for_notices
from shortscience.sources.pacing import Pace
from tests.factories import make_paper
from tests.sources import upstream as moods
from tests.sources.conftest import Clock
from tests.sources.upstream import Upstream

pytestmark = pytest.mark.django_db

CROSSREF = "api.crossref.org"
TODAY = date(2026, 11, 22)


@pytest.fixture
def client(upstream: Upstream) -> Iterator[http.Client]:
    clock = Clock()
    client = http.Client(pace=Pace(clock.now, clock.sleep), sleep=clock.sleep)
    yield client
    client.close()


def page(*notices: tuple[str, str, str], cursor: str = "") -> moods.Mood:
    """Answer with notices: (its own DOI, kind, the DOI of the paper)."""
    items = [
        {
            "DOI": doi,
            "type": "journal-article",
            "title": [f"Notice {doi}"],
            "update-to": [{"DOI": of, "type": kind, "updated": {"date-parts": [[2026, 11, 20]]}}],
        }
        for doi, kind, of in notices
    ]
    message: dict[str, Any] = {"items": items, "next-cursor": cursor or None}
    return moods.says(json.dumps({"status": "ok", "message": message}).encode())


def test_a_retraction_reaches_the_paper_that_we_have_and_no_other(
    upstream: Upstream, client: http.Client
) -> None:
    ours = make_paper(keys=("10.1234/ours",))
    make_paper("Another paper", keys=("10.1234/other",))
    upstream.feel(
        CROSSREF,
        page(("10.1234/n1", "retraction", "10.1234/ours"), cursor="more"),
        page(("10.1234/n2", "correction", "10.1234/unknown")),
    )

    looked = look_for_notices(client, today=TODAY)

    assert (looked.read, looked.new, looked.problem) == (2, 1, "")
    notice = PaperNotice.objects.get()
    assert (notice.paper, notice.kind, notice.doi) == (ours, "retraction", "10.1234/n1")
    assert notice.published_on == date(2026, 11, 20)


def test_each_look_begins_where_the_last_one_ended(upstream: Upstream, client: http.Client) -> None:
    upstream.feel(CROSSREF, page(), page())

    look_for_notices(client, today=date(2026, 11, 1))
    look_for_notices(client, today=date(2026, 11, 2))

    asked = [path for path, _headers in upstream.asked]
    assert "from-created-date%3A2026-09-02" in asked[0]
    assert "from-created-date%3A2026-10-29" in asked[1]


def test_a_look_that_broke_off_is_made_again_and_stores_nothing_twice(
    upstream: Upstream, client: http.Client
) -> None:
    make_paper(keys=("10.1234/ours",))
    found = ("10.1234/n1", "retraction", "10.1234/ours")
    upstream.feel(CROSSREF, page(found, cursor="more"), moods.says(b"<html>"), page(found))

    broken = look_for_notices(client, today=TODAY)
    # A night later the answers are forgotten.
    caches["sources"].clear()
    again = look_for_notices(client, today=TODAY)

    assert (broken.new, bool(broken.problem)) == (1, True)
    assert (again.new, again.problem) == (0, "")
    assert PaperNotice.objects.count() == 1
    assert Followed.objects.get().until == TODAY


def test_the_nightly_job_takes_them_in_and_says_so(
    upstream: Upstream, client: http.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_paper(keys=("10.1234/ours",))
    monkeypatch.setattr(http, "client", lambda: client)
    upstream.feel(CROSSREF, page(("10.1234/n1", "retraction", "10.1234/ours")))

    done = follow_notices.func()

    assert done == {"notices read": 1, "new ones about our papers": 1}
    assert any(path.endswith("follow_notices") for path in timetables())


def test_a_site_that_asks_nobody_does_not_follow_them(upstream: Upstream, settings: Any) -> None:
    settings.SOURCES_ONLINE = False

    done = follow_notices.func()

    assert (done, upstream.asked) == ({}, [])
