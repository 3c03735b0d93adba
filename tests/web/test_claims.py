"""Claims on pages: the paper's list, one claim, proposing, answering, joining, reporting."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.claims.actions import propose
from shortscience.claims.models import Claim
from shortscience.claims.saying import Said
from shortscience.discussion.models import Comment
from shortscience.moderation.actions import hide
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user
from tests.queries import asked_by

pytestmark = pytest.mark.django_db

ONE = '::claim{id=c1 metric="top-1" value="78.7" unit="%" where="Table 2"}It reaches 78.7 %.::'
SAME = Said("It is at 78.7.", metric="top-1", relation="=", value="78.7", unit="%")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_papers_page_lists_what_its_summaries_say(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice, text=ONE)
    claim = Claim.objects.get()

    html = page(client, summary.paper.get_absolute_url())

    assert f'id="claim-{claim.pk}"' in html
    assert "top-1 = 78.7 %" in html
    assert "Table 2" in html
    assert "in alice’s summary" in html
    assert f'href="{summary.paper.get_absolute_url()}#s{summary.pk}.c1"' in html
    assert f'id="s{summary.pk}.c1"' in html
    assert "Untested" in html


def test_a_paper_without_claims_asks_for_none_and_invites_to_the_first(client: Client) -> None:
    paper = make_paper()

    _status, asked = asked_by(client, paper.get_absolute_url())

    assert not any("claims_claim" in sql for sql in asked)
    assert "Propose the first claim" in page(client, paper.get_absolute_url())


def test_a_paper_with_claims_asks_once_for_all(client: Client) -> None:
    paper = make_paper()
    for n in range(3):
        make_summary(paper, text=ONE.replace("78.7", f"7{n}"))

    _status, asked = asked_by(client, paper.get_absolute_url())

    assert sum("claims_claim" in sql for sql in asked) == 1


def test_a_private_text_shows_its_claims_to_its_writer_alone(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text=ONE, private=True)
    address = summary.paper.get_absolute_url()

    assert "It reaches 78.7 %." in page(signed_in(alice), address)
    for reader in (Client(), signed_in(bob)):
        assert "78.7" not in page(reader, address)
        assert reader.get(Claim.objects.get().get_absolute_url()).status_code == 404
        assert "78.7" not in page(reader, "/claims")


def test_a_claims_page_has_its_history_and_its_discussion(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice, text=ONE)
    save_summary(
        writer=alice, paper=summary.paper, text=ONE.replace("78.7", "78.8"), base_version=1
    )
    claim = Claim.objects.get()
    signed_in(alice).post(reverse("comment-on-claim", args=[claim.pk]), {"text": "On what data?"})

    html = page(client, claim.get_absolute_url())

    assert "Version 1" in html
    assert "It reaches 78.7 %." in html
    assert "On what data?" in html
    comment = Comment.objects.get()
    leads_to = client.get(reverse("comment", args=[comment.pk])).headers["Location"]
    assert leads_to == f"{claim.get_absolute_url()}#c{comment.pk}"


def test_a_comment_on_a_claim_is_none_on_the_summary_or_the_paper(alice: User) -> None:
    summary = make_summary(text=ONE)
    claim = Claim.objects.get()

    signed_in(alice).post(reverse("comment-on-claim", args=[claim.pk]), {"text": "On what data?"})

    summary.refresh_from_db()
    summary.paper.refresh_from_db()
    assert (summary.comment_count, summary.paper.comment_count) == (0, 0)
    for address in (summary.get_absolute_url(), summary.paper.get_absolute_url()):
        assert "On what data?" not in page(Client(), address)


def test_a_member_proposes_a_claim_without_a_script(bob: User) -> None:
    paper = make_paper()
    form = reverse("claim-propose", args=[paper.pk, paper.slug])
    client = signed_in(bob)
    assert "What the paper says" in page(client, form)

    answer = client.post(
        form,
        {"statement": "It is **fast**.", "kind": "", "metric": "hours", "value": "3"},
    )

    claim = Claim.objects.get()
    assert answer.headers["Location"] == claim.get_absolute_url()
    assert (claim.kind, claim.relation, claim.number) == ("number", "=", 3.0)
    assert claim.proposed_by == bob
    assert "proposed by bob" in page(Client(), paper.get_absolute_url())


def test_what_is_refused_comes_back_as_it_was_typed(bob: User) -> None:
    paper = make_paper()

    answer = signed_in(bob).post(
        reverse("claim-propose", args=[paper.pk, paper.slug]),
        {"statement": "It is <fast>.", "kind": "number", "metric": "hours", "value": "few"},
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "A number needs a value such as 78.7" in html
    assert "It is &lt;fast&gt;." in html
    assert 'value="hours"' in html


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"statement": "a\x00b"},
        {"statement": "x" * 5000},
        {"statement": "It is.", "kind": "guess"},
        {"statement": "It is.", "relation": "near", "value": "1"},
        {"statement": "It is.", "kind": "number"},
    ],
)
def test_odd_input_is_refused_in_words(bob: User, sent: dict[str, str]) -> None:
    paper = make_paper()

    answer = signed_in(bob).post(reverse("claim-propose", args=[paper.pk, paper.slug]), sent)

    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_who_was_signed_out_gets_the_claim_back_after_signing_in(bob: User) -> None:
    paper = make_paper()
    form = reverse("claim-propose", args=[paper.pk, paper.slug])
    client = Client()

    answer = client.post(form, {"statement": "It is fast.", "metric": "hours"})
    client.force_login(bob)

    assert answer.status_code == 302
    html = page(client, form)
    assert "It is fast." in html
    assert 'value="hours"' in html


def test_the_words_that_were_chosen_come_along(bob: User) -> None:
    summary = make_summary()

    html = page(
        signed_in(bob), reverse("claim-propose-for", args=[summary.pk]) + "?statement=So+it+is"
    )

    assert "So it is</textarea>" in html


def test_the_writer_takes_a_proposal_over_with_one_press(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text="It is fast. Really.")
    claim = propose(by=bob, paper=summary.paper, summary=summary, said=Said("It is fast."))
    address = summary.paper.get_absolute_url()
    assert "Take over into my summary" in page(signed_in(alice), address)
    assert "Take over" not in page(signed_in(bob), address)
    assert ">proposed<" in page(Client(), address)

    signed_in(alice).post(reverse("claim-take-over", args=[claim.pk]))

    summary.refresh_from_db()
    assert summary.text == "::claim{id=c1}It is fast.:: Really."
    assert ">proposed<" not in page(Client(), address)


def test_a_declined_proposal_leaves_the_list_and_keeps_its_page(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, anonymous=True)
    claim = propose(by=bob, paper=summary.paper, summary=summary, said=Said("It is fast."))

    signed_in(alice).post(reverse("claim-decline", args=[claim.pk]), {"reason": "Too vague."})

    assert "It is fast." not in page(Client(), summary.paper.get_absolute_url())
    html = page(Client(), claim.get_absolute_url())
    assert "“Too vague.”" in html
    assert "alice" not in html


def test_two_that_say_the_same_are_joined_and_parted(bob: User) -> None:
    summary = make_summary(text=ONE)
    paper = summary.paper
    marked = Claim.objects.get()
    other = propose(by=make_user(), paper=paper, said=SAME)
    client = signed_in(bob)
    assert "looks like another one" in page(Client(), paper.get_absolute_url())
    assert "Join this one" in page(client, marked.get_absolute_url())

    client.post(reverse("claim-join", args=[marked.pk]), {"other": other.pk})

    html = page(Client(), paper.get_absolute_url())
    assert html.count('class="claim"') == 1
    assert f'<span id="claim-{other.pk}"></span>' in html
    assert Client().get(other.get_absolute_url()).headers["Location"] == marked.get_absolute_url()
    html = page(client, marked.get_absolute_url())
    assert "It is at 78.7." in html
    merge = marked.merges.get()
    client.post(reverse("claim-part", args=[merge.pk]))
    assert page(Client(), paper.get_absolute_url()).count('class="claim"') == 2


def test_a_claim_is_reported_and_hidden(bob: User, mona: User) -> None:
    claim = propose(by=make_user(), paper=make_paper(), said=SAME)
    signed_in(bob).post(reverse("report", args=["claim", claim.pk]), {"reason": "spam"})
    assert "A claim of" in page(signed_in(mona), "/staff/reports")

    hide(moderator=mona, target=claim, reason="spam")

    assert "78.7" not in page(Client(), claim.paper.get_absolute_url())
    assert Client().get(claim.get_absolute_url()).status_code == 404
    assert "hid" in page(Client(), "/log")


def test_claims_are_listed_by_what_became_of_them(client: Client) -> None:
    make_summary(text=ONE)

    assert "It reaches 78.7 %." in page(client, "/claims")
    assert "No claim has this status." in page(client, "/claims?status=reproduced")
    assert client.get("/claims?status=nonsense").status_code == 404


def test_faults_of_marks_are_told_in_the_preview_and_after_publishing(alice: User) -> None:
    paper = make_paper()
    client = signed_in(alice)
    text = "First.\n\n::claim{metric=a}No id.::"

    shown = client.post(reverse("write-preview"), {"text": text}).content.decode()
    client.post(reverse("summary-write", args=[paper.pk, paper.slug]), {"text": text})
    told = page(client, paper.get_absolute_url())

    for html in (shown, told):
        assert "Line 3" in html
        assert "This claim needs an id of its own" in html
    assert Summary.objects.get().text == text


def test_the_raw_source_and_the_feed_are_readable(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice, text=f"So. {ONE} Good.")

    raw = page(client, reverse("summary-source", args=[summary.pk]) + "?raw=")
    feed = page(client, "/rss.xml")

    assert raw == f"So. {ONE} Good."
    assert "So. It reaches 78.7 %. Good." in feed or "It reaches 78.7 %." in feed
    assert "::claim" not in feed
