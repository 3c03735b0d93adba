"""Read one text dump of a page of the original site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from shortscience.lib.names import split_authors
from shortscience.sources.pages import cards
from shortscience.sources.pages.layout import Card, Kind, Layout, find_cards, joined, read_layout
from shortscience.sources.pages.records import (
    NO_SUMMARY,
    NO_TEXT,
    NO_TITLE,
    NotAPage,
    Page,
    PagePaper,
    PageSummary,
)
from shortscience.sources.pages.structure import restore_markdown, strip_artefacts

_PUBLIC_SUMMARIES = re.compile(r"\bhas\s+([0-9][0-9,.' ]{0,11})\s+public\s+summar", re.IGNORECASE)
_FOOTER = re.compile(
    r"(?:About|Privacy(?: policy)?|Terms(?: of \w+)?|Contact(?: us)?|Imprint|Log ?in|Sign up|Search"
    r"|Next|Previous|Load more.*|[\d\s«»‹›<>]+|.*©.*)\s*\|?",
    re.IGNORECASE,
)
# Lines that end the summary above them.
_NO_SUMMARY = frozenset(
    {Kind.LINK, Kind.COMMENTS, Kind.VENUE, Kind.WELCOME, Kind.CHROME, Kind.BYLINE}
)
# What may stand between a summary and the number of its comments.
_BEFORE_COMMENTS = frozenset({Kind.BLANK, Kind.DECORATION, Kind.TOGGLE, Kind.CHROME})
# What other files begin with, and the word for it.
_OTHER_FORMATS = (
    (re.compile(r"<(?:!doctype\s+html|html|head|body|div)\b", re.IGNORECASE), "an HTML page"),
    (re.compile(r"<\?xml|<rss\b|<feed\b", re.IGNORECASE), "an XML file"),
    (re.compile(r"@[A-Za-z]+\s*[{(]"), "a BibTeX file"),
    (re.compile(r"%PDF-"), "a PDF file"),
    (re.compile(r"TY\s{2}-\s"), "a RIS file"),
    (re.compile(r'[{\[]\s*(?:["{\[]|$)'), "a JSON file"),
)


def parse_page(text: str) -> Page:
    """Return the papers and summaries that a page's dump prints.

    Raises:
        NotAPage: the text is no such dump at all; the message says what it is instead.
    """
    _refuse_other_files(text)
    layout = read_layout(text)
    found = find_cards(layout)
    if not found and Kind.LINK not in layout.kinds and Kind.WELCOME not in layout.kinds:
        raise NotAPage(
            "This text has no title lines and no [link] blocks: "
            "it is no dump of a ShortScience page."
        )
    return _Reader(layout, found).read(_public_summaries(text))


def _refuse_other_files(text: str) -> None:
    start = text.removeprefix("\ufeff").lstrip()[:2000]
    if not start:
        raise NotAPage("The file is empty.")
    unreadable = sum(
        1 for char in start if char == "\ufffd" or (char < " " and char not in "\t\n\r\f")
    )
    if "\0" in text or unreadable * 20 > len(start):
        raise NotAPage("This is not text: it looks like a binary file.")
    for looks, name in _OTHER_FORMATS:
        if looks.match(start):
            raise NotAPage(f"This is {name}, not a text dump of a ShortScience page.")


def _public_summaries(text: str) -> int | None:
    match = _PUBLIC_SUMMARIES.search(text)
    return int(re.sub(r"\D", "", match[1])) if match else None


@dataclass(slots=True)
class _OpenPaper:
    paper: PagePaper
    authors_line: str
    venue_line: str
    printed: cards.PrintedDate | None = None
    is_repeated: bool = False
    summaries: list[PageSummary] = field(default_factory=list)


class _Reader:
    """Walks down the lines once; each method reads one block and returns the next index."""

    def __init__(self, layout: Layout, found: list[Card]) -> None:
        self.layout = layout
        self.cards = {card.start: card for card in found}
        self.papers: list[_OpenPaper] = []
        self.loose: list[PageSummary] = []
        self.refused: list[tuple[int, str]] = []
        # Where summaries go: False below a card that could not be read.
        self.has_title = False

    def read(self, public_summaries: int | None) -> Page:
        index, started = 0, False
        while index < len(self.layout.lines):
            kind = self.layout.kinds[index]
            if index in self.cards:
                index, started = self._card(self.cards[index]), True
            elif kind is Kind.LINK:
                index, started = self._summary(index), True
            elif kind is Kind.WELCOME:
                # Another page begins, where several were saved in one file.
                index, started, self.has_title = index + 1, False, False
            else:
                index = self._other(index, kind, started)
        return Page(
            papers=self._finished_papers(),
            loose=tuple(self.loose),
            refused=tuple(self.refused),
            public_summaries=public_summaries,
        )

    def _card(self, card: Card) -> int:
        authors = joined(self.layout, card.authors)
        venue_line = self.layout.lines[card.venue].strip()
        paper = self.papers[-1] if self.papers else None
        title = joined(self.layout, card.title)
        if paper and self.has_title and _is_repeat(paper, title, authors, venue_line):
            paper.is_repeated = True
        elif card.title:
            self.papers.append(self._new_paper(card, authors, venue_line))
            self.has_title = True
        else:
            self.refused.append((card.start + 1, NO_TITLE))
            self.has_title = False
        return card.venue + 1

    def _new_paper(self, card: Card, authors: str, venue_line: str) -> _OpenPaper:
        venue = cards.read_venue(venue_line) or cards.Venue("", None, "")
        paper = PagePaper(
            title=joined(self.layout, card.title),
            authors=split_authors(authors),
            venue=venue.name,
            year=venue.year,
            source=venue.source,
            keywords=(),
            published_on=None,
            abstract="",
            summaries=(),
            line=card.start + 1,
        )
        return _OpenPaper(paper, authors, venue_line)

    def _other(self, index: int, kind: Kind, started: bool) -> int:
        line = self.layout.lines[index].strip()
        open_paper = self.papers[-1] if self.papers and self.has_title else None
        if kind is Kind.ABSTRACT:
            return self._abstract(index, open_paper)
        if kind is Kind.TEXT and started and not _FOOTER.fullmatch(line):
            self.refused.append((index + 1, f"Not understood: “{line[:60]}”."))
        elif kind is Kind.COMMENTS and started:
            self.refused.append((index + 1, NO_SUMMARY))
        elif open_paper and kind is Kind.KEYWORDS and not open_paper.paper.keywords:
            rest = _rest(cards.KEYWORDS_LINE, line)
            open_paper.paper = replace(open_paper.paper, keywords=cards.read_keywords(rest))
        elif open_paper and kind is Kind.PUBLISHED:
            open_paper.printed = cards.read_date(_rest(cards.PUBLISHED_LINE, line))
        return index + 1

    def _abstract(self, index: int, open_paper: _OpenPaper | None) -> int:
        lines = [_rest(cards.ABSTRACT_LINE, self.layout.lines[index].strip())]
        end = index + 1
        while end < len(self.layout.lines) and not self._ends_abstract(end):
            is_decoration = self.layout.kinds[end] is Kind.DECORATION
            lines.append("" if is_decoration else self.layout.lines[end])
            end += 1
        if open_paper and not open_paper.paper.abstract:
            open_paper.paper = replace(open_paper.paper, abstract=cards.join_wrapped(lines))
        return end

    def _ends_abstract(self, index: int) -> bool:
        ending = (Kind.LINK, Kind.VENUE, Kind.KEYWORDS, Kind.PUBLISHED, Kind.WELCOME)
        kind = self.layout.kinds[index]
        return index in self.cards or kind in ending or self._is_toggle(index)

    def _is_toggle(self, index: int) -> bool:
        """Tell the buttons "more" and "less" from such a word that a wrapped line begins with."""
        if self.layout.kinds[index] is not Kind.TOGGLE:
            return False
        goes_on = index + 1 < len(self.layout.lines) and (
            self.layout.kinds[index + 1] is Kind.TEXT and index + 1 not in self.cards
        )
        return not goes_on

    def _summary(self, link: int) -> int:
        match = cards.LINK_LINE.fullmatch(self.layout.lines[link].strip())
        lines = [match["rest"]] if match and match["rest"] else []
        end = link + 1
        if not lines and self._kind_at(end) is Kind.BYLINE:
            end += 1
        while end < len(self.layout.lines) and not self._ends_summary(end, lines):
            lines.append(self.layout.lines[end])
            end += 1
        comment_count, end = self._comments(end)
        if lines and cards.BYLINE.fullmatch(lines[0].strip()):
            del lines[0]
        raw = strip_artefacts("\n".join(lines))
        if raw:
            summary = PageSummary(restore_markdown(raw), raw, comment_count, link + 1)
            self._keep(summary)
        else:
            self.refused.append((link + 1, NO_TEXT))
        return end

    def _ends_summary(self, index: int, lines: list[str]) -> bool:
        """Tell whether the line is no longer the summary's: it closes with a bar or a block."""
        kind = self.layout.kinds[index]
        if index in self.cards or kind in _NO_SUMMARY:
            return True
        has_text = any(line.strip() for line in lines)
        if has_text and kind is Kind.TOGGLE:
            return self._is_toggle(index)
        is_closed = has_text and _closed_by_bar(lines)
        is_footer = has_text and bool(_FOOTER.fullmatch(self.layout.lines[index].strip()))
        return kind is not Kind.BLANK and (is_closed or is_footer)

    def _comments(self, index: int) -> tuple[int, int]:
        """Return the number of comments printed below a summary, and the next index."""
        after = index
        while self._kind_at(after) in _BEFORE_COMMENTS:
            after += 1
        if self._kind_at(after) is Kind.COMMENTS:
            match = cards.COMMENTS_LINE.fullmatch(self.layout.lines[after].strip())
            return int(match["count"]) if match else 0, after + 1
        return 0, index

    def _kind_at(self, index: int) -> Kind | None:
        return self.layout.kinds[index] if index < len(self.layout.lines) else None

    def _keep(self, summary: PageSummary) -> None:
        if self.has_title and self.papers:
            self.papers[-1].summaries.append(summary)
        else:
            self.loose.append(summary)

    def _finished_papers(self) -> tuple[PagePaper, ...]:
        """Drop the dates that only say when the page was rendered."""
        today = {p.printed.day for p in self.papers if p.printed and p.printed.is_rendering_day}
        return tuple(
            replace(
                open_paper.paper,
                summaries=tuple(open_paper.summaries),
                published_on=_published_on(open_paper.printed, today),
            )
            for open_paper in self.papers
        )


def _is_repeat(paper: _OpenPaper, title: str, authors: str, venue_line: str) -> bool:
    """Tell whether a card is the paper's own, printed again: mostly without its title."""
    if paper.is_repeated or paper.summaries or venue_line != paper.venue_line:
        return False
    is_titled = bool(title) and title != paper.paper.title
    return not is_titled and authors in (paper.authors_line, "")


def _published_on(printed: cards.PrintedDate | None, today: set[date]) -> date | None:
    return printed.day if printed and printed.day not in today else None


def _closed_by_bar(lines: list[str]) -> bool:
    last = next((line for line in reversed(lines) if line.strip()), "")
    return last.rstrip().endswith("|")


def _rest(looks: re.Pattern[str], line: str) -> str:
    match = looks.fullmatch(line)
    return match["rest"].strip() if match else ""
