"""What becomes of a record: a new paper, part of one we have, or nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shortscience.accounts.models import User
from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.sections import Section
from shortscience.moderation.merging import merge_papers
from shortscience.papers import provenance
from shortscience.papers.corrections import suggest
from shortscience.papers.fields import Field
from shortscience.papers.intake import Outcome, take_in
from shortscience.papers.matching import Reason
from shortscience.papers.models import DoubtfulPair, Identifier, Paper, PaperNotice
from shortscience.papers.records import Notice, NoticeKind, PaperRecord, Version
from shortscience.venues.actions import VenueFinder
from shortscience.venues.curated import load_curated

pytestmark = pytest.mark.django_db

RESNET = PaperRecord(
    title="Deep Residual Learning for Image Recognition",
    authors=("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun"),
    year=2015,
)
ARXIV = candidates("arxiv:1512.03385")
DOI = candidates("10.1109/cvpr.2016.90")


@pytest.fixture(autouse=True)
def _curated(db: None) -> None:
    load_curated()


def record(keys: Sequence[Key] = (), **fields: Any) -> PaperRecord:
    return replace(RESNET, keys=tuple(keys), **fields)


def outcomes(*records: PaperRecord) -> list[str]:
    return [taken.outcome.value for taken in take_in(records)]


def test_a_record_becomes_a_paper_with_its_keys_and_venue() -> None:
    (taken,) = take_in([record(ARXIV, venue="arXiv", keywords=("cs.CV",))])

    paper = Paper.objects.get()
    assert taken.outcome is Outcome.ADDED
    assert taken.paper == paper
    assert [str(row) for row in paper.identifiers.all()] == ["arxiv:1512.03385"]
    assert paper.venue is not None
    assert (paper.venue.short_name, paper.section) == ("arXiv", Section.CS)


def test_the_same_record_again_changes_nothing() -> None:
    take_in([record(ARXIV, venue="arXiv")])

    assert outcomes(record(ARXIV, venue="arXiv")) == ["unchanged"]
    assert Paper.objects.count() == 1


def test_a_record_without_any_key_is_met_again() -> None:
    nobody = PaperRecord(title="Preface", year=2010, venue="COLT")
    take_in([nobody])

    assert outcomes(nobody) == ["unchanged"]


def test_a_preprint_and_its_publication_are_one_paper() -> None:
    take_in([record(ARXIV, venue="arXiv", published_on=date(2015, 12, 10))])

    assert outcomes(record(DOI, venue="CVPR", year=2016)) == ["merged"]

    paper = Paper.objects.get()
    assert paper.venue is not None
    assert (paper.venue.short_name, paper.year) == ("CVPR", 2016)
    assert paper.published_on == date(2015, 12, 10)
    assert Identifier.objects.count() == 2


def test_a_preprint_that_comes_second_does_not_take_the_venue_back() -> None:
    take_in([record(DOI, venue="CVPR", year=2016)])

    take_in([record(ARXIV, venue="arXiv", published_on=date(2015, 12, 10))])

    paper = Paper.objects.get()
    assert paper.venue is not None
    assert (paper.venue.short_name, paper.year) == ("CVPR", 2016)
    assert paper.published_on == date(2015, 12, 10)


def test_two_records_of_one_batch_can_be_one_paper() -> None:
    assert outcomes(record(ARXIV), record(DOI, year=2016), record(ARXIV)) == [
        "added",
        "merged",
        "unchanged",
    ]


def test_different_dois_are_different_works() -> None:
    take_in([record(DOI)])

    assert outcomes(record(candidates("10.1000/another"))) == ["added"]


@pytest.mark.parametrize(
    "other",
    [
        {"year": 2018},
        {"authors": ("Somebody Else", "Kaiming He")},
        {"title": "Deep Residual Learning for Speech"},
    ],
    ids=["years apart", "another first author", "another title"],
)
def test_a_doubtful_pair_stays_two(other: dict[str, Any]) -> None:
    take_in([record(ARXIV)])

    assert outcomes(record(**other)) == ["added"]


@pytest.mark.parametrize("title", ["Introduction", "Editorial", "Book Reviews"])
def test_a_title_that_many_volumes_have_never_joins(title: str) -> None:
    take_in([record(candidates("acl:J01-1001"), title=title)])

    assert outcomes(record(candidates("10.1162/x"), title=title)) == ["added"]


def test_a_short_title_needs_the_same_authors() -> None:
    take_in([record(ARXIV, title="Fast R-CNN", authors=("Ross Girshick",))])

    assert outcomes(record(title="Fast R-CNN", authors=("Ross Girshick", "X Y"))) == ["added"]
    assert outcomes(record(DOI, title="Fast R-CNN", authors=("R. Girshick",))) == ["merged"]


def test_keys_of_two_papers_join_neither_and_are_reported() -> None:
    take_in([record(ARXIV), record(DOI, title="Deep Residual Learning in Images")])

    (taken,) = take_in([record([*ARXIV, *DOI])])

    assert taken.outcome is Outcome.MERGED
    assert "belong to 2 papers" in taken.doubt
    assert Paper.objects.count() == 2


def test_a_key_that_a_source_printed_wrongly_does_not_swallow_the_paper() -> None:
    take_in([record(DOI)])
    stranger = PaperRecord(
        title="A Study of Bees", authors=("Ada Lovelace",), year=2015, keys=tuple(DOI)
    )

    (taken,) = take_in([stranger])

    assert taken.outcome is Outcome.ADDED
    assert "belongs to another paper" in taken.doubt


def test_blanks_are_filled_and_what_is_there_stays() -> None:
    take_in([record(ARXIV, authors=("K. He", "X. Zhang"), source="arXiv")])

    take_in([record(ARXIV, abstract="Nets.", source="DBLP", keywords=("cs.CV",))])

    paper = Paper.objects.get()
    assert paper.authors == list(RESNET.authors)
    assert (paper.abstract, paper.source, paper.keywords) == ("Nets.", "arXiv", ["cs.CV"])
    assert paper.section == Section.CS


def test_a_list_of_authors_printed_twice_is_taken_once() -> None:
    take_in([record(authors=("Ada Lovelace", "Charles Babbage") * 2)])

    assert Paper.objects.get().authors == ["Ada Lovelace", "Charles Babbage"]


def test_a_father_and_his_son_of_one_name_stay_two() -> None:
    take_in([record(authors=("Iztok Fister", "Iztok Fister"))])

    assert Paper.objects.get().authors == ["Iztok Fister", "Iztok Fister"]


def test_what_no_database_can_store_is_left_out() -> None:
    take_in([record(abstract="a\0b\ud800c", authors=("Ada\0 Lovelace",))])

    paper = Paper.objects.get()
    assert (paper.abstract, paper.authors) == ("abc", ["Ada Lovelace"])


def test_the_number_of_queries_does_not_grow_with_the_batch(
    django_assert_max_num_queries: Any,
) -> None:
    finder = VenueFinder()
    batches = [
        [
            record(
                candidates(f"arxiv:{month:04d}.{number:05d}"),
                title=f"Paper {number} about matter {month}",
                venue="arXiv",
            )
            for number in range(size)
        ]
        for month, size in ((1501, 2), (1502, 40))
    ]
    for batch in batches:
        with django_assert_max_num_queries(10):
            take_in(batch, venues=finder)
        with django_assert_max_num_queries(10):
            take_in(batch, venues=finder)


# --- what is kept beside the paper ------------------------------------------------------------
def test_a_work_whose_title_changed_a_word_is_met_again() -> None:
    take_in(
        [record(ARXIV, title="Deep Residual Learning for Image Recognition Tasks", venue="arXiv")]
    )

    assert outcomes(
        record(DOI, title="Deep Residual Learning in Image Recognition Task", year=2016)
    ) == ["merged"]


def test_what_is_doubtful_waits_on_the_list() -> None:
    take_in([record(candidates("10.1000/one"))])

    assert outcomes(record(candidates("10.1000/another"))) == ["added"]

    pair = DoubtfulPair.objects.get()
    assert (pair.first.title, pair.state) == (RESNET.title, "open")
    assert Reason.OTHER_KEY in pair.reason_list


def test_a_pair_is_listed_once() -> None:
    take_in([record(candidates("10.1000/one")), record(candidates("10.1000/another"))])
    take_in([record(candidates("10.1000/one")), record(candidates("10.1000/another"))])

    assert DoubtfulPair.objects.count() == 1


def test_each_field_keeps_who_told_it() -> None:
    take_in([record(ARXIV, venue="arXiv", source="arXiv")])
    take_in([record([*ARXIV, *DOI], venue="CVPR", year=2016, source="DBLP", abstract="Told.")])

    told = Paper.objects.get().provenance
    assert [provenance.origin_of(told, name).source for name in ("title", "venue", "abstract")] == [
        "arXiv", "DBLP", "DBLP",
    ]  # fmt: skip
    assert len(str(told)) < 150


def test_what_members_corrected_stays(mona: User) -> None:
    take_in([record(ARXIV, authors=("K. He",), venue="arXiv")])
    paper = Paper.objects.get()
    suggest(member=mona, paper=paper, field=Field.AUTHORS, value=["Kaiming He"])

    take_in([record(ARXIV)])

    paper.refresh_from_db()
    assert paper.authors == ["Kaiming He"]


def test_versions_are_kept_and_completed() -> None:
    first, second = Version(1, date(2015, 12, 10)), Version(2)
    take_in([record(ARXIV, versions=(first,))])
    take_in([record(ARXIV, versions=(second,))])

    assert Paper.objects.get().versions == [[1, "2015-12-10"], [2, None]]


def test_notices_of_a_paper_and_about_another_are_kept_once() -> None:
    own = record(DOI, notices=(Notice(NoticeKind.CORRECTION, doi="10.1000/c"),))
    about = PaperRecord(
        title="Retraction: Deep Residual Learning for Image Recognition",
        authors=RESNET.authors,
        keys=tuple(candidates("10.1000/r")),
        notices=(Notice(NoticeKind.RETRACTION, doi="10.1000/r", of="10.1109/cvpr.2016.90"),),
    )

    for _ in range(2):
        take_in([own, about])

    paper = Paper.objects.known_by("10.1109/cvpr.2016.90").get()
    assert set(paper.notices.values_list("kind", "doi")) == {
        ("correction", "10.1000/c"),
        ("retraction", "10.1000/r"),
    }
    assert PaperNotice.objects.count() == 2


def test_nothing_joins_a_paper_that_was_merged_away(mona: User) -> None:
    take_in([record(ARXIV), record(DOI, title="Deep Residual Learning, or so")])
    drop, keep = Paper.objects.order_by("pk")
    merge_papers(keep=keep, drop=drop, by=mona, reason="One work")

    (taken,) = take_in([record(ARXIV)])

    assert taken.paper == keep
