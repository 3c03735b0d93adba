"""Comments and votes."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shortscience.lib import markup


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Your comment"),
        widget=forms.Textarea(attrs={"rows": 5}),
        strip=False,
        help_text=_("Markdown; formulas between dollar signs, as $x^2$; cites as \\cite{KEY}."),
        error_messages={"required": _("Write something first.")},
    )
    anonymous = forms.BooleanField(
        label=_("Comment anonymously"),
        required=False,
        help_text=_("Nobody but you is told who wrote it."),
    )

    def clean_text(self) -> str:
        try:
            return markup.check_source(self.cleaned_data["text"])
        except markup.SourceRefused as refused:
            raise ValidationError(str(refused)) from refused


class EditForm(CommentForm):
    """Changing a comment does not change who is shown as its writer."""

    anonymous = None  # type: ignore[assignment]


class VoteForm(forms.Form):
    value = forms.IntegerField(min_value=-1, max_value=1)
