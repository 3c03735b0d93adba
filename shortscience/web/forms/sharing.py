"""Groups, secret links, and who writes together."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from shortscience.groups.models import Membership
from shortscience.groups.rules import LIFETIMES, MAX_ABOUT, MAX_NAME
from shortscience.sharing.rules import MAX_LABEL

_NO_NULL = {"null_characters_not_allowed": _("There is an invisible character in this.")}
_LASTS = [
    ("1", _("for a day")),
    ("7", _("for a week")),
    ("30", _("for a month")),
    ("365", _("for a year")),
]
# Longer than any handle: what is longer is none.
_MAX_HANDLE = 60


class GroupForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=_NO_NULL,
    )
    about = forms.CharField(
        label=_("What it is for"),
        required=False,
        max_length=MAX_ABOUT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Its members read this, and whoever opens an invitation."),
        error_messages=_NO_NULL,
    )


class InviteForm(forms.Form):
    lasts = forms.ChoiceField(label=_("It works"), choices=_LASTS, initial="7")

    @property
    def lifetime(self) -> timedelta:
        return LIFETIMES[self.cleaned_data["lasts"]]


class MemberForm(forms.Form):
    """What an owner does with somebody in the group."""

    REMOVE = "remove"

    do = forms.ChoiceField(choices=[(REMOVE, REMOVE), *Membership.Role.choices])

    @property
    def role(self) -> Membership.Role | None:
        """The role to give; None to take the person out."""
        done = self.cleaned_data["do"]
        return None if done == self.REMOVE else Membership.Role(done)


class LinkForm(forms.Form):
    label = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=MAX_LABEL,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("A note for yourself, so that you know later which link is which."),
        error_messages=_NO_NULL,
    )
    lasts = forms.ChoiceField(
        label=_("It works"),
        choices=[*_LASTS, ("", _("until you take it back"))],
        initial="30",
        required=False,
    )

    @property
    def lifetime(self) -> timedelta | None:
        return LIFETIMES.get(self.cleaned_data["lasts"])


class InviteAuthorForm(forms.Form):
    handle = forms.CharField(
        label=_("Handle"),
        max_length=_MAX_HANDLE,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=_("As in the address of their page: /@handle."),
        error_messages=_NO_NULL,
    )


class AuthorForm(forms.Form):
    """What the first author does with another one."""

    do = forms.ChoiceField(choices=[(name, name) for name in ("up", "first", "remove")])


class AnswerForm(forms.Form):
    do = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])
