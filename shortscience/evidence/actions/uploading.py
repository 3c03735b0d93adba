"""Sending a report. What it says was computed again before; here it finds its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.evidence import deciding, documents
from shortscience.evidence.actions.confirming import confirm, confirmed_report
from shortscience.evidence.actions.registering import registered
from shortscience.evidence.models import Finding, KnownCode, Report, ReproductionVersion
from shortscience.evidence.papers import find_paper
from shortscience.evidence.reading import Reading, read
from shortscience.evidence.rules import UPLOADS, AlreadyHere, SameNumbers, TakenOutOfSight
from shortscience.evidence.weighing import weigh
from shortscience.lib.limits import check_limit
from shortscience.papers.models import Paper


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The report, and whether it is new: sending one's own again changes nothing."""

    report: Report
    is_new: bool


def upload_report(*, by: Viewer, payload: bytes) -> Uploaded:
    """Take in the bytes of a `report.json` under the name of whoever sends them.

    Everything in it that follows from its units is computed again. Nothing is uploaded
    anonymously: a measurement that nobody stands for could not be weighed.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        reading.BadReport: it cannot be read or does not add up; `faults` says everything.
        NoSuchPaper, SeveralPapers: its paper cannot be told.
        OtherRules: its version was registered with other rules.
        AlreadyHere, SameNumbers: somebody else sent it, or its numbers.
        NothingToConfirm, NotYourRun, WrongSeeds: it confirms nothing as it says it does.
        TooFast: too many in a day.
    """
    member = require_member(by)
    reading = read(payload)
    paper = find_paper(reading.report.paper)
    with transaction.atomic():
        # One upload at a time for a paper: the same report twice at once is one row, and the first
        # report of a version is one report.
        paper = Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
        known = Report.objects.filter(sha256=reading.sha256).select_related("uploader").first()
        if known is not None:
            return Uploaded(_own(known, member), is_new=False)
        _check_pace(member)
        report = _stored(reading, member, paper)
        deciding.refresh_for(report)
    return Uploaded(report, is_new=True)


def _stored(reading: Reading, member: User, paper: Paper) -> Report:
    now = timezone.now()
    of = confirmed_report(reading, member, paper)
    version = registered(reading, paper, member, now)
    report = _row(reading, version, member, now)
    if of is None:
        _check_numbers(report, version, member)
    weigh(report, by=member, paper=paper, beside=of or _first_of_others(version, member))
    report.save()
    documents.store(report, reading.canonical)
    _write_findings(report, reading, version)
    if of is not None:
        confirm(report, of, reading, member)
    return report


def _row(reading: Reading, version: ReproductionVersion, member: User, now: datetime) -> Report:
    said = reading.report
    return Report(
        sha256=reading.sha256,
        version=version,
        uploader=member,
        uploaded_at=now,
        # A clock that runs ahead would make it the last run for years.
        ran_at=min(datetime.fromisoformat(said.time.ended), now),
        preset=said.config.preset,
        look=said.config.look,
        seed_count=len(said.config.seeds),
        device=said.config.device,
        wall_s=said.time.wall_s,
        cpu_s=said.time.cpu_s,
        overall=reading.overall,
        env_sha256=said.hashes.env,
        values_sha256=reading.values_sha256,
        code_sha256=said.code.sha256,
        commit=said.code.commit,
        swhid=said.code.swhid,
        repository=said.code.repository,
        is_code_known=KnownCode.objects.filter(sha256=said.code.sha256).exists(),
    )


def _write_findings(report: Report, reading: Reading, version: ReproductionVersion) -> None:
    tested = {row.key: row for row in version.claims.all()}
    Finding.objects.bulk_create(
        Finding(
            report=report,
            tested=tested[verdict.claim.id],
            status=verdict.status,
            mean=verdict.mean,
            low=verdict.interval[0] if verdict.interval else None,
            high=verdict.interval[1] if verdict.interval else None,
            level=verdict.level,
            n=verdict.n,
            p=verdict.p,
            p_holm=verdict.p_holm,
            per_seed=[[seed, value] for seed, value in verdict.per_seed],
            note=verdict.note,
        )
        for verdict in reading.verdicts
    )


def _own(known: Report, member: User) -> Report:
    if known.is_hidden:
        raise TakenOutOfSight
    if known.uploader_id != member.pk:
        raise AlreadyHere(known.uploader.username if known.uploader else "")
    return known


def _first_of_others(version: ReproductionVersion, member: User) -> Report | None:
    """Return the report that was there first, if it is not the person's own."""
    there = Report.objects.standing().of(version.reproduction).select_related("uploader")
    first = there.oldest_first().first()
    return None if first is None or first.uploader_id == member.pk else first


def _check_numbers(report: Report, version: ReproductionVersion, member: User) -> None:
    """Refuse somebody else's numbers under a new name."""
    there = Report.objects.standing().of(version.reproduction).exclude(uploader=member)
    twin = there.filter(values_sha256=report.values_sha256).oldest_first().first()
    if twin is not None:
        raise SameNumbers(twin.short)


def _check_pace(member: User) -> None:
    times = Report.objects.by(member).order_by("-uploaded_at")
    check_limit(
        UPLOADS,
        times.values_list("uploaded_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of reports for one day. Send the others tomorrow."),
    )
