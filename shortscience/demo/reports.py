"""The reports that the demo library shows: those of the package `reproductions`, as it keeps them.

They lie beside the site's code and in no copy of it: an installation without them shows none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from shortscience.accounts.models import User
from shortscience.claims.models import Claim
from shortscience.demo.content import FOLDER, WrongContent
from shortscience.evidence.actions import link_claim, register_code, upload_report
from shortscience.evidence.models import Report
from shortscience.evidence.reading import BadReport
from shortscience.lib.errors import Refused

METHODS = Path(__file__).parents[2] / "reproductions/src/reproductions/methods"
FILE = "reports.toml"


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """A report: the folder of its method, who sends it, and what it tests.

    `again_by` sends a second run of the same rules, `again.json`.

    A line of `tests` is "c3 margin-owl c1": claim c3 of the report is what margin-owl's summary of
    its paper marks as c1.
    """

    method: str
    by: str
    tests: list[str] = []
    again_by: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    report: list[Sent]


def sent_reports() -> list[Sent]:
    """Return what `reports.toml` says.

    Raises:
        WrongContent: with what is wrong.
    """
    try:
        return msgspec.toml.decode((FOLDER / FILE).read_bytes(), type=_File).report
    except msgspec.MsgspecError as wrong:
        raise WrongContent(f"{FILE}: {wrong}") from wrong


def load_reports(people: dict[str, User]) -> int:
    """Send the reports that are there and not here yet; return how many there are in all.

    Raises:
        WrongContent: one is refused, or tests a claim that no summary marks.
    """
    number = 0
    for sent in sent_reports():
        results = METHODS / sent.method / "results"
        if not (results / "report.json").is_file():
            continue
        report = _send(people[sent.by], results / "report.json")
        for tested, claim in _links(sent, report):
            link_claim(
                by=people[sent.by], tested=report.version.claims.get(key=tested), claim=claim
            )
        number += 1
        if sent.again_by:
            _send(people[sent.again_by], results / "again.json")
            number += 1
    return number


def _send(by: User, path: Path) -> Report:
    method = path.parent.parent.name
    try:
        report = upload_report(by=by, payload=path.read_bytes()).report
    except BadReport as bad:
        raise WrongContent(f"{method}: {' '.join(bad.faults)}") from bad
    except Refused as refused:
        raise WrongContent(f"{method}: {refused}") from refused
    # The operator has this code: it lies beside the site's.
    register_code(sha256=report.code_sha256, about=f"reproductions: {method}")
    return report


def _links(sent: Sent, report: Report) -> Iterator[tuple[str, Claim]]:
    for line in sent.tests:
        tested, writer, mark = line.split()
        claim = Claim.objects.filter(
            paper=report.paper, summary__author__username=writer, mark=mark
        ).first()
        if claim is None or not report.version.claims.filter(key=tested).exists():
            raise WrongContent(f"{FILE}: {sent.method} has no claim for “{line}”")
        yield tested, claim
