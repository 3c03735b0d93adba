"""What a certificate or a crate says, whichever it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from shortscience.evidence.reading.parsing import BadReport, Json

# A list of files of a paper; more is a data set.
MAX_OUTPUTS = 200
MAX_PEOPLE = 50
_MARKUP = re.compile(r"<\s*/?\s*(script|iframe|object|embed|svg|img|style|link)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
_BARE_DOI = re.compile(r"10\.\d{4,9}/\S+")


class BadFile(BadReport):
    """It is no certificate and no crate; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A check or run that is described elsewhere, in plain words and addresses."""

    format: str
    # Of the paper, as the file names it.
    paper_title: str
    paper_references: tuple[str, ...]
    title: str
    url: str = ""
    repository: str = ""
    done_at: datetime | None = None
    people: tuple[str, ...] = ()
    says: str = ""
    outputs: tuple[Mapping[str, str], ...] = field(default=())


def text_of(value: Json, most: int) -> str:
    """Return a text of the file, on one line or several, without anything that a page could run.

    Raises:
        BadFile: it holds markup that runs or loads something.
    """
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = str(value).strip()
    if _MARKUP.search(text):
        raise BadFile([_("A text in it holds markup: %r. Plain text only.") % text[:60]])
    return text[:most]


def address_of(value: Json) -> str:
    """Return an address with http(s), made from a bare DOI if it is one; "" for nothing.

    Raises:
        BadFile: an address of another kind.
    """
    text = text_of(value, 1000)
    if _BARE_DOI.fullmatch(text):
        return f"https://doi.org/{text}"
    if not text or _ADDRESS.fullmatch(text):
        return text
    if re.match(r"\s*(javascript|data|vbscript|file)\s*:", text, re.IGNORECASE):
        raise BadFile([_("The address %r leads nowhere on the web.") % text[:60]])
    return ""


def moment_of(value: Json) -> datetime | None:
    """Return a time in UTC; without a zone it is taken for UTC. None where it is none."""
    text = text_of(value, 40)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def list_of(value: Json) -> list[Any]:  # Any: JSON
    """Return what may be one thing or several as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
