"""Our stored HTML as XHTML for a book: well-formed, with namespaces, and with nothing to fetch.

It begins with what `lib.markup` let through, so it takes nothing for dangerous; it must be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import lxml.html
from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"

# Characters that XML 1.0 (2.2) has no place for.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_MTEXT = {"b", "i", "u"}
# Only a browser at the site can do something with these.
_DROPPED = {"loading", "preload", "controls", "tabindex", "rel"}
# MathML 3 knows these attributes of `mstyle` (and tables), browsers take them anywhere.
_STYLED = {"displaystyle", "scriptlevel"}
_MAY_BE_STYLED = {"mstyle", "math"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in a book.

    Attributes:
        prefix: goes before its ids, so that two texts of a file do not share one.
        site: the address of the site, for links that lead out of the book.
        page: the address of the text itself there.
        picture: makes of a picture's address its name in the book; None if it is not in it.
    """

    prefix: str
    site: str
    page: str
    picture: Callable[[str], str | None] = lambda address: None


def clean(text: str) -> str:
    """Return the text without characters that no XML file may hold."""
    return _NOT_XML.sub("", text)


def as_xhtml(html: str, place: Place) -> str:
    """Return the inside of a `div`: elements of XHTML and MathML, each with its namespace."""
    source = lxml.html.fragment_fromstring(clean(html), create_parent="div")
    return _Writer(place, {str(name) for name in source.xpath("//@id")}).write(source)


class _Writer:
    def __init__(self, place: Place, ids: set[str]) -> None:
        self.place = place
        self.ids = ids
        self.taken: set[str] = set()

    def write(self, source: lxml.html.HtmlElement) -> str:
        root = etree.Element(f"{{{XHTML}}}div", nsmap={None: XHTML})
        root.set("class", "prose")
        self._fill(root, source, in_math=False)
        return str(etree.tostring(root, encoding="unicode"))

    def _fill(self, made: etree._Element, source: etree._Element, *, in_math: bool) -> None:
        made.text = source.text
        for child in source:
            if isinstance(child.tag, str):
                self._add(made, child, in_math=in_math).tail = child.tail

    def _add(
        self, parent: etree._Element, source: etree._Element, *, in_math: bool
    ) -> etree._Element:
        tag = str(source.tag)
        if tag in ("img", "video", "audio"):
            return self._medium(parent, source)
        is_math = tag == "math" or (in_math and tag not in _IN_MTEXT)
        space = MATHML if is_math else XHTML
        if is_math and tag == "mrow" and _STYLED.intersection(source.attrib):
            tag = "mstyle"
        made = etree.SubElement(parent, f"{{{space}}}{tag}", nsmap={None: space})
        for name, value in source.attrib.items():
            self._attribute(made, tag, str(name), str(value), is_math=is_math)
        self._fill(made, source, in_math=is_math)
        return made

    def _attribute(
        self, made: etree._Element, tag: str, name: str, value: str, *, is_math: bool
    ) -> None:
        match name:
            case "id":
                if value not in self.taken:
                    self.taken.add(value)
                    made.set("id", self.place.prefix + value)
            case "href":
                made.set("href", self._target(value))
            case "aria-label" if is_math:
                made.set("alttext", value)
            case "displaystyle" if tag == "mtable":
                made.set(name, value)
            case "displaystyle" | "scriptlevel" if tag not in _MAY_BE_STYLED:
                pass
            case _ if name not in _DROPPED:
                made.set(name, value)

    def _target(self, address: str) -> str:
        if address.startswith("#"):
            known = address[1:] in self.ids
            return f"#{self.place.prefix}{address[1:]}" if known else self.place.page + address
        return self.place.site + address if address.startswith("/") else address

    def _medium(self, parent: etree._Element, source: etree._Element) -> etree._Element:
        """Put in a picture that the book has; else say what it is and, if it can, link to it."""
        address = source.get("src", "")
        words = source.get("alt") or source.get("aria-label") or address.rpartition("/")[2]
        name = self.place.picture(address) if source.tag == "img" else None
        if name is not None:
            attributes = {"src": name, "alt": source.get("alt", "")}
            return etree.SubElement(parent, f"{{{XHTML}}}img", attributes)
        in_link = any(above.tag == f"{{{XHTML}}}a" for above in (parent, *parent.iterancestors()))
        made = etree.SubElement(parent, f"{{{XHTML}}}{'span' if in_link else 'a'}")
        if not in_link:
            made.set("href", self._target(address))
        made.text = words
        return made
