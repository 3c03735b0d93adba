"""The editor's form."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Refused
from shortscience.summaries.drafts import Seen
from shortscience.summaries.models import Draft, Summary
from shortscience.summaries.rules import NOTE_MAX_LENGTH
from shortscience.web.forms.visibility import VisibilityForm

# The largest number of the column; no summary was saved as often.
MAX_VERSION = 2**31 - 1


class SourceField(forms.CharField):
    """A note as it was typed. What can be kept is decided by the action that keeps it."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:  # Any: passed on to Django
        super().__init__(strip=False, required=False, **kwargs)
        # Django's own check has words for developers: "Null characters are not allowed."
        self.validators = []


class SummaryForm(VisibilityForm):
    """A summary in the editor. Bound only when its text is not stored anywhere yet."""

    text = SourceField(label=_("Your summary, in Markdown with LaTeX"))
    level = forms.ChoiceField(
        label=_("Whom is it for?"),
        help_text=_("Readers can ask for the texts that suit them."),
        choices=[("", _("nobody in particular")), *Summary.Level.choices],
        required=False,
    )
    note = forms.CharField(
        label=_("What you changed"),
        help_text=_("One line for the history, if you like."),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": NOTE_MAX_LENGTH, "autocomplete": "off"}),
    )
    # What this editor started from: a save from elsewhere in between is noticed.
    base_version = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput
    )
    # Which draft it has shown, and its own name: see `summaries.drafts.Seen`.
    draft_version = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput
    )
    editor = forms.RegexField(r"[0-9a-f-]{1,40}\Z", required=False, widget=forms.HiddenInput)

    # What a draft does not keep among its fields: it has its own columns for it.
    OF_THE_EDITOR = ("text", "base_version", "draft_version", "editor")

    @classmethod
    def of(cls, summary: Summary | None, *, editor: str) -> SummaryForm:
        """Return the form of a stored summary, for changing it, or an empty one."""
        if summary is None:
            return cls(initial={"editor": editor})
        return cls(
            initial={
                "text": summary.text,
                "level": summary.level,
                **cls.state_of(summary),
                "base_version": summary.version,
                "editor": editor,
            }
        )

    @classmethod
    def of_draft(cls, draft: Draft, *, editor: str) -> SummaryForm:
        """Return the form as it was left."""
        state = {
            "text": draft.text,
            "base_version": draft.base_version,
            "draft_version": draft.version,
            "editor": editor,
        }
        return cls(initial={**cls.state_of_draft(draft.fields), **state})

    def based_on(self, other: Summary | Draft) -> SummaryForm:
        """Return the same form, which replaces this summary or draft when it is sent."""
        seen = "base_version" if isinstance(other, Summary) else "draft_version"
        data = {name: self[name].value() for name in self.fields}
        return SummaryForm({**data, seen: other.version})

    def with_text(self, text: str) -> SummaryForm:
        """Return the same form with another text in it."""
        data = {name: self[name].value() for name in self.fields}
        return SummaryForm({**data, "text": text})

    def with_more(self, words: str, *, apart: bool = True) -> SummaryForm:
        """Return the same form with these words at the end of the text, as a paragraph if apart."""
        text = (self["text"].value() or "").replace("\r\n", "\n")
        if not words:
            return self
        before = text.rstrip() if apart else text
        between = ("\n\n" if apart else " " if not text[-1:].isspace() else "") if before else ""
        return self.with_text(before + between + words)

    @property
    def choices(self) -> dict[str, Any]:  # Any: what boxes and choices hold
        """What is chosen beside the text, for a draft."""
        cleaned = self.cleaned_data.items()
        return {name: value for name, value in cleaned if name not in self.OF_THE_EDITOR}

    @property
    def seen(self) -> Seen:
        """What this open editor knows of the draft."""
        return Seen(
            version=self.cleaned_data.get("draft_version") or 0,
            editor=self.cleaned_data.get("editor") or "",
        )


class NotUtf8(Refused):
    """Bytes that are no UTF-8: what they were meant to be is not known any more."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            _(
                "Some bytes of your text are not UTF-8 and stand here as “�”."
                " Type those characters again."
            )
        )


def check_utf8(request: HttpRequest, name: str) -> None:
    """Look at the bytes of a posted field: Django has replaced the wrong ones already.

    Raises:
        NotUtf8: they are not what a browser sends from a page in UTF-8.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        # The bytes of a multipart form are gone; nobody types this character.
        if "\ufffd" in request.POST.get(name, ""):
            raise NotUtf8
        return
    for pair in request.body.split(b"&"):
        key, _equals, value = pair.partition(b"=")
        if unquote_to_bytes(key) == name.encode():
            try:
                unquote_to_bytes(value).decode("utf-8")
            except UnicodeDecodeError as wrong:
                raise NotUtf8 from wrong
