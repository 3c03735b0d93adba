"""XML from strangers: nothing is fetched, no entity is expanded, no depth is unbounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from shortscience.lib.plaintext import squeeze
from shortscience.sources.errors import SourceUnreadable
from shortscience.sources.parsed import require_size

# lxml carries no types; nothing outside this module calls it.
Node = Any

_BROKEN = (etree.XMLSyntaxError, ValueError, LookupError)
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,9});")
# These five are XML's own; the others get their number, so that no DTD is needed.
_NUMBERS = {
    name.encode(): b"&#%d;" % number
    for name, number in name2codepoint.items()
    if name not in {"amp", "lt", "gt", "quot", "apos"}
}


def root(payload: bytes) -> Node:
    """Return the document's element.

    Raises:
        SourceUnreadable: it is no well-formed XML.
        SourceTooBig: it is larger than 32 MB.
    """
    require_size(payload)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip
    try:
        return etree.fromstring(numbered(payload).strip(), parser)
    except _BROKEN as broken:
        reason = squeeze(str(broken))[:200]
        raise SourceUnreadable(_("This is not well-formed XML: %s.") % reason) from broken


def numbered(payload: bytes) -> bytes:
    """Return the payload with HTML's named characters (`&Ouml;`) as numbers."""
    return _NAMED.sub(lambda found: _NUMBERS.get(found[1], found[0]), payload)


class _Numbered:
    """A file whose named characters are numbers; what a read cuts in two waits for the rest."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.rest = b""

    def read(self, size: int = 1 << 16) -> bytes:
        piece = self.file.read(size)
        whole = self.rest + piece
        cut = whole.rfind(b"&", max(0, len(whole) - 12))
        if piece and cut >= 0 and b";" not in whole[cut:]:
            # Never b"" before the end, which would mean the end.
            whole, self.rest = whole[:cut], whole[cut:]
            return numbered(whole) if whole else self.read(size)
        self.rest = b""
        return numbered(whole)


def stream(file: IO[bytes], *, depth: int) -> Iterator[Node]:
    """Yield the elements at this depth below the root (1: its children), then forget each.

    Memory does not grow with the file.

    Raises:
        SourceUnreadable: the XML breaks off or is broken; what came before was yielded.
    """
    events = etree.iterparse(
        _Numbered(file), events=("start", "end"), resolve_entities=False, load_dtd=False,
        no_network=True, huge_tree=True, remove_comments=True, remove_pis=True,
        collect_ids=False,
    )  # fmt: skip
    level = -1
    try:
        for event, node in events:
            level += 1 if event == "start" else -1
            if event == "end" and level == depth - 1:
                yield node
                node.clear()
                parent = node.getparent()
                while node.getprevious() is not None:
                    del parent[0]
    except _BROKEN as broken:
        reason = squeeze(str(broken))[:200]
        raise SourceUnreadable(_("The XML breaks here: %s.") % reason) from broken


def name(node: Node) -> str:
    """Return the element's name without its namespace."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def all_named(node: Node, *path: str) -> list[Node]:
    """Return the descendants down this path of names, whatever their namespace."""
    found = [node]
    for step in path:
        found = [child for parent in found for child in parent if name(child) == step]
    return found


def first(node: Node, *path: str) -> Node | None:
    """Return the first descendant down this path of names, or None."""
    found = all_named(node, *path)
    return found[0] if found else None


def anywhere(node: Node, wanted: str) -> Iterator[Node]:
    """Yield the descendants of this name at any depth, in order."""
    return (child for child in node.iter() if name(child) == wanted)


def content(node: Node | None) -> str:
    """Return all text inside the element as written; "" for None."""
    return "".join(node.itertext()) if node is not None else ""


def text(node: Node, *path: str) -> str:
    """Return the text of the first descendant down this path on one line, or ""."""
    return squeeze(content(first(node, *path)))


def line(node: Node) -> int:
    """Return the line where the element starts, from 1."""
    return int(node.sourceline or 1)


def attribute(node: Node, wanted: str) -> str:
    """Return the attribute's value without the space around it, or ""."""
    return str(node.get(wanted) or "").strip()
