"""Bring the summaries of an RSS feed of the original site into the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ValidationError

from shortscience.accounts.actions import import_writer
from shortscience.accounts.models import User
from shortscience.accounts.rules import HANDLE_MAX_LENGTH, HANDLE_VALIDATORS
from shortscience.lib.errors import NotAllowed
from shortscience.lib.identifiers import candidates
from shortscience.lib.markup import SourceRefused
from shortscience.lib.titles import title_key
from shortscience.papers.intake import take_in
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.sources.importing import (
    BATCH,
    BROKEN_PACKING,
    NotReadable,
    Progress,
    Refusal,
    Report,
    Silent,
    open_bytes,
)
from shortscience.sources.rss.parse import NotAFeed, RssItem, parse
from shortscience.sources.texts import ORIGIN, Incoming, KnownTexts
from shortscience.summaries.arrivals import settle
from shortscience.venues.actions import VenueFinder
from shortscience.voting.actions import refresh_standing

# The whole of the original site is a feed of 5 MB.
MAX_FEED = 200_000_000


def import_file(path: Path, *, progress: Progress | None = None) -> Report:
    """Take in the feed's summaries, with their writers, dates and votes.

    A text that came before without its writer is not added again but gets its name.
    Interrupted, it is started again: what is stored already is met and kept.

    Raises:
        NotReadable: it is no RSS feed.
    """
    try:
        with open_bytes(path) as file:
            payload = file.read(MAX_FEED + 1)
        if len(payload) > MAX_FEED:
            raise NotReadable(f"{path.name} is too large for a feed.")
        feed = parse(payload)
    except BROKEN_PACKING as error:
        raise NotReadable(f"{path.name} is a damaged gzip file.") from error
    except NotAFeed as wrong:
        raise NotReadable(f"{path.name}: {wrong}") from wrong
    report = Report()
    for index, reason in feed.refused:
        report.refuse(Refusal(index, reason, path.name), of=report.summaries)
    _Import(feed.items, path.name, report, Silent() if progress is None else progress).run()
    return report


class _Import:
    """Stores the items of one feed: papers first, then the summaries at them."""

    def __init__(
        self, items: Sequence[RssItem], name: str, report: Report, progress: Progress
    ) -> None:
        self.items = items
        self.name = name
        self.report = report
        self.progress = progress
        self.texts = KnownTexts([item.text for item in items])
        self.people: dict[str, User] = {}

    def run(self) -> None:
        papers = self._papers()
        for index, (item, paper) in enumerate(zip(self.items, papers, strict=True)):
            self._keep(index, item, paper)
            self.progress.update(1)
        settle()
        refresh_standing()

    def _papers(self) -> list[Paper]:
        finder = VenueFinder()
        records = [self._record(index, item) for index, item in enumerate(self.items)]
        papers: list[Paper] = []
        for start in range(0, len(records), BATCH):
            taken = take_in(records[start : start + BATCH], venues=finder)
            for item, result in zip(self.items[start:], taken, strict=False):
                # A paper with two summaries is two items, but comes once.
                if result.paper.pk not in {paper.pk for paper in papers}:
                    self.report.took(result, line=item.index, file=self.name)
                papers.append(result.paper)
        return papers

    def _record(self, index: int, item: RssItem) -> PaperRecord:
        """Return the item's paper; a feed tells its title and keys and nothing else."""
        keys = [*candidates(item.bibtex_key)]
        keys += candidates(f"arxiv:{item.arxiv_id}") if item.arxiv_id else []
        same = self._paper_with_this_text(index, item.title)
        return PaperRecord(
            title=item.title,
            authors=tuple(same.authors) if same else (),
            year=same.year if same else None,
            keys=(*dict.fromkeys(keys), *(same.keys if same else ())),
            source="" if same else "ShortScience.org",
        )

    def _paper_with_this_text(self, index: int, title: str) -> Paper | None:
        """Return the paper of this title that has this very summary, from a page without keys."""
        copies = self.texts.stored(index)
        same_title = (copy.paper for copy in copies if copy.paper.title_key == title_key(title))
        return next(same_title, None)

    def _keep(self, index: int, item: RssItem, paper: Paper) -> None:
        try:
            incoming = Incoming(
                text=item.text,
                author=self._writer(item),
                is_anonymous=item.is_anonymous,
                published_at=item.published_at,
                votes=item.votes,
            )
            outcome = self.texts.keep(index, paper=paper, incoming=incoming)
        except (SourceRefused, NotAllowed) as refused:
            refusal = Refusal(item.index, str(refused), self.name)
            self.report.refuse(refusal, of=self.report.summaries)
            return
        self.report.summaries.count(outcome)

    def _writer(self, item: RssItem) -> User | None:
        if item.is_anonymous:
            return None
        handle = usable_handle(item.author_handle or item.author_name)
        if handle not in self.people:
            self.people[handle] = import_writer(
                handle=handle, display_name=item.author_name[:80], origin=ORIGIN
            )
        return self.people[handle]


def usable_handle(printed: str) -> str:
    """Return the handle as ours may look: the original allowed any character."""
    handle = re.sub(r"[^A-Za-z0-9._-]+", "-", printed)[:HANDLE_MAX_LENGTH].strip("._-")
    try:
        for validate in HANDLE_VALIDATORS:
            validate(handle)
    except ValidationError:
        return f"{handle or 'writer'}-ss"[-HANDLE_MAX_LENGTH:]
    return handle
