"""Correcting papers and venues, and joining papers that are one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shortscience.lib.identifiers import candidates
from shortscience.lib.names import split_authors
from shortscience.lib.plaintext import squeeze
from shortscience.lib.sections import Section
from shortscience.lib.titles import clean_title, title_key
from shortscience.papers.fields import Field, Value
from shortscience.papers.models import Paper
from shortscience.papers.rules import (
    FIRST_YEAR,
    MAX_ABSTRACT,
    MAX_AUTHORS,
    MAX_NAME,
    MAX_TITLE,
    MAX_VENUE,
    YEARS_AHEAD,
)
from shortscience.venues.editing import Details
from shortscience.venues.models import Venue

REASON_MAX_LENGTH = 200
MAX_NOTE = 300
MAX_KEYS = 100
_NO_NULL = {"null_characters_not_allowed": _("There is an invisible character in this.")}


class CorrectionForm(forms.Form):
    """One field of a paper, as it should be, and where that is written."""

    value = forms.CharField(required=False, error_messages=_NO_NULL)
    note = forms.CharField(
        label=_("Where can one see it?"),
        required=False,
        max_length=MAX_NOTE,
        help_text=_("The paper’s first page, the publisher’s page, … It helps whoever decides."),
        error_messages={"max_length": _("Say it in 300 characters."), **_NO_NULL},
    )

    def __init__(self, *args: Any, field: Field, paper_value: Value = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        self.fields["value"].label = field.label
        self.fields["value"].initial = as_typed(paper_value)
        widget, help_text = _LOOKS[field]
        self.fields["value"].widget = widget()
        self.fields["value"].help_text = help_text

    def clean_value(self) -> Value:
        typed = str(self.cleaned_data["value"])
        return _READERS[self.field](typed)


def as_typed(value: Value) -> str:
    """Return a field's value as it stands in the form: names one on each line."""
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)


def _title(typed: str) -> Value:
    title = clean_title(typed)
    if len(title) > MAX_TITLE:
        raise ValidationError(_("A title has at most 1,000 characters."))
    if not title_key(title):
        raise ValidationError(_("Type the title of the paper."))
    return title


def _authors(typed: str) -> Value:
    names = [name for line in typed.splitlines() for name in split_authors(line)]
    if not names:
        raise ValidationError(_("Type at least one author."))
    if len(names) > MAX_AUTHORS or max(map(len, names)) > MAX_NAME:
        raise ValidationError(_("This is too long for a list of authors."))
    return names


def _year(typed: str) -> Value:
    text = typed.strip()
    if not text:
        return None
    latest = date.today().year + YEARS_AHEAD
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:9]) <= latest):
        raise ValidationError(_("Type the year with four digits."))
    return int(text)


def _venue(typed: str) -> Value:
    name = squeeze(clean_title(typed))
    if len(name) > MAX_VENUE:
        raise ValidationError(_("This is too long for a name."))
    return name


def _published_on(typed: str) -> Value:
    text = typed.strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationError(_("Type the day as 2016-05-14.")) from None
    if day is not None and not FIRST_YEAR <= day.year <= date.today().year + YEARS_AHEAD:
        raise ValidationError(_("This day cannot be right."))
    return day.isoformat() if day else ""


def _abstract(typed: str) -> Value:
    if len(typed) > MAX_ABSTRACT:
        raise ValidationError(_("An abstract has at most 10,000 characters."))
    return typed.replace("\r\n", "\n").strip()


_READERS = {
    Field.TITLE: _title,
    Field.AUTHORS: _authors,
    Field.YEAR: _year,
    Field.VENUE: _venue,
    Field.PUBLISHED_ON: _published_on,
    Field.ABSTRACT: _abstract,
}


def _area(rows: int) -> Any:  # Any: makes a widget
    return lambda: forms.Textarea(attrs={"rows": rows})


def _short(**attrs: str) -> Any:  # Any: makes a widget
    return lambda: forms.TextInput(attrs={"class": "input--short", **attrs})


_LOOKS = {
    Field.TITLE: (_area(2), _("As the paper prints it. Formulas in $…$.")),
    Field.AUTHORS: (_area(6), _("One on each line, first name first, in the paper’s order.")),
    Field.YEAR: (_short(inputmode="numeric", size="6"), _("Of the publication; empty if unknown.")),
    Field.VENUE: (_area(1), _("Its short name is enough: “ICML”. Empty if it has none.")),
    Field.PUBLISHED_ON: (
        _short(placeholder="2016-05-14", size="12"),
        _("The day the work first appeared, in any version."),
    ),
    Field.ABSTRACT: (_area(8), _("In the authors’ words.")),
}


class ReasonForm(forms.Form):
    """Why; every act of a moderator stands in the public log."""

    reason = forms.CharField(
        label=_("Reason, shown in the public log"),
        max_length=REASON_MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "merge-reasons"}),
        error_messages={
            "required": _("Give a reason: it stands in the public log."),
            "max_length": _("Say it in 200 characters."),
            **_NO_NULL,
        },
    )


class MergeForm(ReasonForm):
    """The other paper, by any of its keys or its address here."""

    other = forms.CharField(
        label=_("The other paper"),
        max_length=500,
        help_text=_("Its address on this site, a DOI, an arXiv id or a DBLP key."),
        error_messages={"required": _("Name the other paper."), **_NO_NULL},
    )
    field_order = ("other", "reason")

    def clean_other(self) -> Paper:
        found = find_paper(self.cleaned_data["other"])
        if found is None:
            raise ValidationError(_("We have no paper under this key or address."))
        return found


def find_paper(typed: str) -> Paper | None:
    """Return the paper that a key or an address on any site means, also on this one."""
    text = typed.strip()
    parts = text.split("?")[0].split("#")[0].rstrip("/").split("/")
    if "p" in parts[:-1]:
        number = parts[parts.index("p") + 1]
        if number.isascii() and number.isdigit() and len(number) < 19:
            return Paper.objects.numbered(int(number)).first()
    found: Paper | None = None
    if candidates(text) or text.startswith("shortscience/"):
        found = Paper.objects.known_by(text).first()
    return found


class PairForm(forms.Form):
    """What a moderator decides about two papers."""

    do = forms.ChoiceField(
        choices=[("first", ""), ("second", ""), ("different", "")],
        error_messages={"required": _("Press one of the buttons.")},
    )
    reason = forms.CharField(required=False, max_length=REASON_MAX_LENGTH, error_messages=_NO_NULL)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("do") in ("first", "second") and not cleaned.get("reason"):
            self.add_error("reason", _("Give a reason: it stands in the public log."))
        return cleaned


class VenueForm(forms.Form):
    short_name = forms.CharField(label=_("Short name"), max_length=60, error_messages=_NO_NULL)
    name = forms.CharField(label=_("Name"), max_length=250, error_messages=_NO_NULL)
    kind = forms.ChoiceField(label=_("Kind"), choices=Venue.Kind.choices)
    section = forms.ChoiceField(
        label=_("Section"),
        required=False,
        choices=[
            (Section.CS.value, _("Computer science")),
            (Section.BIO.value, _("Biology")),
            (Section.PH.value, _("Physics")),
            (Section.OTHER.value, _("all, or another")),
        ],
    )
    homepage = forms.URLField(
        label=_("Organisers’ site"),
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Type an address that begins with https://")},
    )
    names = forms.CharField(
        label=_("Other names, one on each line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In any spelling. Those stored are shown as they are compared."),
        error_messages=_NO_NULL,
    )
    prefixes = forms.CharField(
        label=_("DBLP keys begin with"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input--code"}),
        help_text=_("One on each line, like conf/nips."),
        error_messages=_NO_NULL,
    )
    dois = forms.CharField(
        label=_("DOIs begin with"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input--code"}),
        help_text=_("One on each line, like 10.1109/cvpr."),
        error_messages=_NO_NULL,
    )
    reason = forms.CharField(
        label=_("Reason, shown in the public log"),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": _("Give a reason: it stands in the public log."), **_NO_NULL},
    )

    @classmethod
    def initial_of(cls, venue: Venue) -> dict[str, str]:
        details = Details.of(venue)
        return {
            "short_name": details.short_name,
            "name": details.name,
            "kind": details.kind.value,
            "section": details.section,
            "homepage": details.homepage,
            "names": "\n".join(details.names),
            "prefixes": "\n".join(details.prefixes),
            "dois": "\n".join(details.dois),
        }

    def clean_homepage(self) -> str:
        address = str(self.cleaned_data["homepage"])
        if address and not address.startswith("https://"):
            raise ValidationError(_("Type an address that begins with https://"))
        return address

    def clean_names(self) -> list[str]:
        return _lines(self.cleaned_data["names"])

    def clean_prefixes(self) -> list[str]:
        found = _lines(self.cleaned_data["prefixes"])
        if not all(line.startswith(("conf/", "journals/")) for line in found):
            raise ValidationError(_("A DBLP key begins with conf/ or journals/."))
        return found

    def clean_dois(self) -> list[str]:
        found = _lines(self.cleaned_data["dois"])
        if not all(line.startswith("10.") for line in found):
            raise ValidationError(_("A DOI begins with 10."))
        return found

    @property
    def details(self) -> Details:
        """What the valid form says."""
        data = self.cleaned_data
        return Details(
            short_name=data["short_name"],
            name=data["name"],
            kind=Venue.Kind(data["kind"]),
            section=data["section"],
            homepage=data["homepage"],
            names=data["names"],
            prefixes=data["prefixes"],
            dois=data["dois"],
        )


def _lines(typed: str) -> list[str]:
    lines = list(dict.fromkeys(filter(None, (squeeze(line) for line in typed.splitlines()))))
    if len(lines) > MAX_KEYS or any(len(line) > MAX_VENUE for line in lines):
        raise ValidationError(_("These are too many, or one is too long."))
    return lines
