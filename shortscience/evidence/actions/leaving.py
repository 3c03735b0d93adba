"""What becomes of the reports of somebody who leaves."""

from __future__ import annotations

from shortscience.accounts.models import User
from shortscience.evidence import deciding, documents
from shortscience.evidence.models import (
    ExternalEvidence,
    Report,
    Reproduction,
    ReproductionVersion,
)


def erase_reports(leaver: User) -> None:
    """Remove the person's reports that nobody else confirmed, and what they imported.

    A report that somebody repeated is half of what that person found: it stays, see below.
    """
    ExternalEvidence.objects.filter(uploader=leaver).delete()
    mine = Report.objects.by(leaver).order_by("-pk")
    for report in mine:
        if report.confirmations.exclude(report__uploader=leaver).exists():
            continue
        claims = deciding.claims_of_version(report.version)
        version = report.version
        report.delete()
        if not version.reports.exists():
            _remove_version(version.pk)
        deciding.refresh(claims)


def disown_reports(leaver: User) -> None:
    """Take the person's name off their reports, also in the text of the report itself."""
    for report in Report.objects.by(leaver).select_related("document"):
        documents.disown(report)
    Report.objects.by(leaver).update(uploader=None)


def _remove_version(pk: int) -> None:
    version = ReproductionVersion.objects.get(pk=pk)
    reproduction = version.reproduction
    version.delete()
    if not reproduction.versions.exists():
        Reproduction.objects.filter(pk=reproduction.pk).delete()
