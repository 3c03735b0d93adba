"""Claims: of one paper, one alone with its history, those that wait; proposing and joining them."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import require_member
from shortscience.claims import actions, merging
from shortscience.claims.models import Claim, ClaimMerge
from shortscience.claims.rules import ChangeTheText, NotYourClaim
from shortscience.claims.saying import COLUMNS, LONGEST
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_AT_ALL
from shortscience.evidence.actions import link_claim, unlink_claim
from shortscience.evidence.models import ClaimEvidence, Report, TestedClaim
from shortscience.lib.errors import Refused, TooFast
from shortscience.lib.paging import page_number, window
from shortscience.pagestore.declare import PAGE, about, naming, stored
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary
from shortscience.web import listing
from shortscience.web.evidence import (
    Evidence,
    could_test,
    evidence_for,
    standings_of,
    with_standings,
)
from shortscience.web.forms.claims import ClaimForm, DeclineForm, JoinForm
from shortscience.web.forms.evidence import LinkForm, UnlinkForm
from shortscience.web.kept import keep_text, take_kept_text
from shortscience.web.views.comments import new_form

PER_PAGE = 30
# Claims change a few times; a longer history is a quarrel, and its newest part matters.
VERSIONS_SHOWN = 50
JOINS_SHOWN = 50

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@stored(status="[a-z_]{1,14}", page=PAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All claims of the site of one status, the newest first."""
    status = request.GET.get("status", Claim.Status.UNTESTED.value)
    if status not in Claim.Status.values:
        raise Http404
    claims = Claim.objects.visible_to(request.user).public().standing().alone()
    claims = claims.filter(status=status, paper__hidden_at__isnull=True).newest_first()
    number = page_number(request.GET.get("page"))
    page = window(claims.for_lines().select_related("paper__venue"), number, PER_PAGE)
    context = {
        "page": page,
        "lines": with_standings(page.items),
        "statuses": list(Claim.Status),
        "status": Claim.Status(status),
        "has_formulas": any(claim.has_math for claim in page.items),
        "canonical": f"{settings.SITE_URL}{request.path}",
    }
    return render(request, "claims.html", context)


@stored(by_row=True)
@require_safe
def detail(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim: who says it, how it read before, what people say about it."""
    claim = _visible(request, claim_id)
    about(request, claim.paper)
    if (kept := _kept(request, claim)) is not None:
        return redirect(kept)
    visible = Claim.objects.visible_to(request.user).for_lines()
    joined = list(visible.filter(merged_into=claim).oldest_first())
    alike = list(visible.standing().alone().saying_the_same_as(claim).oldest_first()[:PER_PAGE])
    versions = claim.versions.visible_to(request.user, claim).select_related("editor")
    joins = ClaimMerge.objects.filter(keep=claim).select_related("drop", "by", "undone_by")
    joins = joins.filter(drop__in=Claim.objects.visible_to(request.user)).order_by("-pk")
    comments = Comment.objects.visible_to(request.user).filter(claim__in=[claim, *joined])
    drawn = list(comments.for_thread().oldest_first()[:SHOWN_AT_ALL])
    shown = list(versions.newest_first()[:VERSIONS_SHOWN])
    listed = list(joins[:JOINS_SHOWN])
    people = [one.editor for one in shown] + [one.by for one in listed]
    people += [one.undone_by for one in listed]
    naming(request, [claim, *joined, *alike], drawn, {one for one in people if one is not None})
    for one in (*joined, *alike):
        one.paper = claim.paper
    count = sum(not comment.is_gone for comment in drawn)
    evidence = evidence_for([claim, *joined], request.user)
    naming(request, {one.uploader for row in evidence for one in _reports(row) if one.uploader})
    naming(request, {row.link.linked_by for row in evidence if row.link.linked_by})
    context = {
        "claim": claim,
        "paper": claim.paper,
        "joined": joined,
        "alike": alike,
        "versions": shown,
        "joins": [(one, merging.may_part(one, request.user, claim, one.drop)) for one in listed],
        "discussion": listing.thread(drawn, count=count),
        "form": new_form(request, claim.summary) if request.user.is_authenticated else None,
        "decline_form": DeclineForm(),
        "is_own": claim.is_by(request.user),
        "may_answer": claim.is_proposal and _writes(request, claim),
        "may_change": _may_change(request, claim),
        "evidence": evidence,
        "standing": standings_of([claim]).get(claim.pk),
        "untested": _could_link(request, claim, evidence),
        "link_form": LinkForm(),
        "has_formulas": claim.has_math or any("<math" in one.html for one in drawn),
        "canonical": f"{settings.SITE_URL}{claim.get_absolute_url()}",
    }
    return render(request, "claim.html", context)


@never_cache
@read_or_send
def propose(request: HttpRequest, paper_id: int, slug: str) -> HttpResponse:
    """The form for a claim of a paper."""
    found = Paper.objects.visible_to(request.user).numbered(paper_id).select_related("venue")
    paper = get_object_or_404(found)
    return _propose(request, paper, None)


@never_cache
@read_or_send
def propose_for(request: HttpRequest, summary_id: int) -> HttpResponse:
    """The form for a claim that somebody else's summary says."""
    visible = Summary.objects.visible_to(request.user).select_related("paper__venue", "author")
    summary = get_object_or_404(visible, pk=summary_id)
    return _propose(request, summary.paper, summary)


@never_cache
@read_or_send
def edit(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The form for changing a claim that one proposed."""
    claim = _visible(request, claim_id)
    here = reverse("claim-edit", args=[claim.pk])
    if not request.user.is_authenticated:
        return _sign_in_first(request, here)
    if claim.mark:
        raise ChangeTheText
    if not _may_change(request, claim):
        raise NotYourClaim
    if request.method != "POST":
        kept = take_kept_text(request, here)
        form = ClaimForm(initial=kept or {name: getattr(claim, name) for name in COLUMNS})
        return _form_page(request, form, claim.paper, claim=claim, was_kept=bool(kept))
    form = ClaimForm(request.POST)
    form.is_valid()
    try:
        changed = actions.change(by=request.user, claim=claim, said=form.said)
    except Refused as refusal:
        return _refused(request, form, refusal, claim.paper, claim=claim)
    messages.success(request, _("Saved. How it read before stays in its history."))
    return redirect(changed)


@require_POST
@login_required
def withdraw(request: HttpRequest, claim_id: int) -> HttpResponse:
    claim = _visible(request, claim_id)
    left = actions.withdraw(by=request.user, claim=claim)
    if left is not None:
        messages.success(request, _("It is discussed and stays; your name is not there any more."))
        return redirect(left)
    messages.success(request, _("Your claim is taken back."))
    return redirect(claim.paper)


@require_POST
@login_required
def take_over(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Write a proposed claim into one's own summary."""
    claim, was_there = actions.take_over(by=request.user, claim=_visible(request, claim_id))
    assert claim.summary is not None
    done = (
        _("Marked in your summary.")
        if was_there
        else _("Your summary did not say it in these words: it is its last paragraph now.")
    )
    link = reverse("summary-edit", args=[claim.summary.pk])
    told = format_html('{} <a href="{}">{}</a>', done, link, _("Edit your summary"))
    messages.success(request, told)
    return redirect(claim)


@require_POST
@login_required
def decline(request: HttpRequest, claim_id: int) -> HttpResponse:
    form = DeclineForm(request.POST)
    form.is_valid()
    claim = actions.decline(
        by=request.user,
        claim=_visible(request, claim_id),
        reason=form.cleaned_data.get("reason", ""),
    )
    messages.success(request, _("Declined. The claim left the list."))
    return redirect(claim)


@require_POST
@login_required
def join(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Make another claim of the paper a part of this one's line."""
    keep = _visible(request, claim_id)
    form = JoinForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose the claim that says the same."))
    drop = get_object_or_404(
        Claim.objects.visible_to(request.user).of(keep.paper), pk=form.cleaned_data["other"]
    )
    merging.join(keep=keep, drop=drop, by=request.user)
    messages.success(request, _("Joined: they are one line now. It can be undone below."))
    return redirect(keep)


@require_POST
@login_required
def part(request: HttpRequest, merge_id: int) -> HttpResponse:
    merge = get_object_or_404(ClaimMerge.objects.select_related("keep", "drop"), pk=merge_id)
    _visible(request, merge.keep.pk)
    merging.part(merge=merge, by=request.user)
    messages.success(request, _("Parted: they are two claims again."))
    return redirect(merge.keep)


@require_POST
@login_required
def link(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Say that a proposition that somebody tested is this claim."""
    claim = _visible(request, claim_id)
    form = LinkForm(request.POST)
    form.fields["tested"].queryset = _testable(request, claim)  # type: ignore[attr-defined]
    if not form.is_valid():
        raise Refused(_("Choose one of the tested propositions."))
    said = form.cleaned_data
    link_claim(by=request.user, tested=said["tested"], claim=claim, reason=said["reason"])
    messages.success(request, _("Linked: its reports count for this claim now."))
    return redirect(f"{claim.get_absolute_url()}#evidence")


@require_POST
@login_required
def unlink(request: HttpRequest, link_id: int) -> HttpResponse:
    found = get_object_or_404(ClaimEvidence.objects.select_related("claim"), pk=link_id)
    claim = _visible(request, found.claim_id)
    form = UnlinkForm(request.POST)
    form.is_valid()
    unlink_claim(by=request.user, link=found, reason=form.cleaned_data.get("reason", ""))
    messages.success(request, _("Taken off: its reports do not count for this claim any more."))
    return redirect(f"{claim.get_absolute_url()}#evidence")


def _testable(request: HttpRequest, claim: Claim) -> QuerySet[TestedClaim]:
    reports = Report.objects.visible_to(request.user).on(claim.paper)
    return TestedClaim.objects.filter(version__reports__in=reports).distinct()


def _could_link(
    request: HttpRequest, claim: Claim, evidence: Sequence[Evidence]
) -> list[TestedClaim]:
    return could_test(claim, evidence, request.user) if request.user.is_authenticated else []


def _reports(row: Evidence) -> list[Report]:
    return [heard.report for heard in row.heard]


def _visible(request: HttpRequest, claim_id: int) -> Claim:
    visible = Claim.objects.visible_to(request.user)
    loaded = visible.select_related(
        "paper__venue", "summary__author", "proposed_by", "merged_into__paper"
    )
    return get_object_or_404(loaded, pk=claim_id)


def _kept(request: HttpRequest, claim: Claim) -> Claim | None:
    """Return the claim that this one was joined to, if the viewer may read that."""
    if claim.merged_into_id is None:
        return None
    return Claim.objects.visible_to(request.user).filter(pk=claim.merged_into_id).first()


def _writes(request: HttpRequest, claim: Claim) -> bool:
    return claim.summary is not None and claim.summary.is_by(request.user)


def _may_change(request: HttpRequest, claim: Claim) -> bool:
    member = request.user
    is_allowed = member.is_authenticated and (claim.is_by(member) or member.is_staff)
    return bool(is_allowed and not claim.mark)


def _propose(request: HttpRequest, paper: Paper, summary: Summary | None) -> HttpResponse:
    here = (
        reverse("claim-propose", args=[paper.pk, paper.slug])
        if summary is None
        else reverse("claim-propose-for", args=[summary.pk])
    )
    if not request.user.is_authenticated:
        return _sign_in_first(request, here)
    require_member(request.user)
    if request.method != "POST":
        kept = take_kept_text(request, here)
        said = request.GET.get("statement", "")[: LONGEST["statement"]]
        form = ClaimForm(initial=kept or {"statement": said})
        return _form_page(request, form, paper, summary=summary, was_kept=bool(kept))
    form = ClaimForm(request.POST)
    form.is_valid()
    try:
        claim = actions.propose(by=request.user, paper=paper, said=form.said, summary=summary)
    except Refused as refusal:
        return _refused(request, form, refusal, paper, summary=summary)
    done = _("Proposed.") if summary is None else _("Proposed to the writer of the summary.")
    messages.success(request, done)
    return redirect(claim)


def _sign_in_first(request: HttpRequest, here: str) -> HttpResponse:
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    names = [name for name in ClaimForm.base_fields if name in request.POST]
    return keep_text(request, path=here, fields={name: request.POST[name] for name in names})


def _refused(
    request: HttpRequest,
    form: ClaimForm,
    refusal: Refused,
    paper: Paper,
    *,
    summary: Summary | None = None,
    claim: Claim | None = None,
) -> HttpResponse:
    form.add_error("statement", str(refusal))
    answer = _form_page(request, form, paper, summary=summary, claim=claim, status=refusal.status)
    if isinstance(refusal, TooFast):
        answer["Retry-After"] = str(refusal.retry_after_s)
    return answer


def _form_page(
    request: HttpRequest,
    form: ClaimForm,
    paper: Paper,
    *,
    summary: Summary | None = None,
    claim: Claim | None = None,
    was_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "paper": paper,
        "summary": summary,
        "claim": claim,
        "was_kept": was_kept,
        "back": _back(paper, summary, claim),
    }
    return render(request, "claim_form.html", context, status=status)


def _back(paper: Paper, summary: Summary | None, claim: Claim | None) -> str:
    if claim is not None:
        return claim.get_absolute_url()
    if summary is not None:
        return f"{paper.get_absolute_url()}#{summary.anchor}"
    return f"{paper.get_absolute_url()}#claims"
