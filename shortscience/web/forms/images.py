"""What is said about a picture beside its file."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shortscience.lib.plaintext import squeeze

# A long sentence each; what needs more belongs into the text.
MOST_WORDS = 500
# What would end the description or the caption in Markdown.
_MARKS = re.compile(r"[\[\]\\\"<>`]")


class WordsField(forms.CharField):
    """A line that stands in Markdown between brackets or quotation marks."""

    def __init__(self, **kwargs: Any) -> None:  # Any: passed on to Django
        super().__init__(required=False, **kwargs)
        # What cannot stand there is taken out; nobody's picture is refused for it.
        self.validators = []

    def clean(self, value: object) -> str:
        return squeeze(_MARKS.sub(" ", str(value or "").replace("\x00", " ")))[:MOST_WORDS]


class ImageForm(forms.Form):
    image_alt = WordsField(
        label=_("What it shows"),
        help_text=_("For those who listen to the page, and where the image cannot be shown."),
    )
    image_caption = WordsField(
        label=_("Caption"), help_text=_("Stands below it. Name the source of what is not yours.")
    )
    image_address = forms.CharField(label=_("Or the address of an image"), required=False)
    # The button beside a foreign picture in the text carries its address.
    copy_image = forms.CharField(required=False)
