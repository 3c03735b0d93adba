"""RIS: as publishers, libraries and reference managers write it."""

from __future__ import annotations

from typing import Any

import pytest

from shortscience.sources.errors import SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

CASES: list[tuple[str, dict[str, Any]]] = [
    ("2008JD010287", {
        "title": "Convective cloud identification and classification in daytime satellite imagery"
        " using standard deviation limited adaptive clustering",
        "authors": ("Todd A. Berendes", "John R. Mecikalski", "Wayne M. MacKenzie Jr.",
                    "Kristopher M. Bedka", "U. S. Nair"),
        "year": 2008, "day": "2008-10-25", "venue": "J. Geophys. Res.",
        "keys": ["doi:10.1029/2008jd010287"],
        "keywords": ("cloud mask", "3360 Atmospheric Processes: Remote sensing",
                     "3311 Atmospheric Processes: Clouds and aerosols",
                     "3314 Atmospheric Processes: Convective processes"),
        "details": {"entry_type": "article", "pages": "D20207", "volume": "113", "number": "D20",
                    "publisher": "AGU", "url": "http://dx.doi.org/10.1029/2008JD010287"},
        "starts": "This paper describes a statistical clustering approach",
    }),
    ("test10", {
        "count": 4, "first": "H. Kirchmann", "last": "B. Strauss", "year": 2011, "day": "",
        "venue": "Psychopathology", "keys": ["doi:10.1159/000317579"],
        "starts": "Background/Aims: Based on pretreatment psychopathological symptoms",
    }),
    ("worldcat_53972111", {
        "title": "The LaTeX companion", "year": 2004, "day": "", "venue": "", "id": "53972111",
        "authors": ("Frank Mittelbach", "Michel Goossens", "Johannes Braams", "Chris Rowley"),
        "details": {"entry_type": "book", "publisher": "Addison-Wesley"},
    }),
    ("zotero_00", {
        "title": "Blood-brain barrier breach following cortical contusion in the rat",
        "authors": ("S.A. Baldwin", "I. Fugaccia", "D.R. Brown", "L.V. Brown", "S.W. Scheff"),
        "year": 1996, "venue": "J.Neurosurg.", "starts": "Adult Fisher 344 rats were subjected",
    }),
    ("zotero_01", {
        "title": "Method of detecting AIDS virus infection", "year": 1990, "day": "1990-02-27",
        "authors": ("D.R. Burger", "A.S. Goldstein"),
        "keywords": ("AIDS", "virus", "infection", "antigens"),
    }),
    # One space before the hyphen.
    ("zotero_03", {
        "title": "Rapid identification of thousands of copperhead snake (Agkistrodon contortrix)"
        " microsatellite loci from modest amounts of 454 shotgun genome sequence",
        "count": 7, "first": "TODD A. CASTOE", "last": "DAVID D. POLLOCK", "year": 2009,
        "venue": "Molecular Ecology Resources", "keys": ["doi:10.1111/j.1755-0998.2009.02750.x"],
    }),
    # A title with Unicode's line separator; a short and a long name of the journal.
    ("zotero_05", {
        "title": "From Basic to Applied Research to Improve Outcomes for Individuals Who Require"
        " Augmentative and Alternative Communication: Potential Contributions of Eye Tracking"
        " Research Methods",
        "authors": ("Janice Light", "David McNaughton"), "year": 2014, "day": "2014-06-01",
        "venue": "Augmentative and Alternative Communication", "long": "",
    }),
    ("zotero_06", {
        "title": "Eigentumsverfassung und Finanzkrise", "authors": ("Otto Depenheuer",),
        "year": 2009, "keys": ["doi:10.1007/978-3-642-00230-4"],
    }),
    # "Y1 … should not be used when DA is present, even if Y1 comes first."
    ("zotero_07", {"title": "Deprecated tag test", "year": 1950, "day": "1950-01-01"}),
    # "A1 should not be treated as deprecated or authors will appear out of order."
    ("zotero_08", {
        "authors": ("Danko Georgiev", "Leon Bello", "Avishy Carmi", "Eliahu Cohen"), "year": None,
    }),
    ("zotero_09", {"count": 6, "first": "C.J. Bryan", "last": "D.W. Bruner", "year": 2008}),
    ("zotero_11", {"title": "Citavi Item", "keywords": ("Tag",), "count": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "expected"), CASES)
def test_real_files(sample: str, expected: dict[str, Any]) -> None:
    found = read("ris", f"ris/{sample}.ris")

    assert len(found.records) == 1
    check(found.records[0], source="RIS", **expected)


def test_a_record_without_title_is_refused_with_its_line() -> None:
    assert refusals(read("ris", "ris/zotero_09.ris")) == [("line 20", "It has no title.")]


def ris(*lines: str, kind: str = "JOUR") -> str:
    return "\r\n".join([f"TY  - {kind}", "TI  - A title", *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["PY  - 0000"], {"year": None}),
        (["PY  - 0000 Year///Date"], {"year": None}),
        (["PY  - 2009/Mar/12/"], {"year": 2009, "day": "2009-03-12"}),
        (["DA  - 2009-03-12", "PY  - 2009"], {"year": 2009, "day": "2009-03-12"}),
        (["Y2  - 2014/12/17"], {"year": None, "day": ""}),
        (
            ["JF  - Journal of Things", "JA  - J. Things"],
            {"venue": "J. Things", "long": "Journal of Things"},
        ),
        (["M3  - doi: 10.1234/a(b)c"], {"keys": ["doi:10.1234/a(b)c"]}),
        (["UR  - https://arxiv.org/abs/1706.03762v5"], {"keys": ["arxiv:1706.03762"]}),
        (["KW  - a", "b", "KW  - c"], {"keywords": ("a", "b", "c")}),
        (["AU  - 王, 小明", "AU  - García, José"], {"authors": ("小明 王", "José García")}),
    ],
)  # fmt: skip
def test_single_fields(lines: list[str], expected: dict[str, Any]) -> None:
    [record] = parsed("ris", ris(*lines)).records

    check(record, **expected)


@pytest.mark.parametrize("year", ["20199", "0", "99"])
def test_a_year_that_cannot_be_is_refused_and_the_rest_goes_on(year: str) -> None:
    found = parsed("ris", ris() + ris(f"PY  - {year}") + ris("PY  - 2001"))

    assert len(found.records) == 2
    assert refusals(found) == [("line 4", f"The year “{year}” cannot be right.")]


def test_a_file_of_windows_is_read() -> None:
    [record] = parsed("ris", ris("AU  - Müller, Jörg").encode("cp1252")).records

    assert record.authors == ("Jörg Müller",)


def test_a_record_without_an_end_is_read() -> None:
    found = parsed("ris", "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two")

    assert [record.title for record in found.records] == ["One", "Two"]


def test_something_else_is_unreadable() -> None:
    with pytest.raises(SourceUnreadable, match="no line like"):
        parsed("ris", "Dear reader,\n")
