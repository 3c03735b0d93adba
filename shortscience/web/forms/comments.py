"""Comments, notes on a passage, and votes."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shortscience.discussion.notes import Choice
from shortscience.discussion.rules import PassageRefused
from shortscience.lib import markup

# What stands around a passage is read so far: more than scripts send.
AROUND = 100


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Your comment"),
        widget=forms.Textarea(attrs={"rows": 5}),
        strip=False,
        help_text=_("Markdown; formulas between dollar signs, as $x^2$; cites as \\cite{KEY}."),
        error_messages={"required": _("Write something first.")},
    )
    question = forms.BooleanField(
        label=_("This is a question"),
        required=False,
        help_text=_("You, or who wrote the summary, accept one of the answers."),
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


class ReplyForm(CommentForm):
    """An answer asks nothing of its own: what it asks, it asks as part of the thread."""

    question = None  # type: ignore[assignment]


class EditForm(ReplyForm):
    """Changing a comment does not change who is shown as its writer."""

    anonymous = None  # type: ignore[assignment]


class NoteForm(CommentForm):
    """A comment on a passage. Scripts also say what stands around the passage."""

    quote = forms.CharField(
        label=_("The passage"),
        widget=forms.Textarea(attrs={"rows": 3}),
        strip=False,
        help_text=_("Copy it from the summary: some words that stand there only once."),
        error_messages={"required": _("Copy the passage that you mean from the summary.")},
    )
    before = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    field_order = ("quote", "before", "after", "text", "question", "anonymous")

    @property
    def choice(self) -> Choice:
        given = self.cleaned_data
        around = (given["before"][-AROUND:], given["after"][:AROUND])
        return Choice(given["quote"], *around)

    def refuse(self, refused: PassageRefused) -> None:
        self.add_error("quote", ValidationError(str(refused)))


class AcceptForm(forms.Form):
    take_back = forms.BooleanField(required=False)
