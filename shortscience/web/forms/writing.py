"""The editor's form."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Refused
from shortscience.summaries.models import Summary


class SourceField(forms.CharField):
    """A note as it was typed. What can be kept is decided by the action that keeps it."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:  # Any: passed on to Django
        super().__init__(strip=False, required=False, **kwargs)
        # Django's own check has words for developers: "Null characters are not allowed."
        self.validators = []


class SummaryForm(forms.Form):
    """A summary in the editor. Bound only when its text is not stored anywhere yet."""

    text = SourceField(label=_("Your summary, in Markdown with LaTeX"))
    anonymous = forms.BooleanField(
        label=_("Anonymous"),
        help_text=_("Nobody but you is told who wrote it. It does not count for your SciScore."),
        required=False,
    )
    private = forms.BooleanField(
        label=_("Private"), help_text=_("Only you see it, until you publish it."), required=False
    )
    # What this editor started from: a save from elsewhere in between is noticed.
    base_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, summary: Summary) -> SummaryForm:
        """Return the form of a stored summary, for changing it."""
        return cls(
            initial={
                "text": summary.text,
                "anonymous": summary.is_anonymous,
                "private": summary.is_private,
                "base_version": summary.version,
            }
        )

    def based_on(self, summary: Summary) -> SummaryForm:
        """Return the same form, which replaces this version of the summary when it is sent."""
        data = {name: self[name].value() for name in ("text", "anonymous", "private")}
        return SummaryForm({**data, "base_version": summary.version})


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
