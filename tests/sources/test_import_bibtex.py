"""Importing BibTeX files."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from shortscience.papers.models import Paper
from shortscience.sources.bibtex import import_file
from shortscience.sources.importing import NotReadable
from shortscience.venues.curated import load_curated
from tests.shared import shared

pytestmark = pytest.mark.django_db

ENTRIES = r"""
@inproceedings{DBLP:conf/icml/IoffeS15,
  author = {Sergey Ioffe and Christian Szegedy},
  title = {Batch Normalization: Accelerating Deep Network Training},
  booktitle = {Proceedings of the 32nd International Conference on Machine Learning},
  year = {2015}, pages = {448--456},
}
@article{mine, title = {Caf\'e Society}, author = {Bront\"e, Emily}, year = 20199}
@article{mine2, title = {Caf\'e Society}, author = {Bront\"e, Emily}, year = 1999}
"""


def test_entries_become_papers_and_a_broken_one_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.bib"
    file.write_text(ENTRIES, "utf-8")

    report = import_file(file)

    assert (report.papers.added, report.papers.refused) == (2, 1)
    assert report.refused[0].line == 8
    assert "20199" in report.refused[0].reason
    paper = Paper.objects.get(title__startswith="Batch")
    assert paper.legacy_key == "conf/icml/IoffeS15"
    assert paper.details["pages"] == "448–456"
    assert Paper.objects.get(year=1999).authors == ["Emily Brontë"]


def test_the_second_run_adds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.bib"
    file.write_text(ENTRIES, "utf-8")
    import_file(file)

    assert import_file(file).papers.unchanged == 2


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.bib", ENTRIES)
    empty = tmp_path / "empty.bib"
    empty.write_bytes(b"")
    prose = tmp_path / "prose.bib"
    prose.write_text("Dear editor, my address is me@example.org.")

    for file in (packed, empty, prose, tmp_path / "missing.bib"):
        with pytest.raises(NotReadable):
            import_file(file)


def test_invalid_utf8_and_nul_bytes_stop_nothing(tmp_path: Path) -> None:
    file = tmp_path / "latin.bib"
    file.write_bytes(
        b"@article{a, title={Caf\xe9 in the rain}, author={A B}, year=2001}\n"
        b"@article{b, title={Nul \0 byte here}, author={C D}, year=2002}\n"
        + b"@article{c, title={A third one with a longer title}, author={E F}, year=2003}\n"
    )

    assert import_file(file).papers.added == 3
    assert Paper.objects.filter(title="Café in the rain").exists()


def test_real_proceedings_are_read(tmp_path: Path) -> None:
    load_curated()
    start = tmp_path / "uai.bib"
    with gzip.open(shared("data/bibtex/bibtex-uai.bib.gz")) as file:
        start.write_bytes(file.read(200_000))

    report = import_file(start)

    assert report.papers.added > 100
    assert report.papers.refused <= 2
    assert not Paper.objects.exclude(venue__short_name="UAI").exists()
