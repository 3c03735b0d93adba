"""Voting by form: with and without script, as member, writer and stranger."""

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_summary
from tests.web.pages import body

pytestmark = pytest.mark.django_db


def score(summary: Summary) -> int:
    summary.refresh_from_db()
    return summary.score


def test_a_vote_leads_back_to_its_place(bob: User) -> None:
    summary = make_summary()

    response = signed_in(bob).post(
        f"/s/{summary.pk}/vote", {"value": "1", "next": f"/?tab=recent#s{summary.pk}"}
    )

    assert response.status_code == 302
    assert response["Location"] == f"/?tab=recent#s{summary.pk}"
    assert score(summary) == 1


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil"],
)
def test_a_vote_leads_nowhere_else(bob: User, elsewhere: str) -> None:
    summary = make_summary()

    response = signed_in(bob).post(f"/s/{summary.pk}/vote", {"value": "1", "next": elsewhere})

    assert response["Location"] == f"{summary.paper.get_absolute_url()}#{summary.anchor}"


def test_the_pressed_arrow_takes_its_vote_back(bob: User) -> None:
    summary, member = make_summary(), signed_in(bob)
    member.post(f"/s/{summary.pk}/vote", {"value": "1"})

    page = body(member, summary.paper.get_absolute_url())
    assert 'name="value" value="0" aria-label="Helpful" aria-pressed="true"' in page
    member.post(f"/s/{summary.pk}/vote", {"value": "0"})

    assert score(summary) == 0


@pytest.mark.parametrize(
    "header", [{"X-Fragment": "votes"}, {"HX-Request": "true"}, {"X-Requested-With": "fetch"}]
)
def test_a_script_gets_the_arrows_alone(bob: User, header: dict[str, str]) -> None:
    summary = make_summary()

    response = signed_in(bob).post(f"/s/{summary.pk}/vote", {"value": "-1"}, headers=header)

    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in html
    assert 'value="0" aria-label="Not helpful" aria-pressed="true"' in html
    assert ">-1</output>" in html


@pytest.mark.parametrize("value", ["2", "-5", "", "up", "1; DROP"])
def test_a_strange_value_is_refused(bob: User, value: str) -> None:
    summary = make_summary()

    response = signed_in(bob).post(f"/s/{summary.pk}/vote", {"value": value})

    assert response.status_code == 400
    assert "A vote is up, down, or taken back." in response.content.decode()


def test_ones_own_is_refused_and_its_arrows_say_why(alice: User) -> None:
    summary, member = make_summary(writer=alice), signed_in(alice)

    page = body(member, summary.paper.get_absolute_url())
    response = member.post(f"/s/{summary.pk}/vote", {"value": "1"})

    assert "You cannot vote on your own summary." in page
    assert f'action="/s/{summary.pk}/vote"' not in page
    assert response.status_code == 403
    assert score(summary) == 0


def test_a_stranger_is_led_through_signing_in_and_back(client: Client) -> None:
    summary = make_summary()
    place = f"{summary.paper.get_absolute_url()}#{summary.anchor}"

    page = body(client, summary.paper.get_absolute_url())

    assert f'<input type="hidden" name="next" value="{place}">' in page
    assert "Helpful: sign in to vote" in page
    assert "csrfmiddlewaretoken" not in page


def test_a_stranger_cannot_vote(client: Client) -> None:
    summary = make_summary()

    response = client.post(f"/s/{summary.pk}/vote", {"value": "1"})

    assert response.status_code in (302, 403)
    assert score(summary) == 0


def test_a_link_cannot_vote(bob: User) -> None:
    summary = make_summary()

    response = signed_in(bob).get(f"/s/{summary.pk}/vote?value=1")

    assert response.status_code == 405
    assert score(summary) == 0


def test_a_vote_without_a_token_is_refused(bob: User) -> None:
    summary = make_summary()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(bob).cookies

    assert strict.post(f"/s/{summary.pk}/vote", {"value": "1"}).status_code == 403
    assert score(summary) == 0


def test_a_private_summary_is_not_there_to_vote_on(bob: User) -> None:
    summary = make_summary(private=True)

    assert signed_in(bob).post(f"/s/{summary.pk}/vote", {"value": "1"}).status_code == 404


def test_each_summary_shows_ones_own_vote(bob: User) -> None:
    member, paper = signed_in(bob), make_summary().paper
    for _ in range(5):
        member.post(f"/s/{make_summary(paper).pk}/vote", {"value": "1"})

    page = body(member, paper.get_absolute_url())

    assert page.count('aria-label="Helpful" aria-pressed="true"') == 5
