"""Proving an account elsewhere: asked there, in words when not, forgotten when wished."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts import proofs
from shortscience.accounts.models import Proof, User
from shortscience.discussion.models import Comment
from shortscience.sources import http
from shortscience.sources.owners import look_again
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper
from tests.sources import upstream as moods
from tests.sources.conftest import Clock, sources_cache, upstream
from tests.sources.upstream import Upstream
from tests.web.pages import body
from tests.web.test_fetching import sources

__all__ = ["Clock", "Iterator", "sources", "sources_cache", "upstream"]

pytestmark = pytest.mark.django_db

IDENTIFIER = "0000-0002-1825-0097"
PROOF = "/settings/proof"


def links(*addresses: str) -> moods.Mood:
    listed = [{"url-name": "Me", "url": {"value": address}} for address in addresses]
    return moods.says(json.dumps({"researcher-url": listed}).encode())


def page_of(person: User, settings: object) -> str:
    return f"{settings.SITE_URL}{person.get_absolute_url()}"  # type: ignore[attr-defined]


def test_a_record_that_links_the_page_proves_it(
    sources: Upstream, alice: User, settings: object
) -> None:
    comment = make_comment(paper=make_paper(author_orcids=[IDENTIFIER]), writer=alice)
    sources.feel("pub.orcid.org", links("https://example.org", page_of(alice, settings) + "/"))
    member = signed_in(alice)

    response = member.post(PROOF, {"service": "orcid", "name": f"https://orcid.org/{IDENTIFIER}"})

    assert response["Location"] == "/settings"
    assert f"ORCID: {IDENTIFIER}" in body(member, "/settings")
    assert "author of this paper" in body(Client(), comment.paper.get_absolute_url())
    member.post(PROOF, {"service": "orcid", "take_back": "1"})
    assert "author of this paper" not in body(Client(), comment.paper.get_absolute_url())
    assert not Proof.objects.exists()


def test_a_github_profile_that_links_the_page_proves_it(
    sources: Upstream, alice: User, settings: object
) -> None:
    def answer(handler: moods._Handler) -> None:
        is_profile = not handler.path.endswith("/social_accounts")
        other = [{"provider": "generic", "url": page_of(alice, settings)}]
        said = {"login": "Alice-Codes", "blog": ""} if is_profile else other
        handler.send(200, json.dumps(said).encode())

    sources.feel("api.github.com", answer)

    signed_in(alice).post(PROOF, {"service": "github", "name": "@Alice-Codes"})

    assert Proof.objects.get().name == "alice-codes"


@pytest.mark.parametrize(
    ("form", "mood", "says"),
    [
        ({"service": "orcid", "name": IDENTIFIER}, links("https://x.org/@alice"), "does not link"),
        ({"service": "orcid", "name": IDENTIFIER}, moods.fails(404), "does not know"),
        ({"service": "orcid", "name": IDENTIFIER}, moods.says(b"["), "JSON"),
        ({"service": "orcid", "name": "0000-0002-1825-0098"}, links(), "typo"),
        ({"service": "github", "name": "../etc"}, links(), "no name of a GitHub account"),
        ({"service": "elsewhere", "name": "x"}, links(), "Not proven yet"),
        ({}, links(), "Not proven yet"),
    ],
)
def test_what_proves_nothing_is_told_in_words(
    sources: Upstream, alice: User, form: dict[str, str], mood: moods.Mood, says: str
) -> None:
    sources.feel("pub.orcid.org", mood)

    response = signed_in(alice).post(PROOF, form)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Proof.objects.exists()


def test_strangers_prove_nothing(client: Client) -> None:
    assert client.post(PROOF, {"service": "orcid", "take_back": "1"}).status_code == 403


def test_a_link_that_went_away_takes_the_proof_along(
    sources: Upstream, alice: User, bob: User, settings: object
) -> None:
    comment = make_comment(paper=make_paper(author_orcids=[IDENTIFIER]), writer=alice)
    proofs.prove(person=alice, service=Proof.Service.ORCID, name=IDENTIFIER)
    now = timezone.now() + timedelta(days=31)

    sources.feel("pub.orcid.org", moods.fails(400))
    assert look_again(http.client(), now=now) == (0, 0)
    sources.feel("pub.orcid.org", links())
    assert look_again(http.client(), now=now) == (0, 1)

    comment.refresh_from_db()
    assert comment.badge == ""
    assert not Comment.objects.exclude(badge="").exists()
