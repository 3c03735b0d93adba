"""Files of reference managers and of the ACL Anthology, from the file to papers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from shortscience.papers.models import Paper
from shortscience.sources.importing import NotReadable
from shortscience.sources.whole import import_files
from tests.shared import shared

pytestmark = pytest.mark.django_db

RIS = """TY  - JOUR
TI  - A theory of everything
AU  - Lovelace, Ada
PY  - 2001
DO  - 10.1234/ris
ER  -
TY  - JOUR
AU  - Nobody, Anna
ER  -
"""
CSL = [{"type": "article-journal", "title": "On stars", "DOI": "10.1234/csl", "author": []}]


def test_a_ris_file_becomes_papers_and_names_the_line_it_refuses(tmp_path: Path) -> None:
    file = tmp_path / "library.ris"
    file.write_text(RIS)

    report = import_files([file], kind="ris")

    assert report.papers.added == 1
    assert [(one.line, one.file) for one in report.refused] == [(7, "library.ris")]
    paper = Paper.objects.get()
    assert (paper.title, paper.authors, paper.year) == (
        "A theory of everything",
        ["Ada Lovelace"],
        2001,
    )


def test_a_gzipped_csl_file_twice_is_the_same_library(tmp_path: Path) -> None:
    file = tmp_path / "items.json.gz"
    file.write_bytes(gzip.compress(json.dumps(CSL).encode()))

    first = import_files([file], kind="csl-json")
    second = import_files([file], kind="csl-json")

    assert (first.papers.added, second.papers.unchanged) == (1, 1)
    assert [key.value for key in Paper.objects.get().keys] == ["10.1234/csl"]


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("ris", b"just some words\n", "not RIS"),
        ("csl-json", b"{", "not CSL-JSON"),
        ("acl", b"<html></html>", "not a file of the ACL Anthology"),
        ("ris", b"", "is empty"),
        ("csl-json", b" " * 33_000_000, "larger than 32 MB"),
        ("acl", gzip.compress(b"<collection/>")[:15], "cannot be read to its end"),
    ],
    # A gzip file holds the time, and a name made of it would be another in each process.
    ids=["no RIS", "no JSON", "no volume", "empty", "large", "cut off"],
)
def test_another_kind_of_file_is_a_sentence(
    tmp_path: Path, kind: str, content: bytes, says: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    with pytest.raises(NotReadable, match=says):
        import_files([file], kind=kind)

    assert not Paper.objects.exists()


@pytest.mark.parametrize(("kind", "folder"), [("ris", "ris"), ("csl-json", "csl-json")])
def test_real_files_are_taken_in(kind: str, folder: str) -> None:
    files = [path for path in shared(f"data/samples/{folder}").iterdir() if path.is_file()]

    report = import_files(sorted(files), kind=kind)

    assert report.papers.added >= 1
    assert Paper.objects.count() == report.papers.added
