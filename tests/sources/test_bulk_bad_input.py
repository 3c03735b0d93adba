"""What a dump may hold that is no record: said with its line, and the rest goes on."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shortscience.config.cli import main
from shortscience.papers.models import Paper
from shortscience.sources.arxiv.load import import_files as arxiv
from shortscience.sources.crossref.load import import_files as crossref
from shortscience.sources.dblp.load import import_files as dblp
from shortscience.sources.dblp.load import read as read_dblp
from shortscience.sources.importing import NotReadable, Place, Report
from shortscience.sources.jsonl.load import import_files as jsonl
from tests.shared import shared

pytestmark = pytest.mark.django_db

HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE dblp SYSTEM "dblp.dtd">\n<dblp>\n'


def article(number: int, title: str = "", **fields: str) -> str:
    told = {"year": "2015", "journal": "J. Bees", **fields}
    inside = "".join(f"<{name}>{value}</{name}>\n" for name, value in told.items())
    return (
        f'<article mdate="2020-01-01" key="journals/bees/L{number}">\n'
        f"<author>Ada L&ouml;velace {number:04}</author>\n"
        f"<title>{title or f'Study {number} of the bees'}.</title>\n{inside}</article>\n"
    )


def dump(path: Path, *articles: str) -> Path:
    path.write_text(HEAD + "".join(articles) + "</dblp>\n", "latin-1")
    return path


def refusals(report: Report) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.reason) for refusal in report.refused]


def test_a_dump_gives_papers_with_their_names_keys_and_venues(tmp_path: Path) -> None:
    home = '<www key="homepages/1"><author>A</author><title>Home Page</title></www>\n'
    volume = '<proceedings key="conf/bees/2015"><title>Bees</title></proceedings>\n'
    link = {"ee": "https://doi.org/10.1000/BEES"}

    report = dblp([dump(tmp_path / "d.xml", article(1, **link), home, volume, article(2))])

    assert (report.papers.added, report.papers.refused) == (2, 0)
    paper = Paper.objects.get(title="Study 1 of the bees")
    assert paper.authors == ["Ada Lövelace"]
    assert {str(key) for key in paper.identifiers.all()} == {
        "dblp:journals/bees/L1",
        "doi:10.1000/bees",
    }


def test_broken_records_are_refused_alone_with_their_lines(tmp_path: Path) -> None:
    people = "".join(f"<author>Ada B{n} Lovelace</author>" for n in range(3000))
    articles = [
        article(1),
        article(2).replace("</title>", "</titel>"),
        article(3, year="0"),
        article(4, year="20199"),
        article(5, title="x" * 100_000),
        article(6, title="Bell &#7; and others"),
        article(7, title="&bomb; of bees"),
        article(8).replace("<author>", people + "<author>", 1),
        "<artikel>no record</artikel>\n",
        article(10),
    ]

    report = dblp([dump(tmp_path / "d.xml", *articles)])

    lines = [line for line, _reason in refusals(report)]
    starts = [4 + sum(one.count("\n") for one in articles[:at]) for at in range(len(articles))]
    assert report.papers.added == 3
    assert lines == [starts[at] for at in (1, 2, 3, 4, 5, 6, 8)]
    assert all(reason for _line, reason in refusals(report))
    assert len(Paper.objects.get(title__startswith="Study 8").authors) == 3001


def test_a_cut_dump_gives_what_is_whole_and_says_where_it_ends(tmp_path: Path) -> None:
    whole = (HEAD + "".join(article(n) for n in range(5000))).encode("latin-1")
    (tmp_path / "cut.xml").write_bytes(whole[: len(whole) // 2])
    packed = gzip.compress(whole)
    (tmp_path / "cut.xml.gz").write_bytes(packed[: len(packed) // 2])

    plain = dblp([tmp_path / "cut.xml"])
    Paper.objects.all().delete()
    report = dblp([tmp_path / "cut.xml.gz"])

    assert 2000 < plain.papers.added < 3000
    assert "breaks off" in plain.refused[-1].reason
    assert plain.refused[-1].line > 10_000
    assert 1000 < report.papers.added < 3000
    assert any("damaged" in refusal.reason for refusal in report.refused)


@pytest.mark.parametrize("kind", [dblp, jsonl, arxiv, crossref])
@pytest.mark.parametrize(
    ("name", "payload", "sentence"),
    [
        ("empty", b"", "is empty"),
        ("zip", b"PK\x03\x04 and so on", "is a zip archive. Unpack it"),
        ("xz", b"\xfd7zXZ\0 and so on", "is packed with xz"),
        ("html", b"<html><body>bees</body></html>", "."),
        ("gzip", b"\x1f\x8b\x08broken", "damaged gzip"),
    ],
)
def test_a_file_of_another_kind_is_named(
    kind: Any, name: str, payload: bytes, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(payload)

    with pytest.raises(NotReadable, match=sentence):
        kind([file])


def test_a_zip_archive_named_gz_ends_the_command_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortscience.config.database.require_ready", lambda: None)
    with zipfile.ZipFile(tmp_path / "d.xml.gz", "w") as archive:
        archive.writestr("d.xml", HEAD)

    assert main(["import", "dblp", str(tmp_path / "d.xml.gz")]) == 1
    assert "is a zip archive" in capsys.readouterr().err


@pytest.mark.slow
def test_a_bomb_is_left_before_it_unpacks(tmp_path: Path) -> None:
    good = json.dumps({"title": "A study of bees"}).encode() + b"\n"
    with gzip.open(tmp_path / "bomb.jsonl.gz", "wb", 6) as bomb:
        bomb.write(good)
        for _ in range(400):
            bomb.write(bytes(1 << 20))

    report = jsonl([tmp_path / "bomb.jsonl.gz"])

    assert report.papers.added == 1
    assert "200 times its size" in report.refused[-1].reason


@pytest.mark.slow
@pytest.mark.parametrize("kind", [jsonl, dblp])
def test_two_gigabytes_of_nothing_are_read_in_little_memory(kind: Any, tmp_path: Path) -> None:
    file = tmp_path / "large"
    begin = HEAD + article(1) if kind is dblp else json.dumps({"title": "A study"}) + "\n"
    with file.open("wb") as out:
        out.write(begin.encode())
        # A hole: it takes no room on the disk.
        out.truncate(2_000_000_000)

    # The largest this process ever was counts from here on: other tests ran in it before.
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_mb()

    report = kind([file])

    assert report.papers.added == 1
    assert report.papers.refused >= 1
    assert peak_mb() - before < 200


def peak_mb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1000


def test_a_dump_can_be_read_on_from_each_of_its_places(tmp_path: Path) -> None:
    file = dump(tmp_path / "d.xml", *(article(n) for n in range(5000)))
    pieces = list(read_dblp(file, Place()))

    for number, piece in enumerate(pieces[:-1]):
        rest = list(read_dblp(file, piece.after))
        assert [one.items for one in rest] != []
        found = [item for one in rest for item in one.items]
        assert found == [item for one in pieces[number + 1 :] for item in one.items]


def test_saved_answers_of_arxiv_are_one_import(tmp_path: Path) -> None:
    folder = shared("data/samples/arxiv-oai")
    listed = folder / "arXiv_ListRecords_hep-th.xml"
    both = tmp_path / "two answers in one file.xml"
    both.write_bytes(listed.read_bytes() + (folder / "arXiv_record_multi.xml").read_bytes())
    expected = both.read_bytes().count(b"<record>")

    alone = arxiv(sorted(folder.glob("*.xml")))
    Paper.objects.all().delete()
    report = arxiv([both])

    assert alone.papers.refused == 0
    assert alone.papers.added > expected
    assert (report.papers.added, report.papers.refused) == (expected, 0)
    assert Paper.objects.get(identifiers__value="1601.03238").venue is not None


def test_crossref_works_come_from_lines_and_from_lists(tmp_path: Path) -> None:
    answer = json.loads(shared("data/samples/crossref/works_query.json").read_bytes())
    works = answer["message"]["items"]
    lines = [json.dumps(work) for work in works]
    (tmp_path / "dump").mkdir()
    with gzip.open(tmp_path / "dump" / "0.jsonl.gz", "wt") as file:
        file.write("\n".join([lines[0], "{broken", *lines[1:]]))
    with gzip.open(tmp_path / "dump" / "1.json.gz", "wt") as file:
        json.dump({"items": works}, file)

    report = crossref([tmp_path / "dump"])

    assert report.papers.added + report.papers.merged + report.papers.updated >= len(works) - 2
    assert report.papers.unchanged >= report.papers.added
    assert (2, "0.jsonl.gz") in [(refusal.line, refusal.file) for refusal in report.refused]
