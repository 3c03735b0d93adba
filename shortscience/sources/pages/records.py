"""What a text dump of a page of the original site says, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shortscience.sources.pages import mentions

# Places that could not be read: what each would have been is what the report counts.
NO_TITLE = "A card without a title line."
NO_TEXT = "A summary without text."
NO_SUMMARY = "A number of comments without a summary above it."


class NotAPage(ValueError):
    """The text is no dump of a page of the original site; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class PageSummary:
    """One summary as a page prints it."""

    text: str  # Markdown, line breaks put back
    raw: str  # as dumped, on one line, without the dump's own closing marks
    comment_count: int
    line: int  # 1-based, of the `[link]` it follows

    @property
    def cites(self) -> tuple[str, ...]:
        """Keys of the papers the text refers to, in order, each once."""
        return mentions.cited_keys(self.raw)

    @property
    def images(self) -> tuple[str, ...]:
        """Addresses of the images that the text shows, in order, each once."""
        return mentions.image_addresses(self.raw)


@dataclass(frozen=True, slots=True)
class PagePaper:
    """One paper as a page's card prints it, with the summaries below the card."""

    title: str
    authors: tuple[str, ...]  # "First Last"
    venue: str  # as printed, "" if none
    year: int | None
    source: str  # "arXiv", "Bibsonomy", …
    keywords: tuple[str, ...]
    published_on: date | None
    abstract: str  # paragraphs separated by an empty line
    summaries: tuple[PageSummary, ...]
    line: int  # 1-based, of the title

    @property
    def identifiers(self) -> tuple[str, ...]:
        """arXiv ids that its summaries give as the paper's own ("Link to the paper")."""
        found = (mentions.own_arxiv_id(summary.raw) for summary in self.summaries)
        return tuple(dict.fromkeys(arxiv_id for arxiv_id in found if arxiv_id))


@dataclass(frozen=True, slots=True)
class Page:
    """All that one dump says.

    `loose` are the summaries without a title line; `refused` are places that could not be
    read, as (1-based line, reason); `public_summaries` is the number in the welcome box.
    """

    papers: tuple[PagePaper, ...]
    loose: tuple[PageSummary, ...]
    refused: tuple[tuple[int, str], ...]
    public_summaries: int | None
