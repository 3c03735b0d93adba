"""Comments: writing, answering, changing, erasing, and what stays of them."""

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary
from tests.web.pages import body

pytestmark = pytest.mark.django_db


def test_a_comment_on_a_summary_leads_to_itself(bob: User) -> None:
    summary = make_summary()

    response = signed_in(bob).post(f"/s/{summary.pk}/comment", {"text": "Why **this**?"})

    comment = Comment.objects.get()
    assert response["Location"] == f"{summary.paper.get_absolute_url()}#c{comment.pk}"
    page = body(signed_in(bob), summary.paper.get_absolute_url())
    assert "Why <strong>this</strong>?" in page
    assert "1 comment<" in page


def test_a_comment_on_the_paper_itself(bob: User) -> None:
    paper = make_paper()

    signed_in(bob).post(f"{paper.get_absolute_url()}/comment", {"text": "Any data?"})

    assert Comment.objects.get().summary is None
    assert "Any data?" in body(signed_in(bob), paper.get_absolute_url())


def test_an_answer_stands_below_what_it_answers(bob: User, client: Client) -> None:
    first = make_comment(text="A question.")

    form = body(signed_in(bob), f"/c/{first.pk}/reply")
    signed_in(bob).post(f"/c/{first.pk}/reply", {"text": "An answer."})

    assert "A question." in form
    answer = Comment.objects.get(parent=first)
    page = body(client, first.paper.get_absolute_url())
    opened = page.index(f'id="c{first.pk}"')
    assert opened < page.index(f'id="c{answer.pk}"') < page.index("</article>", opened)


def test_what_cannot_be_kept_stays_in_the_form(bob: User) -> None:
    summary, member = make_summary(), signed_in(bob)

    for text, reason in (
        ("", "Write something first."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 65_537, "the limit is 65,536 bytes"),
    ):
        response = member.post(f"/s/{summary.pk}/comment", {"text": text})
        assert response.status_code == 422
        page = response.content.decode()
        assert reason in page
        assert text[:100].replace("\0", "") in page.replace("\0", "")
    assert not Comment.objects.exists()


def test_a_preview_saves_nothing_and_keeps_the_text(bob: User) -> None:
    summary = make_summary()

    response = signed_in(bob).post(
        f"/s/{summary.pk}/comment", {"text": "**Bold** $x^2$", "preview": "1"}
    )

    page = response.content.decode()
    assert "<strong>Bold</strong>" in page
    assert "<math" in page
    assert "**Bold** $x^2$</textarea>" in page
    assert not Comment.objects.exists()


def test_looking_needs_no_account_but_writing_does(client: Client) -> None:
    summary = make_summary()

    response = client.get(f"/s/{summary.pk}/comment")

    assert response.status_code in (302, 403)


def test_an_expired_session_costs_no_text(client: Client, bob: User) -> None:
    summary = make_summary()
    url = f"/s/{summary.pk}/comment"

    response = client.post(url, {"text": "Written for an hour.", "anonymous": "on"})
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={url}")
    assert not Comment.objects.exists()
    client.force_login(bob)
    page = body(client, url)

    assert "Written for an hour.</textarea>" in page
    assert "This is the text you sent before signing in." in page
    assert " checked" in page


def test_the_anonymous_writer_is_offered_to_stay_so(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, anonymous=True)

    own = body(signed_in(alice), f"/s/{summary.pk}/comment")
    other = body(signed_in(bob), f"/s/{summary.pk}/comment")

    assert "may tell who you are" in own
    assert " checked" in own
    assert "may tell who you are" not in other
    assert " checked" not in other


def test_an_anonymous_comment_names_nobody(client: Client, alice: User) -> None:
    summary = make_summary()

    signed_in(alice).post(f"/s/{summary.pk}/comment", {"text": "Psst.", "anonymous": "on"})

    page = body(client, summary.paper.get_absolute_url())
    assert "Psst." in page
    assert "alice" not in page
    assert "yours: nobody else is told" in body(signed_in(alice), summary.paper.get_absolute_url())


def test_ones_own_can_be_changed(alice: User, client: Client) -> None:
    comment = make_comment(writer=alice, text="Frist.")

    form = body(signed_in(alice), f"/c/{comment.pk}/edit")
    response = signed_in(alice).post(f"/c/{comment.pk}/edit", {"text": "First."})

    assert "Frist.</textarea>" in form
    assert response["Location"].endswith(f"#c{comment.pk}")
    page = body(client, comment.paper.get_absolute_url())
    assert "First." in page
    assert "edited" in page


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_others_cannot_change_it(bob: User, client: Client, what: str) -> None:
    comment = make_comment(text="Mine.")

    assert signed_in(bob).get(f"/c/{comment.pk}/{what}").status_code == 403
    assert signed_in(bob).post(f"/c/{comment.pk}/{what}", {"text": "x"}).status_code == 403
    assert client.get(f"/c/{comment.pk}/{what}").status_code in (302, 403)
    client.post(f"/c/{comment.pk}/{what}", {"text": "x"})
    comment.refresh_from_db()
    assert comment.text == "Mine."


def test_an_expired_session_costs_no_edit(client: Client, alice: User) -> None:
    comment = make_comment(writer=alice, text="Before.")

    client.post(f"/c/{comment.pk}/edit", {"text": "After an hour."})
    client.force_login(alice)

    assert "After an hour.</textarea>" in body(client, f"/c/{comment.pk}/edit")


def test_deleting_asks_first_and_keeps_the_place_of_what_was_answered(
    client: Client, alice: User
) -> None:
    comment = make_comment(writer=alice, text="To be erased.")
    make_comment(parent=comment, text="An answer.")

    question = body(signed_in(alice), f"/c/{comment.pk}/delete")
    response = signed_in(alice).post(f"/c/{comment.pk}/delete")

    assert "cannot be brought back" in question
    assert response.status_code == 302
    page = body(client, comment.paper.get_absolute_url())
    assert "Deleted by its writer." in page
    assert "An answer." in page
    assert "To be erased." not in page
    assert "alice" not in page


def test_what_moderators_removed_says_so_and_links_the_log(client: Client) -> None:
    comment = make_comment(text="Buy this.")
    Comment.objects.filter(pk=comment.pk).update(hidden_at=timezone.now())

    page = body(client, comment.paper.get_absolute_url())

    assert "Removed by a moderator." in page
    assert '<a href="/log">Public log</a>' in page
    assert "Buy this." not in page


def test_what_is_gone_cannot_be_answered_and_the_answer_is_not_lost(bob: User) -> None:
    comment = make_comment(text="Gone.")
    Comment.objects.filter(pk=comment.pk).update(hidden_at=timezone.now())

    assert signed_in(bob).get(f"/c/{comment.pk}/reply").status_code == 409
    response = signed_in(bob).post(f"/c/{comment.pk}/reply", {"text": "A long answer."})

    assert response.status_code == 409
    assert "A long answer." in response.content.decode()


@pytest.mark.parametrize("url", ["/c/{}", "/c/{}/reply", "/c/{}/edit", "/c/{}/delete"])
def test_comments_on_private_summaries_are_not_there_for_others(
    client: Client, alice: User, bob: User, url: str
) -> None:
    summary = make_summary(writer=alice, private=True)
    comment = make_comment(summary=summary, writer=alice, text="To myself.")

    assert client.get(url.format(comment.pk)).status_code == 404
    assert signed_in(bob).get(url.format(comment.pk)).status_code == 404


def test_a_permanent_link_leads_to_the_place(client: Client) -> None:
    on_summary, on_paper = make_comment(), make_comment(paper=make_paper())

    for comment in (on_summary, on_paper):
        response = client.get(f"/c/{comment.pk}")
        assert response.status_code == 302
        assert response["Location"] == f"{comment.paper.get_absolute_url()}#c{comment.pk}"


def test_a_hostile_comment_is_harmless(client: Client) -> None:
    comment = make_comment(text='<script>alert(1)</script> [x](javascript:alert(1)) "><img src=x>')

    page = body(client, comment.paper.get_absolute_url())

    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img src=x" not in page
