"""The reports of the demo library: each method's last full run, on its paper, linked to claims.

What came out is read from the stored reports: a new run may decide otherwise and breaks no test.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from shortscience.claims.models import Claim, Kind
from shortscience.demo.content import read_library
from shortscience.demo.load import load
from shortscience.demo.reports import METHODS, Sent, sent_reports
from shortscience.evidence.models import (
    ClaimEvidence,
    Confirmation,
    Finding,
    KnownCode,
    Report,
    Standing,
    Status,
)
from shortscience.lib import markup

SENT = {sent.method: sent for sent in sent_reports()}
AGAIN = {sent.method for sent in SENT.values() if sent.again_by}
STORED = {path.parts[-3] for path in METHODS.glob("*/results/report.json")}

Json = dict[str, Any]  # Any: JSON


def stored(method: str, name: str = "report.json") -> Json:
    """Return the report of a method, or skip what asks for it."""
    if method not in STORED:
        pytest.skip(f"{method} has no stored report")
    report: Json = json.loads((METHODS / method / "results" / name).read_bytes())
    return report


def links(sent: Sent) -> list[tuple[str, str, str]]:
    """Return (claim of the report, writer, mark)."""
    return [(key, writer, mark) for key, writer, mark in map(str.split, sent.tests)]


def claims_of(report: Json) -> dict[str, Json]:
    return {claim["id"]: claim for claim in report["claims"]}


def as_it_counts(tested: Json, claim: Claim) -> str:
    """Return the status of the report, which stand-in data cannot give the paper's own number."""
    decided = tested["status"] in {Status.REPRODUCED, Status.NOT_REPRODUCED}
    if claim.kind == Kind.NUMBER and tested["is_proxy"] and decided:
        return Status.INCONCLUSIVE
    return str(tested["status"])


@pytest.mark.django_db
def test_the_library_with_reports_is_loaded_and_again_changes_nothing() -> None:
    counted = load()
    before = rows()

    assert load() == counted
    assert rows() == before
    sent = [*(STORED & SENT.keys()), *(STORED & AGAIN)]
    assert counted["reports"] == Report.objects.count() == len(sent) > 0


def rows() -> dict[str, Any]:  # Any: tuples of each model's own columns
    # Any: mypy knows no manager of the models' common type.
    facts: dict[Any, tuple[str, ...]] = {
        Report: ("pk", "sha256", "overall"),
        Finding: ("pk", "status"),
        ClaimEvidence: ("pk", "tested", "claim", "claim_version"),
        Claim: ("pk", "version", "status"),
        KnownCode: ("pk",),
        Standing: ("pk", "runs", "weight"),
    }
    return {
        model.__name__: list(model.objects.order_by("pk").values_list(*names))
        for model, names in facts.items()
    }


def test_every_stored_report_is_sent_by_a_reader_and_not_all_by_one() -> None:
    people = {person.handle for person in read_library().people}
    senders = [sent.by for sent in SENT.values()]

    assert STORED.issubset(SENT)
    assert set(senders) <= people
    assert len(set(senders)) > len(senders) / 2


@pytest.mark.parametrize("method", SENT)
def test_every_method_that_is_named_has_a_report(method: str) -> None:
    assert (METHODS / method / "experiment.py").is_file() or method not in STORED

    assert stored(method)["claims"]


@pytest.mark.parametrize("method", SENT)
def test_every_link_joins_a_claim_of_the_report_to_one_mark(method: str) -> None:
    known = claims_of(stored(method))
    tested = [key for key, _writer, _mark in links(SENT[method])]
    marks = [(writer, mark) for _key, writer, mark in links(SENT[method])]

    assert [key for key in tested if key not in known] == []
    # Two rules for one sentence would say "disputed" where one person only tested it twice.
    assert len(set(marks)) == len(marks) > 0
    assert len(set(tested)) == len(tested)


def test_every_link_names_a_mark_that_a_summary_has() -> None:
    marked = {
        (summary.head.author, claim.id)
        for summary in read_library().summaries
        for claim in markup.render(summary.text, claims={}).claims
    }
    named = {(writer, mark) for sent in SENT.values() for _key, writer, mark in links(sent)}

    assert named - marked == set()


@pytest.mark.django_db
def test_what_the_pages_show_is_what_the_reports_say() -> None:
    load()
    shown: dict[tuple[str, ...], str] = {}
    expected: dict[tuple[str, ...], str] = {}

    for method in STORED & SENT.keys():
        said = stored(method)
        sender = SENT[method].by
        report = Report.objects.get(
            version__reproduction__slug=said["reproduction"], uploader__username=sender
        )
        assert (report.overall, report.is_code_known) == (said["overall"], True)
        found = report.findings.values_list("tested__key", "status")
        assert dict(found) == {claim["id"]: claim["status"] for claim in said["claims"]}
        again = claims_of(stored(method, "again.json")) if method in AGAIN else claims_of(said)
        for key, writer, mark in links(SENT[method]):
            if again[key]["status"] != claims_of(said)[key]["status"]:
                continue  # what two runs that differ make of it is tested with the rules for that
            claim = Claim.objects.get(
                paper=report.paper, summary__author__username=writer, mark=mark
            )
            shown[method, writer, mark] = str(claim.status)
            expected[method, writer, mark] = as_it_counts(claims_of(said)[key], claim)

    assert shown == expected
    assert_no_list_of_successes(set(shown.values()))


@pytest.mark.django_db
def test_a_second_run_stands_on_the_page_of_the_first() -> None:
    load()

    said = [stored(method, "again.json") for method in AGAIN & STORED]
    found = Confirmation.objects.select_related("report__version__reproduction", "of")
    slugs = {one.report.version.reproduction.slug for one in found}
    assert slugs == {one["reproduction"] for one in said if one["confirms"]} != set()
    for one in found:
        assert one.report.version_id == one.of.version_id
        assert one.report.uploader_id != one.of.uploader_id
        assert one.decision != Confirmation.Decision.NOT_COMPARABLE


def assert_no_list_of_successes(shown: set[str]) -> None:
    """What did not hold is shown on a claim, as is what did, if any report has such a claim."""
    found = {claim["status"] for method in STORED for claim in stored(method)["claims"]}

    assert shown & {Status.REPRODUCED} == found & {Status.REPRODUCED}
    failed = {Status.NOT_REPRODUCED, Status.INCONCLUSIVE}
    assert bool(shown & failed) == bool(found & failed)
