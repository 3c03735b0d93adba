"""Claims that members propose: on a paper, or for somebody else's text."""

from __future__ import annotations

import pytest
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.claims import counts
from shortscience.claims.actions import change, decline, propose, take_over, withdraw
from shortscience.claims.models import Claim
from shortscience.claims.rules import (
    PROPOSALS,
    ChangeTheText,
    Decided,
    NotYourClaim,
    NotYourText,
    WrongStatement,
)
from shortscience.claims.saying import Said
from shortscience.discussion.actions import add_comment
from shortscience.lib.errors import NotAllowed, TooFast
from shortscience.membership.actions import Texts, leave
from shortscience.summaries.models import Summary
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db

SAID = Said(
    "It reaches $78.7$ %.", kind="number", metric="top-1", relation=">=", value="78.7", unit="%"
)


def proposed_for(summary: Summary, by: User, statement: str) -> Claim:
    return propose(by=by, paper=summary.paper, summary=summary, said=Said(statement))


def text_of(summary: Summary) -> str:
    summary.refresh_from_db()
    return summary.text


def test_a_proposed_claim_stands_on_the_paper_with_its_proposer(bob: User) -> None:
    paper = make_paper()

    claim = propose(by=bob, paper=paper, said=SAID)

    paper.refresh_from_db()
    assert (claim.proposed_by, claim.origin, claim.is_proposal) == (bob, "page", False)
    assert (claim.expectation, claim.words) == ("top-1 ≥ 78.7 %", "It reaches 78.7 %.")
    assert "<math" in claim.html
    assert paper.claim_count == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said(" \n"), "in one sentence"),
        (Said("**"), ""),
        (Said("x" * 601), "longer than 600"),
        (Said("It is.", kind="number", relation="=", value="much"), "needs a value such as"),
        (Said("It is.", relation="="), "what is expected"),
        (Said("It is.", kind="guess"), "types and relations"),
        (Said("It is.", metric="m" * 81), "metric is longer than 80"),
    ],
)
def test_what_is_no_claim_is_refused_in_words(bob: User, said: Said, sentence: str) -> None:
    if said.statement == "**":
        propose(by=bob, paper=make_paper(), said=said)
        return
    with pytest.raises(WrongStatement, match=sentence):
        propose(by=bob, paper=make_paper(), said=said)


def test_a_change_is_a_version_by_its_proposer_alone(alice: User, bob: User) -> None:
    claim = propose(by=bob, paper=make_paper(), said=SAID)

    with pytest.raises(NotYourClaim):
        change(by=alice, claim=claim, said=Said("Not mine."))
    changed = change(by=bob, claim=claim, said=Said("It is fast."))

    assert changed.version == 2
    assert [one.words for one in changed.versions.newest_first()] == [
        "It is fast.",
        "It reaches 78.7 %.",
    ]


def test_the_writer_takes_a_proposal_over_where_the_text_says_it(alice: User, bob: User) -> None:
    text = "So *it*\nreaches **78.7 %** here. More."
    summary = make_summary(writer=alice, text=text)
    claim = proposed_for(summary, bob, "it reaches 78.7 % here.")

    taken, was_there = take_over(by=alice, claim=claim)

    assert was_there
    assert text_of(summary).replace("::claim{id=c1}", "").replace("::", "") == text
    assert (taken.mark, taken.is_proposal, taken.proposed_by) == ("c1", False, bob)
    assert f"#claim-{claim.pk}" in Summary.objects.get().html
    assert Claim.objects.count() == 1


def test_a_sentence_that_the_text_does_not_have_becomes_its_last(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text="Something else.")
    claim = propose(by=bob, paper=summary.paper, summary=summary, said=SAID)

    taken, was_there = take_over(by=alice, claim=claim)

    assert not was_there
    assert text_of(summary) == (
        "Something else.\n\n"
        '::claim{id=c1 metric="top-1" relation=">=" value="78.7" unit="%"}It reaches $78.7$ %.::\n'
    )
    assert (taken.relation, taken.number, taken.unit) == (">=", 78.7, "%")


def test_taking_over_does_not_use_an_id_that_the_text_has(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text="::claim{id=c1}One.:: Two is said.")
    claim = proposed_for(summary, bob, "Two is said.")

    taken, _was_there = take_over(by=alice, claim=claim)

    assert taken.mark == "c2"


def test_only_the_writer_answers_and_only_once(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice)
    claim = proposed_for(summary, bob, "It trains.")

    with pytest.raises(NotYourText):
        take_over(by=bob, claim=claim)
    declined = decline(by=alice, claim=claim, reason="It is  obvious.")
    with pytest.raises(Decided):
        take_over(by=alice, claim=claim)

    assert (declined.is_declined, declined.decline_reason) == (True, "It is obvious.")
    assert not Claim.objects.standing().exists()


def test_nobody_proposes_for_their_own_text_or_one_that_is_not_public(
    alice: User, bob: User
) -> None:
    own, private = make_summary(writer=alice), make_summary(writer=bob, private=True)

    for summary in (own, private):
        with pytest.raises(NotAllowed):
            proposed_for(summary, alice, "It trains.")


def test_a_taken_claim_is_changed_in_the_text(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text="It trains.")
    claim, _was_there = take_over(by=alice, claim=proposed_for(summary, bob, "It trains."))

    with pytest.raises(ChangeTheText):
        change(by=bob, claim=claim, said=Said("It does not."))


def test_a_proposal_taken_back_is_gone_unless_it_is_discussed(alice: User, bob: User) -> None:
    paper = make_paper()
    one, two = (propose(by=bob, paper=paper, said=Said(text)) for text in ("One.", "Two."))
    add_comment(writer=alice, paper=paper, claim=two, text="Is it?")

    assert withdraw(by=bob, claim=one) is None
    left = withdraw(by=bob, claim=two)

    assert list(Claim.objects.all()) == [left]
    assert left is not None
    assert left.proposed_by is None


def test_who_leaves_takes_their_proposals_along(bob: User) -> None:
    propose(by=bob, paper=make_paper(), said=SAID)

    leave(person=bob, texts=Texts.REMOVE)

    assert not Claim.objects.exists()


def test_a_day_has_room_for_so_many(bob: User) -> None:
    paper = make_paper()
    now = timezone.now()
    Claim.objects.bulk_create(
        Claim(paper=paper, origin="page", proposed_by=bob, statement="x", created_at=now)
        for _ in range(PROPOSALS.count)
    )

    with pytest.raises(TooFast):
        propose(by=bob, paper=paper, said=SAID)


def test_a_count_that_went_wrong_is_found_and_put_right(bob: User) -> None:
    claim = propose(by=bob, paper=make_paper(), said=SAID)
    claim.paper.claim_count = 7
    claim.paper.save(update_fields=["claim_count"])
    Claim.objects.update(comment_count=3)

    assert counts.recount() == {"comments of claims": 1, "claims of papers": 1}
    assert counts.recount() == {"comments of claims": 0, "claims of papers": 0}
