"""Break things on purpose and print what happened.

    python -m benchmarks.faults [--only NAME …] [--minutes 30] [--folder PATH]

Everything runs on this machine in a folder that is removed afterwards. The exit code is 1 if
something was not as it should be.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks.faults.seen import Seen, Skipped, failures, table
from benchmarks.faults.workshop import Workshop

FAULTS = (
    "power_cut",
    "disk_full",
    "busy_writers",
    "index_damage",
    "big_requests",
    "slow_clients",
    "half_closed",
    "many_connections",
    "smtp_down",
    "clock",
    "database",
    "nodes",
    "soak",
)


def main() -> int:
    options = _options()
    print(f"command   python -m benchmarks.faults {' '.join(sys.argv[1:])}".rstrip())
    print(
        f"machine   {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n"
    )
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="shortscience-faults-", dir=options.folder) as made:
        workshop = Workshop(Path(made), minutes=options.minutes, quick=options.quick)
        for name in options.only or FAULTS:
            wrong += _run(name, workshop)
    print("\nall as it should be" if not wrong else f"\n{len(wrong)} WRONG")
    return 1 if wrong else 0


def _run(name: str, workshop: Workshop) -> list[str]:
    """Run one script, print its part of the table, return what was wrong."""
    began = time.monotonic()
    seen: list[Seen] = []
    try:
        seen.extend(import_module(f"benchmarks.faults.{name}").look(workshop))
    except Skipped as reason:
        print(f"{name}\n  NOT TRIED HERE: {reason}")
        return []
    except Exception as error:  # The next faults are to be looked at all the same.
        seen.append(Seen("the script runs to its end", f"{type(error).__name__}: {error}", False))
    print(table(f"{name} ({time.monotonic() - began:.0f} s)", seen), flush=True)
    return failures(seen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=FAULTS, metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the soak goes on")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's)")
    parser.add_argument("--quick", action="store_true", help="what the tests do, no more")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
