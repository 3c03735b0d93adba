"""What allauth asks the site: who may sign up and in, where to go next, and in which words."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.models import User

# Programs that answer mail by themselves leave these alone (RFC 3834).
_AUTOMATIC = {"Auto-Submitted": "auto-generated"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("The address or the password is wrong."),
        "email_taken": _("This address belongs to an account already."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This is not the code we sent. Look at the newest mail."),
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("The name or the password is wrong."),
        "rate_limited": _("That was quick. Wait a minute, then try again."),
        "same_as_current": _("This is your address already."),
        "too_many_login_attempts": _(
            "Too many wrong tries. Wait five minutes, or get a sign-in code by mail."
        ),
        "username_password_mismatch": _("The name or the password is wrong."),
        "username_taken": _("This name is taken."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Tell somebody who gave the right password or code why the account is closed."""
        context = {"person": user, "contact": settings.OPERATOR_MAIL}
        return render(request, "account/closed.html", context, status=403)

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Lead back to the settings after the mail address was changed."""
        if self.request.user.is_authenticated:
            return reverse("settings")
        return str(super().get_email_verification_redirect_url(email_address))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; who asks for a code for a closed account learns that it is closed."""
        if template_prefix == "account/email/unknown_account":
            closed = User.objects.filter(email__iexact=email, banned_at__isnull=False).first()
            if closed is not None:
                template_prefix, context = "account/email/closed", {**context, "person": closed}
        super().send_mail(template_prefix, email, context)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        ours = {
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "minutes": settings.CODE_LIFETIME_S // 60,
            "sign_up_open": settings.SIGN_UP_OPEN,
        }
        message: EmailMessage = super().render_mail(
            template_prefix, email, {**context, **ours}, {**_AUTOMATIC, **(headers or {})}
        )
        return message
