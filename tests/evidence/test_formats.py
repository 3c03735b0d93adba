"""Certificates and run crates: taken in as what somebody says, written from reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from shortscience.evidence.actions import import_evidence
from shortscience.evidence.formats import BadFile, codecheck, read_external, rocrate
from shortscience.evidence.models import ExternalEvidence
from shortscience.evidence.reading import BadReport, read
from shortscience.evidence.rules import NoSuchPaper
from shortscience.moderation.actions import hide
from tests.evidence.reports import as_bytes, as_json, crate, report_of
from tests.factories import make_paper

CERTIFICATE = """\
---
version: https://codecheck.org.uk/spec/config/1.0/
paper:
  title: "Supervised Contrastive Learning"
  authors:
    - name: Prannay Khosla
      ORCID: 0000-0002-1825-0097
  reference: https://doi.org/10.48550/arXiv.2004.11362
manifest:
  - file: figures/loss.pdf
    comment: Figure 2
codechecker:
  - name: Carol Checker
    ORCID: 0000-0001-5109-3700
summary: >
  Both figures came out as printed.
repository: https://example.org/code
check_time: "2026-05-17 12:00:00"
report: https://doi.org/10.5281/zenodo.3833584
certificate: 2026-010
"""


@pytest.fixture
def paper(db: Any) -> Any:
    return make_paper("Supervised Contrastive Learning", keys=("2004.11362",), year=2020)


# --- reading ----------------------------------------------------------------------------------


@pytest.mark.pure
def test_a_certificate_says_who_checked_what_and_when():
    found = read_external(CERTIFICATE.encode())

    assert (found.format, found.title) == ("codecheck", "CODECHECK 2026-010")
    assert found.url == "https://doi.org/10.5281/zenodo.3833584"
    assert found.people == ("Carol Checker",)
    assert found.done_at == datetime(2026, 5, 17, 12, tzinfo=UTC)
    assert found.outputs == ({"file": "figures/loss.pdf", "about": "Figure 2"},)
    assert found.says == "Both figures came out as printed."


@pytest.mark.pure
@pytest.mark.parametrize("profile", ["process/0.5", "workflow/0.5", "provenance/0.5"])
def test_a_run_crate_says_which_tool_made_which_files(profile):
    profiles = [{"@id": f"https://w3id.org/ro/wfrun/{profile}"}]

    found = read_external(as_json(crate(conformsTo=profiles)))

    assert (found.format, found.title) == ("ro-crate", "A training run")
    assert found.repository == "https://example.org/tool"
    assert found.people == ("Carol Checker",)
    assert found.done_at == datetime(2026, 5, 17, 10, tzinfo=UTC)
    assert found.outputs == ({"file": "model.bin", "about": "Weights"},)
    assert found.paper_references == ("https://doi.org/10.48550/arXiv.2004.11362",)


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nmanifest: *c\ncodechecker: []\n"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (BOMB, "anchors or aliases"),
        ("manifest: !!python/object/apply:os.system ['id']\ncodechecker: []", "names a type"),
        ("manifest: !evil x\ncodechecker: []", "names a type"),
        ("manifest: " + "[" * 40 + "]" * 40, "nested too deeply"),
        ("manifest: [" + "x, " * 30_000 + "]", "too long"),
        ("manifest: [\n", "not YAML, line"),
        ("just: a file", "no manifest"),
        ("- a\n- list", "no manifest"),
        (CERTIFICATE.replace("Figure 2", "<script>alert(1)</script>"), "markup"),
        (CERTIFICATE.replace("https://example.org/code", "javascript:alert(1)"), "nowhere"),
        (CERTIFICATE.replace("figures/loss.pdf", "../../etc/passwd"), "not in the bundle"),
        (CERTIFICATE.replace("figures/loss.pdf", "/etc/passwd"), "not in the bundle"),
        ("x" * 1_100_000, "more than 1 MB"),
        (json.dumps({"a": 1}), "no @graph"),
        (json.dumps({"@graph": []}), "nothing says what it is about"),
        (json.dumps(crate(conformsTo=[])), "does not say that it describes a run"),
        (json.dumps(crate(name="<svg onload=alert(1)>")), "markup"),
        ('{"@graph": ' + "[" * 30 + "]" * 30 + "}", "deeper"),
        ('{"@graph": [NaN]}', "NaN"),
        (json.dumps({"@graph": [{"@id": str(n)} for n in range(6000)]}), "more than 5000"),
        ("\x1f\x8b\x08", "YAML"),
    ],
    ids=range(21),
)
def test_what_would_hurt_or_is_neither_is_refused_in_words(payload, says):
    with pytest.raises(BadReport, match=says):
        read_external(payload.encode())


@pytest.mark.pure
def test_a_crate_whose_parts_refer_to_each_other_in_a_circle_ends():
    circle = crate(about={"@id": "./"}, citation={"@id": "./"})

    assert read_external(as_json(circle)).title == "A training run"


# --- taking in --------------------------------------------------------------------------------


def test_what_comes_in_is_kept_without_a_status(alice, paper):
    row = import_evidence(by=alice, payload=CERTIFICATE.encode())

    assert (row.paper, row.uploader, row.format) == (paper, alice, "codecheck")
    assert row.people == ["Carol Checker"]
    assert not hasattr(row, "status")


def test_the_same_file_again_is_the_same_row(alice, bob, paper):
    first = import_evidence(by=alice, payload=as_json(crate()))

    assert import_evidence(by=bob, payload=as_json(crate()), paper=paper) == first


def test_a_file_about_a_paper_that_is_not_here_is_refused(alice, db):
    with pytest.raises(NoSuchPaper, match="Supervised"):
        import_evidence(by=alice, payload=CERTIFICATE.encode())


def test_a_moderator_hides_it(alice, bob, mona, paper):
    row = import_evidence(by=alice, payload=CERTIFICATE.encode())

    hide(moderator=mona, target=row, reason="made up")

    assert not ExternalEvidence.objects.visible_to(bob).exists()
    assert ExternalEvidence.objects.visible_to(mona).exists()


# --- writing ----------------------------------------------------------------------------------

URL = "https://site.example/runs/abc"


@pytest.mark.pure
def test_a_report_as_a_certificate_is_read_back():
    report = read(as_bytes(report_of())).report

    text = codecheck.written(report, url=URL, person="alice")

    assert text.startswith("---\n")
    found = read_external(text.encode())
    assert found.paper_title == report.paper.title
    assert (found.url, found.people) == (URL, ("alice",))
    assert found.done_at == datetime(2026, 11, 1, 10, 13, 32, tzinfo=UTC)
    assert "c1: reproduced" in found.says
    assert yaml.safe_load(text)["manifest"][0]["file"] == "report.json"


@pytest.mark.pure
def test_a_report_as_a_crate_is_read_back_and_has_what_the_profile_demands():
    report = read(as_bytes(report_of())).report

    text = rocrate.written(report, url=URL, person="alice", person_url="https://site.example/u/a")

    found = read_external(text.encode())
    assert (found.paper_title, found.people) == (report.paper.title, ("alice",))
    assert found.repository == "https://example.org/code.git"
    graph = {one["@id"]: one for one in json.loads(text)["@graph"]}
    # Process Run Crate 0.5, "Requirements": these are the MUSTs.
    assert graph["./"]["conformsTo"]["@id"] in graph
    action = graph[graph["./"]["mentions"]["@id"]]
    assert action["@type"] == "CreateAction"
    assert graph[action["instrument"]["@id"]]["@type"] == "SoftwareSourceCode"
    assert all(one["@id"] in graph for one in action["object"])


@pytest.mark.pure
def test_a_title_that_is_yaml_stays_a_title():
    report = report_of()
    report["paper"]["title"] = "a: [b, *c]\n- d: !e"

    text = codecheck.written(read(as_bytes(report)).report, url=URL, person="alice")

    assert codecheck.read(text.encode()).paper_title == "a: [b, *c]\n- d: !e"


@pytest.mark.pure
def test_what_is_refused_is_told_with_a_status():
    with pytest.raises(BadFile) as refused:
        read_external(BOMB.encode())

    assert refused.value.status == 422
