"""Two papers that are one: what moves, what stays, and that an undo gives everything back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.lib.errors import Conflict, NotAllowed, Refused
from shortscience.lib.sections import Section
from shortscience.moderation.actions import restore
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.moderation.models import LogEntry
from shortscience.papers.models import DoubtfulPair, Identifier, Paper, PaperMerge, PaperNotice
from shortscience.summaries import counts
from shortscience.summaries.actions import delete_summary, save_summary
from shortscience.summaries.models import Citation, SectionCount, Summary
from shortscience.venues.models import Venue, VenueYear
from shortscience.voting.actions import vote_on_summary
from shortscience.voting.models import SummaryVote
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue

pytestmark = pytest.mark.django_db

# Every relation to a paper is one that moves with a merge or one that stays: a new one fails here
# until somebody has decided which.
MOVES = {
    *("Identifier", "PaperNotice", "Summary", "Comment", "Citation", "Paper"),
    *("SavedPaper", "ListItem", "Claim", "Reproduction", "ExternalEvidence"),
}
# A draft follows its paper to where a merge led it (`DraftQuerySet.about`), and so does what a
# person does not want to hear of; counts of readers stay as they were counted.
STAYS = {
    *("PaperMerge", "MetadataSuggestion", "DoubtfulPair", "Report", "LogEntry", "Draft"),
    *("MentionMute", "ReaderDay"),
}


@pytest.fixture
def pair(db: None) -> tuple[Paper, Paper]:
    """The published paper, which is kept, and its preprint."""
    keep = make_paper("Deep Nets", keys=("10.1000/x",), venue=make_venue("CVPR"), year=2016)
    drop = make_paper("Deep Nets (preprint)", keys=("1512.03385",), year=2015, abstract="Told.")
    return keep, drop


def merge(keep: Paper, drop: Paper, by: User, reason: str = "Preprint") -> PaperMerge:
    return merge_papers(keep=keep, drop=drop, by=by, reason=reason)


def test_every_relation_to_a_paper_has_a_place_in_a_merge() -> None:
    relations = {
        field.related_model.__name__
        for field in Paper._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and isinstance(field.related_model, type)
    }

    assert relations == MOVES | STAYS


def test_keys_texts_comments_and_votes_move(pair: tuple[Paper, Paper], mona: User) -> None:
    keep, drop = pair
    summary = make_summary(drop, score=3)
    on_paper = make_comment(paper=drop)
    citing = make_summary(text="As in \\cite{1512.03385}.")

    merge(keep, drop, mona)

    keep.refresh_from_db()
    assert {str(row) for row in keep.identifiers.all()} >= {"doi:10.1000/x", "arxiv:1512.03385"}
    summary.refresh_from_db()
    assert (summary.paper, summary.score, keep.summary_count) == (keep, 3, 1)
    on_paper.refresh_from_db()
    assert (on_paper.paper, keep.comment_count) == (keep, 1)
    assert citing.citations.get().paper == keep
    assert keep.abstract == "Told."


def test_the_old_address_and_keys_lead_to_the_kept_paper(
    pair: tuple[Paper, Paper], mona: User, client: Client
) -> None:
    keep, drop = pair
    merge(keep, drop, mona)

    for address in (f"/p/{drop.pk}", drop.get_absolute_url(), f"{drop.get_absolute_url()}/bibtex"):
        answer = client.get(address)
        assert answer.status_code == 301, address
        assert answer["Location"].startswith(keep.get_absolute_url())
    assert Paper.objects.known_by(f"shortscience/{drop.pk}").get() == keep
    assert Paper.objects.known_by("1512.03385").get() == keep


def test_lists_and_counts_have_the_paper_once(pair: tuple[Paper, Paper], mona: User) -> None:
    keep, drop = pair
    venue = make_venue("ICML")
    Paper.objects.filter(pk=drop.pk).update(venue=venue)
    make_summary(keep)
    make_summary(drop)
    counts.recount()

    merge(keep, drop, mona)

    assert not Paper.objects.visible_to(mona).filter(pk=drop.pk).exists()
    assert not VenueYear.objects.filter(venue=venue).exists()
    assert set(counts.recount().values()) == {0}


def test_a_person_with_a_text_on_both_has_two_on_one(
    pair: tuple[Paper, Paper], mona: User, alice: User
) -> None:
    keep, drop = pair
    first = make_summary(keep, writer=alice, anonymous=True, text="Hidden me.")
    second = make_summary(drop, writer=alice, text="It is me.")

    merge(keep, drop, mona)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.paper, second.paper) == (keep, keep)
    # Nothing about the named one tells that there is another by her.
    assert (second.anchor, second.nth, first.nth) == ("alice", 0, 1)
    assert {first.is_public, second.is_public} == {True}


def test_each_of_two_texts_is_edited_and_deleted_alone(
    pair: tuple[Paper, Paper], mona: User, alice: User
) -> None:
    keep, drop = pair
    first = make_summary(keep, writer=alice, text="One.")
    second = make_summary(drop, writer=alice, text="Two.")
    merge(keep, drop, mona)

    save_summary(
        writer=alice, paper=keep, text="Two, better.", base_version=second.version, which=second.pk
    )
    delete_summary(summary=first, by=alice)

    remaining = Summary.objects.get(author=alice)
    assert (remaining.text, remaining.nth, remaining.anchor) == ("Two, better.", 0, "alice")


def test_it_stands_in_the_public_log(pair: tuple[Paper, Paper], mona: User, client: Client) -> None:
    done = merge(*pair, mona, "Preprint and publication")
    undo_merge(merge=done, by=mona, reason="Two works after all")

    page = client.get("/log").content.decode()

    assert "Preprint and publication" in page
    assert "Two works after all" in page
    assert list(LogEntry.objects.values_list("act", flat=True)) == ["merge", "unmerge"]


def test_a_doubtful_pair_is_answered_by_it(pair: tuple[Paper, Paper], mona: User) -> None:
    doubt = DoubtfulPair.objects.create(first=pair[0], second=pair[1], reasons="similar title")

    done = merge(*pair, mona)
    doubt.refresh_from_db()
    assert doubt.state == "merged"
    undo_merge(merge=done, by=mona, reason="No")
    doubt.refresh_from_db()
    assert doubt.state == "different"


def test_what_was_written_since_stays(pair: tuple[Paper, Paper], mona: User, bob: User) -> None:
    keep, drop = pair
    moved = make_summary(drop)
    done = merge(keep, drop, mona)
    moved.refresh_from_db()
    new = make_summary(keep, writer=bob)
    answer = make_comment(summary=moved)
    aside = make_comment(summary=new)

    undo_merge(merge=done, by=mona, reason="Two works")

    new.refresh_from_db()
    moved.refresh_from_db()
    assert (new.paper, moved.paper) == (keep, drop)
    assert Comment.objects.get(pk=answer.pk).paper == drop
    assert Comment.objects.get(pk=aside.pk).paper == keep
    assert set(counts.recount().values()) == {0}


def test_a_correction_made_since_survives_the_undo(pair: tuple[Paper, Paper], mona: User) -> None:
    keep, drop = pair
    done = merge(keep, drop, mona)
    Paper.objects.filter(pk=keep.pk).update(abstract="Corrected.")

    undo_merge(merge=done, by=mona, reason="Two works")

    keep.refresh_from_db()
    assert keep.abstract == "Corrected."


def test_a_chain_of_merges_leads_to_its_end_and_is_undone_backwards(
    pair: tuple[Paper, Paper], mona: User
) -> None:
    keep, drop = pair
    last = make_paper("Deep Nets, the journal version")
    first = merge(keep, drop, mona)
    second = merge(last, Paper.objects.get(pk=keep.pk), mona)

    drop.refresh_from_db()
    assert drop.merged_into == last
    with pytest.raises(Conflict):
        undo_merge(merge=first, by=mona, reason="No")
    undo_merge(merge=second, by=mona, reason="No")
    drop.refresh_from_db()
    assert drop.merged_into == keep
    undo_merge(merge=first, by=mona, reason="No")
    drop.refresh_from_db()
    assert drop.merged_into is None


def test_what_cannot_be_merged_is_refused(
    pair: tuple[Paper, Paper], mona: User, alice: User
) -> None:
    keep, drop = pair
    with pytest.raises(NotAllowed):
        merge(keep, drop, alice)
    with pytest.raises(Refused):
        merge(keep, keep, mona)
    done = merge(keep, drop, mona)
    with pytest.raises(Conflict):
        merge(keep, drop, mona)
    with pytest.raises(Refused):
        restore(moderator=mona, target=Paper.objects.get(pk=drop.pk), reason="Why not")
    undo_merge(merge=done, by=mona, reason="No")
    with pytest.raises(Conflict):
        undo_merge(merge=done, by=mona, reason="Again")


# --- the property -----------------------------------------------------------------------------
TABLES = (Paper, Identifier, PaperNotice, Summary, SummaryVote, Comment, Citation, Venue)
PEOPLE = 3
DRAWN = st.fixed_dictionaries(
    {
        "texts": st.lists(
            st.tuples(
                st.integers(0, PEOPLE - 1), st.sampled_from(["keep", "drop"]),
                st.booleans(), st.booleans(), st.integers(0, 2),
            ),
            max_size=6,
            unique_by=lambda text: text[:2],
        ),
        "comments": st.lists(st.sampled_from(["keep", "drop", "text"]), max_size=4),
        "cites": st.lists(st.sampled_from(["10.1000/x", "1512.03385"]), max_size=3),
        "venues": st.tuples(*[st.sampled_from([None, "CVPR", "arXiv", "ICML"])] * 2),
        "years": st.tuples(*[st.sampled_from([None, 2015, 2016])] * 2),
        "sections": st.tuples(*[st.sampled_from([Section.CS, Section.BIO, Section.OTHER])] * 2),
        "abstracts": st.tuples(*[st.sampled_from(["", "Told."])] * 2),
        "notices": st.tuples(*[st.booleans()] * 2),
    }
)  # fmt: skip


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows that a merge can touch, those of counts without zeros."""
    rows: dict[str, list[dict[str, Any]]] = {
        model.__name__: [dict(row) for row in model._default_manager.order_by("pk").values()]
        for model in TABLES
    }
    years = VenueYear.objects.filter(
        models.Q(paper_count__gt=0) | models.Q(summarised_count__gt=0)
    ).order_by("venue", "year")
    columns = ("venue", "year", "paper_count", "summarised_count")
    rows["years"] = [dict(row) for row in years.values(*columns)]
    sections = SectionCount.objects.exclude(summaries=0).order_by("pk")
    rows["sections"] = [dict(row) for row in sections.values()]
    return rows


class TestMergeThenUndo(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn=DRAWN)
    def test_gives_every_row_back(self, drawn: dict[str, Any]) -> None:
        mona = make_user(is_staff=True)
        keep, drop = build(drawn)
        counts.recount()
        before = everything()

        first, second = Paper.objects.filter(pk__in=[keep.pk, drop.pk]).order_by("pk")
        done = merge(first, second, by=mona)
        wrong_between = {k: n for k, n in counts.recount().items() if n}
        undo_merge(merge=done, by=mona, reason="Two works")

        assert wrong_between == {}
        assert everything() == before
        assert set(counts.recount().values()) == {0}


def build(drawn: dict[str, Any]) -> tuple[Paper, Paper]:
    kinds = {"arXiv": Venue.Kind.PREPRINTS}
    venues = {
        name: make_venue(name) for name in sorted({v for v in drawn["venues"] if v is not None})
    }
    for name, venue in venues.items():
        Venue.objects.filter(pk=venue.pk).update(kind=kinds.get(name, Venue.Kind.CONFERENCE))
    papers = {
        which: make_paper(
            f"Deep Nets {which}",
            keys=(key,),
            venue=venues.get(drawn["venues"][n]),
            year=drawn["years"][n],
            section=drawn["sections"][n],
            abstract=drawn["abstracts"][n],
        )
        for n, (which, key) in enumerate([("keep", "10.1000/x"), ("drop", "1512.03385")])
    }
    for n, paper in enumerate(papers.values()):
        if drawn["notices"][n]:
            PaperNotice.objects.create(paper=paper, kind="retraction", doi="10.1000/r")
    people = [make_user() for _ in range(PEOPLE)]
    texts = []
    for who, where, anonymous, private, votes in drawn["texts"]:
        text = make_summary(papers[where], writer=people[who], anonymous=anonymous, private=private)
        for _ in range(0 if private else votes):
            vote_on_summary(voter=make_user(), summary=text, value=1)
        texts.append(text)
    for where in drawn["comments"]:
        public = [text for text in texts if text.is_public]
        if where != "text":
            make_comment(parent=make_comment(paper=papers[where]))
        elif public:
            make_comment(parent=make_comment(summary=public[-1]))
    for key in drawn["cites"]:
        make_summary(text=f"See \\cite{{{key}}}.")
    return papers["keep"], papers["drop"]
