"""Pages about reports: reading them, sending them, and saying which claim they test."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shortscience.accounts.keys import MOST_KEYS, make_key, take_back
from shortscience.accounts.models import User
from shortscience.claims.actions import propose
from shortscience.claims.models import Claim
from shortscience.claims.saying import Said
from shortscience.evidence.actions import link_claim, upload_report
from shortscience.evidence.models import ClaimEvidence, ExternalEvidence, Report
from shortscience.evidence.reading import MAX_BYTES
from shortscience.papers.models import Paper
from tests.conftest import signed_in
from tests.evidence.reports import as_bytes, report_of
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db

CERTIFICATE = b"""---
version: https://codecheck.org.uk/spec/config/1.0/
paper:
  title: Supervised Contrastive Learning
manifest:
  - file: figure.png
    comment: Figure 1
codechecker:
  - name: Carla Checker
certificate: 2026-001
"""


@pytest.fixture(autouse=True)
def paper(db: Any) -> Paper:
    return make_paper("Supervised Contrastive Learning", keys=("2004.11362",), year=2020)


@pytest.fixture
def report(alice: User) -> Report:
    return upload_report(by=alice, payload=as_bytes(report_of())).report


def as_file(payload: bytes, name: str = "report.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, payload)


@pytest.fixture
def carol(db: Any) -> User:
    return make_user("carol")


def html(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_of_a_report_tells_rule_measurement_and_verdict(client, report: Report) -> None:
    page = html(client, report.get_absolute_url())

    assert "more than 0.005" in page
    assert "graph--interval is-confirmed" in page
    assert page.count('r="2.5"') == 5, "a circle for each seed"
    assert "stand-in data" in page
    assert "out.accuracy - inside.accuracy" in page
    assert "Unverified: only this report says that this code exists" in page


def test_lists_show_a_report_to_strangers(client, report: Report, paper: Paper) -> None:
    title = report.version.reproduction.title
    for address in (
        "/reproductions",
        f"/reproductions?outcome={report.overall}",
        report.version.reproduction.get_absolute_url(),
        paper.get_absolute_url(),
        "/",
    ):
        assert title in html(client, address), address
        assert report.get_absolute_url() in html(client, address), address
    assert title not in html(client, "/reproductions?outcome=not_attempted")
    html(client, "/reproductions?outcome=invented", status=404)


def test_a_hidden_report_is_nowhere(client, report: Report, paper: Paper) -> None:
    address = report.get_absolute_url()
    Report.objects.update(hidden_at=report.uploaded_at)

    for gone in (address, f"{address}/report.json", f"{address}/codecheck.yml"):
        html(client, gone, status=404)
    for page in ("/", "/reproductions", paper.get_absolute_url()):
        assert address not in html(client, page)


def test_files_of_a_report_are_what_their_formats_say(client, report: Report) -> None:
    address = report.get_absolute_url()

    stored = client.get(f"{address}/report.json")
    assert json.loads(stored.content)["reproduction"] == report.version.reproduction.slug
    assert stored["X-Content-Type-Options"] == "nosniff"
    assert b"codechecker" in client.get(f"{address}/codecheck.yml").content
    graph = json.loads(client.get(f"{address}/ro-crate-metadata.json").content)["@graph"]
    assert {"./", "ro-crate-metadata.json"} <= {entity["@id"] for entity in graph}
    schema = json.loads(client.get("/reproductions/schema.json").content)
    assert schema["title"] == "repro-report/1"


@pytest.mark.parametrize("how", ["file", "text"])
def test_a_member_sends_a_report(alice: User, how: str) -> None:
    payload = as_bytes(report_of())
    fields: dict[str, Any] = {"text": payload.decode()}
    if how == "file":
        fields = {"report_file": as_file(payload)}

    answer = signed_in(alice).post("/reproductions/new", fields)

    assert answer["Location"] == Report.objects.get().get_absolute_url()
    assert Report.objects.get().uploader == alice


def test_a_forged_report_is_refused_with_every_reason_and_stays_in_the_box(alice: User) -> None:
    forged = report_of()
    forged["claims"][0]["status"] = "not_reproduced"
    forged["overall"] = "not_reproduced"

    answer = signed_in(alice).post("/reproductions/new", {"text": json.dumps(forged)})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Claim c1 says “not reproduced”; by its own rule the units give “reproduced”" in page
    assert "The report says “not reproduced”; its claims give “reproduced”" in page
    assert "&quot;repro-report/1&quot;" in page
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("payload", "status"),
    [(b"", 422), (b"{", 422), (b"PK\x03\x04 zip", 422), (b" " * (MAX_BYTES + 1), 413)],
)
def test_what_is_no_report_is_refused_in_words(alice: User, payload: bytes, status: int) -> None:
    answer = signed_in(alice).post("/reproductions/new", {"report_file": as_file(payload)})

    assert answer.status_code == status
    page = answer.content.decode()
    assert 'role="alert"' in page or "Choose the file of a report" in page


def test_who_is_signed_out_finds_the_pasted_report_again(alice: User) -> None:
    client = Client()
    text = as_bytes(report_of()).decode()

    answer = client.post("/reproductions/new", {"text": text})
    assert "/accounts/login" in answer["Location"] or "sign" in answer["Location"]
    client.force_login(alice)

    assert "repro-report/1" in html(client, "/reproductions/new")
    assert not Report.objects.exists()


def test_a_certificate_of_codecheck_is_shown_as_what_others_say(alice: User, paper: Paper) -> None:
    answer = signed_in(alice).post(
        "/reproductions/new", {"report_file": as_file(CERTIFICATE, "codecheck.yml")}
    )

    assert answer["Location"].startswith(paper.get_absolute_url())
    assert ExternalEvidence.objects.get().uploader == alice
    page = html(Client(), paper.get_absolute_url())
    assert "CODECHECK 2026-001" in page
    assert "unverified: what others say" in page


# --- by a program -----------------------------------------------------------------------------


def post(payload: bytes, secret: str | None) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return Client(enforce_csrf_checks=True).post(
        "/api/reports", payload, content_type="application/json", headers=headers
    )


def test_a_program_sends_a_report_with_a_key(alice: User) -> None:
    _key, secret = make_key(by=alice, name="laptop")
    payload = as_bytes(report_of())

    first, again = post(payload, secret), post(payload, secret)

    assert (first.status_code, again.status_code) == (201, 200)
    report = Report.objects.get()
    assert first.json()["sha256"] == report.sha256
    assert first["Location"].endswith(report.get_absolute_url())
    assert alice.program_keys.get().used_on is not None


def test_without_a_key_that_is_worth_something_a_program_sends_nothing(alice: User) -> None:
    key, secret = make_key(by=alice, name="laptop")
    take_back(by=alice, number=key.pk)

    for wrong in (None, "", "x" * 22, secret):
        answer = post(as_bytes(report_of()), wrong)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
    assert not Report.objects.exists()


def test_a_banned_member_s_key_is_worth_nothing(alice: User) -> None:
    _key, secret = make_key(by=alice, name="laptop")
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert post(as_bytes(report_of()), secret).status_code == 401


def test_a_program_is_told_everything_that_is_wrong(alice: User) -> None:
    _key, secret = make_key(by=alice, name="laptop")
    forged = report_of()
    forged["claims"][0]["mean"] = 0.5

    answer = post(json.dumps(forged).encode(), secret)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert any("mean" in fault for fault in answer.json()["faults"])
    assert post(b" " * (MAX_BYTES + 9), secret).status_code == 413


def test_a_key_is_shown_once_and_taken_back(alice: User) -> None:
    client = signed_in(alice)

    made = client.post("/settings/keys", {"name": "laptop"}).content.decode()
    key = alice.program_keys.get()
    page = html(client, "/settings/keys")
    client.post(f"/settings/keys/{key.pk}/end")

    assert "Your key" in made
    assert "laptop" in page
    assert key.digest not in made + page
    assert not alice.program_keys.exists()


def test_nobody_takes_back_another_s_key_and_ten_are_enough(alice: User, bob: User) -> None:
    for number in range(MOST_KEYS):
        key, _secret = make_key(by=alice, name=f"{number}")
    answer = signed_in(alice).post("/settings/keys", {"name": "one more"})

    assert "You have ten keys" in answer.content.decode()
    signed_in(bob).post(f"/settings/keys/{key.pk}/end")
    assert alice.program_keys.count() == MOST_KEYS


# --- claims -----------------------------------------------------------------------------------


@pytest.fixture
def claim(paper: Paper, bob: User) -> Claim:
    return propose(by=bob, paper=paper, said=Said("The loss outside is better."))


def test_linked_the_claim_s_line_tells_what_its_reports_say(
    client, claim: Claim, report: Report, alice: User, paper: Paper
) -> None:
    tested = report.version.claims.get(key="c1")
    signed_in(alice).post(f"/claims/{claim.pk}/evidence", {"tested": tested.pk, "reason": ""})

    line = html(client, paper.get_absolute_url())
    page = html(client, claim.get_absolute_url())
    assert "status--confirmed" in line
    assert "reproduced by 1" in line
    assert tested.text in page
    assert report.get_absolute_url() in page
    assert "linked by alice" in page
    assert claim.get_absolute_url() in html(client, report.get_absolute_url())
    assert "status--confirmed" in html(client, "/claims?status=reproduced")


def test_a_link_without_reason_by_somebody_else_is_refused(claim, report, carol: User) -> None:
    tested = report.version.claims.get(key="c1")

    answer = signed_in(carol).post(f"/claims/{claim.pk}/evidence", {"tested": tested.pk})

    assert answer.status_code == 422
    assert not ClaimEvidence.objects.exists()


def test_a_link_is_taken_off_by_who_has_a_part_in_it(claim, report, alice, carol: User) -> None:
    tested = report.version.claims.get(key="c1")
    link = link_claim(by=alice, tested=tested, claim=claim)

    refused = signed_in(carol).post(f"/claims/evidence/{link.pk}/take-off", {"reason": "no"})
    signed_in(alice).post(f"/claims/evidence/{link.pk}/take-off", {"reason": ""})

    assert refused.status_code == 403
    claim.refresh_from_db()
    assert claim.status == "untested"


def test_a_proposition_of_another_paper_cannot_be_chosen(claim, report, alice: User) -> None:
    elsewhere = propose(by=alice, paper=make_paper("Another"), said=Said("It says so."))
    tested = report.version.claims.get(key="c1")

    answer = signed_in(alice).post(f"/claims/{elsewhere.pk}/evidence", {"tested": tested.pk})

    assert answer.status_code == 400
    assert not ClaimEvidence.objects.exists()


def test_a_report_page_names_no_claim_that_the_reader_may_not_see(
    client, claim: Claim, report: Report, alice: User
) -> None:
    link_claim(by=alice, tested=report.version.claims.get(key="c1"), claim=claim)
    Claim.objects.filter(pk=claim.pk).update(hidden_at=report.uploaded_at)

    assert claim.get_absolute_url() not in html(client, report.get_absolute_url())


def test_somebody_who_left_is_named_no_more(client, report: Report, alice: User) -> None:
    Report.objects.update(uploader=None)

    assert "somebody who left" in html(client, report.get_absolute_url())
