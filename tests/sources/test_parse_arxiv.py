"""arXiv: Atom until 2025 and of 2026, OAI-PMH in three formats, errors, deletions, tokens."""

from __future__ import annotations

from typing import Any

import pytest

from shortscience.sources.errors import SourceRefused, SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure

ATOM, OAI = "arxiv-atom", "arxiv-oai"

CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    (f"{ATOM}/id_1601.00001_2020.xml", 1, 0, {
        "title": "Inelastic effects in molecular transport junctions: The probe technique at high"
        " bias",
        "authors": ("Michael Kilgour", "Dvira Segal"), "year": 2015, "day": "2015-12-26",
        "venue": "arXiv", "long": "arXiv e-Print archive", "source": "arXiv", "id": "1601.00001",
        "keys": ["arxiv:1601.00001", "doi:10.1063/1.4944470"],
        "keywords": ("cond-mat.mes-hall",), "versions": [(1, "2015-12-26")], "notices": [],
        "details": {"url": "https://arxiv.org/abs/1601.00001",
                    "journal_ref": "J. Chem. Phys. 144, 124107 (2016)"},
        "starts": "We extend the Landauer-Büttiker probe formalism for conductances to the high",
        "ends": "molecular electronic transport far-from-equilibrium.",
    }),
    (f"{ATOM}/search_csRO_2025.xml", 2, 0, {
        "title": "RDD: Retrieval-Based Demonstration Decomposer for Planner Alignment in"
        " Long-Horizon Tasks",
        "count": 4, "first": "Mingxuan Yan", "last": "Jiachen Li", "year": 2025,
        "day": "2025-10-16", "keys": ["arxiv:2510.14968"],
        "keywords": ("cs.RO", "cs.AI", "cs.CV", "cs.LG", "cs.SY", "eess.SY"),
        "starts": "To tackle long-horizon tasks, recent hierarchical vision-language-action (VLAs)",
    }),
    (f"{ATOM}/search_csRO_2025.xml", 2, 1, {
        "title": "Neural Implicit Flow Fields for Spatio-Temporal Motion Mapping",
        "count": 6, "first": "Yufei Zhu", "last": "Martin Magnusson", "keywords": ("cs.RO",),
        "ends": "modeling complex human motion patterns.",
    }),
    (f"{OAI}/arXiv_ListRecords_hep-th.xml", 3, 1, {
        "title": "Relativistic quantum dynamics of vector bosons in an Aharonov-Bohm potential",
        "authors": ("Luis B. Castro", "Edilberto O. Silva"), "year": 2015, "day": "2015-07-28",
        "keys": ["arxiv:1507.07790", "doi:10.1088/1751-8121/aa9c53"],
        "keywords": ("hep-th", "math-ph", "math.MP", "quant-ph"),
        "starts": "The Aharonov-Bohm (AB) problem for vector bosons by the Duffin-Kemmer-Petiau",
    }),
    (f"{OAI}/arXiv_ListRecords_hep-th.xml", 3, 2, {
        "count": 5, "authors": ("R. A. C. Correa", "D. M. Dantas", "P. H. R. S. Moraes",
                                "A. de Souza Dutra", "C. A. S. Almeida"),
        "day": "2016-07-06",
    }),
    (f"{OAI}/arXiv_record1.xml", 1, 0, {
        "title": "Neutrino Physics and Astrophysics with IceCube", "day": "2015-12-25",
        "authors": ("Teresa Maria Montaruli for the IceCube Collaboration",),
        "keys": ["arxiv:1512.07978"], "keywords": ("astro-ph.HE",),
    }),
    (f"{OAI}/arXiv_record4.xml", 1, 0, {
        "title": "BICEP2 / Keck Array VII: Matrix based E/B Separation applied to BICEP2 and the"
        " Keck Array",
        # The colon between the collaborations and their members is nobody.
        "count": 65, "first": "Keck Array", "last": "K. W. Yoon", "day": "2016-03-18",
        "ends": r"tensor-to-scalar ratio of $r<1\times10^{-4}$.",
    }),
    (f"{OAI}/arXiv_record6.xml", 1, 0, {
        "authors": ("E. Bufanda", "D. Hollowood", "for the DES Collaboration"),
        "title": "The Evolution of Active Galactic Nuclei in Clusters of Galaxies from the Dark"
        " Energy Survey",
        "keys": ["arxiv:1606.06775"], "keywords": ("astro-ph.HE", "astro-ph.GA"),
        "starts": "The correlation between active galactic nuclei (AGN) and environment",
    }),
    (f"{OAI}/arXiv_record_multi.xml", 12, 0, {
        "title": "Irreversible degradation of quantum coherence under relativistic motion",
        "count": 5, "first": "Planck Collaboration", "last": "Heng Fan", "day": "2016-01-13",
        "keys": ["arxiv:1601.03238", "doi:10.1103/physrevd.93.016005"],
    }),
    (f"{OAI}/arXiv_record_multi.xml", 12, 2, {
        "authors": ("Sinya for JLQCD Collaboration",), "keywords": ("hep-lat", "nucl-th"),
    }),
    (f"{OAI}/oai_dc_arxiv_0901_2443.xml", 1, 0, {
        "title": "Excitation energy and strength of the pygmy dipole resonance in stable tin"
        " isotopes",
        "count": 9, "first": "B. Özel", "last": "N. Tsoneva", "year": 2009, "day": "2009-01-16",
        "section": "ph", "keys": ["arxiv:0901.2443"],
        "starts": r"The $^{112,120}$Sn$(\gamma,\gamma')$ reactions have been studied",
    }),
    (f"{OAI}/oai_dc_arxiv_1711_04702.xml", 1, 0, {
        "count": 5, "first": "Deisy Morselli Gysi", "last": "Katja Nowick", "section": "bio",
        "day": "2017-11-13", "keywords": ("Quantitative Biology - Molecular Networks",),
    }),
    (f"{OAI}/oai_dc_arxiv_math_0306266.xml", 1, 0, {
        "title": "The Lovasz number of random graphs", "authors": ("Amin Coja-Oghlan",),
        "keys": ["arxiv:math/0306266", "doi:10.1017/s0963548305006826"], "day": "2003-06-18",
        "id": "math/0306266", "section": None,
    }),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "index", "expected"), CASES)
def test_recorded_answers(sample: str, count: int, index: int, expected: dict[str, Any]) -> None:
    found = read("arxiv", sample)

    assert len(found.records) == count
    assert found.refused == ()
    check(found.records[index], **expected)


def test_an_empty_feed_is_no_error() -> None:
    found = read("arxiv", f"{ATOM}/empty_2025.xml")

    assert (found.records, found.refused, found.next) == ((), (), None)


def test_a_feed_says_where_the_next_page_starts() -> None:
    assert read("arxiv", f"{ATOM}/search_csRO_2025.xml").next == "2"
    assert read("arxiv", f"{ATOM}/id_1601.00001_2020.xml").next is None


FEED_2026 = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/cHxb</id>
  <title>arXiv Query: search_query=all:attention&amp;id_list=&amp;start=5&amp;max_results=1</title>
  <updated>2026-03-02T10:00:00Z</updated>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <opensearch:totalResults>7</opensearch:totalResults>
  <opensearch:startIndex>5</opensearch:startIndex>
  <entry>
    <id>https://arxiv.org/abs/hep-th/9901001v3</id>
    <title>On $\\beta$ &lt; 1 and  M\\"obius
      strips</title>
    <updated>1999-05-04T00:00:00Z</updated>
    <link href="https://arxiv.org/abs/hep-th/9901001v3" rel="alternate" type="text/html"/>
    <summary>First part, about ~ 8 of them.
  Second part costs \\$5.</summary>
    <category term="hep-th" scheme="http://arxiv.org/schemas/atom"/>
    <category term="math.MP" scheme="http://arxiv.org/schemas/atom"/>
    <published>1999-01-01T00:00:01Z</published>
    <arxiv:comment>This paper has been withdrawn by the author due to an error</arxiv:comment>
    <arxiv:primary_category term="math.MP"/>
    <author><name>Ana García-López</name></author>
    <author><name>The LHC Team</name></author>
  </entry>
</feed>"""


def test_the_form_of_2026_and_an_old_style_id() -> None:
    """Written after its description; no recorded answer of it was at hand."""
    found = parsed("arxiv", FEED_2026)

    check(
        found.records[0],
        title="On $\\beta$ < 1 and Möbius strips",
        authors=("Ana García-López", "The LHC Team"),
        keys=["arxiv:hep-th/9901001"],
        keywords=("math.MP", "hep-th"),
        day="1999-01-01",
        versions=[(1, "1999-01-01"), (3, "1999-05-04")],
        notices=[("withdrawal", "", "", "")],
    )
    assert found.records[0].abstract == "First part, about ~ 8 of them.\n\nSecond part costs $5."
    assert found.next == "6"


def test_an_error_of_the_search_interface_is_told() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom"><entry>
      <id>http://arxiv.org/api/errors#incorrect_id_format_for_1</id><title>Error</title>
      <summary>incorrect id format for 1</summary></entry></feed>"""

    assert refusals(parsed("arxiv", feed)) == [("arXiv", "incorrect id format for 1")]


def oai(inner: str) -> str:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inner}</OAI-PMH>'


RAW = """<ListRecords><record><header><identifier>oai:arXiv.org:0704.0001</identifier></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>0704.0001</id>
<submitter>Pavel Nadolsky</submitter>
<version version="v1"><date>Mon, 2 Apr 2007 19:18:42 GMT</date><size>1kb</size></version>
<version version="v2"><date>Tue, 24 Jul 2007 20:10:27 GMT</date></version>
<title>Calculation of prompt diphoton production</title>
<authors>C. Bal\\'azs (1, 2), E. L. Berger, Jr., and C.-P. Yuan
  ((1) Here (and there), (2) Far)</authors>
<categories>hep-ph</categories><doi>10.1103/PhysRevD.76.013009</doi>
<abstract>  A fully differential calculation.</abstract></arXivRaw></metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:cs/0101001</identifier></header></record>
<record><header><identifier>oai:arXiv.org:0704.0002</identifier></header></record>
<resumptionToken cursor="0" completeListSize="9">1|1001</resumptionToken></ListRecords>"""


def test_raw_records_deletions_and_tokens() -> None:
    """Written after the descriptions of arXivRaw and OAI-PMH 2.0."""
    found = parsed("arxiv", oai(RAW))

    check(
        found.records[0],
        authors=("C. Balázs", "E. L. Berger Jr", "C.-P. Yuan"),
        year=2007,
        versions=[(1, "2007-04-02"), (2, "2007-07-24")],
    )
    assert [key.value for key in found.gone] == ["cs/0101001"]
    assert refusals(found) == [("oai:arXiv.org:0704.0002", "It has no metadata.")]
    assert found.next == "1|1001"


def test_the_last_page_has_an_empty_token() -> None:
    assert parsed("arxiv", oai("<ListRecords><resumptionToken/></ListRecords>")).next is None


def test_errors_of_oai_pmh() -> None:
    nothing = parsed("arxiv", oai('<error code="noRecordsMatch">none</error>'))
    unknown = parsed("arxiv", oai('<error code="idDoesNotExist">no such id</error>'))

    assert nothing.refused == ()
    assert refusals(unknown) == [("arXiv", "arXiv does not know this paper.")]
    with pytest.raises(SourceRefused, match="badResumptionToken expired"):
        parsed("arxiv", oai('<error code="badResumptionToken">expired</error>'))


@pytest.mark.parametrize("payload", ["<html><body>Rate exceeded.</body></html>", "Rate exceeded."])
def test_something_else_is_unreadable(payload: str) -> None:
    with pytest.raises(SourceUnreadable):
        parsed("arxiv", payload)
