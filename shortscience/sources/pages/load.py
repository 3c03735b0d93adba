"""Bring the papers and summaries of pages of the original site into the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.markup import SourceRefused
from shortscience.lib.titles import title_key
from shortscience.papers.intake import Outcome, take_in
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.sources.importing import (
    BATCH,
    BROKEN_PACKING,
    Counts,
    NotReadable,
    Progress,
    Refusal,
    Report,
    Silent,
    Unplaced,
    open_bytes,
)
from shortscience.sources.pages.candidates import known_papers
from shortscience.sources.pages.combine import combine
from shortscience.sources.pages.library import (
    UNDER_ITS_TITLE,
    Library,
    LibraryPaper,
    LibrarySummary,
)
from shortscience.sources.pages.parse import parse_page
from shortscience.sources.pages.records import NO_SUMMARY, NO_TEXT, NO_TITLE, NotAPage, Page
from shortscience.sources.texts import Incoming, KnownTexts
from shortscience.summaries.arrivals import settle
from shortscience.venues.actions import VenueFinder

# The pages seen have 10 to 30 KB; a file of this size is something else.
MAX_PAGE = 20_000_000


@dataclass(frozen=True, slots=True)
class _Text:
    """One summary of the library, with its place in it: the same in every list we make."""

    index: int
    summary: LibrarySummary


def import_files(paths: Sequence[Path], *, progress: Progress | None = None) -> Report:
    """Take in the papers and summaries of some pages, read together.

    A paper or a summary that stands on several pages, of this run or of an earlier one, is
    one. Interrupted, it is started again: what is stored already is met and kept.

    Raises:
        NotReadable: none of the files is such a page. If only some are not, they are named in
            the report's `unreadable`.
    """
    report = Report()
    names, pages = [], []
    for path in paths:
        try:
            pages.append(_read(path))
            names.append(path.name)
        except NotReadable as wrong:
            report.unreadable.append(str(wrong))
    if not pages:
        raise NotReadable(" ".join(report.unreadable))
    counted_as = {NO_TITLE: report.papers, NO_TEXT: report.summaries, NO_SUMMARY: report.comments}
    for name, page in zip(names, pages, strict=True):
        for line, reason in page.refused:
            report.refuse(Refusal(line, reason, name), of=counted_as.get(reason))
    library = combine(pages, known_papers(pages))
    _Import(library, names, report, Silent() if progress is None else progress).run()
    return report


def _read(path: Path) -> Page:
    try:
        with open_bytes(path) as file:
            payload = file.read(MAX_PAGE + 1)
    except BROKEN_PACKING as error:
        raise NotReadable(f"{path.name} is a damaged gzip file.") from error
    if len(payload) > MAX_PAGE:
        raise NotReadable(f"{path.name} is too large for a page.")
    try:
        return parse_page(payload.decode("utf-8-sig", "replace"))
    except NotAPage as wrong:
        raise NotReadable(f"{path.name}: {wrong}") from wrong


class _Import:
    """Stores one library: papers first, then the summaries at them."""

    def __init__(
        self, library: Library, names: Sequence[str], report: Report, progress: Progress
    ) -> None:
        self.library = library
        self.names = names
        self.report = report
        self.progress = progress
        numbers = iter(range(1_000_000_000))
        self.at_papers = [
            [_Text(next(numbers), summary) for summary in one.summaries] for one in library.papers
        ]
        self.at_known = [
            [_Text(next(numbers), summary) for summary in one.summaries] for one in library.known
        ]
        self.loose = [_Text(next(numbers), one.summary) for one in library.unplaced]
        every = [
            text.summary.text
            for texts in (*self.at_papers, *self.at_known, self.loose)
            for text in texts
        ]
        self.texts = KnownTexts(every)

    def run(self) -> None:
        papers = self._papers()
        for paper, texts in zip(papers, self.at_papers, strict=True):
            self._keep(paper, texts)
        known = Paper.objects.in_bulk([one.known.ref for one in self.library.known])
        for one, texts in zip(self.library.known, self.at_known, strict=True):
            self._keep(known[one.known.ref], texts)
        self._report_unplaced()
        settle()

    def _papers(self) -> list[Paper]:
        """Store the papers of the cards; return them in their order."""
        finder = VenueFinder()
        pairs = list(zip(self.library.papers, self.at_papers, strict=True))
        records = [self._record(one, texts) for one, texts in pairs]
        papers: list[Paper] = []
        for start in range(0, len(records), BATCH):
            taken = take_in(records[start : start + BATCH], venues=finder)
            for (one, _texts), result in zip(pairs[start : start + BATCH], taken, strict=True):
                page, line = one.places[0]
                self.report.took(result, line=line, file=self.names[page])
                self._count_copies(self.report.papers, result.outcome, len(one.places))
                papers.append(result.paper)
            self.progress.update(len(taken))
        return papers

    def _record(self, one: LibraryPaper, texts: Sequence[_Text]) -> PaperRecord:
        card = one.paper
        own = [key for text in one.identifiers for key in candidates(text)]
        return PaperRecord(
            title=card.title,
            authors=card.authors,
            year=card.year,
            venue=card.venue,
            keys=tuple(dict.fromkeys([*own, *self._keys_of_copies(card.title, texts)])),
            source=card.source,
            keywords=card.keywords,
            published_on=card.published_on,
            abstract=card.abstract,
        )

    def _keys_of_copies(self, title: str, texts: Sequence[_Text]) -> Iterator[Key]:
        """Yield the keys of a paper of this title that has one of these very summaries.

        A feed names no authors and a page no keys; the text they share says that they mean
        the same paper.
        """
        for text in texts:
            for copy in self.texts.stored(text.index):
                if copy.paper.title_key == title_key(title):
                    yield from copy.paper.keys

    def _keep(self, paper: Paper, texts: Sequence[_Text]) -> None:
        for text in texts:
            summary = text.summary
            incoming = Incoming(summary.text, comments=summary.comment_count)
            try:
                outcome = self.texts.keep(
                    text.index,
                    paper=paper,
                    incoming=incoming,
                    stands_under_title=summary.reason == UNDER_ITS_TITLE,
                )
            except SourceRefused as refused:
                self._refuse(summary, str(refused))
                continue
            self.report.summaries.count(outcome)
            self._count_copies(self.report.summaries, outcome, len(summary.copies))
            if outcome is not Outcome.UNCHANGED:
                self.report.comments_counted += summary.comment_count
            self.progress.update(1)

    def _count_copies(self, counts: Counts, outcome: Outcome, copies: int) -> None:
        """Count what the pages print more than once: merged with the first, if that was news."""
        is_news = outcome is not Outcome.UNCHANGED
        counts.count(Outcome.MERGED if is_news else Outcome.UNCHANGED, copies - 1)

    def _report_unplaced(self) -> None:
        for one, text in zip(self.library.unplaced, self.loose, strict=True):
            if self.texts.stored(text.index):
                # An earlier import knew where it belongs.
                self.report.summaries.count(Outcome.UNCHANGED)
                continue
            self.report.unplaced.append(
                Unplaced(
                    line=one.summary.copies[0].line,
                    text=one.first_words,
                    reason=one.why,
                    candidates=list(one.candidates),
                    file=self._file(one.summary),
                )
            )

    def _refuse(self, summary: LibrarySummary, reason: str) -> None:
        refusal = Refusal(summary.copies[0].line, reason, self._file(summary))
        self.report.refuse(refusal, of=self.report.summaries)

    def _file(self, summary: LibrarySummary) -> str:
        return self.names[summary.copies[0].page]
