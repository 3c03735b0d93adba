"""Pages of the original site as text dumps: read them, and put several together."""

from shortscience.sources.pages.combine import combine
from shortscience.sources.pages.library import (
    Copy,
    KnownPaper,
    KnownWithSummaries,
    Library,
    LibraryPaper,
    LibrarySummary,
    Unplaced,
)
from shortscience.sources.pages.parse import parse_page
from shortscience.sources.pages.records import NotAPage, Page, PagePaper, PageSummary

__all__ = [
    "Copy",
    "KnownPaper",
    "KnownWithSummaries",
    "Library",
    "LibraryPaper",
    "LibrarySummary",
    "NotAPage",
    "Page",
    "PagePaper",
    "PageSummary",
    "Unplaced",
    "combine",
    "parse_page",
]
