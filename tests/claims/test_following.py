"""Claims that a text marks follow the text."""

from __future__ import annotations

import pytest

from shortscience.accounts.models import User
from shortscience.claims.actions import propose
from shortscience.claims.models import Claim, ClaimVersion
from shortscience.claims.saying import Said
from shortscience.discussion.actions import add_comment
from shortscience.moderation.actions import hide, restore
from shortscience.papers.models import Paper
from shortscience.summaries.actions import delete_summary, restore_version, save_summary
from shortscience.summaries.models import Summary
from tests.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db

ONE = '::claim{id=c1 metric="top-1" value="78.7" unit="%"}It reaches **78.7 %**.::'
TWO = "::claim{id=c2}It needs large batches.::"


def save(summary: Summary, text: str, **choices: bool) -> Summary:
    summary.refresh_from_db()
    assert summary.author is not None
    return save_summary(
        writer=summary.author,
        paper=summary.paper,
        text=text,
        base_version=summary.version,
        is_anonymous=choices.get("anonymous", False),
        is_private=choices.get("private", False),
    )


def said(summary: Summary) -> list[tuple[str, str, bool]]:
    rows = Claim.objects.in_text(summary).oldest_first()
    return [(row.mark, row.words, row.is_retired) for row in rows]


def counted(paper: Paper) -> int:
    paper.refresh_from_db()
    return paper.claim_count


def test_a_saved_text_makes_a_row_for_each_mark() -> None:
    summary = make_summary(text=f"{ONE}\n\n{TWO}")

    claim = Claim.objects.get(mark="c1")
    assert said(summary) == [
        ("c1", "It reaches 78.7 %.", False),
        ("c2", "It needs large batches.", False),
    ]
    assert (claim.metric, claim.number, claim.unit, claim.kind) == ("top-1", 78.7, "%", "number")
    assert claim.html == "It reaches <strong>78.7 %</strong>."
    assert (claim.status, claim.proposed_by, claim.paper) == ("untested", None, summary.paper)
    assert counted(summary.paper) == 2


def test_the_chip_in_the_text_leads_to_the_line_of_the_claim() -> None:
    summary = make_summary(text=ONE)

    claim = Claim.objects.get()
    summary.refresh_from_db()
    assert f'href="{summary.paper.get_absolute_url()}#claim-{claim.pk}"' in summary.html


def test_a_text_without_marks_asks_for_no_claims(
    alice: User, django_assert_max_num_queries: object
) -> None:
    summary = make_summary(writer=alice)

    assert Claim.objects.count() == 0
    assert counted(summary.paper) == 0


def test_a_change_of_the_words_is_a_version_and_nothing_else_is() -> None:
    summary = make_summary(text=f"Before. {ONE}")

    save(summary, f"Another beginning. {ONE}")
    assert ClaimVersion.objects.count() == 1
    save(summary, f"Another beginning. {ONE.replace('78.7', '78.8')}")

    claim = Claim.objects.get()
    assert (claim.version, claim.number) == (2, 78.8)
    values = ClaimVersion.objects.newest_first().values_list("number", "value")
    assert list(values) == [(2, "78.8"), (1, "78.7")]


def test_a_mark_that_goes_is_retired_and_comes_back_to_its_address(alice: User) -> None:
    summary = make_summary(writer=alice, text=f"{ONE} {TWO}")
    claim = Claim.objects.get(mark="c1")

    save(summary, TWO)
    claim.refresh_from_db()
    assert claim.is_retired
    assert counted(summary.paper) == 1
    summary.refresh_from_db()
    restore_version(summary=summary, number=1, base_version=2, by=alice)

    claim.refresh_from_db()
    assert not claim.is_retired
    assert counted(summary.paper) == 2


def test_a_discussed_claim_stays_on_the_list_when_its_mark_goes(bob: User) -> None:
    summary = make_summary(text=ONE)
    claim = Claim.objects.get()
    add_comment(writer=bob, paper=summary.paper, claim=claim, text="Is it?")

    save(summary, "No claims any more.")

    claim.refresh_from_db()
    assert claim.is_retired
    assert list(Claim.objects.standing()) == [claim]
    assert counted(summary.paper) == 1


def test_what_was_private_when_it_was_taken_out_leaves_no_trace() -> None:
    summary = make_summary(text=f"{ONE} {TWO}", private=True)
    assert counted(summary.paper) == 0

    save(summary, ONE.replace("78.7", "70"), private=True)
    save(summary, ONE)

    assert said(summary) == [("c1", "It reaches 78.7 %.", False)]
    assert [version.value for version in ClaimVersion.objects.all()] == ["78.7"]
    assert ClaimVersion.objects.get().is_shown
    assert counted(summary.paper) == 1


def test_claims_of_a_text_are_seen_by_whoever_sees_the_text(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice, text=ONE, private=True)

    assert Claim.objects.visible_to(alice).count() == 1
    assert Claim.objects.visible_to(bob).count() == 0
    save(summary, ONE)
    assert Claim.objects.visible_to(bob).count() == 1


def test_what_stood_under_a_name_is_not_shown_when_the_name_is_taken_off(bob: User) -> None:
    summary = make_summary(text=ONE)
    save(summary, ONE.replace("78.7", "70"))

    save(summary, ONE.replace("78.7", "71"), anonymous=True)

    claim = Claim.objects.get()
    seen = ClaimVersion.objects.visible_to(bob, claim)
    assert [version.value for version in seen] == ["71"]


def test_a_hidden_text_takes_its_claims_along_and_brings_them_back(mona: User) -> None:
    summary = make_summary(text=ONE)

    hide(moderator=mona, target=summary, reason="copied")
    assert counted(summary.paper) == 0
    restore(moderator=mona, target=summary, reason="not copied")

    assert counted(summary.paper) == 1


def test_an_erased_text_takes_its_claims_along_but_for_what_others_discuss(
    alice: User, bob: User
) -> None:
    summary = make_summary(writer=alice, text=f"{ONE} {TWO}")
    paper = summary.paper
    discussed = Claim.objects.get(mark="c2")
    add_comment(writer=bob, paper=paper, claim=discussed, text="Is it?")
    proposed = propose(by=bob, paper=paper, summary=summary, said=Said("It is fast."))

    delete_summary(summary=summary, by=alice)

    assert set(Claim.objects.all()) == {discussed, proposed}
    assert not Claim.objects.filter(summary__isnull=False).exists()
    assert not Claim.objects.exclude(mark="").exists()
    assert counted(paper) == 2


def test_two_texts_may_use_the_same_ids() -> None:
    paper = make_paper()
    make_summary(paper, text=ONE)
    make_summary(paper, text=ONE.replace("78.7", "78.9"))

    assert counted(paper) == 2


def test_no_row_of_an_anonymous_text_points_to_its_writer() -> None:
    alice = make_user()
    make_summary(writer=alice, text=ONE, anonymous=True)

    assert Claim.objects.get().proposed_by is None
    assert ClaimVersion.objects.get().editor is None
