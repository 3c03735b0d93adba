"""What broke: some faults pass by themselves, and the page should say so."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from enum import Enum

from django.db import DatabaseError, InterfaceError, OperationalError

_FULL = {errno.ENOSPC, errno.EDQUOT}
# PostgreSQL's "disk_full"; SQLite says it in words.
_FULL_STATE = "53100"
_FULL_WORDS = ("disk is full", "no space left on device")
# SQLite calls a wrong query "operational" too; waiting does not make that one right.
_OUR_MISTAKES = ("no such ", "has no column", "too many sql variables", "parser stack overflow")


class Fault(Enum):
    """Why nothing could be read or written just now."""

    AWAY = "the database, or what counts limits, does not answer, or not in time"
    FULL = "the disk is full"


def fault_of(exception: BaseException | None) -> Fault | None:
    """Return what kind of passing fault this is; None for a mistake of ours."""
    for cause in _causes(exception):
        if _is_full(cause):
            return Fault.FULL
    if _is_of_redis(exception):
        return Fault.AWAY
    if isinstance(exception, OperationalError | InterfaceError):
        said = str(exception).lower()
        return None if any(words in said for words in _OUR_MISTAKES) else Fault.AWAY
    return None


def _is_of_redis(exception: BaseException | None) -> bool:
    """Whether Redis is away or silent; where nothing has loaded its package, it is not used."""
    redis = sys.modules.get("redis.exceptions")
    return redis is not None and isinstance(exception, redis.ConnectionError | redis.TimeoutError)


def _causes(exception: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        yield exception
        exception = exception.__cause__


def _is_full(cause: BaseException) -> bool:
    if isinstance(cause, OSError):
        return cause.errno in _FULL
    if getattr(cause, "sqlstate", None) == _FULL_STATE:
        return True
    said = str(cause).lower()
    # The search index says everything by ValueError.
    is_told = isinstance(cause, DatabaseError | ValueError)
    return is_told and any(words in said for words in _FULL_WORDS)
