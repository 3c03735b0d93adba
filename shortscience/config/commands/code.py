"""`shortscience code`: which code of reproductions the operator has seen."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from shortscience.config.terminal import Stop, say

_SHA256 = re.compile(r"[0-9a-f]{64}")


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "code",
        help="say which code of reproductions you have seen",
        description="A report names its code by a hash that nobody here can check. Reports with a"
        " hash that you add are shown as those of known code, all others as unverified.",
    )
    command.add_argument("what", choices=("add", "forget"))
    command.add_argument("codes", nargs="+", help="a report.json, or the hash itself")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.evidence.actions.knowing import forget_code, register_code

    require_ready()
    for name in arguments.codes:
        sha256, about = _code_of(name)
        if arguments.what == "add":
            number = register_code(sha256=sha256, about=about)
        else:
            number = forget_code(sha256=sha256)
        say(f"{sha256[:10]} ({about}): {number:,} reports changed.")
    return 0


def _code_of(name: str) -> tuple[str, str]:
    """Return the hash and what it is of."""
    from shortscience.evidence.reading import BadReport, read

    if _SHA256.fullmatch(name):
        return name, "named by the operator"
    try:
        report = read(Path(name).read_bytes()).report
    except OSError as error:
        raise Stop(f"{name} cannot be read: {error.strerror}") from error
    except BadReport as wrong:
        raise Stop(f"{name}: {wrong}") from wrong
    return report.code.sha256, f"{report.reproduction} {report.version}"
