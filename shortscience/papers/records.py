"""What a source says about a paper, in one shape for every source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shortscience.lib.identifiers import Key
from shortscience.lib.sections import Section


class NoticeKind(StrEnum):
    """What a publisher says about a paper after its publication."""

    RETRACTION = "retraction"
    CORRECTION = "correction"
    CONCERN = "expression of concern"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Notice:
    """One such notice, with its own DOI where it has one.

    `of` is the DOI of the paper that it is about, where the record is the notice itself;
    "" where the record is the paper.
    """

    kind: NoticeKind
    doi: str = ""
    published_on: date | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a preprint or paper, counted from 1."""

    number: int
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One paper as a source describes it. Unknown is empty or None, never a guess."""

    title: str
    authors: tuple[str, ...] = ()
    # ORCID iDs of authors that the publisher vouches for; nobody may guess one from a name.
    author_orcids: tuple[str, ...] = ()
    year: int | None = None
    # As printed: a short name ("ICML") or a long one; `venue_name` gives the long one if known.
    venue: str = ""
    venue_name: str = ""
    keys: tuple[Key, ...] = ()
    source: str = ""
    keywords: tuple[str, ...] = ()
    published_on: date | None = None
    abstract: str = ""
    abstract_by: str = ""
    section: Section | None = None
    # entry_type, pages, volume, number, publisher, url: printed in exports only.
    details: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    # Those that the source tells of, oldest first.
    versions: tuple[Version, ...] = ()
    # The source's own name for the record, to ask it again.
    source_id: str = ""
