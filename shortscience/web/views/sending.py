"""Sending reports: by a form, and by a program with a key."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from shortscience.accounts.actions import require_member
from shortscience.accounts.keys import owner_of
from shortscience.evidence.actions import import_evidence, upload_report
from shortscience.evidence.reading import MAX_BYTES, BadReport
from shortscience.evidence.reading.parsing import TooLarge
from shortscience.lib.errors import Refused, TooFast
from shortscience.web.forms.evidence import ReportForm
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.uploads import REPORT_FIELD, was_too_large


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form for a report. What is wrong with one is said in full, a sentence each."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            return keep_text(
                request, path=request.path, fields={"text": request.POST.get("text", "")}
            )
        return redirect_to_login(request.get_full_path())
    require_member(request.user)
    if request.method != "POST":
        kept = take_kept_text(request, request.path)
        return _page(request, ReportForm(initial=kept or None), was_kept=bool(kept))
    form = ReportForm(request.POST, request.FILES)
    form.is_valid()
    if was_too_large(request):
        large = TooLarge()
        return _page(request, form, faults=large.faults, status=large.status)
    payload = _payload(form)
    if not payload.strip():
        form.add_error(REPORT_FIELD, _("Choose the file of a report, or paste its text."))
        return _page(request, form, status=422)
    try:
        if is_external(payload):
            imported = import_evidence(by=request.user, payload=payload)
            messages.success(request, _("Taken in, and shown as what others say: unverified."))
            return redirect(f"{imported.paper.get_absolute_url()}#reproductions")
        sent = upload_report(by=request.user, payload=payload)
    except BadReport as bad:
        return _page(request, form, faults=bad.faults, status=bad.status)
    except Refused as refusal:
        answer = _page(request, form, faults=[str(refusal)], status=refusal.status)
        if isinstance(refusal, TooFast):
            answer["Retry-After"] = str(refusal.retry_after_s)
        return answer
    messages.success(
        request,
        _("Taken in. Everything in it was computed again from its runs.")
        if sent.is_new
        else _("You sent this report before; this is it."),
    )
    return redirect(sent.report)


# The key in the header says who it is; a browser sends no such header by itself.
@csrf_exempt
@never_cache
@require_http_methods(["POST"])
def api(request: HttpRequest) -> HttpResponse:
    """The same for programs: JSON in, JSON out; refusals as problem details (RFC 9457)."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    person = owner_of(secret.strip()) if scheme.lower() == "bearer" else None
    if person is None:
        answer = _problem(401, _("Send a key of yours as “Authorization: Bearer KEY”."))
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    try:
        # One byte more than a report may have: the action sees that it is too large.
        payload = request.read(MAX_BYTES + 1)
    except UnreadablePostError:
        return _problem(400, _("The report did not arrive whole. Send it again."))
    try:
        sent = upload_report(by=person, payload=payload)
    except BadReport as bad:
        return _problem(bad.status, _("The report does not add up."), bad.faults)
    except Refused as refusal:
        answer = _problem(refusal.status, str(refusal))
        if isinstance(refusal, TooFast):
            answer["Retry-After"] = str(refusal.retry_after_s)
        return answer
    url = f"{settings.SITE_URL}{sent.report.get_absolute_url()}"
    told = {"url": url, "sha256": sent.report.sha256, "overall": sent.report.overall}
    answer = JsonResponse(told, status=201 if sent.is_new else 200)
    answer["Location"] = url
    return answer


def is_external(payload: bytes) -> bool:
    """Whether this is no report of ours but a crate or YAML, as CODECHECK has it."""
    start = payload.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return b'"@graph"' in start and b'"repro-report/1"' not in start
    return b"\0" not in start and b"manifest" in start


def _payload(form: ReportForm) -> bytes:
    """Return the bytes of the file, or of the box if no file was chosen."""
    if (file := form.cleaned_data.get(REPORT_FIELD)) is not None:
        # One byte more than a report may have, so that the action sees that it is too large.
        return bytes(file.read(MAX_BYTES + 1))
    return str(form.cleaned_data.get("text", "")).encode()


def _page(
    request: HttpRequest,
    form: ReportForm,
    *,
    faults: Sequence[str] = (),
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "faults": faults, "was_kept": was_kept}
    return render(request, "report_new.html", context, status=status)


def _problem(status: int, title: str, faults: Sequence[str] = ()) -> HttpResponse:
    body = {"type": "about:blank", "status": status, "title": title}
    if faults:
        body |= {"faults": list(faults)}
    return JsonResponse(body, status=status, content_type="application/problem+json")
