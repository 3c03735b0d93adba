"""Bytes of the search index are overwritten while the site serves."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.load import Load, summary_of
from benchmarks.faults.seen import Seen
from benchmarks.faults.site import Site, kill, wait
from benchmarks.faults.workshop import Workshop

WORD = "network"
IS_INDEX = """
import django; django.setup()
from django.contrib.auth.models import AnonymousUser
from shortscience.search.results import find
found = find("network", AnonymousUser())
print("plain" if found.is_plain else "index", found.total)
"""


def look(workshop: Workshop) -> Iterator[Seen]:
    site = workshop.site("index-damage")
    with site.served():
        if not wait(lambda: _answered_by(site).startswith("index"), 240, every_s=0.5):
            raise RuntimeError("the index was not built")
        before = _answered_by(site)
        generation = (site.folder / "index" / "current").read_text()

        load = Load()
        load.add("search", lambda _n: site.visitor().get(f"/search?q={WORD}"), people=2)
        with load.running():
            damaged = _overwrite(site.folder / "index" / generation.strip() / "papers")
            # A reader has the old files open; one that starts finds the damage.
            kill(set(site.processes("indexer")))
            threading.Event().wait(1)
            repaired = wait(lambda: _is_new(site, generation, before), 240, every_s=0.5)
        failed = load.failed()
        yield Seen(
            f"{damaged} files damaged: every search is answered meanwhile",
            f"{load.count():,} searches, {summary_of(failed)}; slowest {load.slowest_s():.1f} s",
            not failed and damaged > 0,
        )
        yield Seen(
            "the index is built anew by itself, and finds the same",
            f"before: {before}, after: {_answered_by(site)}",
            repaired,
        )


def _answered_by(site: Site) -> str:
    return site.python(IS_INDEX)


def _is_new(site: Site, generation: str, before: str) -> bool:
    current = site.folder / "index" / "current"
    is_other = current.is_file() and current.read_text() != generation
    return is_other and _answered_by(site) == before


def _overwrite(folder: Path) -> int:
    """Write noise into the middle of each large file; return how many."""
    damaged = 0
    for path in sorted(folder.iterdir()):
        size = path.stat().st_size
        if path.suffix in (".json", ".lock") or size < 200:
            continue
        with path.open("r+b") as file:
            file.seek(size // 3)
            file.write(os.urandom(min(64, size // 3)))
        damaged += 1
    return damaged
