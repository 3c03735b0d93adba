"""JSON from strangers, read into typed structs record by record."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from django.utils.translation import gettext_lazy as _

from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import BadField, require_size

T = TypeVar("T")

# The default of a part that is read later, on its own; msgspec knows no optional raw part.
NOTHING = msgspec.Raw(b"")


class Loose(msgspec.Struct):
    """A struct of which every field may be missing; unknown fields are ignored."""


def decode(payload: bytes, kind: type[T]) -> T:
    """Return the payload as this type.

    Raises:
        SourceUnreadable: it is no JSON, not UTF-8, or of another shape.
        SourceTooBig: it is larger than 32 MB.
    """
    require_size(payload)
    try:
        return msgspec.json.decode(payload.removeprefix(b"\xef\xbb\xbf"), type=kind, strict=False)
    except msgspec.ValidationError as wrong:
        raise SourceUnreadable(_("This JSON has another shape: %s.") % _where(wrong)) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise SourceUnreadable(_("This is not JSON in UTF-8.")) from wrong


def record(raw: msgspec.Raw | bytes, kind: type[T]) -> T:
    """Return one record of a list as this type.

    Raises:
        BadField: it has another shape; the other records are not concerned.
    """
    try:
        return msgspec.json.decode(raw, type=kind, strict=False)
    except msgspec.ValidationError as wrong:
        raise BadField(_("It has another shape: %s.") % _where(wrong)) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise BadField(_("It is not JSON in UTF-8.")) from wrong


def _where(wrong: Exception) -> str:
    found = re.search(r"at `(\$?[^`]*)`", str(wrong))
    return found[1] if found else "$"


def one(given: Any) -> str:
    """Return the text itself, or the first text of a list; "" for anything else."""
    if isinstance(given, list):
        return next((item for item in given if isinstance(item, str) and item.strip()), "")
    return given if isinstance(given, str) else ""


def many(given: Any) -> list[str]:
    """Return the texts of a list, or the single text as a list."""
    items = given if isinstance(given, list) else [given]
    return [item for item in items if isinstance(item, str) and item.strip()]


def bare(payload: bytes) -> msgspec.Raw:
    """Return the whole payload as one record to be read."""
    return msgspec.Raw(payload.removeprefix(b"\xef\xbb\xbf"))


def raw_list(given: msgspec.Raw) -> list[msgspec.Raw] | None:
    """Return the items of a part that was read raw; None if it is missing or no list.

    An object that stands where a list is expected is a list of one.
    """
    text = bytes(given)
    if text.startswith(b"{"):
        return [given]
    return decode(text, list[msgspec.Raw]) if text.startswith(b"[") else None
