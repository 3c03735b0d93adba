"""Read an RSS feed of the original site, or of a site that runs on our software."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from shortscience.sources.pages.structure import restore_markdown

# Names that stand for nobody, in the author field and behind the link's "#".
_ANONYMOUS_NAMES = {"anonymous", "anon"}
_ANONYMOUS_HANDLES = {"anon", "anonymous"}
_NAMESPACED = re.compile(r"(?:\{[^}]*\}|[^:{}]+:)?(?P<name>[^:{}]+)")


class NotAFeed(ValueError):
    """The payload is no RSS feed; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class RssItem:
    """One summary as a feed carries it."""

    arxiv_id: str  # "" if none
    bibtex_key: str
    votes: int
    title: str  # the paper's
    author_name: str  # as displayed, "" if anonymous
    author_handle: str  # from the link's fragment, "" if anonymous
    text: str  # Markdown, line breaks put back
    link: str
    is_anonymous: bool  # the writer chose not to be named, or the feed names nobody
    published_at: datetime | None  # UTC
    index: int  # 1-based place in the feed


@dataclass(frozen=True, slots=True)
class RssFeed:
    """All items that could be read, and (1-based index, reason) of those that could not."""

    items: tuple[RssItem, ...]
    refused: tuple[tuple[int, str], ...]


def parse(payload: bytes) -> RssFeed:
    """Return the summaries that a feed carries.

    The prefix `shortscience` may be bound to any base address: a site's own is as good as
    the original's. A broken item is reported and the rest is read.

    Raises:
        NotAFeed: the payload is no XML, no RSS, or defines entities.
    """
    channel = _channel(payload)
    items: list[RssItem] = []
    refused: list[tuple[int, str]] = []
    for index, element in enumerate(channel.iter("item"), start=1):
        found = _read_item(element, index)
        if isinstance(found, str):
            refused.append((index, found))
        else:
            items.append(found)
    return RssFeed(tuple(items), tuple(refused))


def _channel(payload: bytes) -> Element:
    if not payload.strip():
        raise NotAFeed("The file is empty.")
    try:
        root: Element = fromstring(payload, forbid_dtd=False)
    except DefusedXmlException as danger:
        raise NotAFeed("This XML defines entities, which a feed never needs.") from danger
    except (ParseError, ValueError, LookupError) as broken:
        raise NotAFeed(f"This is not well-formed XML: {broken}.") from broken
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise NotAFeed("This XML is not an RSS 2.0 feed: it has no channel.")
    return channel


def _read_item(element: Element, index: int) -> RssItem | str:
    """Return the item, or a sentence that says why it cannot be used."""
    fields = _fields(element)
    link = fields.get("link") or fields.get("guid", "")
    key, handle = _key_and_handle(link)
    key = fields.get("bibtexkey") or key
    text = restore_markdown(fields.get("description", ""))
    missing = _first_missing(text, fields.get("title", ""), key)
    if missing:
        return missing
    published_at = _published_at(fields.get("pubDate", ""))
    if fields.get("pubDate") and published_at is None:
        return f"The date “{fields['pubDate'][:40]}” cannot be read."
    votes = fields.get("votes", "") or "0"
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", votes):
        return f"The number of votes “{votes[:40]}” is no whole number."
    name = fields.get("author", "")
    is_anonymous = _is_anonymous(name, handle)
    return RssItem(
        arxiv_id=re.sub(r"v\d+$", "", fields.get("arxivid", "")),
        bibtex_key=key,
        votes=int(votes),
        title=" ".join(fields["title"].split()),
        author_name="" if is_anonymous else name,
        author_handle="" if is_anonymous else handle,
        text=text,
        link=link,
        is_anonymous=is_anonymous,
        published_at=published_at,
        index=index,
    )


def _is_anonymous(name: str, handle: str) -> bool:
    """Tell whether nobody is named; one sign is enough, for a name once shown stays known."""
    hidden = name.lower() in _ANONYMOUS_NAMES or handle.lower() in _ANONYMOUS_HANDLES
    return hidden or not (name or handle)


def _fields(element: Element) -> dict[str, str]:
    """Return the first text of each child by its name without namespace."""
    fields: dict[str, str] = {}
    for child in element:
        match = _NAMESPACED.fullmatch(child.tag) if isinstance(child.tag, str) else None
        if match:
            # RSS's own fields have no namespace and win over others of the same name.
            text = "".join(child.itertext()).strip()
            if match["name"] not in fields or "{" not in child.tag:
                fields[match["name"]] = text
    return fields


def _first_missing(text: str, title: str, key: str) -> str:
    if not title.strip():
        return "The item has no title."
    if not text:
        return "The item has no text."
    return "" if key else "The item names no paper: it has neither a key nor a link to one."


def _key_and_handle(link: str) -> tuple[str, str]:
    """Return the paper's key and the writer's handle that a summary's address holds."""
    try:
        address = urlsplit(link)
    except ValueError:
        return "", ""
    key = parse_qs(address.query).get("bibtexKey", [""])[0]
    return key.strip(), address.fragment.strip()


def _published_at(printed: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(printed)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
