"""Saved papers and reading lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from shortscience.library.rules import (
    MAX_COMMENT,
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_NOTE,
    MAX_TAG,
    MAX_TAGS,
)
from shortscience.sources.bibfile import decoded

# Two thousand entries with their abstracts.
MAX_FILE = 5_000_000
# A page that brings a file's text back in a box has to stay a page.
MAX_BROUGHT_BACK = 200_000
_NO_NULL = {"null_characters_not_allowed": _("There is an invisible character in this.")}


class ShelfForm(forms.Form):
    """What of the library is shown; whatever does not fit counts as not asked."""

    q = forms.CharField(required=False, max_length=200)
    tag = forms.CharField(required=False, max_length=MAX_TAG)
    after = forms.CharField(required=False, max_length=40)

    def asked(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class SaveForm(forms.Form):
    do = forms.ChoiceField(choices=[("save", "save"), ("unsave", "unsave")])


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note, for you alone"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_NOTE}),
        strip=False,
        help_text=_("Markdown; formulas between dollar signs, as $x^2$. At most 5,000 characters."),
        error_messages=_NO_NULL,
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=2 * MAX_TAGS * (MAX_TAG + 2),
        widget=forms.TextInput(
            attrs={"list": "your-tags", "autocomplete": "off", "data-tags": True}
        ),
        help_text=_("Words of your own with commas between them: “to read, vision”."),
        error_messages={"max_length": _("These are more tags than fit."), **_NO_NULL},
    )


class AddForm(forms.Form):
    """A list of one's own by its number, or a name for a new one."""

    reading_list = forms.IntegerField(required=False)
    name = forms.CharField(required=False, max_length=MAX_NAME)

    def clean(self) -> dict[str, Any] | None:  # Any: as Django's own
        data = super().clean()
        if not self.errors and not (self.cleaned_data["reading_list"] or self.cleaned_data["name"]):
            raise ValidationError(_("Choose a list, or give a new one a name."))
        return data


class ArrangeForm(forms.Form):
    item = forms.IntegerField()
    do = forms.ChoiceField(
        choices=[(do, do) for do in ("up", "down", "place", "remove", "comment")]
    )
    behind = forms.IntegerField(required=False)
    comment = forms.CharField(required=False, max_length=4 * MAX_COMMENT)


class ListForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the list"),
        max_length=MAX_NAME,
        error_messages={
            "required": _("Give the list a name."),
            "max_length": _("A name has at most 100 characters."),
            **_NO_NULL,
        },
    )
    # Named as the texts that are kept when somebody was signed out.
    about = forms.CharField(
        label=_("What it is about"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_DESCRIPTION}),
        strip=False,
        help_text=_("Markdown. You can leave this out."),
        error_messages=_NO_NULL,
    )
    is_public = forms.BooleanField(
        label=_("Everybody may read this list"),
        required=False,
        help_text=_("It stands on your page and on the pages of its papers, under your name."),
    )


class NewListForm(ListForm):
    file = forms.FileField(
        label=_("Fill it from a .bib file"),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".bib,.bibtex,text/x-bibtex"}),
        help_text=_("As Zotero, JabRef or Mendeley export it; at most 2,000 entries."),
        error_messages={
            "empty": _("This file is empty."),
            "max_length": _("The name of this file is too long."),
        },
    )
    bibtex = forms.CharField(
        label=_("Or paste BibTeX"),
        required=False,
        widget=forms.Textarea(
            attrs={"class": "input--code", "rows": 4, "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages=_NO_NULL,
    )

    def clean_file(self) -> str:
        """Return the text of the file."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        size = file.size or 0
        if size > MAX_FILE:
            raise ValidationError(
                _("This file has %(n)d MB; we read up to 5. A list takes 2,000 entries at most.")
                % {"n": -(-size // 1_000_000)}
            )
        payload = file.read()
        if b"\0" in payload:
            raise ValidationError(
                _("This is no text file. Choose a .bib file; if it is one, save it as UTF-8.")
            )
        return decoded(payload)

    @property
    def text(self) -> str:
        """The BibTeX of the valid form: of the file, else of the box."""
        return str(self.cleaned_data["file"] or self.cleaned_data["bibtex"])

    def bring_back_file(self) -> None:
        """Put the text of a file into the box, since a browser does not fill a file in again."""
        if self.cleaned_data.get("file") and len(self.text) <= MAX_BROUGHT_BACK:
            self.data = {**self.data.dict(), "bibtex": self.text}  # type: ignore[attr-defined]
