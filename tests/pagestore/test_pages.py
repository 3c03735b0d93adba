"""A stored page in its encodings: what a reader gets, and what a browser is told."""

from __future__ import annotations

import gzip

import pytest
import zstandard

from shortscience.pagestore.pages import Page, negotiated, without_body

pytestmark = pytest.mark.pure

BODY = b"<p>The same sentence many times.</p>" * 100


def page(body: bytes = BODY, *headers: tuple[str, str]) -> Page:
    told = headers or (("Content-Type", "text/html; charset=utf-8"),)
    return Page.of(body, told, marks=frozenset({"on:1", "t:papers_paper"}), until=0.0)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;Q=0.5", "gzip"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd;q=0, gzip;q=0", ""),
        ("*", "zstd"),
        ("*;q=0.1, identity", ""),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0.5, identity;q=0.8", ""),
        ("identity;q=0", ""),
        ("br, deflate", ""),
        ("gzip;q=nonsense", ""),
        ("gzip;q=-1, zstd;q=-1", ""),
        (",,;;q=1,", ""),
        ("x" * 10_000, ""),
    ],
)
def test_the_reader_chooses_the_encoding(accepted: str, encoding: str) -> None:
    assert negotiated(accepted) == encoding


def test_every_encoding_holds_the_same_bytes() -> None:
    made = page()

    packed = {name: made.packed(name).body for name in ("gzip", "zstd")}

    assert gzip.decompress(packed["gzip"]) == BODY
    assert zstandard.ZstdDecompressor().decompress(packed["zstd"]) == BODY
    assert all(len(body) < len(BODY) / 5 for body in packed.values())


def test_a_small_page_is_not_packed() -> None:
    made = page(b"short")

    assert made.packed("gzip") is made.variants[""]


def test_each_encoding_has_a_tag_of_its_own_and_says_its_length() -> None:
    made = page()

    variants = [made.variants[""], made.packed("gzip"), made.packed("zstd")]

    assert len({variant.tag for variant in variants}) == 3
    for variant in variants:
        told = dict(variant.headers)
        assert told["ETag"] == variant.tag
        assert told["Content-Length"] == str(len(variant.body))
        assert told["Vary"] == "Accept-Encoding, Cookie"


def test_equal_bytes_have_equal_tags_and_other_bytes_have_others() -> None:
    assert page().variants[""].tag == page().variants[""].tag
    assert page().variants[""].tag != page(BODY + b" ").variants[""].tag


@pytest.mark.parametrize(
    ("given", "is_the_same"),
    [
        ('"{name}"', True),
        ('W/"{name}"', True),
        ('"{name}.gzip"', True),
        ('"other", W/"{name}.zstd"', True),
        ("*", True),
        (" * ", True),
        ('"{name}x"', False),
        ('"other"', False),
        ("", False),
        ('""', False),
    ],
)
def test_a_browser_that_has_the_page_in_any_encoding_has_it(given: str, is_the_same: bool) -> None:
    made = page()

    assert made.has(given.format(name=made.name)) is is_the_same


def test_browsers_ask_each_time_unless_the_view_says_how_long_it_holds() -> None:
    feed = page(BODY, ("Cache-Control", "public, max-age=300"))
    coloured = page(BODY, ("Cache-Control", "private"))

    assert dict(page().headers)["Cache-Control"] == "no-cache"
    assert dict(feed.headers)["Cache-Control"] == "public, max-age=300"
    assert dict(coloured.headers)["Cache-Control"] == "private, no-cache"


def test_what_belonged_to_one_answer_is_not_repeated() -> None:
    made = page(BODY, ("X-Request-ID", "abc"), ("ETag", '"old"'), ("Content-Type", "text/html"))

    assert [name for name, _ in made.headers] == ["Content-Type", "Cache-Control", "Vary"]


def test_not_modified_says_nothing_of_a_body() -> None:
    told = dict(without_body(page().packed("gzip").headers))

    assert set(told) == {"Cache-Control", "Vary", "ETag"}


def test_a_cache_in_front_is_told_what_the_page_was_made_of() -> None:
    made = Page.of(BODY, (), marks=frozenset({"on:7", "at:2"}), until=0.0, keys_header="xkey")

    assert dict(made.headers)["xkey"] == "at:2 on:7"
