"""The disk of the site is full: while people write, while papers come in, while the index grows.

The folder of the site is a small file system in memory; a file fills it up to the last byte.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.faults.seen import Seen, Skipped, last_line
from benchmarks.faults.site import Cast, Site
from benchmarks.faults.workshop import Workshop

SIZE_MB = 96
TEXT = "A long thought that must not be lost. " + "It goes on. " * 100
PAPERS = 20_000
COUNT = """
import django; django.setup()
from shortscience.papers.models import Identifier, Paper
print(Paper.objects.count(), Identifier.objects.count())
"""


def look(workshop: Workshop) -> Iterator[Seen]:
    with small_disk(workshop.path("disk")) as disk:
        papers = _papers(workshop.path("papers"))
        site = workshop.site("full", at=disk / "var")
        cast = site.cast()
        with site.served():
            with filled(disk):
                yield from _writing(site, cast)
                yield from _commands(site, papers, disk)
            yield from _with_space_again(site, cast, papers)


def _writing(site: Site, cast: Cast) -> Iterator[Seen]:
    writer, path = site.visitor(cast.cookie(4)), f"/s/{cast.summaries[0]}/comment"
    answer = writer.post(path, text=TEXT)
    yield Seen(
        "who writes is told that the disk is full, with the text",
        f"{answer.status}, text {'given back' if TEXT[:40] in answer.body else 'LOST'}",
        answer.status == 507 and TEXT[:40] in answer.body and "disk" in answer.body,
    )
    reads = [site.visitor().get(page).status for page in ("/", cast.papers[0], "/search?q=network")]
    yield Seen("readers notice nothing", f"{reads}", set(reads) == {200})
    signed_in = site.visitor(cast.cookie(5)).get(cast.papers[0]).status
    yield Seen("nor do members who read", f"{signed_in}", signed_in == 200)


def _commands(site: Site, papers: Path, disk: Path) -> Iterator[Seen]:
    before = _count(site)
    yield _told(site, "an import ends with a sentence", "import", "jsonl", str(papers))
    papers_in, identifiers_in = (now - then for now, then in zip(_count(site), before, strict=True))
    yield Seen(
        "nothing of its last bundle is half stored",
        f"{papers_in:,} papers came in, {identifiers_in:,} identifiers",
        papers_in == identifiers_in,
    )
    whole = (site.folder / "index" / "current").read_text()
    yield _told(site, "building the index ends with a sentence", "reindex")
    now = (site.folder / "index" / "current").read_text()
    yield Seen("the old index stays the current one", f"{now == whole}", now == whole)
    if _has_command(site, "backup"):
        target = disk / "backup"
        yield _told(site, "a backup ends with a sentence", "backup", str(target))
        left = [path.name for path in disk.glob("backup*")]
        yield Seen("no half backup is left", f"{left}", left == [])


def _with_space_again(site: Site, cast: Cast, papers: Path) -> Iterator[Seen]:
    answer = site.visitor(cast.cookie(4)).post(f"/s/{cast.summaries[0]}/comment", text=TEXT)
    yield Seen("with space again writing works", f"{answer.status}", answer.status == 302)
    shown = site.visitor().get(f"/s/{cast.summaries[0]}").body.count(TEXT[:40])
    yield Seen("and the text is there once", f"{shown}", shown == 1)
    check = site.run("check")
    yield Seen("every stored number is right", last_line(check.stdout), check.returncode == 0)


def _told(site: Site, should: str, *command: str) -> Seen:
    """Run a command that cannot end well; it must say why in a sentence."""
    done = site.run(*command)
    said = done.stderr.strip().splitlines()
    last = said[-1] if said else ""
    right = done.returncode != 0 and "Traceback" not in done.stderr and _is_about_space(last)
    return Seen(should, f"{done.returncode}: {last[-110:]}", right)


def _is_about_space(sentence: str) -> bool:
    return any(words in sentence.lower() for words in ("full", "space"))


def _count(site: Site) -> tuple[int, int]:
    """Return how many papers and identifiers there are; each paper that comes in has one."""
    papers, identifiers = site.python(COUNT).split()
    return int(papers), int(identifiers)


def _has_command(site: Site, name: str) -> bool:
    return site.run(name, "--help").returncode == 0


def _papers(folder: Path) -> Path:
    """Write a file of more papers than the disk has space for."""
    folder.mkdir(parents=True)
    path = folder / "papers.jsonl"
    with path.open("w") as file:
        for n in range(PAPERS):
            abstract = f"Invented words number {n} " * 60
            file.write(
                f'{{"title": "An invented paper number {n}", "authors": ["A. Nonym{n}"],'
                f' "year": 2020, "doi": "10.5555/invented.{n}", "abstract": "{abstract}"}}\n'
            )
    return path


# --- the disk ---------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Lend a file system of its own.

    Raises:
        Skipped: only root may mount one.
    """
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode:
        raise Skipped(f"a small disk cannot be mounted: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Fill the disk to the last byte for the time inside."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(os.urandom(size)):
                    pass
    try:
        yield
    finally:
        filler.unlink()
