"""No answer, however broken, raises anything but a SourceError from a parser."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.papers.records import PaperRecord
from shortscience.sources.dblp.dump import iter_dump
from shortscience.sources.errors import SourceError, SourceTooBig
from shortscience.sources.parsed import MAX_PAYLOAD, Parsed, Refusal
from tests.shared import shared

pytestmark = pytest.mark.pure

FOLDERS = {
    "acl": "acl", "arxiv": "arxiv-*", "bibsonomy": "bibsonomy", "crossref": "crossref",
    "csljson": "csl-json", "datacite": "crossref", "dblp": "dblp", "openalex": "openalex",
    "openreview": "openreview", "orcid": "orcid", "pmlr": "pmlr", "ris": "ris",
    "semanticscholar": "semanticscholar",
}  # fmt: skip
# A larger sample teaches nothing more and takes seconds.
LARGE = 60_000
VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 20199, 10**30, "", "x", "\x00", "\ud800", [], {}, [None], [[]],
    {"value": None}, {"name": ["x"]}, "<b>&lt;", "2024-13-45", [[2024, 13, 45]], "a" * 12_000,
]  # fmt: skip


def parser(source: str) -> Callable[[bytes], Parsed]:
    found: Callable[[bytes], Parsed] = import_module(f"shortscience.sources.{source}.parse").parse
    return found


def samples(source: str) -> Iterator[bytes]:
    found = sorted(shared("data/samples").glob(f"{FOLDERS[source]}/*"))
    assert found
    yield from (payload for path in found if len(payload := path.read_bytes()) < LARGE)


def stands(source: str, payload: bytes) -> None:
    """Return if the parser gives records or a SourceError, and the records are sound."""
    try:
        parsed = parser(source)(payload)
    except SourceError as error:
        assert str(error).endswith("."), str(error)  # noqa: PT017
        return
    for record in parsed.records:
        assert is_sound(record), record
    for refusal in parsed.refused:
        assert str(refusal.reason)
        assert refusal.where


def is_sound(record: PaperRecord) -> bool:
    texts = [record.title, record.venue, *record.authors, *record.keywords, record.abstract]
    for text in texts:
        text.encode()
    return (
        bool(record.title.strip())
        and all(author.strip() for author in record.authors)
        and (record.year is None or 1450 <= record.year <= 2100)
        and not any("\x00" in text for text in texts)
        and len(record.title) <= 1000
        and all(isinstance(value, str) and value for value in record.details.values())
        and all(key.value for key in record.keys)
    )


# Answers that hold no paper, and say so.
EMPTY = {"dblp.dtd", "fail_auth.xml", "author.json", "not_found.json", "unknown_doi_body.txt"}


@pytest.mark.parametrize("source", FOLDERS)
def test_every_recorded_answer_stands(source: str) -> None:
    """Also those of which no table tells what they hold."""
    for path in sorted(shared("data/samples").glob(f"{FOLDERS[source]}/*")):
        payload = path.read_bytes()
        stands(source, payload)
        if path.name not in EMPTY and source != "datacite":
            parser(source)(payload)


def broken_forms(payload: bytes, chance: random.Random) -> Iterator[bytes]:
    for _cut in range(6):
        yield payload[: chance.randrange(len(payload) + 1)]
    for _flip in range(6):
        place = chance.randrange(len(payload))
        yield payload[:place] + bytes([chance.randrange(256)]) + payload[place + 1 :]
    text = payload.decode("utf-8", "replace")
    yield from (
        text.encode(name, "replace") for name in ("latin-1", "utf-16", "utf-16-le", "cp037")
    )
    yield payload.replace(b"utf-8", b"utf-16").replace(b"UTF-8", b"ISO-8859-1")
    yield b"\xef\xbb\xbf" + payload
    yield payload + payload
    yield payload.replace(b"<", b"")
    yield zlib.compress(payload)


@pytest.mark.parametrize("source", FOLDERS)
def test_broken_answers(source: str) -> None:
    chance = random.Random(7)
    for payload in samples(source):
        for form in broken_forms(payload, chance):
            stands(source, form)


def changed(value: Any, chance: random.Random) -> Any:
    """Return the JSON value with some part replaced by something of another kind."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        return {**value, name: changed(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        place = chance.randrange(len(value))
        return [*value[:place], changed(value[place], chance), *value[place + 1 :]]
    return chance.choice(VALUES)


@pytest.mark.parametrize("source", FOLDERS)
def test_json_of_another_shape(source: str) -> None:
    chance = random.Random(8)
    for payload in samples(source):
        try:
            value = json.loads(payload)
        except ValueError:
            continue
        for _change in range(60):
            stands(source, json.dumps(changed(value, chance)).encode())


@pytest.mark.parametrize("source", FOLDERS)
@settings(max_examples=60, deadline=None)
@given(payload=st.binary(max_size=300))
def test_garbage(source: str, payload: bytes) -> None:
    stands(source, payload)


NASTY = (
    b"", b" ", b"null", b"[]", b"{}", b"[null]", b"0", b'"x"', b"[[[[", b"<", b"<a/>", b"@", b"@{",
    b"TY  - JOUR", b"TY  - JOUR\nTI  - x\nPY  - 20199\nER  - ", b"{\"message\": null}",
    b'{"data": null}', b'{"notes": 5}', b'{"results": {}}', b"[" * 100_000, b'{"a":' * 50_000,
    b"<a>" * 100_000, b"<feed>" + b"<entry>" * 300,
    b'<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;&x;">]><feed><entry><title>&y;</title></entry>'
    b"</feed>",
    b'<!DOCTYPE feed SYSTEM "http://127.0.0.1:9/x.dtd"><feed><entry/></feed>',
    b'<!DOCTYPE f [<!ENTITY e SYSTEM "file:///etc/passwd">]><feed><entry>'
    b"<id>http://arxiv.org/abs/1601.00001</id><title>&e;</title></entry></feed>",
)  # fmt: skip


@pytest.mark.parametrize("source", FOLDERS)
def test_nasty_answers(source: str) -> None:
    for payload in NASTY:
        stands(source, payload)


@pytest.mark.parametrize("source", FOLDERS)
def test_a_large_payload_is_refused_before_it_is_parsed(source: str) -> None:
    heads = {"ris": b"TY  - JOUR\n", "acl": b"<collection>", "pmlr": b"@article{x,"}
    head = heads.get(source, b"<feed>" if source in {"arxiv"} else b"{")

    with pytest.raises(SourceTooBig):
        parser(source)(head + b" " * MAX_PAYLOAD)


def test_an_entity_is_never_read_from_a_file() -> None:
    [record] = parser("arxiv")(NASTY[-1]).records

    assert record.title == "&e;"


@settings(max_examples=100, deadline=None)
@given(
    payload=st.binary(max_size=300), prefix=st.sampled_from([b"", b"<dblp>", b"<dblp><article>"])
)
def test_a_dump_of_garbage_ends_in_a_refusal(payload: bytes, prefix: bytes) -> None:
    for item in iter_dump(BytesIO(prefix + payload)):
        assert isinstance(item, PaperRecord | Refusal)
