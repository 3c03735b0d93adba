"""What every parser returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Sentence
from shortscience.lib.identifiers import Key
from shortscience.papers.records import PaperRecord
from shortscience.sources.errors import SourceTooBig

# Larger than any answer or volume file of a source; dumps are read as streams instead.
MAX_PAYLOAD = 32_000_000

T = TypeVar("T")


class BadField(ValueError):  # named after what is wrong, as all our refusals
    """A record that cannot be used; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was left out: where it stands ("record 3", "line 12"), and why."""

    where: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a payload gave.

    `next` asks the same source for what follows (a resumption token, a cursor, an offset);
    `gone` are papers that the source has deleted.
    """

    records: tuple[PaperRecord, ...] = ()
    refused: tuple[Refusal, ...] = ()
    next: str | None = None
    gone: tuple[Key, ...] = ()


def collect(
    items: Iterable[T],
    read: Callable[[T], PaperRecord | None],
    *,
    where: Callable[[int, T], str] = lambda number, _item: f"record {number}",
) -> Parsed:
    """Return what `read` makes of each item; None is no paper and no mistake either."""
    records: list[PaperRecord] = []
    refused: list[Refusal] = []
    for number, item in enumerate(items, start=1):
        try:
            record = read(item)
        except BadField as bad:
            refused.append(Refusal(where(number, item), bad.sentence))
        else:
            if record is not None:
                records.append(record)
    return Parsed(tuple(records), tuple(refused))


def one_refused(where: str, reason: Sentence) -> Parsed:
    """Return the parse of an answer that says only why there is no record."""
    return Parsed(refused=(Refusal(where, reason),))


def with_source(parsed: Parsed, source: str) -> Parsed:
    """Return the same records as read from this source."""
    return replace(parsed, records=tuple(replace(r, source=source) for r in parsed.records))


def require_size(payload: bytes) -> None:
    """Return if the payload is small enough to parse as a whole.

    Raises:
        SourceTooBig: it is not.
    """
    if len(payload) > MAX_PAYLOAD:
        raise SourceTooBig(_("The answer is larger than 32 MB, which no list of papers needs."))
