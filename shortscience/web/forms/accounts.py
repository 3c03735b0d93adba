"""The forms about one's account: allauth's, in our words, and our own.

allauth checks, limits and decides; here are only labels, help and what browsers may fill in.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.models import User
from shortscience.accounts.rules import HANDLE_MAX_LENGTH
from shortscience.lib import markup, orcid

# What `gettext_lazy` returns counts as a string for forms.
Words = Any

ABOUT_MAX_LENGTH = 2000
# What turns or hides the text after it: a name with these can pass for somebody else's.
_DECEPTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_NO_AUTOCORRECT = {"autocapitalize": "none", "spellcheck": "false"}
_PASSWORD_HELP = _("At least 10 characters. A short sentence is easy to keep in mind.")


def _dress(field: forms.Field, label: Words, help_text: Words = "", **attrs: str) -> None:
    """Give a field of allauth our words, and the browser its hints."""
    field.label = label
    field.help_text = help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update({name.replace("_", "-"): value for name, value in attrs.items()})


def _dress_mail(field: forms.Field, help_text: Words = "") -> None:
    _dress(field, _("Mail address"), help_text, autocomplete="email", **_NO_AUTOCORRECT)


def _dress_code(field: forms.Field) -> None:
    _dress(field, _("Code"), autocomplete="one-time-code", inputmode="numeric", autofocus="")


def _forgot() -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("account_reset_password"), gettext("Forgot your password?")
    )


_FORGOT = lazy(_forgot, SafeString)()


# allauth has no types, hence the ignored "subclassing Any" below.
class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(
            self.fields["login"],
            _("Name or mail address"),
            autocomplete="username",
            **_NO_AUTOCORRECT,
        )
        _dress(self.fields["password"], _("Password"), _FORGOT)
        _dress(self.fields["remember"], _("Stay signed in on this device"))


class SignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    # What the template prints; the trap is printed apart, where people do not meet it.
    shown = ("username", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(
            self.fields["username"],
            _("Name"),
            _(
                "Everybody sees it, and it is part of your page’s address."
                " Letters, digits, dots, dashes and underscores."
            ),
            autocomplete="username",
            maxlength=str(HANDLE_MAX_LENGTH),
            **_NO_AUTOCORRECT,
        )
        _dress_mail(self.fields["email"], help_text=_("Nobody sees it. We send a code to it."))
        _dress(self.fields["password1"], _("Password"), _PASSWORD_HELP)
        trap = self.fields["homepage"]
        # allauth hides it by an inline style, which our policy forbids; a class does it here.
        trap.widget = forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
        trap.label = _("Leave this field empty")

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.shown]

    def try_save(self, request: Any) -> Any:
        """Save as allauth does; a name or address taken this moment is an error, not a crash.

        Raises:
            ValidationError: somebody else was quicker.
        """
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError as taken:
            raise ValidationError(
                _("This name or address was taken a moment ago. Try another.")
            ) from taken


class AskCodeForm(allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_mail(self.fields["email"])


class CodeForm(allauth_forms.BaseConfirmCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self.fields["code"])


class MailCodeForm(allauth_forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self.fields["code"])


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_mail(self.fields["email"])


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One field: a slip costs another code, typing twice costs everybody.
        del self.fields["password2"]
        _dress(self.fields["password1"], _("New password"), _PASSWORD_HELP)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _dress(self.fields["oldpassword"], _("Your password now"), _FORGOT)
        _dress(self.fields["password1"], _("New password"), _PASSWORD_HELP)


class FirstPasswordForm(allauth_forms.SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _dress(self.fields["password1"], _("Password"), _PASSWORD_HELP)


class ChangeMailForm(allauth_forms.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_mail(self.fields["email"], _("We send a code to it, to be sure."))
        self.fields["email"].label = _("New mail address")


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self.fields["password"], _("Password"), _FORGOT)


class ProfileForm(forms.Form):
    """What a person says about themselves. The same rules as `accounts.actions.change_profile`."""

    display_name = forms.CharField(
        label=_("Display name"),
        required=False,
        max_length=80,
        help_text=_("Shown instead of your name on what you write. Empty: your name is shown."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    about = forms.CharField(
        label=_("About you"),
        required=False,
        max_length=ABOUT_MAX_LENGTH,
        strip=False,
        help_text=_("On your page. Markdown and LaTeX work."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    orcid = forms.CharField(
        label="ORCID",
        required=False,
        max_length=60,
        help_text=_("Links your page to your record: 0000-0002-1825-0097."),
        widget=forms.TextInput(attrs={"autocomplete": "off", **_NO_AUTOCORRECT}),
    )

    def clean_display_name(self) -> str:
        name = " ".join(str(self.cleaned_data["display_name"]).split())
        if _DECEPTIVE.search(name):
            raise ValidationError(_("The name holds an invisible character. Type it again."))
        return name

    def clean_about(self) -> str:
        about = str(self.cleaned_data["about"])
        if not about.strip():
            return ""
        try:
            return markup.check_source(about)
        except markup.SourceRefused as refused:
            raise ValidationError(str(refused)) from refused

    def clean_orcid(self) -> str:
        given = str(self.cleaned_data["orcid"]).strip()
        try:
            return orcid.normalise(given) if given else ""
        except orcid.OrcidError as wrong:
            raise ValidationError(wrong.sentence) from wrong


class LeaveForm(forms.Form):
    """What happens to one's texts, and the proof that it is oneself who asks."""

    texts = forms.ChoiceField(
        label=_("What happens to your summaries and comments?"),
        widget=forms.RadioSelect,
        choices=[
            ("disown", _("They stay, under nobody’s name")),
            ("remove", _("They are removed")),
        ],
        error_messages={"required": _("Choose one of the two.")},
    )

    def __init__(self, *args: Any, person: User, authenticate: Any, **kwargs: Any) -> None:
        """`authenticate(password)` says whether it is the person's; it counts wrong tries."""
        super().__init__(*args, **kwargs)
        self.person, self.authenticate = person, authenticate
        if person.has_usable_password():
            self.fields["password"] = forms.CharField(
                label=_("Your password"),
                strip=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
                help_text=_FORGOT,
            )
        else:
            self.fields["handle"] = forms.CharField(
                label=_("Type your name to confirm"),
                widget=forms.TextInput(attrs={"autocomplete": "off", **_NO_AUTOCORRECT}),
                help_text=person.username,
            )

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self.authenticate(password):
            raise ValidationError(_("This is not your password."))
        return password

    def clean_handle(self) -> str:
        handle = str(self.cleaned_data["handle"]).strip()
        if handle.casefold() != self.person.username.casefold():
            raise ValidationError(_("This is not your name."))
        return handle
