"""Fetching a paper: one box for whatever names it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

# An entry of BibTeX with its abstract and a few hundred authors.
MAX_TEXT = 50_000
# Where to go with the paper: to its page, or straight on to writing about it.
THEN = (("write", "write"),)


class FetchForm(forms.Form):
    text = forms.CharField(
        label=_("DOI, arXiv id, address, title or BibTeX entry"),
        max_length=MAX_TEXT,
        widget=forms.TextInput(attrs={"maxlength": False, "autocomplete": "off"}),
        error_messages={
            "required": _("Paste an identifier, an address, a title or a BibTeX entry."),
            "max_length": _("This is too long for one paper. Paste lists as BibTeX."),
            "null_characters_not_allowed": _("There is an invisible character in this."),
        },
    )
    then = forms.ChoiceField(choices=THEN, required=False, widget=forms.HiddenInput)
