"""Members report; strangers sign in first; what one cannot see one cannot report."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.moderation.actions import hide
from shortscience.moderation.models import Report
from shortscience.moderation.rules import REPORTS
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db

WRONG = {"reason": "wrong", "note": "This is about another paper."}


def address(kind: str, pk: int) -> str:
    return reverse("report", args=[kind, pk])


def test_a_stranger_signs_in_and_comes_back(client: Client, alice: User) -> None:
    where = address("summary", make_summary(writer=alice).pk)

    answer = client.get(where)

    assert answer.headers["Location"] == f"{reverse('account_login')}?next={where}"


@pytest.mark.parametrize("kind", ["summary", "comment", "paper", "person"])
def test_each_kind_of_thing_can_be_reported(alice: User, bob: User, kind: str) -> None:
    summary = make_summary(writer=alice)
    comment = make_comment(summary=summary, writer=alice)
    things: dict[str, Any] = {
        "summary": summary,
        "comment": comment,
        "paper": summary.paper,
        "person": alice,
    }
    client, where = signed_in(bob), address(kind, things[kind].pk)

    assert client.get(where).status_code == 200
    answer = client.post(where, WRONG)

    assert answer.headers["Location"] == things[kind].get_absolute_url()
    made = Report.objects.get()
    assert (made.target, made.reporter, made.note) == (things[kind], bob, WRONG["note"])


@pytest.mark.parametrize("kind", ["summary", "comment", "paper", "person", "venue"])
def test_what_does_not_exist_cannot_be_reported(bob: User, kind: str) -> None:
    assert signed_in(bob).get(address(kind, 999)).status_code == 404


def test_what_one_cannot_see_cannot_be_reported(alice: User, bob: User, mona: User) -> None:
    private = make_summary(writer=alice, private=True)
    hidden = make_summary(writer=alice)
    comment = make_comment(writer=alice)
    paper = make_paper()
    for thing in (hidden, comment, paper):
        hide(moderator=mona, target=thing, reason="copied")
    client = signed_in(bob)

    asked = [("summary", private), ("summary", hidden), ("comment", comment), ("paper", paper)]

    assert {client.get(address(kind, thing.pk)).status_code for kind, thing in asked} == {404}


def test_ones_own_cannot_be_reported(alice: User) -> None:
    summary = make_summary(writer=alice, anonymous=True)
    client = signed_in(alice)

    assert client.post(address("summary", summary.pk), WRONG).status_code == 403
    assert client.post(address("person", alice.pk), WRONG).status_code == 403
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"note": "Look at this."}, "Choose what fits best."),
        ({"reason": "other"}, "Say in a sentence what is wrong."),
        ({"reason": "nonsense", "note": "Look at this."}, "Select a valid choice"),
        ({"reason": "spam", "note": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_an_incomplete_report_says_what_is_missing(
    bob: User, data: dict[str, str], sentence: str
) -> None:
    answer = signed_in(bob).post(address("paper", make_paper().pk), data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert data.get("note", "") in page


def test_reporting_again_changes_the_open_report(alice: User, bob: User) -> None:
    client, where = signed_in(bob), address("summary", make_summary(writer=alice).pk)

    client.post(where, WRONG)
    client.post(where, {"reason": "spam", "note": ""})

    assert Report.objects.get().reason == "spam"


def test_a_flood_of_reports_waits(bob: User) -> None:
    client = signed_in(bob)
    for _ in range(REPORTS.count):
        client.post(address("paper", make_paper().pk), WRONG)

    answer = client.post(address("paper", make_paper().pk), WRONG)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3000


def test_the_page_of_an_anonymous_text_names_nobody(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, anonymous=True)

    page = signed_in(bob).get(address("summary", summary.pk)).content.decode()

    assert "alice" not in page


def test_a_closed_account_reports_nothing(alice: User) -> None:
    closed = make_user("closed")
    client = signed_in(closed)
    closed.is_active = False
    closed.save()

    answer = client.post(address("summary", make_summary(writer=alice).pk), WRONG)

    assert answer.status_code == 302
    assert not Report.objects.exists()
