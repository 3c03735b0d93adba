"""The parts of a Crossref work that we read; every field may be missing."""

from __future__ import annotations

from typing import Any

import msgspec

from shortscience.sources.jsontree import Loose

Texts = list[str | None] | str | None


class When(Loose):
    parts: list[list[int | str | None]] = msgspec.field(default_factory=list, name="date-parts")


class Person(Loose):
    given: str | None = None
    family: str | None = None
    suffix: str | None = None
    orcid: str | None = msgspec.field(default=None, name="ORCID")
    # An organisation, or a name that nobody has told apart.
    name: str | None = None
    literal: str | None = None


class Named(Loose):
    name: str | None = None
    acronym: str | None = None


class Update(Loose):
    """A notice: `updated-by` at the paper, `update-to` at the notice itself."""

    doi: str | None = msgspec.field(default=None, name="DOI")
    type: str | None = None
    updated: When | None = None


class Primary(Loose):
    url: str | None = msgspec.field(default=None, name="URL")


class Resource(Loose):
    primary: Primary | None = None


class Work(Loose, rename="kebab"):
    doi: str | None = msgspec.field(default=None, name="DOI")
    url: str | None = msgspec.field(default=None, name="URL")
    type: str | None = None
    title: Texts = None
    subtitle: Texts = None
    author: list[Person] | None = None
    container_title: Texts = None
    short_container_title: Texts = None
    event: Named | str | None = None
    institution: list[Named] | Named | None = None
    group_title: Texts = None
    issued: When | None = None
    published: When | None = None
    published_online: When | None = None
    published_print: When | None = None
    posted: When | None = None
    accepted: When | None = None
    abstract: str | None = None
    subject: Texts = None
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    article_number: str | None = None
    update_to: list[Update] | None = None
    updated_by: list[Update] | None = None
    relation: Any = None
    resource: Resource | None = None
