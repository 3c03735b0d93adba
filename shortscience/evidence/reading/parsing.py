"""Bytes of a stranger to a typed report, or a sentence that says why not."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec
from django.utils.translation import gettext as _

from shortscience.evidence.reading.format import Report
from shortscience.lib.errors import Refused

# The full runs of our ten methods take 20 to 300 kB; what is larger belongs into files elsewhere.
MAX_BYTES = 5_000_000
# The format has six levels; settings may have some of their own.
MAX_DEPTH = 16
# Each number becomes an object of some 30 bytes: a file of digits alone has to stay within memory.
MAX_VALUES = 500_000
# A float prints with 17 digits, a seed with 16.
_MAX_DIGITS = 40

_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")

Json = Any  # what json.loads returns


class BadReport(Refused):
    """The file is no report, or does not add up; `faults` has a sentence for each reason."""

    status = 422

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


class TooLarge(BadReport):
    status = 413

    def __init__(self) -> None:
        most = {"most": MAX_BYTES // 1_000_000}
        super().__init__(
            [_("The report has more than %(most)d MB. Keep series that are not drawn out.") % most]
        )


def parse(payload: bytes) -> tuple[Report, Json]:
    """Return the report, and the same as plain JSON values.

    Raises:
        BadReport: with the one reason why it cannot be read.
    """
    data = parse_json(payload)
    try:
        return msgspec.convert(data, Report, strict=True), data
    except msgspec.ValidationError as wrong:
        raise BadReport([_("The format says otherwise: %s.") % wrong]) from None


def parse_json(payload: bytes) -> Json:
    """Return JSON values that are safe to walk, to hash and to store.

    Raises:
        BadReport: too large, packed, not JSON; a number that is none; a key twice; too deep.
    """
    if len(payload) > MAX_BYTES:
        raise TooLarge
    if payload.startswith(_PACKED):
        raise BadReport([_("This is a packed file. Send the file report.json itself.")])
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadReport([_("This is not a text in UTF-8.")]) from None
    try:
        data = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as wrong:
        raise BadReport(
            [
                _("This is not JSON: line %(line)d, column %(column)d.")
                % {"line": wrong.lineno, "column": wrong.colno}
            ]
        ) from None
    except RecursionError:
        raise BadReport([_too_deep()]) from None
    _check_values(data)
    return data


def canonical(value: Json) -> bytes:
    """Return the one JSON text that everybody writes for this value."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def sha256_of(value: Json) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _check_values(data: Json) -> None:
    """Refuse what is too deep, too many, or text that no database keeps."""
    waiting: list[tuple[Json, int]] = [(data, 1)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise BadReport([_too_deep()])
        if count > MAX_VALUES:
            raise BadReport(
                [_("There are more than %(most)d values in it.") % {"most": MAX_VALUES}]
            )
        if isinstance(value, dict):
            waiting.extend((key, depth + 1) for key in value)
            waiting.extend((one, depth + 1) for one in value.values())
        elif isinstance(value, list):
            waiting.extend((one, depth + 1) for one in value)
        elif isinstance(value, str) and not _is_plain(value):
            raise BadReport(
                [_("A text in it holds a control character or half a character: %r.") % value[:40]]
            )


def _is_plain(text: str) -> bool:
    return text.isprintable() or not any(
        (ord(sign) < 32 and sign not in "\n\t") or 0xD800 <= ord(sign) < 0xE000 for sign in text
    )


def _too_deep() -> str:
    return _("It is nested deeper than %(most)d levels.") % {"most": MAX_DEPTH}


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadReport([_("The key %r stands twice in one object.") % twice[:60]])
    return found


def _no_constant(name: str) -> NoReturn:
    raise BadReport(
        [
            _(
                "%s is not a number. A unit that diverged carries the value that its experiment"
                " names as the worst; what was not measured is null or left out."
            )
            % name
        ]
    )


def _float(text: str) -> float:
    number = float(text) if len(text) <= _MAX_DIGITS else math.inf
    if not math.isfinite(number):
        raise BadReport([_("The number %s is too large or too long.") % text[:_MAX_DIGITS]])
    return number


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise BadReport([_("The number %s is too large or too long.") % text[:_MAX_DIGITS]])
    return int(text)
