"""A book as an EPUB 3.3 file: https://www.w3.org/TR/epub-33/.

The same contents give the same bytes: no clock, no chance, and files in their order. The library
that writes such files, ebooklib, is under the AGPL; see docs/decisions/0022-books.md.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE = "application/epub+zip"

# The first moment that a ZIP file can tell.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_FOLDER = "EPUB"
_CONTAINER = f"""<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="{_FOLDER}/package.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
"""


@dataclass(frozen=True, slots=True)
class Book:
    """What a book says about itself.

    Attributes:
        identifier: a URN that is the book's for ever.
        creators: who wrote it, each once, in order.
        compiler: who chose what is in it; "" for nobody.
        modified: when its contents changed last.
        source: where on the web it is from.
        rights: one sentence.
    """

    identifier: str
    title: str
    language: str
    modified: datetime
    creators: Sequence[str]
    publisher: str
    source: str
    description: str
    rights: str
    compiler: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A file of XHTML in the order of reading, and its line in the contents."""

    name: str
    title: str
    content: str
    has_math: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A style sheet or a picture."""

    name: str
    media_type: str
    content: bytes


def write(
    target: IO[bytes], book: Book, pages: Iterable[Page], files: Sequence[File], *, contents: str
) -> None:
    """Write the book; each page is asked for, written and forgotten.

    Args:
        contents: the heading of the table of contents.
    """
    listed: list[tuple[str, str, bool]] = []
    with zipfile.ZipFile(target, "w") as archive:
        # Readers look for these bytes at a fixed place (OCF 4.2.6.2): first, and not packed.
        _put(archive, "mimetype", MEDIA_TYPE.encode(), packed=False)
        _put(archive, "META-INF/container.xml", _CONTAINER.encode())
        for page in pages:
            _put(archive, f"{_FOLDER}/{page.name}", page.content.encode())
            listed.append((page.name, page.title, page.has_math))
        for file in files:
            # Pictures are packed already.
            is_text = file.media_type.startswith("text/")
            _put(archive, f"{_FOLDER}/{file.name}", file.content, packed=is_text)
        _put(archive, f"{_FOLDER}/nav.xhtml", _nav(book, listed, contents).encode())
        _put(archive, f"{_FOLDER}/package.opf", _package(book, listed, files).encode())


def _put(archive: zipfile.ZipFile, name: str, content: bytes, *, packed: bool = True) -> None:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    archive.writestr(info, content)


def _nav(book: Book, pages: Sequence[tuple[str, str, bool]], contents: str) -> str:
    lines = "\n".join(
        f"      <li><a href={quoteattr(name)}>{escape(title)}</a></li>" for name, title, _ in pages
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"\
 lang={quoteattr(book.language)} xml:lang={quoteattr(book.language)}>
<head>
  <title>{escape(book.title)}</title>
</head>
<body>
  <nav epub:type="toc" role="doc-toc" aria-labelledby="contents">
    <h1 id="contents">{escape(contents)}</h1>
    <ol>
{lines}
    </ol>
  </nav>
</body>
</html>
"""


def _package(book: Book, pages: Sequence[tuple[str, str, bool]], files: Sequence[File]) -> str:
    has_math = any(math for _, _, math in pages)
    items = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    ]
    items += [
        f'<item id="p{number}" href={quoteattr(name)} media-type="application/xhtml+xml"'
        + (' properties="mathml"/>' if math else "/>")
        for number, (name, _, math) in enumerate(pages)
    ]
    items += [
        f'<item id="f{number}" href={quoteattr(file.name)}'
        f" media-type={quoteattr(file.media_type)}/>"
        for number, file in enumerate(files)
    ]
    spine = [f'<itemref idref="p{number}"/>' for number in range(len(pages))]
    has_pictures = any(file.media_type.startswith("image/") for file in files)
    said = [*_metadata(book), *_accessibility(has_math=has_math, has_pictures=has_pictures)]
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"\
 xml:lang={quoteattr(book.language)}>
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    {_lines(said)}
  </metadata>
  <manifest>
    {_lines(items)}
  </manifest>
  <spine>
    {_lines(spine)}
  </spine>
</package>
"""


def _metadata(book: Book) -> list[str]:
    modified = book.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = [
        f'<dc:identifier id="id">{escape(book.identifier)}</dc:identifier>',
        f"<dc:title>{escape(book.title)}</dc:title>",
        f"<dc:language>{escape(book.language)}</dc:language>",
    ]
    for number, name in enumerate(book.creators, start=1):
        said += [
            f'<dc:creator id="by{number}">{escape(name)}</dc:creator>',
            f'<meta refines="#by{number}" property="role" scheme="marc:relators">aut</meta>',
        ]
    if book.compiler:
        said += [
            f'<dc:contributor id="compiler">{escape(book.compiler)}</dc:contributor>',
            '<meta refines="#compiler" property="role" scheme="marc:relators">com</meta>',
        ]
    return [
        *said,
        f"<dc:publisher>{escape(book.publisher)}</dc:publisher>",
        f"<dc:description>{escape(book.description)}</dc:description>",
        f"<dc:source>{escape(book.source)}</dc:source>",
        f"<dc:rights>{escape(book.rights)}</dc:rights>",
        f'<meta property="dcterms:modified">{modified}</meta>',
    ]


def _accessibility(*, has_math: bool, has_pictures: bool) -> list[str]:
    """Say how the book can be read: https://www.w3.org/TR/epub-a11y-11/, section 2."""
    features = ["structuralNavigation", "tableOfContents", "readingOrder"]
    features += ["MathML"] * has_math + ["alternativeText"] * has_pictures
    said = [("accessMode", "textual"), *[("accessMode", "visual")] * has_pictures]
    said += [("accessModeSufficient", "textual")]
    said += [("accessibilityFeature", feature) for feature in features]
    said += [("accessibilityHazard", "none")]
    return [f'<meta property="schema:{name}">{value}</meta>' for name, value in said]


def _lines(rows: Iterable[str]) -> str:
    return "\n    ".join(rows)
