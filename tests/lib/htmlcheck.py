"""Reading rendered HTML as a browser would, to ask what is in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "mspace", "mprescripts"}

# HTML, "content model": a paragraph holds phrasing content only.
BLOCKS = {"p", "div", "figure", "table", "ul", "ol", "pre", "blockquote", "h3", "h4", "h5", "h6"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    ancestors: tuple[str, ...]
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"<{tag}> repeats an attribute")
        element = Element(
            tag, {name: value or "" for name, value in attrs}, tuple(e.tag for e in self.open)
        )
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text.append(data)


def elements(html: str) -> list[Element]:
    """Return every element; fails if the HTML is not balanced."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.faults, reader.faults
    assert not reader.open, [element.tag for element in reader.open]
    return reader.elements


def text_of(html: str, tag: str) -> list[str]:
    return ["".join(element.text) for element in elements(html) if element.tag == tag]


def misnested(html: str) -> Iterator[str]:
    """Yield what a browser would move elsewhere: blocks in paragraphs, links in links."""
    for element in elements(html):
        if "p" in element.ancestors and element.tag in BLOCKS:
            yield f"{element.tag} in p"
        if element.tag == "a" and "a" in element.ancestors:
            yield "a in a"
        if element.tag in ("li",) and element.ancestors[-1] not in ("ul", "ol"):
            yield "li outside a list"


def dangers(html: str) -> Iterator[str]:
    """Yield everything that could run a script, load from another host, or restyle the page."""
    for element in elements(html):
        if element.tag in FORBIDDEN_TAGS:
            yield f"<{element.tag}>"
        for name, value in element.attributes.items():
            address = "".join(value.split()).lower()
            if name.startswith("on") or name in FORBIDDEN_ATTRIBUTES:
                yield f"{element.tag} {name}={value!r}"
            if name in ("href", "src") and not address.startswith(ALLOWED_STARTS):
                yield f"{element.tag} {name}={value!r}"
            if name in ("href", "src") and address.startswith(("//", "/\\")):
                yield f"{element.tag} {name}={value!r}"
            if name == "src" and not address.startswith(("/media/", "/static/")):
                yield f"foreign {element.tag} {name}={value!r}"


FORBIDDEN_TAGS = {
    *("script", "style", "iframe", "object", "embed", "form", "input", "button", "link", "meta"),
    *("base", "svg", "foreignobject", "template", "noscript", "textarea", "select", "source"),
    *("track", "picture", "dialog", "portal", "annotation-xml", "mglyph", "malignmark", "maction"),
}
FORBIDDEN_ATTRIBUTES = {
    *("style", "srcset", "srcdoc", "poster", "formaction", "action", "background", "ping", "data"),
    *("xlink:href", "target", "name", "is", "slot", "autofocus", "accesskey", "contenteditable"),
}
ALLOWED_STARTS = ("http://", "https://", "mailto:", "/", "#")
