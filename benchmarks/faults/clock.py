"""The clock of the machine jumps a day forward, and back, while the site runs.

libfaketime stands between the processes and their clock. The steady clock, by which timeouts are
measured, goes on, as it does on a real machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.seen import Seen, Skipped, last_line
from benchmarks.faults.site import Cast, Site, wait
from benchmarks.faults.workshop import Workshop

LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
)
MAIL = """
import sys, django; django.setup()
from django.core.mail import send_mail
send_mail("Your code", sys.argv[1], None, ["a@example.org"])
"""


def look(workshop: Workshop) -> Iterator[Seen]:
    library = next((path for path in LIBRARIES if Path(path).exists()), None)
    if library is None:
        raise Skipped("no libfaketime: apt-get install libfaketime")
    clock = workshop.path("clock")
    site = workshop.site("clock-site")
    cast = site.cast()
    site.settings |= {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    _set(clock, "+0")
    with site.served():
        yield from _works(site, cast, "now", 1)
        for number, (name, offset) in enumerate((("a day on", "+1d"), ("back again", "+0")), 2):
            _set(clock, offset)
            yield from _works(site, cast, name, number)
        if not workshop.quick:
            _set(clock, "-1d")
            yield from _works(site, cast, "a day before the start", 4)
        check = site.run("check")
        yield Seen("every stored number is right", last_line(check.stdout), check.returncode == 0)


def _set(clock: Path, offset: str) -> None:
    # Put in place at once: the library reads the file at any moment.
    draft = clock.with_suffix(".new")
    draft.write_text(offset)
    os.replace(draft, clock)


def _works(site: Site, cast: Cast, when: str, number: int) -> Iterator[Seen]:
    """Look at what depends on the clock: sessions, limits, jobs, the index."""
    member = site.visitor(cast.cookie(number))
    page = member.get("/settings")
    yield Seen(f"{when}: members stay signed in", f"{page.status}", page.status == 200)

    text = f"Okapi{number} thoughts at another time."
    saved = member.post(f"/s/{cast.summaries[0]}/comment", text=text)
    yield Seen(f"{when}: writing works", f"{saved.status}", saved.status == 302)

    word = f"CODE-{number}{number}{number}"
    site.python(MAIL, word)
    mails = site.folder / "mail"
    sent = wait(lambda: any(word in path.read_text() for path in mails.glob("*")), 120)
    yield Seen(f"{when}: mail goes out", f"{sent}", sent)

    paper = site.python(_ADD.format(word=f"zebra{number}"))
    found = wait(lambda: paper in site.visitor().get(f"/search?q=zebra{number}").body, 120)
    yield Seen(f"{when}: a new paper is found", f"{found}", found)


_ADD = """
import django; django.setup()
from shortscience.papers.intake import take_in
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
take_in([PaperRecord(title="About the {word} and its stripes", authors=("Ann Onym",), year=2020)])
print(Paper.objects.get(title__contains="{word}").get_absolute_url())
"""
