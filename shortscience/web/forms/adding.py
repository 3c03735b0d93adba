"""Adding papers: by BibTeX, or field by field."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.lib.names import split_authors
from shortscience.lib.plaintext import squeeze
from shortscience.lib.titles import clean_title, title_key
from shortscience.papers.records import PaperRecord
from shortscience.papers.rules import (
    FIRST_YEAR,
    MAX_ABSTRACT,
    MAX_AUTHORS,
    MAX_NAME,
    MAX_TITLE,
    MAX_VENUE,
    YEARS_AHEAD,
)

# Fifty entries with their abstracts, three times over.
MAX_BIBTEX = 500_000
MAX_IDENTIFIER = 500
_NO_NULL = {"null_characters_not_allowed": _("There is an invisible character in this.")}


class BibtexForm(forms.Form):
    bibtex = forms.CharField(
        label=_("BibTeX, one entry or several"),
        widget=forms.Textarea(
            attrs={"class": "input--code input--tall", "spellcheck": "false", "autocomplete": "off"}
        ),
        max_length=MAX_BIBTEX,
        help_text=_("As reference managers, DBLP, arXiv and publishers give it; at most 50."),
        error_messages={
            "required": _("Paste at least one entry, like “@article{key, title = {…}, …}”."),
            "max_length": _("This is more than we read at once. Paste it in parts."),
            **_NO_NULL,
        },
    )


class PaperForm(forms.Form):
    identifier = forms.CharField(
        label=_("DOI, arXiv id or address"),
        required=False,
        max_length=MAX_IDENTIFIER,
        help_text=_("If there is one: it tells us whether we have the paper."),
        error_messages={"max_length": _("This is too long for an identifier."), **_NO_NULL},
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=MAX_TITLE,
        error_messages={
            "required": _("Type the title of the paper."),
            "max_length": _("A title has at most 1,000 characters."),
            **_NO_NULL,
        },
    )
    authors = forms.CharField(
        label=_("Authors, one on each line"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Type at least one author."), **_NO_NULL},
    )
    year = forms.IntegerField(
        label=_("Year of publication"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short", "size": 6}),
        error_messages={"invalid": _("Type the year with four digits.")},
    )
    venue = forms.CharField(
        label=_("Conference or journal"),
        required=False,
        max_length=MAX_VENUE,
        help_text=_("Its short name is enough: “ICML”. Leave it out for a preprint."),
        error_messages={"max_length": _("This is too long for a name."), **_NO_NULL},
    )
    abstract = forms.CharField(
        label=_("Abstract, if you have it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_ABSTRACT,
        error_messages={"max_length": _("An abstract has at most 10,000 characters."), **_NO_NULL},
    )

    def clean_identifier(self) -> tuple[Key, ...]:
        text = self.cleaned_data["identifier"]
        # Any word has the form of a BibSonomy key; nobody types one.
        keys = tuple(key for key in candidates(text) if key.scheme != Scheme.BIBSONOMY)
        if text and not keys:
            raise ValidationError(
                _(
                    "We cannot read this as an identifier. It looks like 10.1145/3292500,"
                    " 1512.03385 or https://…"
                )
            )
        return keys

    def clean_title(self) -> str:
        title = clean_title(self.cleaned_data["title"])
        if not title_key(title):
            raise ValidationError(_("Type the title of the paper."))
        return title

    def clean_authors(self) -> tuple[str, ...]:
        lines = self.cleaned_data["authors"].splitlines()
        names = tuple(name for line in lines for name in split_authors(line))
        if not names:
            raise ValidationError(_("Type at least one author."))
        if len(names) > MAX_AUTHORS:
            raise ValidationError(_("No paper has that many authors."))
        if too_long := next((name for name in names if len(name) > MAX_NAME), None):
            raise ValidationError(
                _("This is too long for a name: “%(name)s…”.") % {"name": too_long[:40]}
            )
        return names

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        if year is not None and not FIRST_YEAR <= year <= date.today().year + YEARS_AHEAD:
            raise ValidationError(
                _("The year %(year)s cannot be right.") % {"year": str(year)[:20]}
            )
        return year

    def clean_venue(self) -> str:
        return squeeze(clean_title(self.cleaned_data["venue"]))

    def clean_abstract(self) -> str:
        return squeeze(self.cleaned_data["abstract"])

    @property
    def record(self) -> PaperRecord:
        """What the valid form says about the paper."""
        data = self.cleaned_data
        return PaperRecord(
            title=data["title"],
            authors=data["authors"],
            year=data["year"],
            venue=data["venue"],
            keys=data["identifier"],
            abstract=data["abstract"],
        )
