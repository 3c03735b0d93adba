"""Reports of experiments: the newest, those of one reproduction, one alone, and its files."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shortscience.accounts.models import User
from shortscience.claims.models import Claim
from shortscience.evidence.documents import read_document
from shortscience.evidence.formats import codecheck as codecheck_file
from shortscience.evidence.formats import rocrate
from shortscience.evidence.models import ClaimEvidence, Confirmation, Overall, Report, Reproduction
from shortscience.evidence.reading import SCHEMA
from shortscience.evidence.reading.parsing import parse
from shortscience.evidence.weighing import explained
from shortscience.lib.paging import page_number, window
from shortscience.pagestore.declare import PAGE, about, naming, stored
from shortscience.web import measured

PER_PAGE = 30
# Runs by others on one page; all of them stand on the page of the reproduction.
OTHERS_SHOWN = 50


@stored(outcome="[a-z_]{1,14}", page=PAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The newest reports of the site, all or those with one outcome."""
    outcome = request.GET.get("outcome", "")
    if outcome and outcome not in Overall.values:
        raise Http404
    reports = Report.objects.visible_to(request.user).full_runs().newest_first().for_listing()
    if outcome:
        reports = reports.filter(overall=outcome)
    number = page_number(request.GET.get("page"))
    context = {
        "page": window(reports, number, PER_PAGE),
        "outcomes": list(Overall),
        "outcome": outcome,
        "canonical": f"{settings.SITE_URL}{request.path}",
    }
    return render(request, "reproductions.html", context)


@stored(by_row=True, page=PAGE)
@require_safe
def of_reproduction(request: HttpRequest, reproduction_id: int) -> HttpResponse:
    """One reproduction: what it tests, and everybody's reports."""
    visible = Reproduction.objects.visible_to(request.user).select_related("paper__venue")
    reproduction = get_object_or_404(visible, pk=reproduction_id)
    reports = Report.objects.visible_to(request.user).of(reproduction).newest_first().for_listing()
    page = window(reports, page_number(request.GET.get("page")), PER_PAGE)
    about(request, reproduction.paper)
    naming(request, _uploaders(page.items))
    newest = reproduction.versions.order_by("-registered_at", "-pk").first()
    assert newest is not None, "a reproduction that is shown has a report, and that a version"
    context = {
        "reproduction": reproduction,
        "paper": reproduction.paper,
        "version": newest,
        "tested": [(one, measured.rule_in_words(one)) for one in newest.claims.all()],
        "page": page,
        "canonical": f"{settings.SITE_URL}{request.path}",
    }
    return render(request, "reproduction.html", context)


@stored(by_row=True)
@require_safe
def report(request: HttpRequest, sha256: str) -> HttpResponse:
    """One report, whole."""
    found = _visible(request, sha256)
    said = parse(read_document(found))[0]
    findings = list(found.findings.of(found))
    links = ClaimEvidence.objects.standing().filter(
        tested__in=[one.tested_id for one in findings],
        claim__in=Claim.objects.visible_to(request.user),
    )
    claims = {link.tested_id: link.claim for link in links.select_related("claim").oldest_first()}
    shown = Report.objects.visible_to(request.user)
    others = Confirmation.objects.filter(of=found, report__in=shown).order_by("-pk")
    others = others.select_related("report__uploader", "thread")
    repeats = Confirmation.objects.filter(report=found, of__in=shown).select_related("of").first()
    about(request, found.paper)
    repeated = [*others[:OTHERS_SHOWN]]
    naming(request, _uploaders([found, *(one.report for one in repeated)]), claims.values())
    context = {
        "report": found,
        "said": said,
        "reproduction": found.version.reproduction,
        "paper": found.paper,
        "rows": [(measured.row_of(one), claims.get(one.tested_id)) for one in findings],
        "outcome": measured.outcome_in_words(findings),
        "rules_first": measured.were_rules_first(said),
        "pictures": measured.pictures_of(said),
        "runs": measured.runs_of(said),
        "others": [(one, explained(one.report.weighing)) for one in repeated],
        "repeats": repeats,
        "canonical": f"{settings.SITE_URL}{found.get_absolute_url()}",
    }
    return render(request, "run_report.html", context)


@require_safe
def report_json(request: HttpRequest, sha256: str) -> HttpResponse:
    """The report as it was sent, in the canonical form whose hash is its address."""
    found = _visible(request, sha256)
    return _file(read_document(found), "application/json", f"report-{found.short}.json")


@require_safe
def codecheck(request: HttpRequest, sha256: str) -> HttpResponse:
    """The report as CODECHECK's configuration file."""
    found = _visible(request, sha256)
    said = parse(read_document(found))[0]
    body = codecheck_file.written(said, url=_url(found), person=_named(found))
    return _file(body, "application/yaml; charset=utf-8", "codecheck.yml")


@require_safe
def crate(request: HttpRequest, sha256: str) -> HttpResponse:
    """The metadata of a Workflow Run RO-Crate that holds the report."""
    found = _visible(request, sha256)
    said = parse(read_document(found))[0]
    person = f"{settings.SITE_URL}{found.uploader.get_absolute_url()}" if found.uploader else ""
    body = rocrate.written(said, url=_url(found), person=_named(found), person_url=person)
    return _file(body, "application/ld+json", "ro-crate-metadata.json")


@stored()
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    return render(
        request, "reproductions_guide.html", {"api": f"{settings.SITE_URL}{reverse('api-reports')}"}
    )


@stored()
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of reports."""
    return HttpResponse(SCHEMA, content_type="application/schema+json")


def _visible(request: HttpRequest, sha256: str) -> Report:
    visible = Report.objects.visible_to(request.user).select_related(
        "version__reproduction__paper__venue", "uploader", "document"
    )
    return get_object_or_404(visible, sha256=sha256)


def _uploaders(reports: Iterable[Report]) -> set[User]:
    return {report.uploader for report in reports if report.uploader is not None}


def _url(report: Report) -> str:
    return f"{settings.SITE_URL}{report.get_absolute_url()}"


def _named(report: Report) -> str:
    return report.uploader.shown_name if report.uploader else _("somebody who left")


def _file(body: bytes | str, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        body,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
