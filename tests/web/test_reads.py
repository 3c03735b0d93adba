"""Queries that are put into SQL once answer as the querysets they were made from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import SHOWN_ON_PAPER
from shortscience.lib.prepared import Prepared, numbered
from shortscience.lib.prepared_writes import insert, insert_row, update
from shortscience.lib.routes import address
from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary, SummaryRevision
from shortscience.summaries.revisions import as_it_stands
from shortscience.voting.actions import vote_on_summary
from shortscience.voting.models import SummaryVote
from shortscience.web import reads
from tests.factories import make_comment, make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers(alice: User, bob: User, mona: User) -> list[Viewer]:
    """Alice, who wrote; bob, who did not; a moderator; a stranger."""
    return [alice, bob, mona, AnonymousUser()]


@pytest.fixture
def paper(alice: User) -> Paper:
    """A paper with a summary of each kind, and a vote."""
    paper = make_paper("Deep Residual Learning", keys=("1512.03385", "10.1000/xyz"))
    make_summary(paper, writer=alice, private=True)
    hidden = make_summary(paper)
    hidden.hidden_at = timezone.now()
    hidden.save(update_fields=["hidden_at"])
    first = make_summary(paper, text="First.", score=2)
    make_summary(paper, text="Second, anonymous.", anonymous=True)
    vote_on_summary(voter=alice, summary=first, value=1)
    return Paper.objects.get(pk=paper.pk)


def facts(rows: list[Any]) -> list[dict[str, Any]]:
    """Return everything that was read of these rows."""
    return [{k: v for k, v in vars(row).items() if k != "_state"} for row in rows]


def test_each_reader_gets_the_summaries_that_the_queryset_gives(
    paper: Paper, readers: list[Viewer]
) -> None:
    for viewer in readers:
        plain = Summary.objects.visible_to(viewer).of(paper).for_paper()

        for _ in range(2):
            best = reads.summaries_of(paper, viewer, newest=False, count=10)
            new = reads.summaries_of(paper, viewer, newest=True, count=2)

            assert [s.pk for s in best] == [s.pk for s in plain.best_first()]
            assert [s.pk for s in new] == [s.pk for s in plain.recent_first()[:2]]
            assert [s.author for s in best] == [s.author for s in plain.best_first()]


def test_one_readers_vote_is_not_anothers(paper: Paper, readers: list[Viewer]) -> None:
    alice, bob, *_ = readers

    voted = [vars(s)["my_vote"] for s in reads.summaries_of(paper, alice, newest=False, count=1)]
    other = [vars(s)["my_vote"] for s in reads.summaries_of(paper, bob, newest=False, count=1)]

    assert (voted, other) == ([1], [None])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 9])
def test_lists_of_every_length_are_asked_for(count: int) -> None:
    rows = [make_paper() for _ in range(count)]
    asked = Prepared(lambda papers: Paper.objects.filter(pk__in=[p.pk for p in papers]))

    found = asked(rows)

    assert sorted(paper.pk for paper in found) == sorted(paper.pk for paper in rows)
    assert facts(asked(rows)) == facts(found)


def test_rows_are_as_the_queryset_makes_them(paper: Paper) -> None:
    asked = Prepared(lambda paper: Summary.objects.of(paper).for_entries().order_by("pk"))
    plain = list(Summary.objects.of(paper).for_entries().order_by("pk"))

    assert facts(asked(paper)) == facts(plain)
    assert facts(asked(make_paper())) == []


def test_a_paper_comes_with_its_keys_and_by_the_number_it_once_had(
    paper: Paper, django_assert_num_queries: Any
) -> None:
    merged = make_paper("Deep residual learning", keys=("conf/cvpr/HeZRS16",))
    Paper.objects.filter(pk=merged.pk).update(merged_into=paper, hidden_at=timezone.now())

    with django_assert_num_queries(2):
        found = reads.paper(merged.pk, AnonymousUser())

        assert found is not None
        assert found.pk == paper.pk
        assert [key.value for key in found.keys] == ["1512.03385", "10.1000/xyz"]
    assert reads.paper(10**9, AnonymousUser()) is None


def test_a_hidden_paper_is_the_moderators_only(paper: Paper, readers: list[Viewer]) -> None:
    Paper.objects.filter(pk=paper.pk).update(hidden_at=timezone.now())

    seen = [reads.paper(paper.pk, viewer) is not None for viewer in readers]

    assert seen == [False, False, True, False]


def test_a_long_thread_leaves_the_others_their_place(paper: Paper) -> None:
    long, short = reads.summaries_of(paper, AnonymousUser(), newest=False, count=2)
    first = make_comment(summary=long)
    Comment.objects.bulk_create(
        Comment(
            paper=paper, summary=long, author=first.author, text="x", html="x",
            created_at=timezone.now(),
        )
        for _ in range(SHOWN_ON_PAPER + 5)
    )  # fmt: skip
    last = make_comment(summary=short)

    shown = reads.comments_on(paper, [long, short], AnonymousUser())

    assert sum(comment.summary_id == long.pk for comment in shown) == SHOWN_ON_PAPER
    assert last.pk in [comment.pk for comment in shown]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("home", ()),
        ("summary", (7,)),
        ("paper", (7, "deep-residual-learning")),
        ("venue-year", ("neurips", 2016)),
        ("person", ("margin-owl.2_x",)),
        ("report", ("summary", 7)),
        ("paper-bibtex", (12345678, "a")),
    ],
)
def test_addresses_are_those_that_reverse_gives(
    name: str, arguments: tuple[int | str, ...]
) -> None:
    assert address(name, *arguments) == reverse(name, args=arguments)


def test_rows_are_those_that_django_makes(paper: Paper) -> None:
    plain = Summary.objects.select_related("author", "paper__venue").defer("text").order_by("pk")
    one_by_number = Prepared(lambda paper: plain.filter(paper=paper))

    for mine, theirs in zip(one_by_number(paper), plain.filter(paper=paper), strict=True):
        assert mine == theirs
        assert facts([mine]) == facts([theirs])
        assert mine.get_deferred_fields() == theirs.get_deferred_fields() == {"text"}
        assert mine._state.db == theirs._state.db
        assert not mine._state.adding
        assert mine.author == theirs.author
        assert mine.paper.venue == theirs.paper.venue
        assert mine.text == theirs.text


def test_a_write_of_ready_sql_stores_what_save_stores(alice: User, paper: Paper) -> None:
    alice.display_name, alice.about = "Alice L.", "Reads."
    update(alice, ["display_name"])

    stored = User.objects.get(username="alice")
    assert (stored.display_name, stored.about) == ("Alice L.", "")

    at = timezone.now()
    summary = Summary.objects.filter(paper=paper).order_by("-pk")[0]
    bob = User.objects.create(username="bob_votes")
    insert(SummaryVote, voter=bob.pk, summary=summary.pk, value=-1, voted_at=at)

    vote = SummaryVote.objects.get(voter=bob)
    assert (vote.summary_id, vote.value, vote.voted_at) == (summary.pk, -1, at)


def test_a_new_row_of_ready_sql_is_what_save_stores(paper: Paper) -> None:
    summary = make_summary(paper, writer=make_user("kim"))
    summary.refresh_from_db()
    ready, saved = as_it_stands(summary), as_it_stands(summary)
    ready.number, saved.number = 7, 8

    insert_row(ready)
    saved.save()

    one, other = (SummaryRevision.objects.filter(number=n).values().get() for n in (7, 8))
    assert {**one, "id": 0, "number": 0} == {**other, "id": 0, "number": 0}


_MEMBERS = Prepared(lambda user: User.objects.filter(pk=user.pk))


def test_a_row_to_ask_about_has_nothing_but_its_number(
    django_assert_num_queries: Any, alice: User
) -> None:
    with django_assert_num_queries(1):
        found = _MEMBERS(numbered(User, alice.pk))
    assert [vars(one)["username"] for one in found] == ["alice"]


def test_a_write_to_a_row_that_is_gone_is_an_error(alice: User) -> None:
    User.objects.filter(pk=alice.pk).delete()

    with pytest.raises(User.DoesNotExist):
        update(alice, ["about"])


def test_the_first_comments_of_a_thread_are_known_by_their_age(paper: Paper, alice: User) -> None:
    summary = Summary.objects.public().of(paper).best_first()[0]
    now = timezone.now()
    for on in (summary, None):
        said = [make_comment(paper=paper, writer=alice, summary=on) for _ in range(4)]
        # The last one is the oldest; the first two are of one moment.
        Comment.objects.filter(pk__in=[said[0].pk, said[1].pk]).update(created_at=now)
        Comment.objects.filter(pk=said[3].pk).update(created_at=now - timedelta(days=1))

        among_first = [reads.is_among_first(one, 2) for one in said]

        assert among_first == [True, False, False, True]


def test_who_may_comment_on_a_summary_is_who_sees_it(paper: Paper, readers: list[Viewer]) -> None:
    for summary in Summary.objects.of(paper):
        for viewer in readers:
            seen = Summary.objects.visible_to(viewer).filter(pk=summary.pk).exists()

            found = reads.summary_to_comment_on(summary.pk, viewer)

            assert (found == summary) if seen else (found is None)
