"""Proving that an account elsewhere is one's own."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.models import Proof
from shortscience.lib.orcid import OrcidError, normalise

_HANDLE = RegexValidator(
    r"\A[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?\Z", _("This is no name of a GitHub account.")
)


class ProofForm(forms.Form):
    service = forms.ChoiceField(label=_("At"), choices=Proof.Service.choices)
    name = forms.CharField(
        label=_("Your ORCID iD, or your GitHub name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    take_back = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("take_back") or "service" not in given:
            return given
        name = str(given.get("name") or "").strip()
        try:
            if given["service"] == Proof.Service.ORCID:
                given["name"] = normalise(name)
            else:
                _HANDLE(name.removeprefix("@"))
                given["name"] = name.removeprefix("@").lower()
        except OrcidError as wrong:
            self.add_error("name", ValidationError(wrong.sentence))
        except ValidationError as wrong:
            self.add_error("name", wrong)
        return given
