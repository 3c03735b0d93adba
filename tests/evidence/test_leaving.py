"""Reports of somebody who leaves: gone with all texts, or without the name in every place."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shortscience.claims import actions as claims
from shortscience.claims.saying import Said
from shortscience.config.doctor import data
from shortscience.config.doctor.finding import State
from shortscience.evidence.actions import link_claim, upload_report
from shortscience.evidence.documents import is_intact, read_document
from shortscience.evidence.models import (
    Report,
    ReportDocument,
    Reproduction,
    TestedClaim,
)
from shortscience.evidence.reading.confirming import fresh_seeds
from shortscience.membership.actions import Texts, leave
from shortscience.membership.export import data_of
from tests.evidence.reports import IN, OUT, as_bytes, report_of
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def paper(db: Any) -> Any:
    return make_paper("Supervised Contrastive Learning", keys=("2004.11362",), year=2020)


@pytest.fixture
def first(alice: Any) -> Report:
    report = report_of()
    report["author"] = "alice"
    return upload_report(by=alice, payload=as_bytes(report)).report


def confirmed_by(person: Any, first: Report) -> Report:
    report = report_of(
        arms={"out": list(reversed(OUT)), "inside": IN},
        seeds=fresh_seeds(person.username, first.sha256, 5),
        confirms={"report": first.sha256, "how": "replicate", "user": person.username},
    )
    return upload_report(by=person, payload=as_bytes(report)).report


def test_with_all_texts_the_reports_go_and_claims_are_untested_again(alice, bob, first, paper):
    claim = claims.propose(by=bob, paper=paper, said=Said(statement="It is better."))
    link_claim(by=alice, tested=TestedClaim.objects.get(), claim=claim)

    leave(person=alice, texts=Texts.REMOVE)

    assert not Report.objects.exists()
    assert not Reproduction.objects.exists()
    claim.refresh_from_db()
    assert claim.status == "untested"


def test_a_report_that_somebody_confirmed_stays_without_the_name(alice, bob, first):
    second = confirmed_by(bob, first)

    leave(person=alice, texts=Texts.REMOVE)

    first.refresh_from_db()
    assert first.uploader is None
    assert second.confirms.of == first
    assert "alice" not in read_document(Report.objects.get(pk=first.pk)).decode()


def test_who_leaves_texts_behind_leaves_no_name_in_a_report(alice, bob, first):
    second = confirmed_by(bob, first)

    leave(person=bob, texts=Texts.DISOWN)

    second = Report.objects.get(pk=second.pk)
    document = json.loads(read_document(second))
    assert (second.uploader, document["confirms"]["user"]) == (None, "")
    assert document["confirms"]["report"] == first.sha256
    assert is_intact(second)


def test_an_export_holds_the_reports_as_they_were_sent(alice, first):
    exported = data_of(alice)

    (report,) = exported["run_reports"]
    assert report["report"]["schema"] == "repro-report/1"
    assert report["address"].endswith(first.get_absolute_url())
    assert report["overall"] == "reproduced"


def test_the_doctor_finds_a_report_whose_text_was_changed_or_lost(alice, bob, first):
    assert data.reports(False)[0].state == State.OK
    other = confirmed_by(bob, first)
    Report.objects.update(uploaded_at=timezone.now() - timedelta(days=1))

    ReportDocument.objects.filter(report=first).update(packed=b"nothing")
    ReportDocument.objects.filter(report=other).delete()

    (finding,) = data.reports(False)
    assert (finding.state, finding.number) == (State.NEEDS_YOU, 2)
