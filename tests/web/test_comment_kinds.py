"""What comments can be besides text: quotes, questions, notes on a passage, calls."""

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import EDIT_WINDOW
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary
from tests.web.pages import body

pytestmark = pytest.mark.django_db


def test_a_quote_begins_the_answer(bob: User) -> None:
    lines = "\n".join(f"Line {n}." for n in range(20))
    comment = make_comment(text=f"First.\n\n{lines}")

    page = body(signed_in(bob), f"/c/{comment.pk}/reply?quote=1")

    assert "&gt; First.\n&gt;\n&gt; Line 0." in page
    assert "&gt; Line 9.\n&gt; …" in page
    assert "Line 10." not in page.split("<textarea")[1]


def test_after_the_window_the_change_is_refused_and_kept(alice: User) -> None:
    comment = make_comment(writer=alice)
    Comment.objects.update(created_at=timezone.now() - EDIT_WINDOW)
    member = signed_in(alice)

    response = member.post(f"/c/{comment.pk}/edit", {"text": "A long correction."})

    assert response.status_code == 409
    assert "A long correction." in response.content.decode()
    assert member.get(f"/c/{comment.pk}/edit").status_code == 409
    assert f"/c/{comment.pk}/edit" not in body(member, comment.paper.get_absolute_url())


def test_what_a_comment_said_before_is_for_moderators(
    alice: User, bob: User, mona: User, client: Client
) -> None:
    comment = make_comment(writer=alice, text="Rude.")
    signed_in(alice).post(f"/c/{comment.pk}/edit", {"text": "Kind."})

    assert "Rude." in body(signed_in(mona), f"/c/{comment.pk}/history")
    for reader in (client, signed_in(bob), signed_in(alice)):
        assert reader.get(f"/c/{comment.pk}/history").status_code == 404


def test_an_answer_is_accepted_by_who_asked_and_by_nobody_else(alice: User, bob: User) -> None:
    question = make_comment(paper=make_paper(), writer=bob, question=True, text="Why?")
    answer = make_comment(parent=question, text="Because.")
    url, page = f"/c/{answer.pk}/accept", question.paper.get_absolute_url()
    assert "Accept this answer" not in body(signed_in(alice), page)
    assert signed_in(alice).post(url).status_code == 403
    assert f"/questions?paper={question.paper.pk}" in body(Client(), page)
    assert "Why?" in body(Client(), "/questions")

    assert "Accept this answer" in body(signed_in(bob), page)
    signed_in(bob).post(url)

    assert "accepted answer" in body(Client(), page)
    assert "Why?" not in body(Client(), "/questions")
    assert "Why?" in body(Client(), "/questions?show=all")
    signed_in(bob).post(url, {"take_back": "1"})
    assert "Why?" in body(Client(), f"/questions?paper={question.paper.pk}")


@pytest.mark.parametrize("query", ["?paper=x", "?paper=999999", "?page=0", "?show=%00"])
def test_odd_questions_about_questions_are_answered(client: Client, query: str) -> None:
    assert client.get(f"/questions{query}").status_code == 200


def test_a_note_that_cannot_be_placed_stays_in_the_form(bob: User) -> None:
    summary = make_summary(text="It is deep. It is wide.")
    url = f"/s/{summary.pk}/note"

    for quote, reason in (
        ("", "Copy the passage"),
        ("It is", "2 times"),
        ("never", "do not stand"),
        ("x\0y", "Null characters"),
        ("x" * 3000, "at most"),
    ):
        response = signed_in(bob).post(url, {"quote": quote, "text": "My remark."})
        assert response.status_code == 422
        page = response.content.decode()
        assert reason in page
        assert "My remark.</textarea>" in page
    assert not Comment.objects.exists()


def test_a_note_is_shown_with_its_passage_and_as_a_web_annotation(
    bob: User, client: Client
) -> None:
    summary = make_summary(text="It is deep. It is wide.")

    signed_in(bob).post(
        f"/s/{summary.pk}/note", {"quote": "It is", "after": " wide.", "text": "How **wide**?"}
    )

    page = body(client, summary.paper.get_absolute_url())
    assert 'data-passage="12 17">It is</blockquote>' in page
    answer = client.get(f"/s/{summary.pk}/notes.jsonld")
    assert answer["Content-Type"].startswith("application/ld+json")
    found = answer.json()
    (note,) = found["items"]
    assert (found["@context"], found["type"]) == (
        "http://www.w3.org/ns/anno.jsonld",
        "AnnotationPage",
    )
    assert found["partOf"]["total"] == 1
    assert (note["type"], note["motivation"]) == ("Annotation", "commenting")
    assert note["id"].endswith(f"/c/{Comment.objects.get().pk}")
    assert note["creator"]["name"] == "bob"
    assert note["body"] == {
        "type": "TextualBody",
        "value": "How **wide**?",
        "format": "text/markdown",
    }
    quote, place = note["target"]["selector"]
    assert (quote["type"], quote["exact"]) == ("TextQuoteSelector", "It is")
    assert quote["prefix"].endswith("deep. ")
    assert place == {"type": "TextPositionSelector", "start": 12, "end": 17}


def test_a_note_kept_while_signing_in_has_its_passage(client: Client, bob: User) -> None:
    url = f"/s/{make_summary(text='It is deep.').pk}/note"

    client.post(url, {"quote": "is deep", "text": "How?", "question": "on"})
    client.force_login(bob)

    page = body(client, url)
    assert "is deep</textarea>" in page
    assert "How?</textarea>" in page
    assert " checked" in page


def test_mentions_are_listed_marked_and_muted(alice: User, bob: User) -> None:
    comment = make_comment(writer=alice, text="Hello @bob.", anonymous=True)
    member = signed_in(bob)

    page = body(member, "/mentions")
    assert "Hello @bob." in page
    assert "alice" not in page
    assert "Mentions (1)" in page
    member.post("/mentions/mute", {"paper": str(comment.paper.pk)})
    make_comment(paper=comment.paper, writer=alice, text="Again, @bob.")
    assert "Again" not in body(member, "/mentions")
    member.post("/mentions/mute", {"paper": str(comment.paper.pk), "take_back": "1"})
    member.post("/mentions/seen")
    assert "Mentions (" not in body(member, "/mentions")
    assert member.post("/mentions/mute", {"paper": "no number"}).status_code == 404
    assert Client().post("/mentions/mute").status_code == 403
