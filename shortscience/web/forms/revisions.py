"""Which versions of a summary are asked for."""

from __future__ import annotations

from django import forms

from shortscience.web.forms.writing import MAX_VERSION


def _number() -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=MAX_VERSION)


class HistoryForm(forms.Form):
    before = _number()


class CompareForm(forms.Form):
    """Two versions, in either order."""

    a = _number()
    b = _number()

    @property
    def numbers(self) -> tuple[int, int]:
        """The older and the newer one."""
        first, second = sorted((self.cleaned_data["a"], self.cleaned_data["b"]))
        return first, second


class RestoreForm(forms.Form):
    # The newest version when the page was made.
    base_version = _number()
