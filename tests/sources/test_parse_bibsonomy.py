"""BibSonomy: the reference documents of its makers, XML and JSON."""

from __future__ import annotations

import pytest

from shortscience.sources.errors import SourceRefused, SourceUnreadable
from tests.sources.expected import check, parsed, read, refusals

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("sample", ["posts.xml", "posts.json"])
def test_posts(sample: str) -> None:
    found = read("bibsonomy", f"bibsonomy/{sample}")

    check(
        found.records[0],
        title="The Art of Computer Programming",
        authors=("Donald E. Knuth",),
        year=1998,
        keywords=("foobar",),
        # A member's own cite key is nobody else's.
        keys=[],
        id="knuth1998computer",
        source="BibSonomy",
        details={"entry_type": "book"},
    )
    assert len(found.records) == 1
    assert refusals(found) == [("record 2", "This post is a bookmark, not a paper.")]
    assert found.next == "www.bibsonomy.org/foo/bar"


def test_a_post_of_the_community() -> None:
    [record] = read("bibsonomy", "bibsonomy/gold_standard_publication.xml").records

    check(
        record,
        title="The ten famoust",
        authors=("John Doe",),
        year=2004,
        keys=["bibsonomy:9fbfff0ad07c0382055333d1fd9ffb38"],
    )


@pytest.mark.parametrize("sample", ["post.xml", "posts_quoting.xml"])
def test_bookmarks_are_no_papers(sample: str) -> None:
    assert read("bibsonomy", f"bibsonomy/{sample}").records == ()


def test_a_refusal_is_told() -> None:
    with pytest.raises(SourceRefused, match="Please authenticate yourself"):
        read("bibsonomy", "bibsonomy/fail_auth.xml")


def test_identifiers_among_the_other_fields() -> None:
    """Written after its description."""
    xml = """<bibsonomy stat="ok"><post><bibtex title="{\\"U}ber $x$" bibtexKey="conf/x/Y99"
      author="Lee, Ann and Wang, Bo" year="1999" month="5" day="6" journal="J. X"
      misc="doi = {10.1234/x}, eprint = {1706.03762}" bibtexAbstract="We."/></post></bibsonomy>"""

    [record] = parsed("bibsonomy", xml.replace('\\"U', "&#92;&quot;U")).records

    check(
        record,
        title="Über $x$",
        authors=("Ann Lee", "Bo Wang"),
        day="1999-05-06",
        venue="J. X",
        keys=["dblp:conf/x/Y99", "doi:10.1234/x", "arxiv:1706.03762"],
        starts="We.",
    )


@pytest.mark.parametrize("payload", ["<html/>", "{}", '{"stat": "ok"}'])
def test_something_else_is_unreadable(payload: str) -> None:
    with pytest.raises(SourceUnreadable):
        parsed("bibsonomy", payload)
