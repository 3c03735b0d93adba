"""What is decided about a job that was given up."""

from __future__ import annotations

from django import forms


class JobForm(forms.Form):
    """Let it run again, or forget it."""

    do = forms.ChoiceField(choices=[("retry", "retry"), ("drop", "drop")])
