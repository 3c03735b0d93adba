"""Answers that are kept, so that nobody is asked the same thing twice in vain."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from shortscience.sources.pacing import cache

# So long an answer is used again without asking whether it changed.
FRESH_S = 300
# So long it is kept to ask "is it still this one?" by its ETag.
KEPT_S = 7 * 24 * 3600
# So long a source is not asked again for what it does not know.
ABSENT_S = 24 * 3600
# A larger answer is not kept: the cache is one for all.
KEPT_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source answered."""

    body: bytes
    url: str
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    # Seconds since 1970 when it was last known to be current.
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept answers to one request."""

    name: str
    now: Callable[[], float]

    @classmethod
    def of(cls, url: str, accept: str, now: Callable[[], float]) -> Kept:
        question = f"{accept}\0{url}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(question, digest_size=20).hexdigest()
        return cls(digest, now)

    def load(self) -> Answer | None:
        found = cache().get(f"answer:{self.name}")
        return found if isinstance(found, Answer) else None

    def is_fresh(self, answer: Answer) -> bool:
        return 0 <= self.now() - answer.at < FRESH_S

    def keep(self, answer: Answer) -> None:
        if len(answer.body) <= KEPT_BYTES:
            can_ask = answer.etag or answer.last_modified
            cache().set(f"answer:{self.name}", answer, timeout=KEPT_S if can_ask else FRESH_S)

    def is_absent(self) -> bool:
        return bool(cache().get(f"absent:{self.name}"))

    def remember_absent(self) -> None:
        cache().set(f"absent:{self.name}", 1, timeout=ABSENT_S)
