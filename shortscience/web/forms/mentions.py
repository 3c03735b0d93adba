"""Hearing of mentions, or not."""

from __future__ import annotations

from django import forms


class MuteForm(forms.Form):
    # None: anywhere.
    paper = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    take_back = forms.BooleanField(required=False)
