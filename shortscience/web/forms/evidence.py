"""Reports of runs, and which claim one tests."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shortscience.evidence.models import TestedClaim
from shortscience.evidence.rules import MAX_REASON


class ReportForm(forms.Form):
    """A report as a file, or its text. What is right is decided by the action."""

    report_file = forms.FileField(
        label=_("The file"),
        help_text=_(
            "report.json, as “reproduce run” writes it; codecheck.yml or ro-crate-metadata.json."
        ),
        required=False,
        # The action says what a file of nothing lacks.
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,.yml,.yaml,application/json"}),
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "input code"}),
    )


class LinkForm(forms.Form):
    """That a rule tests this claim."""

    tested = forms.ModelChoiceField(
        TestedClaim.objects.none(),
        label=_("What was tested"),
        empty_label=None,
        error_messages={"invalid_choice": _("Choose one of the tested propositions.")},
    )
    reason = forms.CharField(
        label=_("Why it is the same"),
        help_text=_("Not needed if you sent a report of it."),
        required=False,
        max_length=MAX_REASON,
    )


class UnlinkForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is not the same"), required=False, max_length=MAX_REASON
    )
