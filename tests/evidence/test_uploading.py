"""Sending reports: where they find their place, and what is refused in words."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from shortscience.config import cli
from shortscience.evidence.actions import register_code, upload_report
from shortscience.evidence.documents import is_intact, read_document
from shortscience.evidence.models import (
    Finding,
    Report,
    Reproduction,
    ReproductionVersion,
    TestedClaim,
)
from shortscience.evidence.reading import BadReport
from shortscience.evidence.rules import (
    UPLOADS,
    AlreadyHere,
    NoSuchPaper,
    OtherRules,
    SameNumbers,
    TakenOutOfSight,
)
from shortscience.lib.errors import NotAllowed, SignInFirst, TooFast
from shortscience.moderation.actions import hide, restore
from tests.evidence.reports import IN, OUT, a_claim, as_bytes, report_of
from tests.factories import make_paper

pytestmark = pytest.mark.django_db

# SQLite in memory is one connection for all threads; in a file it lets one writer in at a time.
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="is about PostgreSQL, and runs in its pass"
)


@pytest.fixture(autouse=True)
def paper(db: Any) -> Any:
    return make_paper("Supervised Contrastive Learning", keys=("2004.11362",), year=2020)


def send(by: Any, **report: Any) -> Report:
    return upload_report(by=by, payload=as_bytes(report_of(**report))).report


def test_a_report_finds_its_paper_and_its_rules_are_those_of_its_version_from_now_on(alice, paper):
    report = send(alice)

    assert report.paper == paper
    assert (report.overall, report.preset, report.seed_count) == ("reproduced", "laptop", 5)
    rule = TestedClaim.objects.get(version=report.version)
    assert (rule.key, rule.margin, rule.is_proxy) == ("c1", 0.005, True)
    finding = Finding.objects.get(report=report, tested=rule)
    assert finding.status == "reproduced"
    assert finding.low < finding.mean < finding.high
    assert [seed for seed, _value in finding.per_seed] == [0, 1, 2, 3, 4]


def test_what_is_stored_is_what_was_sent(alice):
    sent = report_of()

    report = upload_report(by=alice, payload=as_bytes(sent)).report

    assert json.loads(read_document(report)) == sent
    assert is_intact(report)


@pytest.mark.parametrize("names", [{"arxiv": ""}, {"arxiv": "1512.03385"}])
def test_without_a_known_identifier_the_title_and_year_say_which_paper_it_is(alice, paper, names):
    assert send(alice, **names).paper == paper


def test_a_report_on_a_paper_that_is_not_here_is_told_how_to_add_it(alice):
    report = report_of(arxiv="")
    report["paper"]["title"] = "Another Paper Altogether"

    with pytest.raises(NoSuchPaper) as refused:
        upload_report(by=alice, payload=as_bytes(report))

    assert "/papers/add" in str(refused.value)
    assert not Report.objects.exists()


def test_a_stranger_and_a_banned_member_send_nothing(alice):
    alice.banned_at = timezone.now()

    with pytest.raises(SignInFirst):
        send(AnonymousUser())
    with pytest.raises(NotAllowed):
        send(alice)


def test_the_same_report_again_is_the_one_that_is_there(alice):
    first = upload_report(by=alice, payload=as_bytes(report_of()))
    again = upload_report(by=alice, payload=json.dumps(report_of(), indent=7).encode())

    assert (first.is_new, again.is_new) == (True, False)
    assert again.report == first.report


def test_the_same_report_from_somebody_else_is_refused_and_says_whose_it_is(alice, bob):
    send(alice)

    with pytest.raises(AlreadyHere, match="alice"):
        send(bob)


def test_somebody_elses_numbers_under_another_date_are_refused(alice, bob):
    send(alice)

    with pytest.raises(SameNumbers, match="replay"):
        send(bob, ended="2026-11-02T11:00:00Z")


def test_a_hidden_report_is_not_brought_back_by_sending_it_again(alice, mona):
    report = send(alice)
    hide(moderator=mona, target=report, reason="made up")

    with pytest.raises(TakenOutOfSight):
        send(alice)


def test_another_report_of_a_version_has_its_rules_or_is_refused_with_the_difference(alice, bob):
    send(alice)

    with pytest.raises(OtherRules, match=r"margin was '0\.005' and is '0\.0'"):
        send(bob, claims=[a_claim(margin=0.0)])
    with pytest.raises(OtherRules, match="claim c2 is new"):
        send(bob, claims=[a_claim(), a_claim("c2", margin=0.01)])
    with pytest.raises(OtherRules, match="its arms are"):
        send(bob, arms={"out": OUT, "inside": OUT, "third": OUT})

    own = {"out": [value + 0.001 for value in OUT], "inside": IN}
    later = send(bob, version="1.1.0", claims=[a_claim(margin=0.0)], arms=own)
    assert later.version.name == "1.1.0"


def test_the_rules_of_a_report_that_was_hidden_bind_nobody(alice, bob, mona):
    squatting = send(alice, claims=[a_claim(margin=0.9)])
    hide(moderator=mona, target=squatting, reason="made up")

    report = send(bob)

    assert report.version.name == "1.0.0"
    assert report.version != squatting.version
    restore(moderator=mona, target=squatting, reason="a mistake")
    squatting.refresh_from_db()
    assert squatting.version.name.startswith("1.0.0#")


def test_a_day_holds_so_many_reports(alice, monkeypatch):
    for number in range(UPLOADS.count):
        send(alice, ended=f"2026-11-02T11:00:{number:02}Z")

    with pytest.raises(TooFast):
        send(alice, ended="2026-11-03T11:00:00Z")

    Report.objects.update(uploaded_at=timezone.now() - UPLOADS.window - timedelta(minutes=1))
    assert send(alice, ended="2026-11-03T11:00:00Z").pk


def test_code_that_nobody_knows_is_unverified_until_the_operator_registers_it(alice):
    report = send(alice)
    assert not report.is_code_known

    changed = register_code(sha256=report.code_sha256, about="supcon 1.0.0")

    assert changed == 1
    report.refresh_from_db()
    assert report.is_code_known
    assert send(alice, ended="2026-11-03T11:00:00Z").is_code_known
    assert not send(alice, code="other code", ended="2026-11-04T11:00:00Z").is_code_known


def test_the_operator_adds_code_by_a_report_or_its_hash_and_forgets_it(alice, tmp_path, capsys):
    report = send(alice)
    file = tmp_path / "report.json"
    file.write_bytes(as_bytes(report_of()))

    assert cli.main(["code", "add", str(file)]) == 0
    assert "supcon 1.0.0): 1 reports changed" in capsys.readouterr().out
    assert Report.objects.get().is_code_known

    assert cli.main(["code", "forget", report.code_sha256]) == 0
    assert not Report.objects.get().is_code_known
    assert cli.main(["code", "add", str(tmp_path / "nothing.json")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_clock_that_runs_ahead_is_no_later_than_the_upload(alice):
    report = send(alice, ended="2999-01-01T00:00:00Z")

    assert report.ran_at == report.uploaded_at


def packed_zip() -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("report.json", b"0" * 50_000_000)
    return room.getvalue()


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (packed_zip(), "packed"),
        (gzip.compress(b" " * 50_000_000), "packed"),
        (b'{"schema": "repro-report/1", "units": [' + b"1," * 3_000_000 + b"1]}", "5 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "not JSON"),
        (b"[" * 100_000, "deeper"),
    ],
    ids=["zip", "gzip", "huge", "svg", "bytes", "empty", "deep"],
)
def test_what_is_no_report_is_refused_in_words_and_leaves_nothing(alice, payload, says):
    with pytest.raises(BadReport, match=says):
        upload_report(by=alice, payload=payload)

    assert not Reproduction.objects.exists()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_report_twice_at_once_is_one_row(alice):
    payload = as_bytes(report_of())

    def upload(_number: int) -> bool:
        try:
            return upload_report(by=alice, payload=payload).is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        new = list(threads.map(upload, range(4)))

    assert sorted(new) == [False, False, False, True]
    assert Report.objects.count() == 1
    assert ReproductionVersion.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_first_reports_of_a_version_at_once_register_one_set_of_rules(alice, bob):
    reports = [report_of(), report_of(claims=[a_claim(margin=0.001)], ended="2026-11-02T11:00:00Z")]

    def upload(who_and_what: Any) -> str:
        who, what = who_and_what
        try:
            upload_report(by=who, payload=as_bytes(what))
            return "stored"
        except OtherRules:
            return "other rules"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(upload, zip((alice, bob), reports, strict=True)))

    assert sorted(outcomes) == ["other rules", "stored"]
    assert TestedClaim.objects.count() == 1
