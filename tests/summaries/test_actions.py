"""Writing, changing and deleting summaries."""

from __future__ import annotations

import pytest

from shortscience.accounts.models import User
from shortscience.lib.errors import SignInFirst, TooFast
from shortscience.summaries import counts
from shortscience.summaries.actions import delete_summary, save_summary
from shortscience.summaries.models import Citation, SectionCount, Summary
from shortscience.summaries.rules import NEW_SUMMARIES, AlreadyWritten, ChangedMeanwhile, NotYours
from shortscience.voting.actions import vote_on_summary
from shortscience.voting.rules import OwnSummaryVote
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue

pytestmark = pytest.mark.django_db


def test_saving_renders_the_text_and_counts_it(alice: User) -> None:
    venue = make_venue()
    paper = make_paper(venue=venue, year=2016)

    summary = save_summary(writer=alice, paper=paper, text="Keep $x$ and *add*.")

    assert "<math" in summary.html
    assert "<em>add</em>" in summary.html
    assert summary.published_at is not None
    paper.refresh_from_db()
    alice.refresh_from_db()
    venue.refresh_from_db()
    assert (paper.summary_count, alice.public_summaries, venue.summarised_count) == (1, 1, 1)
    assert SectionCount.objects.get(section=counts.ALL).summaries == 1


def test_a_stranger_cannot_write() -> None:
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(SignInFirst):
        save_summary(writer=AnonymousUser(), paper=make_paper(), text="x")


def test_a_second_new_summary_of_one_paper_is_refused_and_the_first_kept(alice: User) -> None:
    first = make_summary(writer=alice, text="first")

    with pytest.raises(AlreadyWritten) as refused:
        save_summary(writer=alice, paper=first.paper, text="second")

    assert refused.value.existing == first
    assert Summary.objects.get().text == "first"


def test_an_editor_that_started_from_an_older_version_is_told(alice: User) -> None:
    summary = make_summary(writer=alice, text="one")
    save_summary(writer=alice, paper=summary.paper, text="two", base_version=summary.version)

    with pytest.raises(ChangedMeanwhile):
        save_summary(writer=alice, paper=summary.paper, text="three", base_version=summary.version)


def test_a_private_summary_has_no_publication_date_until_it_is_public(alice: User) -> None:
    summary = make_summary(writer=alice, private=True)
    assert (summary.published_at, summary.is_public) == (None, False)

    saved = save_summary(
        writer=alice, paper=summary.paper, text="now public", base_version=summary.version
    )
    saved.refresh_from_db()

    assert saved.published_at is not None
    assert saved.is_public
    assert not saved.is_edited


def test_an_anonymous_summary_does_not_count_for_its_writer(alice: User) -> None:
    make_summary(writer=alice, anonymous=True)

    alice.refresh_from_db()

    assert alice.public_summaries == 0


def test_a_cite_links_to_the_paper_and_the_paper_knows_it(alice: User) -> None:
    resnet = make_paper("Deep Residual Learning", keys=("1512.03385",))

    summary = make_summary(writer=alice, text=r"See \cite{journals/corr/1512.03385}.")

    assert f'href="{resnet.get_absolute_url()}"' in summary.html
    assert list(Summary.objects.citing(resnet)) == [summary]


def test_a_cite_of_an_unknown_paper_waits_for_it(alice: User) -> None:
    make_summary(writer=alice, text=r"See \cite{conf/x/Y20}.")

    assert Citation.objects.get().paper is None


def test_deleting_a_summary_leaves_the_thread_on_the_paper(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice)
    comment = make_comment(summary=summary, writer=bob)

    delete_summary(summary=summary, by=alice)

    comment.refresh_from_db()
    assert (comment.summary, comment.outlived_summary) == (None, True)
    comment.paper.refresh_from_db()
    assert (comment.paper.summary_count, comment.paper.comment_count) == (0, 1)


def test_only_the_writer_deletes_a_summary(bob: User) -> None:
    summary = make_summary()

    with pytest.raises(NotYours):
        delete_summary(summary=summary, by=bob)

    assert Summary.objects.count() == 1


def test_too_many_new_summaries_in_a_day_are_refused_with_a_time(alice: User) -> None:
    for _ in range(NEW_SUMMARIES.count):
        make_summary(writer=alice)

    with pytest.raises(TooFast) as refused:
        make_summary(writer=alice)

    assert 0 < refused.value.retry_after_s <= 86_401


def test_one_cannot_vote_on_ones_own_summary(alice: User) -> None:
    summary = make_summary(writer=alice)

    with pytest.raises(OwnSummaryVote):
        vote_on_summary(voter=alice, summary=summary, value=1)


def test_a_second_vote_replaces_the_first_and_zero_takes_it_back(bob: User) -> None:
    summary = make_summary()

    vote_on_summary(voter=bob, summary=summary, value=1)
    assert vote_on_summary(voter=bob, summary=summary, value=-1).score == -1
    assert vote_on_summary(voter=bob, summary=summary, value=0).score == 0
    assert summary.votes.count() == 0


def test_stored_numbers_equal_a_recount_from_the_rows(alice: User, bob: User) -> None:
    venue = make_venue()
    summary = make_summary(make_paper(venue=venue), writer=alice, score=2)
    make_comment(summary=summary, writer=bob)
    make_comment(paper=summary.paper, writer=bob)
    make_summary(summary.paper, writer=make_user(), anonymous=True)
    make_summary(summary.paper, writer=bob, private=True)

    assert set(counts.recount().values()) == {0}


def test_a_stored_count_that_drifted_does_not_block_deleting(alice: User) -> None:
    summary = make_summary(writer=alice)
    SectionCount.objects.update(summaries=0, papers=0)

    delete_summary(summary=summary, by=alice)

    assert not Summary.objects.exists()
    assert set(counts.recount().values()) == {0}
