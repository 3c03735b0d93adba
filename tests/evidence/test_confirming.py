"""Runs that repeat a run: by its seeds, or by fresh ones; how much they count; disputes."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from shortscience.accounts.models import Proof
from shortscience.claims import actions as claims
from shortscience.claims.saying import Said
from shortscience.discussion.models import Comment
from shortscience.evidence.actions import link_claim, upload_report
from shortscience.evidence.models import Confirmation, Report, Standing, TestedClaim
from shortscience.evidence.reading import read
from shortscience.evidence.reading.confirming import (
    Decision,
    compare,
    fresh_seeds,
    prediction,
)
from shortscience.evidence.rules import NothingToConfirm, NotYourRun, SameNumbers, WrongSeeds
from shortscience.evidence.weighing import are_close, explained
from shortscience.groups.models import Group, Membership
from tests.evidence.reports import IN, OUT, Json, as_bytes, report_of, settled
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db

OTHER_ENV = "2.14.0+cu130"


@pytest.fixture(autouse=True)
def paper(db: Any) -> Any:
    return make_paper("Supervised Contrastive Learning", keys=("2004.11362",), year=2020)


@pytest.fixture
def first(alice: Any) -> Report:
    """Alice's report, two days old."""
    report = upload_report(by=alice, payload=as_bytes(report_of())).report
    report.uploaded_at = timezone.now() - timedelta(days=2)
    report.save(update_fields=["uploaded_at"])
    return report


@pytest.fixture
def stranger(db: Any) -> Any:
    """A member who has nothing in common with anybody."""
    user = make_user("sam")
    EmailAddress.objects.filter(user=user).update(email="sam@elsewhere.example")
    return user


def replay(of: Report, by: Any, **report: Any) -> Json:
    confirms = {"report": of.sha256, "how": "replay", "user": by.username}
    return report_of(confirms=confirms, ended="2026-11-09T11:00:00Z", **report)


def replication(of: Report, by: Any, shift: float = 0.0, **report: Any) -> Json:
    seeds = fresh_seeds(by.username, of.sha256, 5)
    arms = {"out": [value + shift for value in reversed(OUT)], "inside": IN}
    confirms = {"report": of.sha256, "how": "replicate", "user": by.username}
    given = {"arms": arms, "seeds": seeds, "confirms": confirms, "ended": "2026-11-09T11:00:00Z"}
    return report_of(**(given | report))


def send(by: Any, report: Json) -> Confirmation:
    return upload_report(by=by, payload=as_bytes(report)).report.confirms


# --- replay -----------------------------------------------------------------------------------


def test_the_same_numbers_again_confirm(first, stranger):
    confirmation = send(stranger, replay(first, stranger))

    assert (confirmation.of, confirmation.how) == (first, "replay")
    assert confirmation.decision == "confirmed"
    assert confirmation.by_claim == {"c1": "confirmed"}


def test_in_the_same_environment_another_sixth_digit_is_a_dispute(first, stranger):
    confirmation = send(stranger, replay(first, stranger, arms={"out": nudged(1e-4), "inside": IN}))

    assert confirmation.decision == "disputed"
    assert "Unit out/0: accuracy is 0.9101; it was 0.91." in confirmation.reasons


def test_times_are_not_repeated_by_a_replay() -> None:
    arms = {"out": OUT, "inside": IN}
    runs = []
    for cpu_s in (1.5, 9.5):
        report = report_of(arms=arms)
        for unit in report["units"]:
            unit["values"]["training_cpu_s"] = cpu_s
        runs.append(read(as_bytes(settled(report))))

    first, again = runs
    assert compare(first, again, "replay").decision == Decision.CONFIRMED


def test_in_another_environment_a_unit_may_wander_by_three_spreads(first, stranger):
    near = replay(first, stranger, torch=OTHER_ENV, arms={"out": nudged(1e-3), "inside": IN})
    far = replay(first, stranger, torch=OTHER_ENV, arms={"out": nudged(0.05), "inside": IN})

    assert send(stranger, near).decision == "confirmed"
    assert send(stranger, far).decision == "disputed"


def nudged(by: float) -> list[float]:
    return [OUT[0] + by, *OUT[1:]]


def test_a_unit_that_failed_now_is_told(first, stranger):
    report = replay(first, stranger)
    report["units"][0].update(status="failed", values={}, series={}, error="out of memory")

    confirmation = send(stranger, settled(report))

    assert "Unit out/0 is failed; it was ok." in confirmation.reasons


def test_a_replay_with_other_seeds_or_settings_is_not_comparable(first, stranger):
    other = replay(first, stranger, seeds=[5, 6, 7, 8, 9], arms={"out": IN, "inside": OUT})

    assert send(stranger, other).decision == "not_comparable"


# --- replicate --------------------------------------------------------------------------------


def test_fresh_seeds_follow_from_the_person_and_the_report():
    key = hashlib.sha256(b"sam/" + b"a" * 64 + b"/0").digest()

    assert fresh_seeds("sam", "a" * 64, 3)[0] == int.from_bytes(key[:4], "big")
    assert fresh_seeds("sam", "a" * 64, 3) != fresh_seeds("eve", "a" * 64, 3)


def test_a_replication_that_decides_alike_confirms(first, stranger):
    confirmation = send(stranger, replication(first, stranger))

    assert (confirmation.how, confirmation.decision) == ("replicate", "confirmed")


def test_another_decision_within_the_prediction_interval_is_weak_support(first, stranger):
    wide = {"out": [0.95, 0.86, 0.93, 0.87, 0.92], "inside": [0.885] * 5}
    confirmation = send(stranger, replication(first, stranger, arms=wide))

    assert confirmation.by_claim == {"c1": "weak"}
    assert confirmation.decision == "weak"
    assert "“reproduced” (0.0286, 5 seeds) before, “inconclusive”" in confirmation.reasons[0]
    assert confirmation.thread is None


def test_the_prediction_interval_is_the_one_of_the_books():
    verdict = read(as_bytes(report_of())).verdicts[0]

    low, high = prediction(verdict, 5)

    # mean ± t(0.975, 4) · s · sqrt(1/5 + 1/5), with t = 2.7764451051977987.
    half = 2.7764451051977987 * verdict.sd * 0.4**0.5
    assert (low, high) == pytest.approx((verdict.mean - half, verdict.mean + half))


def test_a_result_outside_of_it_is_a_dispute_with_a_thread_that_names_both(first, stranger):
    confirmation = send(stranger, replication(first, stranger, shift=-0.1))

    assert confirmation.decision == "disputed"
    thread = Comment.objects.get(pk=confirmation.thread_id)
    assert (thread.author, thread.is_question, thread.is_anonymous) == (stranger, True, False)
    assert first.get_absolute_url() in thread.text
    assert confirmation.report.get_absolute_url() in thread.text
    assert "@alice" in thread.text
    assert thread.mentions.filter(person=first.uploader).exists()


def test_a_dispute_is_seen_on_the_claim(first, stranger, alice):
    claim = claims.propose(by=alice, paper=first.paper, said=Said(statement="It is better."))
    link_claim(by=alice, tested=TestedClaim.objects.get(), claim=claim)

    send(stranger, replication(first, stranger, shift=-0.1))

    claim.refresh_from_db()
    assert claim.status == "disputed"
    assert Standing.objects.get(claim=claim).disputes == 1


@pytest.mark.parametrize("seeds", [[1, 2, 3, 4, 5], [0, 1, 2, 3, 4]])
def test_seeds_that_were_chosen_are_refused(first, stranger, seeds):
    with pytest.raises(WrongSeeds, match="nobody"):
        send(stranger, replication(first, stranger, seeds=seeds))


def test_the_seeds_of_somebody_else_are_refused(first, stranger, bob):
    with pytest.raises(NotYourRun, match="sam ran it, and you are bob"):
        send(bob, replication(first, stranger))


def test_fresh_seeds_that_gave_every_number_again_are_refused(first, stranger):
    with pytest.raises(SameNumbers):
        send(stranger, replication(first, stranger, arms={"out": OUT, "inside": IN}))


def test_a_report_that_is_not_here_is_confirmed_by_nobody(stranger):
    lost = Report(sha256="b" * 64)

    with pytest.raises(NothingToConfirm, match="b" * 10):
        send(stranger, replay(lost, stranger))


def test_another_claim_set_is_no_confirmation():
    one = read(as_bytes(report_of()))
    other = read(as_bytes(report_of(version="2.0.0")))

    assert compare(one, other, "replay").decision is Decision.NOT_COMPARABLE


# --- weights ----------------------------------------------------------------------------------


def weighing(report: Report) -> dict[str, float]:
    return {row["factor"]: row["times"] for row in report.weighing}


def test_somebody_elsewhere_with_another_environment_on_another_day_counts_whole(first, stranger):
    report = send(stranger, replication(first, stranger, torch=OTHER_ENV)).report

    assert (report.weight, report.weighing) == (1.0, [])


def test_ones_own_run_confirms_and_adds_nothing(first, alice):
    report = send(alice, replication(first, alice, torch=OTHER_ENV)).report

    assert report.weight == 0.0
    assert weighing(report)["same_person"] == 0.0


def test_ones_own_dispute_opens_no_thread(first, alice):
    assert send(alice, replication(first, alice, shift=-0.1)).thread is None


def test_the_factors_are_multiplied_and_kept(first, bob):
    Report.objects.update(uploaded_at=timezone.now())

    report = send(bob, replay(first, bob)).report

    assert weighing(report) == {"close": 0.5, "same_environment": 0.75, "same_day": 0.75}
    assert report.weight == pytest.approx(0.28125)
    assert [times for times, _why in explained(report.weighing)] == [0.5, 0.75, 0.75]


def test_an_author_of_the_paper_counts_half_also_for_the_first_report(paper, stranger):
    paper.author_orcids = ["0000-0002-1825-0097"]
    paper.save(update_fields=["author_orcids"])
    Proof.objects.create(
        person=stranger, service="orcid", name="0000-0002-1825-0097", seen_at=timezone.now()
    )

    report = upload_report(by=stranger, payload=as_bytes(report_of())).report

    assert weighing(report) == {"party": 0.5}


def test_members_of_one_group_are_close(alice, stranger):
    assert not are_close(alice, stranger)
    group = Group.objects.create(name="Lab", created_at=timezone.now())
    for person in (alice, stranger):
        Membership.objects.create(group=group, member=person, joined_at=timezone.now())

    assert are_close(alice, stranger)


def test_a_domain_for_everybody_brings_nobody_close(alice, bob):
    assert are_close(alice, bob)
    for person in (alice, bob):
        at = f"{person.username}@gmail.com"
        EmailAddress.objects.filter(user=person).update(email=at)

    assert not are_close(alice, bob)


def test_why_two_people_are_close_is_stored_nowhere(first, bob):
    report = send(bob, replay(first, bob)).report

    assert "example.org" not in json.dumps(report.weighing)
    assert set(weighing(report)) <= {"close", "same_environment", "same_day"}
