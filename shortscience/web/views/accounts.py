"""One's own account: settings, export, leaving; and the pages around allauth's."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shortscience.accounts.actions import change_profile, require_member
from shortscience.accounts.models import User
from shortscience.membership import actions as membership
from shortscience.membership import sessions
from shortscience.membership.export import archive, file_name
from shortscience.summaries.models import Summary
from shortscience.web.forms.accounts import LeaveForm, ProfileForm
from shortscience.web.views.proofs import proof_context

# Every limit that ends here is per minute or shorter (see ACCOUNT_RATE_LIMITS).
WAIT_S = 60


class SignUpView(SignupView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: Any) -> HttpResponse:
        """Sign up; when somebody was quicker with the name, show the form again."""
        try:
            response: HttpResponse = super().form_valid(form)
        except ValidationError as taken:
            form.add_error(None, taken)
            response = self.form_invalid(form)
        return response


@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    """Drop a sign-up that waits for its code, so that its name and address are free again.

    The same for an address that has an account already: no account was made then.
    """
    waiting = EmailVerificationProcess.resume(request)
    if waiting is not None and waiting.user is not None and not request.user.is_authenticated:
        membership.forget_unconfirmed(waiting.user)
        waiting.abort()
    clear_login(request)
    return redirect("account_signup")


def too_many(request: HttpRequest) -> HttpResponse:
    """Say that this was too quick, and when to try again."""
    answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(WAIT_S)
    return answer


@never_cache
@login_required
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    return _settings(request, ProfileForm(initial=_profile_of(require_member(request.user))))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = require_member(request.user)
    if request.method != "POST":
        return redirect("settings")
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _settings(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    change_profile(
        person=person,
        display_name=form.cleaned_data["display_name"],
        about=form.cleaned_data["about"],
        orcid_id=form.cleaned_data["orcid"],
    )
    messages.success(request, _("Your profile is saved."))
    return redirect("settings")


@require_POST
@never_cache
@login_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    person = require_member(request.user)
    ended = sessions.end(person, but=request.session.session_key)
    messages.success(
        request,
        _("You are signed out on all other devices.")
        if ended
        else _("You were signed in nowhere else."),
    )
    return redirect("settings")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    person = require_member(request.user)
    if request.method != "POST":
        return render(request, "settings_export.html", {"file_name": file_name(person)})
    return HttpResponse(
        archive(person),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{file_name(person)}"'},
    )


@never_cache
@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    person = require_member(request.user)
    form = LeaveForm(
        request.POST if request.method == "POST" else None,
        person=person,
        authenticate=partial(get_adapter(request).reauthenticate, person),
    )
    if request.method == "POST" and form.is_valid():
        membership.leave(person=person, texts=membership.Texts(form.cleaned_data["texts"]))
        logout(request)
        messages.success(request, _("Your account is gone. Thank you for what you gave."))
        return redirect("home")
    written = Summary.objects.written_by(person)
    context = {
        "form": form,
        "summaries": written.count(),
        "private": written.filter(visibility=Summary.Visibility.PRIVATE).count(),
        "comments": person.comments.count(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "settings_delete.html", context, status=status)


def _profile_of(person: User) -> dict[str, str]:
    return {
        "display_name": person.display_name,
        "about": person.about,
        "orcid": person.orcid,
    }


def _settings(request: HttpRequest, form: ProfileForm, status: int = 200) -> HttpResponse:
    mail = EmailAddress.objects.get_primary_email(request.user)
    context = {"form": form, "mail": mail, "proof": proof_context(request)}
    return render(request, "settings.html", context, status=status)
