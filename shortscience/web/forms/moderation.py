"""What members say when they report, and moderators when they decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shortscience.moderation.cases import Case
from shortscience.moderation.models import LogEntry, Report

REASON_MAX_LENGTH = 200

# The buttons; the log says the same in the past tense.
BUTTONS = {
    LogEntry.Act.HIDE: _("Hide"),
    LogEntry.Act.RESTORE: _("Restore"),
    LogEntry.Act.KEEP: _("Keep"),
    LogEntry.Act.BAN: _("Ban the account"),
    LogEntry.Act.UNBAN: _("Lift the ban"),
}


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong?"),
        widget=forms.RadioSelect,
        choices=Report.Reason.choices,
        error_messages={"required": _("Choose what fits best.")},
    )
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=1000,
        help_text=_("Only moderators read it. A link to the original helps when text is copied."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == Report.Reason.OTHER and not cleaned.get("note"):
            self.add_error("note", ValidationError(_("Say in a sentence what is wrong.")))
        return cleaned


class ActForm(forms.Form):
    """One decision: what, chosen by the button, and why."""

    do = forms.ChoiceField(
        error_messages={
            "required": _("Press one of the buttons."),
            "invalid_choice": _("This cannot be done here, or was done meanwhile."),
        },
    )
    reason = forms.CharField(
        label=_("Reason, shown in the public log"),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": _("Give a reason: it stands in the public log.")},
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        # Each case of the page has its form, so the ids carry what it is about.
        kwargs["auto_id"] = f"{case.kind}-{case.target.pk}-%s"
        super().__init__(*args, **kwargs)
        choice = self.fields["do"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(act.value, act.label) for act in case.acts]
        self.case = case
        reason = self.fields["reason"].widget
        reason.attrs.update({"class": "case__reason", "list": "reasons", "autocomplete": "off"})

    @property
    def buttons(self) -> list[tuple[str, object]]:
        return [(act.value, BUTTONS[act]) for act in self.case.acts]


class ReasonForm(forms.Form):
    """Why something is done that one button does."""

    reason = forms.CharField(
        label=_("Reason, shown in the public log"),
        max_length=REASON_MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give a reason: it stands in the public log.")},
    )
