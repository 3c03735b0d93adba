"""Runs the codec where it can hurt nobody: a process without our keys, with limits, that ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import shortscience
from shortscience.lib.pictures.kinds import MAX_BYTES, Encoded, Fault, Seen

# A second at most on a machine that has nothing else to do.
LOOKS_WITHIN_S = 20
ENCODES_WITHIN_S = 90

# Not our environment: it holds the keys of the site.
ENVIRONMENT = {
    "PYTHONPATH": str(Path(shortscience.__file__).resolve().parents[1]),
    "PYTHONDONTWRITEBYTECODE": "1",
    # Decoders begin a thread for each core; by itself each of them sets memory aside.
    "MALLOC_ARENA_MAX": "2",
}


class PictureRefused(ValueError):
    """The file is no picture for us; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Interrupted(PictureRefused):
    """It ended before it answered: because of the file, or of a machine that is too busy."""

    def __init__(self) -> None:
        super().__init__(Fault.DAMAGED)


def look(data: bytes) -> Seen:
    """Tell what a file is.

    Raises:
        PictureRefused: it is no picture for us.
    """
    answer, _rest = _run("look", data, within_s=LOOKS_WITHIN_S)
    return Seen(**answer)


def encode(data: bytes) -> Encoded:
    """Return a file as WebP in two sizes.

    Raises:
        PictureRefused: it is no picture for us.
    """
    answer, rest = _run("encode", data, within_s=ENCODES_WITHIN_S)
    large = answer["large"]
    return Encoded(answer["width"], answer["height"], rest[:large], rest[large:])


def _run(
    work: str, data: bytes, *, within_s: float
) -> tuple[dict[str, Any], bytes]:  # Any: what `child` writes as JSON
    if not data:
        raise PictureRefused(Fault.EMPTY)
    if len(data) > MAX_BYTES:
        raise PictureRefused(Fault.TOO_BIG)
    try:
        done = subprocess.run(  # noqa: S603  # our own program; the file goes to its input
            [sys.executable, "-m", "shortscience.lib.pictures.child", work],
            input=data,
            capture_output=True,
            timeout=within_s,
            env=ENVIRONMENT,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as died:
        raise Interrupted from died
    line, _end, rest = done.stdout.partition(b"\n")
    answer = json.loads(line)
    if "fault" in answer:
        raise PictureRefused(Fault(answer["fault"]))
    return answer, rest
