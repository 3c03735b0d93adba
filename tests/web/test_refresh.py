"""Asking the sources again about a paper: what is new is stored, what differs is only told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.papers.models import MetadataSuggestion, Paper
from shortscience.summaries import counts
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary
from tests.sources import upstream as moods
from tests.sources.conftest import sources_cache, upstream
from tests.sources.upstream import Upstream
from tests.web.test_fetching import CROSSREF, DOI, crossref_says, sources

__all__ = ["sources", "sources_cache", "upstream"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(db: None) -> Paper:
    return make_paper("The title as typed", keys=(DOI,), authors=("Ann Frog",), year=2012)


def refresh(client: Client, paper: Paper) -> Any:
    return client.post(reverse("paper-refresh", args=[paper.pk, paper.slug]))


def test_what_differs_is_told_and_one_press_suggests_it(
    sources: Upstream, paper: Paper, alice: User
) -> None:
    sources.feel(CROSSREF, crossref_says("The Title as Printed, and Longer", volume="7"))
    client = signed_in(alice)

    html = refresh(client, paper).content.decode()

    paper.refresh_from_db()
    assert paper.title == "The title as typed"
    assert paper.details["volume"] == "7"
    assert "<ins>The Title as Printed, and Longer</ins>" in html
    client.post(
        reverse("paper-correct", args=[paper.pk, paper.slug]) + "?field=title",
        {"value": "The Title as Printed, and Longer", "note": "Crossref"},
    )
    assert MetadataSuggestion.objects.get().note == "Crossref"


def test_a_retraction_is_noted(sources: Upstream, paper: Paper, alice: User) -> None:
    notice = {"type": "retraction", "DOI": "10.1000/r", "label": "Retraction"}
    more: dict[str, Any] = {"updated-by": [notice]}
    sources.feel(CROSSREF, crossref_says(paper.title, **more))

    refresh(signed_in(alice), paper)

    assert [notice.kind for notice in paper.notices.all()] == ["retraction"]


def test_numbers_follow_when_the_paper_moves(sources: Upstream, paper: Paper, alice: User) -> None:
    make_summary(paper)
    counts.recount()
    more: dict[str, Any] = {"container-title": ["PLoS ONE"]}
    sources.feel(CROSSREF, crossref_says(paper.title, **more))

    refresh(signed_in(alice), paper)

    paper.refresh_from_db()
    assert paper.venue is not None
    assert set(counts.recount().values()) == {0}


def test_when_all_agree_it_says_so(sources: Upstream, paper: Paper, alice: User) -> None:
    sources.feel(CROSSREF, crossref_says(paper.title))

    assert "They say what we say." in refresh(signed_in(alice), paper).content.decode()


def test_a_silent_source_and_a_paper_without_keys_are_sentences(
    sources: Upstream, paper: Paper, alice: User
) -> None:
    sources.feel(CROSSREF, moods.says(b"{"))
    client = signed_in(alice)

    for one in (paper, make_paper()):
        answer = refresh(client, one)
        assert answer.status_code == 302
        assert 'class="notice' in client.get(answer["Location"]).content.decode()


def test_strangers_sign_in_first(client: Client, paper: Paper) -> None:
    assert "/account/" in refresh(client, paper)["Location"]
