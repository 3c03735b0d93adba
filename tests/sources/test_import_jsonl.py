"""Importing JSON lines: what is taken, what is refused, and going on after a crash."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from shortscience.papers.models import Paper
from shortscience.sources.checkpoints import checkpoint_path
from shortscience.sources.importing import NotReadable
from shortscience.sources.jsonl import LineRefused, import_file, parse
from shortscience.summaries.models import Citation
from shortscience.venues.models import VenueYear
from tests.factories import make_summary
from tests.shared import shared

BEES = {
    "title": "A Study of Bees",
    "authors": ["Ada Lovelace"],
    "year": 2015,
    "doi": "10.1000/bees",
}


def line(**fields: Any) -> bytes:
    return json.dumps({**BEES, **fields}).encode()


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.mark.django_db
def test_a_broken_line_is_refused_with_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    file = write(
        tmp_path / "bees.jsonl",
        line(),
        b"{not json",
        b"",
        line(title="   "),
        line(title="Later", year=20199, doi=None),
        b'{"title": "caf\xe9"}',
        b"[1, 2]",
        line(title="Another Study of Wasps", doi="10.1000/wasps"),
    )

    report = import_file(file)

    assert (report.papers.added, report.papers.refused) == (2, 5)
    assert [(refusal.line, refusal.reason) for refusal in report.refused] == [
        (2, "It is not JSON."),
        (4, "It has no title."),
        (5, "The year 20199 cannot be right."),
        (6, "It is not UTF-8."),
        (7, "It is not a JSON object."),
    ]


@pytest.mark.django_db
def test_the_second_run_adds_nothing_and_leaves_no_checkpoint(tmp_path: Path) -> None:
    file = write(tmp_path / "bees.jsonl", line(), line(title="Of Wasps and Men", doi=None))
    import_file(file)

    report = import_file(file)

    assert (report.papers.added, report.papers.unchanged) == (0, 2)
    assert not checkpoint_path(file, "jsonl").exists()


@pytest.mark.django_db
def test_venues_are_counted_and_waiting_cites_resolved(tmp_path: Path) -> None:
    summary = make_summary(text=r"As in \cite{conf/icml/Lovelace15}.")

    import_file(write(tmp_path / "b.jsonl", line(venue="ICML", bibkey="conf/icml/Lovelace15")))

    bees = Paper.objects.get(title="A Study of Bees")
    assert VenueYear.objects.get(venue=bees.venue, year=2015).paper_count == 1
    assert Citation.objects.get(summary=summary).paper == bees
    summary.refresh_from_db()
    assert bees.get_absolute_url() in summary.html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"<html><body>bees</body></html>\n", "not a file of JSON lines"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not a file of JSON lines"),
        (b"\x1f\x8b\x08broken", "damaged gzip"),
    ],
    ids=["empty", "blank", "html", "png", "gzip"],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    tmp_path: Path, payload: bytes, sentence: str
) -> None:
    file = tmp_path / "bees.jsonl"
    file.write_bytes(payload)

    with pytest.raises(NotReadable, match=sentence):
        import_file(file)


@pytest.mark.django_db
def test_a_cut_gzip_file_gives_what_is_whole(tmp_path: Path) -> None:
    whole = gzip.compress(
        b"".join(line(title=f"Study {n}", doi=f"10.1000/{n}") + b"\n" for n in range(3000))
    )
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])

    report = import_file(file)

    assert report.papers.added > 0
    assert "damaged" in report.refused[-1].reason


@pytest.mark.django_db
def test_a_checkpoint_of_another_database_is_not_believed(tmp_path: Path) -> None:
    file = write(tmp_path / "bees.jsonl", line())
    place = checkpoint_path(file, "jsonl")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text('{"items": 1, "witness": [987654, "nothere"], "report": {}}')

    assert import_file(file).papers.added == 1


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        (["Ada Lovelace"], ("Ada Lovelace",)),
        (["Lovelace, Ada"], ("Ada Lovelace",)),
        (["Ada Lovelace, Charles Babbage"], ("Ada Lovelace", "Charles Babbage")),
        (["Maurice J. Pescitelli, Jr."], ("Maurice J. Pescitelli Jr.",)),
        ("Ada Lovelace and Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ([":", " ", "Ada Lovelace"], ("Ada Lovelace",)),
        (None, ()),
    ],
)
def test_authors_in_every_form_that_files_have(given: Any, authors: tuple[str, ...]) -> None:
    assert parse(line(authors=given)).authors == authors


def test_keys_are_read_from_every_field_and_a_private_cite_key_is_none() -> None:
    record = parse(
        line(
            source="acl",
            source_id="P16-1001",
            bibkey="lovelace-2016-bees",
            arxiv_id="1601.00001v2",
            url="https://openreview.net/forum?id=abcdEFGH12",
        )
    )

    assert [f"{key.scheme}:{key.value}" for key in record.keys] == [
        "arxiv:1601.00001",
        "doi:10.1000/bees",
        "acl:P16-1001",
        "openreview:abcdEFGH12",
    ]


@pytest.mark.parametrize(
    ("given", "published", "right"),
    [
        ("704.005", "2007-04-01", "arxiv:0704.0050"),
        ("808.1", "2008-08-07", "arxiv:0808.1000"),
        ("1504.0507", "2015-04-20", "arxiv:1504.05070"),
        ("1502.0643400000001", "2015-02-23", "arxiv:1502.06434"),
        ("1501.0031099999999", "2015-01-01", "arxiv:1501.00311"),
        ("cmp-lg/9404001", "1994-04-03", "arxiv:cmp-lg/9404001"),
    ],
)
def test_an_arxiv_id_that_was_taken_for_a_number_is_put_right(
    given: str, published: str, right: str
) -> None:
    told = line(arxiv_id=given, doi=None, published=published, url=f"https://arxiv.org/abs/{given}")

    record = parse(told)

    assert [f"{key.scheme}:{key.value}" for key in record.keys] == [right]


def test_a_damaged_arxiv_id_that_nothing_confirms_is_left_out() -> None:
    assert parse(line(arxiv_id="704.005", doi=None)).keys == ()
    assert parse(line(arxiv_id="704.005", doi=None, published="2015-01-01")).keys == ()


@pytest.mark.parametrize(
    ("status", "venue"),
    [
        ("Poster", "ICLR"),
        ("Reject", "OpenReview"),
        ("Withdraw", "OpenReview"),
        ("Poster Workshop", "ICLR Workshop"),
        (None, "ICLR"),
    ],
)
def test_what_a_conference_did_not_take_did_not_appear_there(
    status: str | None, venue: str
) -> None:
    assert parse(line(venue="ICLR", status=status)).venue == venue


def test_a_line_of_the_wrong_kind_names_the_field() -> None:
    with pytest.raises(LineRefused, match="The field authors is of the wrong kind"):
        parse(b'{"title": "x", "authors": {"a": 1}}')


@pytest.mark.django_db
def test_real_records_are_all_taken(tmp_path: Path) -> None:
    sample = tmp_path / "sample.jsonl"
    with sample.open("wb") as out:
        for source in sorted(shared("data/papers").glob("*.jsonl.gz")):
            with gzip.open(source) as file:
                out.writelines(row for number, row in enumerate(file) if number % 500 == 0)

    report = import_file(sample)

    assert report.papers.refused == 0
    assert report.papers.added == Paper.objects.count() > 200
    assert import_file(sample).papers.unchanged == report.papers.added + report.papers.merged


def site(var: Path) -> dict[str, str]:
    """Return the environment of a site of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "TASKS_BACKEND"}
    return {**kept, "VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var}/site.sqlite3"}


def shortscience(*arguments: str, var: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "shortscience", *arguments]
    return subprocess.run(command, env=site(var), capture_output=True, check=True)


@pytest.mark.slow
def test_an_import_that_was_killed_goes_on_and_ends_with_each_paper_once(tmp_path: Path) -> None:
    number = 12_000
    file = write(
        tmp_path / "bees.jsonl",
        *(
            line(title=f"Study {n} of bees", doi=f"10.1000/{n}", authors=[f"Ada L{n}"])
            for n in range(number)
        ),
    )
    var = tmp_path / "var"
    shortscience("init", var=var)
    running = subprocess.Popen(
        [sys.executable, "-m", "shortscience", "import", "jsonl", str(file)], env=site(var)
    )
    places = var / "imports"
    while not (places.exists() and any(places.glob("*.json"))) and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL, "it ended before it was killed"

    done = shortscience("import", "jsonl", str(file), "--json", var=var)

    papers = json.loads(done.stdout)["papers"]
    assert papers["added"] + papers["unchanged"] == number
    exported = shortscience("export", "papers", var=var).stdout.splitlines()
    assert len({json.loads(row)["title"] for row in exported}) == len(exported) == number
    assert not list(places.glob("*.json"))
