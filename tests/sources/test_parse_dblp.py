"""DBLP: search, single records, and the dump as a stream."""

from __future__ import annotations

import resource
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pytest

from shortscience.papers.records import PaperRecord
from shortscience.sources.dblp.dump import iter_dump
from shortscience.sources.parsed import Refusal
from tests.sources.expected import check, parsed, read, refusals, told

pytestmark = pytest.mark.pure

CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("search_publ_api.json", 1, 0, {
        "title": "Attentional Transfer is All You Need: Technology-aware Layout Pattern Generation",
        "authors": ("Xiaopeng Zhang", "Haoyu Yang", "Evangeline F. Y. Young"), "year": 2021,
        "day": "", "venue": "DAC", "id": "conf/dac/ZhangYY21", "source": "DBLP",
        "keys": ["dblp:conf/dac/ZhangYY21", "doi:10.1109/dac18074.2021.9586227"],
        "details": {"entry_type": "inproceedings", "pages": "169-174",
                    "url": "https://doi.org/10.1109/DAC18074.2021.9586227"},
    }),
    ("search_publ_api.xml", 3, 0, {
        "title": "Rethinking Attention Mechanism: Channel Re-attention and Spatial Multi-region"
        " Attention for Fine-grained Visual Classification",
        "count": 8, "first": "Xiaohui Wang", "last": "Wei Liu", "year": 2025,
        "venue": "Neural Process. Lett.",
        "keys": ["dblp:journals/npl/WangSLZWWLL25", "doi:10.1007/s11063-025-11757-7"],
    }),
    ("search_publ_api.xml", 3, 2, {"id": "journals/sis/ShiLZYL25a", "count": 5}),
    ("rec_1.bib", 1, 0, {
        "title": "Discovering shared conceptualizations in folksonomies", "count": 5,
        "first": "Robert Jäschke", "last": "Gerd Stumme", "year": 2008, "venue": "J. Web Semant.",
        "keys": ["doi:10.1016/j.websem.2007.11.004", "dblp:journals/ws/JaschkeHSGS08"],
        "id": "journals/ws/JaschkeHSGS08", "source": "DBLP",
    }),
    ("rec_2.bib", 1, 0, {
        "title": "Enrichment and Ranking of the YouTube Tag Space and Integration with the Linked"
        " Data Cloud",
        "authors": ("Smitashree Choudhury", "John G. Breslin", "Alexandre Passant"), "year": 2009,
        "keys": ["doi:10.1007/978-3-642-04930-9_47", "dblp:conf/semweb/ChoudhuryBP09"],
    }),
    ("rec_5.bib", 1, 0, {"year": 2006, "count": 4, "last": "Gerd Stumme",
                         "title": "Emergent Semantics in BibSonomy"}),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "count", "index", "expected"), CASES)
def test_recorded_answers(sample: str, count: int, index: int, expected: dict[str, Any]) -> None:
    found = read("dblp", f"dblp/{sample}")

    assert len(found.records) == count
    assert found.refused == ()
    check(found.records[index], **expected)


def test_a_search_says_where_the_next_page_starts() -> None:
    assert read("dblp", "dblp/search_publ_api.xml").next == "3"


DUMP = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<article mdate="2018-01-07" key="journals/x/OezMueller36">
<author>Nevin &Ouml;z 0002</author><author orcid="0000-0001">J\xf6rg M&uuml;ller</author>
<title>On H<sub>2</sub>O &amp; <i>&eacute;t&eacute;</i>: 1 &lt; 2.</title>
<pages>21-23</pages><year>1998</year><journal>J. Symb. Log.</journal><volume>1</volume>
<ee type="oa">https://doi.org/10.2307/2269031</ee><ee>http://example.org/x</ee></article>
<article key="journals/corr/abs-1706-03762" publtype="informal"><author>A B</author>
<title>Attention Is All You Need.</title><year> </year><journal>CoRR</journal>
<volume>abs/1706.03762</volume><ee>http://arxiv.org/abs/1706.03762</ee></article>
<www key="homepages/o/NevinOez"><author>Nevin &Ouml;z 0002</author><title>Home Page</title></www>
<proceedings key="conf/x/2001"><editor>E</editor><title>Proceedings</title></proceedings>
<article key="journals/x/Bad"><author>C D</author><title>A paper.</title>
<year>20199</year></article>
<inproceedings key="conf/x/NoTitle"><author>C D</author><year>2001</year></inproceedings>
<article key="journals/x/Gone" publtype="withdrawn"><author>C D</author>
<title>Gone!</title></article>
<phdthesis key="phd/E"><author>E F</author><title>A thesis?</title><year>1990</year>
<school>A University</school></phdthesis>
</dblp>"""


def test_the_dump_is_read_without_its_dtd() -> None:
    """Written after DBLP's description; Latin-1, entities, homonyms, full stops, markup."""
    items = list(iter_dump(BytesIO(DUMP)))
    records = [item for item in items if isinstance(item, PaperRecord)]

    check(
        records[0],
        title="On H2O & été: 1 < 2",
        authors=("Nevin Öz", "Jörg Müller"),
        year=1998,
        venue="J. Symb. Log.",
        keys=["dblp:journals/x/OezMueller36", "doi:10.2307/2269031", "url:https://example.org/x"],
        details={"entry_type": "article", "pages": "21-23", "volume": "1",
                 "url": "https://doi.org/10.2307/2269031"},
    )  # fmt: skip
    check(records[1], year=None, keys=["arxiv:1706.03762", "dblp:journals/corr/abs-1706-03762"])
    assert told(records[2])["notices"] == [("withdrawal", "", "", "")]
    check(records[3], title="A thesis?", venue="A University", year=1990)
    assert [(i.where, str(i.reason)) for i in items if isinstance(i, Refusal)] == [
        ("line 14, journals/x/Bad", "The year “20199” cannot be right."),
        ("line 16, conf/x/NoTitle", "It has no title."),
    ]


def test_a_dump_that_breaks_off_says_where() -> None:
    items = list(iter_dump(BytesIO(DUMP[:900])))

    assert isinstance(items[0], PaperRecord)
    assert isinstance(items[-1], Refusal)
    assert items[-1].where.startswith("after line ")


def test_an_entity_that_a_read_cuts_in_two_is_whole() -> None:
    class Drip(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 7))

    records = [item for item in iter_dump(Drip(DUMP)) if isinstance(item, PaperRecord)]

    assert records[0].authors == ("Nevin Öz", "Jörg Müller")
    assert len(records) == 4


class Endless:
    """A dump of many records that is never in memory as a whole."""

    def __init__(self, count: int) -> None:
        self.left, self.count = b"<dblp>", count

    def read(self, size: int) -> bytes:
        while len(self.left) < size and self.count:
            self.count -= 1
            self.left += (
                b'<article key="journals/x/A%d"><author>A &Ouml; %d</author>'
                b"<title>About %d.</title><year>2001</year></article>\n"
                % (self.count, self.count, self.count)
            )
            if not self.count:
                self.left += b"</dblp>"
        piece, self.left = self.left[:size], self.left[size:]
        return piece


def resident() -> int:
    """Return the bytes of memory that this process holds; libxml2's are among them."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_memory_does_not_grow_with_the_dump() -> None:
    # Kept whole, 30,000 of these records would hold some 60 MB.
    file: IO[bytes] = Endless(30_000)  # type: ignore[assignment]
    items = iter_dump(file)
    for _item in islice(items, 3_000):
        pass
    before = resident()

    assert sum(1 for _item in items) == 27_000
    assert resident() - before < 8_000_000


def test_a_record_of_its_own_page() -> None:
    xml = '<dblpperson><r><article key="journals/x/A"><title>T.</title></article></r></dblpperson>'

    assert parsed("dblp", xml).records[0].title == "T"


def test_a_whole_volume_is_no_paper() -> None:
    xml = '<dblp><proceedings key="conf/x/2001"><title>Proceedings.</title></proceedings></dblp>'

    assert refusals(parsed("dblp", xml)) == [
        ("conf/x/2001", "This entry is a whole volume of proceedings, not a paper.")
    ]


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ('{"author": {"@pid": "1", "text": "Ann Lee 0003"}}', ("Ann Lee",)),
        ('{"author": [{"text": "A B"}, {"text": "C D"}]}', ("A B", "C D")),
        ("{}", ()),
        ("null", ()),
    ],
)
def test_one_author_is_an_object_and_several_are_a_list(
    authors: str, expected: tuple[str, ...]
) -> None:
    info = f'{{"authors": {authors}, "title": "T &amp; U.", "year": "2001", "venue": ["A", "B"]}}'
    json = f'{{"result": {{"hits": {{"@total": "1", "hit": {{"info": {info}}}}}}}}}'

    [record] = parsed("dblp", json).records

    check(record, title="T & U", authors=expected, venue="A", year=2001)
