"""What reports say about claims: links, statuses, lines."""

from __future__ import annotations

from typing import Any

import pytest

from shortscience.claims import actions as claims
from shortscience.claims import merging
from shortscience.claims.models import Claim
from shortscience.claims.saying import Said
from shortscience.evidence import deciding
from shortscience.evidence.actions import link_claim, unlink_claim, upload_report
from shortscience.evidence.models import ClaimEvidence, Report, Standing, TestedClaim
from shortscience.evidence.rules import (
    AlreadyTakenOff,
    AnotherPaper,
    NotForAll,
    NotYourLink,
    ReasonMissing,
)
from shortscience.moderation.actions import hide, restore
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.summaries.actions import save_summary
from tests.evidence.reports import IN, OUT, a_claim, as_bytes, report_of
from tests.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db

WORSE: dict[str, Any] = {"arms": {"out": IN, "inside": OUT}}
OPEN: dict[str, Any] = {"arms": {"out": [0.9, 0.8, 0.9, 0.8, 0.9], "inside": [0.85] * 5}}
SAID = Said(statement="The loss outside the logarithm is better.", metric="", value="")
MARKED = "So: ::claim{id=c1 metric=acc value=78.7 unit=%}the loss reaches 78.7 %::."


@pytest.fixture(autouse=True)
def paper(db: Any) -> Any:
    return make_paper("Supervised Contrastive Learning", keys=("2004.11362",), year=2020)


@pytest.fixture
def claim(paper: Any) -> Claim:
    return claims.propose(by=make_user("carol"), paper=paper, said=SAID)


def send(by: Any, **report: Any) -> Report:
    return upload_report(by=by, payload=as_bytes(report_of(**report))).report


def rule_of(report: Report, key: str = "c1") -> TestedClaim:
    return TestedClaim.objects.get(version=report.version, key=key)


def status(claim: Claim) -> str:
    claim.refresh_from_db()
    return claim.status


# --- links ------------------------------------------------------------------------------------


def test_a_claim_is_untested_until_a_report_is_linked_to_it(alice, claim):
    report = send(alice)
    assert status(claim) == "untested"

    link_claim(by=alice, tested=rule_of(report), claim=claim)

    assert status(claim) == "reproduced"


def test_whoever_sent_no_report_gives_a_reason_for_a_link(alice, bob, claim):
    report = send(alice)

    with pytest.raises(ReasonMissing):
        link_claim(by=bob, tested=rule_of(report), claim=claim)
    link = link_claim(by=bob, tested=rule_of(report), claim=claim, reason="Same sentence.")

    assert (link.linked_by, link.reason) == (bob, "Same sentence.")


def test_a_second_link_of_the_same_pair_is_the_first_one(alice, bob, claim):
    report = send(alice)

    first = link_claim(by=alice, tested=rule_of(report), claim=claim)
    again = link_claim(by=bob, tested=rule_of(report), claim=claim, reason="Me, too.")

    assert first == again
    assert ClaimEvidence.objects.count() == 1


def test_a_claim_of_another_paper_or_of_a_private_text_is_not_linked(alice, bob):
    report = send(alice)
    other = claims.propose(by=bob, paper=make_paper(), said=SAID)
    private = make_summary(report.paper, writer=alice, text=MARKED, private=True)

    with pytest.raises(AnotherPaper):
        link_claim(by=alice, tested=rule_of(report), claim=other)
    with pytest.raises(NotForAll):
        link_claim(by=alice, tested=rule_of(report), claim=Claim.objects.get(summary=private))


def test_a_link_is_taken_off_by_those_who_have_a_part_in_it(alice, bob, claim):
    link = link_claim(by=alice, tested=rule_of(send(alice)), claim=claim)

    with pytest.raises(NotYourLink):
        unlink_claim(by=bob, link=link, reason="I disagree.")
    with pytest.raises(ReasonMissing):
        unlink_claim(by=claim.proposed_by, link=link)
    unlink_claim(by=claim.proposed_by, link=link, reason="It says something else.")

    assert status(claim) == "untested"
    with pytest.raises(AlreadyTakenOff):
        unlink_claim(by=alice, link=link)


def test_a_later_version_with_the_same_rule_is_linked_to_the_same_claim(alice, claim):
    link_claim(by=alice, tested=rule_of(send(alice)), claim=claim)

    second = send(alice, version="1.1.0", ended="2026-11-02T11:00:00Z")
    third = send(
        alice, version="2.0.0", claims=[a_claim(margin=0.001)], ended="2026-11-03T11:00:00Z"
    )

    assert ClaimEvidence.objects.filter(tested=rule_of(second), claim=claim).exists()
    assert not ClaimEvidence.objects.filter(tested=rule_of(third)).exists()


# --- statuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({}, "reproduced"),
        (WORSE, "not_reproduced"),
        (OPEN, "inconclusive"),
        ({"claims": [a_claim(kind="out_of_reach", metric="", reason="Too big.")]}, "not_attempted"),
        ({"preset": "smoke"}, "untested"),
    ],
)
def test_the_status_of_a_claim_is_what_its_report_says(alice, claim, report, expected):
    link_claim(by=alice, tested=rule_of(send(alice, **report)), claim=claim)

    assert status(claim) == expected


def test_a_proxy_never_decides_about_the_papers_own_number(alice, paper):
    said = Said(statement="The loss reaches 78.7 %.", metric="top-1", value="78.7", kind="number")
    number = claims.propose(by=alice, paper=paper, said=said)
    assert number.kind == "number"

    link_claim(by=alice, tested=rule_of(send(alice)), claim=number)
    assert status(number) == "inconclusive"

    real = send(alice, slug="full", claims=[a_claim(is_proxy=False)], ended="2026-11-02T11:00:00Z")
    link_claim(by=alice, tested=rule_of(real), claim=number)
    assert status(number) == "reproduced"


def test_two_reports_that_say_the_opposite_are_a_dispute(alice, bob, claim):
    link_claim(by=alice, tested=rule_of(send(alice)), claim=claim)
    send(bob, **WORSE)

    assert status(claim) == "disputed"
    line = Standing.objects.get(claim=claim)
    assert (line.runs, line.reproduced, line.failed, line.independent) == (2, 1, 1, 1)
    assert line.first_failed.uploader == bob


def test_what_one_person_extended_counts_once_and_by_its_last_look(alice, claim):
    link_claim(by=alice, tested=rule_of(send(alice, **OPEN)), claim=claim)
    assert status(claim) == "inconclusive"

    ten = {"out": [*OUT, *OUT], "inside": [*IN, *IN]}
    send(alice, arms=ten, seeds=list(range(10)), look=2)

    assert status(claim) == "reproduced"
    assert Standing.objects.get(claim=claim).runs == 1


def test_a_hidden_report_counts_for_nothing_and_counts_again_when_it_is_back(alice, mona, claim):
    report = send(alice)
    link_claim(by=alice, tested=rule_of(report), claim=claim)

    hide(moderator=mona, target=report, reason="made up")
    assert status(claim) == "untested"
    assert not Standing.objects.exists()

    restore(moderator=mona, target=report, reason="it was not")
    assert status(claim) == "reproduced"


def test_a_line_tells_how_many_runs_when_the_last_was_and_which_failed_first(alice, bob, claim):
    first = send(alice, ended="2026-11-01T11:00:00Z")
    link_claim(by=alice, tested=rule_of(first), claim=claim)
    own = {"out": [value + 0.001 for value in OUT], "inside": IN}
    last = send(bob, arms=own, ended="2026-11-05T11:00:00Z")

    line = Standing.objects.of([claim])[claim.pk]

    assert (line.runs, line.reproduced, line.failed) == (2, 2, 0)
    assert line.last_ran_at == last.ran_at
    assert (line.first_failed_at, line.first_failed) == (None, None)
    # The same environment on the same day, from one mail domain: 1 + 0.5 · 0.75 · 0.75.
    assert line.weight == pytest.approx(1.28125)
    assert line.independent == 1


# --- claims that change -----------------------------------------------------------------------


def test_a_claim_that_says_something_else_since_it_was_linked_is_untested_again(alice, claim):
    rule = rule_of(send(alice))
    link_claim(by=alice, tested=rule, claim=claim)

    other_words = Said(statement="Outside the logarithm, the loss is better.")
    claims.change(by=claim.proposed_by, claim=claim, said=other_words)
    assert status(claim) == "reproduced"

    other_claim = Said(statement="It is 50 % better.", metric="accuracy", value="50", kind="number")
    claims.change(by=claim.proposed_by, claim=claim, said=other_claim)
    assert status(claim) == "untested"

    link_claim(by=alice, tested=rule, claim=claim)
    assert status(claim) == "inconclusive"


def test_a_joined_claim_gives_its_reports_to_the_line_it_is_part_of(alice, mona, paper, claim):
    kept = claims.propose(by=alice, paper=paper, said=SAID)
    link_claim(by=alice, tested=rule_of(send(alice)), claim=claim)
    assert status(kept) == "untested"

    merge = merging.join(keep=kept, drop=claim, by=mona)
    assert status(kept) == "reproduced"

    merging.part(merge=merge, by=mona)
    assert (status(kept), status(claim)) == ("untested", "reproduced")


def test_the_chip_in_a_text_says_the_status(alice, bob, paper):
    text = "We read: ::claim{id=c1}the loss outside is better::."
    summary = make_summary(paper, writer=bob, text=text)
    marked = Claim.objects.get(summary=summary)
    assert "untested" in summary.lead_html

    link_claim(by=alice, tested=rule_of(send(alice)), claim=marked)

    summary.refresh_from_db()
    assert "reproduced" in summary.lead_html
    assert "untested" not in summary.lead_html


def test_a_claim_that_was_tested_stays_when_its_text_drops_it(alice, bob, paper):
    summary = make_summary(paper, writer=bob, text="So ::claim{id=c1}it is better::.")
    marked = Claim.objects.get(summary=summary)
    link_claim(by=alice, tested=rule_of(send(alice)), claim=marked)

    save_summary(
        writer=bob, paper=paper, text="Nothing is claimed here.", base_version=summary.version
    )

    assert status(marked) == "reproduced"
    assert marked.is_retired
    assert marked in Claim.objects.standing()
    paper.refresh_from_db()
    assert paper.claim_count == 1


def test_a_proposal_that_was_tested_cannot_be_taken_away(alice, claim):
    link_claim(by=alice, tested=rule_of(send(alice)), claim=claim)

    kept = claims.withdraw(by=claim.proposed_by, claim=claim)

    assert kept == claim
    assert (status(claim), claim.proposed_by) == ("reproduced", None)


# --- papers that are one ----------------------------------------------------------------------


def test_reports_go_along_when_papers_are_merged_and_back_when_they_are_parted(alice, mona, claim):
    report = send(alice)
    link_claim(by=alice, tested=rule_of(report), claim=claim)
    kept = make_paper("Supervised contrastive learning (extended)")

    merge = merge_papers(keep=kept, drop=report.paper, by=mona, reason="the same")
    assert Report.objects.get(pk=report.pk).paper == kept
    assert status(claim) == "reproduced"

    undo_merge(merge=merge, by=mona, reason="not the same")
    assert Report.objects.get(pk=report.pk).paper != kept
    assert status(claim) == "reproduced"


# --- what the doctor asks ---------------------------------------------------------------------


def test_wrong_statuses_and_lines_are_found_and_mended(alice, bob, claim):
    link_claim(by=alice, tested=rule_of(send(alice)), claim=claim)
    assert deciding.recount() == {"statuses of claims": 0}

    Claim.objects.filter(pk=claim.pk).update(status="not_reproduced")
    Standing.objects.update(runs=99)
    lonely = claims.propose(by=bob, paper=claim.paper, said=SAID)
    Claim.objects.filter(pk=lonely.pk).update(status="reproduced")

    assert deciding.recount()["statuses of claims"] == 3
    assert (status(claim), status(lonely)) == ("reproduced", "untested")
    assert Standing.objects.get(claim=claim).runs == 1
    assert deciding.recount() == {"statuses of claims": 0}
