"""Tags as people type them, and as they are kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shortscience.lib.plaintext import squeeze
from shortscience.library.rules import MAX_TAG, MAX_TAGS, TooMuch

_BETWEEN = re.compile(r"[,;\n]")
_UNPRINTABLE = {"Cc", "Cf", "Co", "Cs"}


def tags_in(text: str) -> list[str]:
    """Return the tags of "Vision, #to read": in small letters, each once, in the typed order.

    Raises:
        TooMuch: too many tags, or one that is too long.
    """
    tags = list(dict.fromkeys(filter(None, map(_normal, _BETWEEN.split(text)))))
    if len(tags) > MAX_TAGS:
        sentence = ngettext(
            "A paper has at most %(most)d tag.", "A paper has at most %(most)d tags.", MAX_TAGS
        )
        raise TooMuch(sentence % {"most": MAX_TAGS})
    too_long = next((tag for tag in tags if len(tag) > MAX_TAG), None)
    if too_long is not None:
        sentence = _(
            "The tag “%(tag)s…” is longer than %(most)d characters. Put commas between tags."
        )
        raise TooMuch(sentence % {"tag": too_long[:20], "most": MAX_TAG})
    return tags


def typed(tags: Iterable[str]) -> str:
    """Return the tags as one types them."""
    return ", ".join(tags)


def _normal(tag: str) -> str:
    shown = "".join(c for c in tag if unicodedata.category(c) not in _UNPRINTABLE or c.isspace())
    return unicodedata.normalize("NFC", squeeze(shown).lstrip("# ")).lower()
