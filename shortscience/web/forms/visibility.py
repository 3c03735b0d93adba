"""Who sees a summary, under which name and licence: the part of the editor beside the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shortscience.groups.models import Group
from shortscience.lib.errors import Refused
from shortscience.lib.licences import Licence
from shortscience.summaries.models import Summary

_PUBLIC, _PRIVATE, _GROUP = "public", "private", "group-"


class UnknownAudience(Refused):
    """Nothing is published for somebody that the form does not offer."""

    status = 422

    def __init__(self) -> None:
        super().__init__(gettext_lazy("Choose who sees it: everybody, only you, or a group."))


class VisibilityForm(forms.Form):
    """Mixed into the form of the editor. What is not sent is public, and keeps its licence."""

    audience = forms.CharField(
        label=gettext_lazy("Who sees it"), required=False, widget=forms.RadioSelect
    )
    anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous"),
        help_text=gettext_lazy(
            "Nobody but you is told who wrote it. It does not count for your SciScore."
        ),
        required=False,
    )
    licence = forms.CharField(
        label=gettext_lazy("Licence"),
        required=False,
        widget=forms.Select,
    )
    # What editors sent before there were groups: kept texts and older drafts still say so.
    private = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def state_of(summary: Summary) -> dict[str, Any]:  # Any: what the fields hold
        """Return what the fields show of a stored summary."""
        return {
            "audience": _audience(summary),
            "anonymous": summary.is_anonymous,
            "licence": summary.licence,
        }

    @staticmethod
    def state_of_draft(fields: dict[str, Any]) -> dict[str, Any]:
        """Return what the fields show of a draft, also of one from before there were groups."""
        chosen = {**fields}
        if chosen.pop("private", False) and not chosen.get("audience"):
            chosen["audience"] = _PRIVATE
        return chosen

    def offer(self, groups: Sequence[Group], summary: Summary | None) -> None:
        """Fill the choices for this writer: what is chosen now is always among them."""
        choices = [
            (_PUBLIC, _("Everybody")),
            (_PRIVATE, _("Only you, until you publish it")),
            *((f"{_GROUP}{group.pk}", _group_choice(group)) for group in groups),
        ]
        stored = _audience(summary) if summary is not None else _PUBLIC
        if stored not in dict(choices):
            choices.append((stored, _("The group that sees it now, which you left")))
        self._choose("audience", choices, stored)
        allowed = [licence for licence in Licence if _may_become(summary, licence)]
        named = [(licence.value, _licence_choice(licence)) for licence in allowed]
        self._choose("licence", named, summary.licence if summary else Licence.CC_BY.value)

    def _choose(self, name: str, choices: Sequence[tuple[str, str]], otherwise: str) -> None:
        field = self.fields[name]
        field.widget.choices = choices
        # A bound field keeps the first initial value that it was asked for: it is not asked yet.
        given = self[name].value() if self.is_bound else self.get_initial_for_field(field, name)
        if given in dict(choices):
            return
        if self.is_bound:
            # What an older editor sent is shown as it would be saved; of an audience that there is
            # not, nobody is shown more than was asked for.
            is_narrow = bool(self["private"].value() or given)
            shown = _PRIVATE if name == "audience" and is_narrow else otherwise
            self.data = {**dict(self.data.items()), name: shown}
        else:
            self.initial[name] = otherwise

    @property
    def is_private(self) -> bool:
        audience = self.cleaned_data.get("audience")
        return audience == _PRIVATE or (not audience and bool(self.cleaned_data.get("private")))

    @property
    def group(self) -> Group | None:
        """The group that is to see it; whether the writer is in it is asked by the action.

        Raises:
            UnknownAudience: it is none of the choices.
        """
        audience = self.cleaned_data.get("audience") or _PUBLIC
        if audience in (_PUBLIC, _PRIVATE):
            return None
        number = audience.removeprefix(_GROUP)
        if number == audience or not (number.isascii() and number.isdigit() and len(number) < 18):
            raise UnknownAudience
        group = Group.objects.open().filter(pk=int(number)).first()
        if group is None:
            raise UnknownAudience
        return group

    @property
    def chosen_licence(self) -> Licence | None:
        given = self.cleaned_data.get("licence")
        return Licence(given) if given in Licence.values else None


def _audience(summary: Summary) -> str:
    return f"{_GROUP}{summary.group_id}" if summary.is_for_group else summary.visibility


def _group_choice(group: Group) -> str:
    return _("The group “%(name)s”") % {"name": group.name}


def _may_become(summary: Summary | None, licence: Licence) -> bool:
    """Whether the text may be given this licence: what was published is never narrowed."""
    if summary is None or summary.published_at is None:
        return True
    return not licence.is_narrower_than(Licence(summary.licence))


def _licence_choice(licence: Licence) -> str:
    told = {
        Licence.CC_BY_SA: _("%(name)s: name you, and share changes alike"),
        Licence.CC_BY: _("%(name)s: name you"),
        Licence.CC0: _("%(name)s: no conditions"),
    }
    return told[licence] % {"name": licence.label}
