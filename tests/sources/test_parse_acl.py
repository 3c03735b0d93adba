"""ACL Anthology: XML volumes of old and new ids, markup, notices, single BibTeX entries."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from shortscience.sources.errors import SourceUnreadable
from tests.shared import shared
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

CASES: list[tuple[str, int, str, dict[str, Any]]] = [
    ("2020.nlp4convai.xml", 15, "2020.nlp4convai-1.1", {
        "title": "Using Alternate Representations of Text for Natural Language Understanding",
        "authors": ("Venkat Varada", "Charith Peris", "Yangsook Park", "Christopher Dipersio"),
        "year": 2020, "day": "", "section": "cs", "source": "ACL Anthology",
        "venue": "Proceedings of the 2nd Workshop on Natural Language Processing for"
        " Conversational AI",
        "keys": ["acl:2020.nlp4convai-1.1", "doi:10.18653/v1/2020.nlp4convai-1.1"],
        "details": {"entry_type": "inproceedings", "pages": "1-10",
                    "publisher": "Association for Computational Linguistics",
                    "url": "https://aclanthology.org/2020.nlp4convai-1.1/"},
        "starts": "One of the core components of voice assistants is the Natural Language",
        "ends": "when training data is limited.",
    }),
    ("2021.sigmorphon.xml", 29, "2021.sigmorphon-1.2", {
        "title": "Recursive prosody is not finite-state",
        "authors": ("Hossep Dolatian", "Aniello De Santo", "Thomas Graf"), "year": 2021,
        "keys": ["acl:2021.sigmorphon-1.2", "doi:10.18653/v1/2021.sigmorphon-1.2"],
    }),
    ("W10.xml", 793, "W10-0101", {
        "title": "Using Variance as a Stopping Criterion for Active Learning of Frame Assignment",
        "authors": ("Masood Ghayoomi",), "year": 2010, "keys": ["acl:W10-0101"], "starts": "",
        "venue": "Proceedings of the NAACL HLT 2010 Workshop on Active Learning for Natural"
        " Language Processing",
    }),
    ("W10.xml", 793, "W10-0103", {
        "title": "D-Confidence: An Active Learning Strategy which Efficiently Identifies Small"
        " Classes",
        "authors": ("Nuno Escudeiro", "Alípio Jorge"),
    }),
    ("W10.xml", 793, "W10-4421", {
        "title": "Automated Extraction of Tree Adjoining Grammars from a Treebank for Vietnamese",
        "count": 4, "first": "Phuong Le-Hong", "last": "Azim Roussanaly",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "number", "expected"), CASES)
def test_real_volumes(sample: str, count: int, number: str, expected: dict[str, Any]) -> None:
    found = read("acl", f"acl/{sample}")

    assert (len(found.records), found.refused) == (count, ())
    check(next(record for record in found.records if record.source_id == number), **expected)


@pytest.mark.parametrize("sample", ["2020.nlp4convai.xml", "2021.sigmorphon.xml", "W10.xml"])
def test_ids_are_those_that_the_volume_writes(sample: str) -> None:
    written = [
        str(url.text)
        for url in etree.parse(shared(f"data/samples/acl/{sample}")).iterfind(".//paper/url")
        if not str(url.text).startswith("http")
    ]
    made = {record.source_id for record in read("acl", f"acl/{sample}").records}

    assert written
    assert set(written) <= made


def test_a_formula_in_a_title_is_kept() -> None:
    titles = [record.title for record in read("acl", "acl/W10.xml").records]

    assert (
        "$F^2$ - New Technique for Recognition of User Emotional States in Spoken Dialogue Systems"
        in titles
    )


VOLUME = """<collection id="J20"><volume id="3" type="journal"><meta>
<booktitle>Computational Linguistics, Volume 46, Issue 3</booktitle>
<journal-title>Computational Linguistics</journal-title><journal-volume>46</journal-volume>
<journal-issue>3</journal-issue><year>2020</year><venue>ws</venue><venue>cl</venue></meta>
<frontmatter><url>J20-3000</url></frontmatter>
<paper id="1"><title>A <i>study</i> of <tex-math>x^2</tex-math> in <b>B</b></title>
<author><first/><last>Plato</last></author>
<author><first>Ana</first><last>de la Cruz</last><affiliation>U</affiliation></author>
<retracted date="2021-05-06">Made up.</retracted><erratum id="1" hash="x">J20-3001e1</erratum>
<revision id="1" href="J20-3001v1"/><revision id="2" href="J20-3001v2" date="2020-12-01"/>
</paper>
<paper id="12"><author><first>A</first><last>B</last></author></paper>
</volume><volume id="4"/></collection>"""


def test_journals_retractions_errata_and_revisions() -> None:
    """Written after the Anthology's schema."""
    found = parsed("acl", VOLUME)

    check(
        found.records[0],
        title="A study of $x^2$ in B",
        authors=("Plato", "Ana de la Cruz"),
        id="J20-3001",
        venue="cl",
        long="Computational Linguistics",
        notices=[("retraction", "", "2021-05-06", ""), ("correction", "", "", "")],
        versions=[(1, ""), (2, "2020-12-01")],
    )
    assert found.records[0].details["number"] == "3"
    assert refusals(found) == [
        ("line 12", "It has no title."),
        ("line 13", "This volume does not say what it is."),
    ]


def test_a_bibtex_entry_of_a_paper() -> None:
    found = parsed("acl", '@inproceedings{a-2020, title="T", author="Lee, Ann", year="2020"}')

    check(found.records[0], title="T", authors=("Ann Lee",), source="ACL Anthology")


def test_something_else_is_unreadable() -> None:
    with pytest.raises(SourceUnreadable):
        parsed("acl", "<html/>")
