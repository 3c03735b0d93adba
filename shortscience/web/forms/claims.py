"""What somebody says that a paper claims."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shortscience.claims.models import Kind, Relation
from shortscience.claims.rules import MAX_REASON
from shortscience.claims.saying import COLUMNS, LONGEST, Said
from shortscience.lib.markup import number_of


def _line(name: str, label: object, help_text: object = "") -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=False,
        widget=forms.TextInput(attrs={"maxlength": LONGEST[name], "autocomplete": "off"}),
    )


class ClaimForm(forms.Form):
    """One claim. What is right is decided by the action: `claims.saying.checked`."""

    statement = forms.CharField(
        label=_("What the paper says, in one sentence"),
        help_text=_("Markdown and formulas as in a summary, as $x^2$."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(
        label=_("It is"), choices=[("", _("what the rest tells")), *Kind.choices], required=False
    )
    metric = _line("metric", _("Metric"), _("What is measured: top-1 accuracy, BLEU, hours."))
    relation = forms.ChoiceField(
        label=_("Expected"), choices=[("", "–"), *Relation.choices], required=False
    )
    value = _line("value", _("Value"), _("78.7, or the name of what it is compared with."))
    unit = _line("unit", _("Unit"))
    place = _line("place", _("Where in the paper"), _("Table 2, Section 4.1, Figure 3."))

    @property
    def said(self) -> Said:
        """What was typed; the form must have been looked at (`is_valid`)."""
        told = {name: self.cleaned_data.get(name) or "" for name in COLUMNS}
        # A choice that is none of them is refused by the action, in words.
        told["kind"] = told["kind"] or str(self.data.get("kind", "")) or _kind(told["value"])
        told["relation"] = told["relation"] or str(self.data.get("relation", ""))
        if told["value"] and not told["relation"]:
            told["relation"] = Relation.EQUAL.value
        return Said(**told)


def _kind(value: str) -> str:
    """Return what a claim with this value is, where nobody said."""
    if not value.strip():
        return Kind.QUALITATIVE.value
    is_number = number_of(value) is not None
    return Kind.NUMBER.value if is_number else Kind.COMPARISON.value


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why not"),
        help_text=_("Shown beside the claim."),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": MAX_REASON, "autocomplete": "off"}),
    )


class JoinForm(forms.Form):
    other = forms.IntegerField(min_value=1, max_value=2**31 - 1)
