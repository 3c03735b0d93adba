"""A stored page: its bytes in each encoding that was asked for, and what a browser is told."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import zstandard

Headers = list[tuple[str, str]]

IDENTITY = ""
# In our order, where a reader takes several equally: the smaller and quicker first.
ENCODINGS = ("zstd", "gzip")
# Smaller ones fit into one packet anyway.
PACKED_FROM_BYTES = 860
# What an entry costs besides its bytes: measured as the growth of a process.
OVERHEAD_BYTES = 2500

# The store says these itself, or they belong to one answer only.
_OWN = frozenset({"content-length", "etag", "vary", "x-request-id", "content-encoding"})
# What an answer without a body says nothing about.
_OF_THE_BODY = ("content-type", "content-length", "content-encoding", "content-disposition")
VARY = ("Vary", "Accept-Encoding, Cookie")


@dataclass(frozen=True, slots=True)
class Variant:
    """The page in one encoding, as it goes out."""

    tag: str
    headers: Headers
    body: bytes


@dataclass(slots=True, eq=False)
class Page:
    """What one address answers every stranger."""

    body: bytes
    headers: Headers
    marks: frozenset[str]
    # When it is out of date without any write, in seconds since 1970.
    until: float
    name: str = ""
    # The paper that whoever gets it reads about.
    read: int | None = None
    variants: dict[str, Variant] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        body: bytes,
        headers: Sequence[tuple[str, str]],
        *,
        marks: frozenset[str],
        until: float,
        keys_header: str = "",
        read: int | None = None,
    ) -> Page:
        """Return the page of an answer; its validator is made from its bytes."""
        kept = [(name, value) for name, value in headers if name.lower() not in _OWN]
        told = next((value for name, value in kept if name.lower() == "cache-control"), "")
        if not told.startswith("public"):
            # Kept by browsers, and asked for with its tag each time.
            kept = [(name, value) for name, value in kept if name.lower() != "cache-control"]
            kept.append(("Cache-Control", f"{told}, no-cache" if told else "no-cache"))
        if keys_header:
            kept.append((keys_header, " ".join(sorted(marks))))
        name = blake2b(body, digest_size=12).hexdigest()
        page = cls(body, [*kept, VARY], marks, until, name, read)
        page.variants[IDENTITY] = page._variant(IDENTITY, body)
        return page

    @property
    def size_bytes(self) -> int:
        bodies = {id(variant): len(variant.body) for variant in self.variants.values()}
        return sum(bodies.values()) + OVERHEAD_BYTES

    def packed(self, encoding: str) -> Variant:
        """Return the page in this encoding; as it is where packing it is not worth it."""
        packed = _packed(self.body, encoding)
        plain = self.variants[IDENTITY]
        return plain if packed is None else self._variant(encoding, packed)

    def has(self, given: str) -> bool:
        """Whether one of these entity tags (If-None-Match) is that of this page."""
        if given.strip() == "*":
            return True
        # Compared weakly, as RFC 9110 (13.1.2) wants; any encoding of the page is the page.
        tags = (tag.strip().removeprefix("W/").strip('"') for tag in given.split(","))
        return any(tag.partition(".")[0] == self.name for tag in tags)

    def _variant(self, encoding: str, body: bytes) -> Variant:
        tag = f'"{self.name}.{encoding}"' if encoding else f'"{self.name}"'
        headers = [*self.headers, ("ETag", tag), ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return Variant(tag, headers, body)


def without_body(headers: Headers) -> Headers:
    """Return the headers of "not modified"."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]


def _packed(body: bytes, encoding: str) -> bytes | None:
    """Return the bytes packed; None where that is not worth it."""
    if len(body) < PACKED_FROM_BYTES:
        return None
    if encoding == "zstd":
        packed = zstandard.ZstdCompressor(level=5).compress(body)
    else:
        packed = gzip.compress(body, 6, mtime=0)
    return packed if len(packed) < len(body) else None


# Browsers send some ten different lines; whoever sends others only makes us read them again.
@lru_cache(maxsize=256)
def negotiated(accepted: str) -> str:
    """Return the encoding for an `Accept-Encoding` (RFC 9110, 12.5.3); IDENTITY if none fits."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(",")[:20]:
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)
    best = max(ENCODINGS, key=lambda encoding: weights.get(encoding, anything))
    weight = weights.get(best, anything)
    return best if weight > 0 and weight >= plain else IDENTITY


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
