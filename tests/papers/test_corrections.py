"""Wrong details: who settles a correction, what follows from it, and how it is taken back."""

from __future__ import annotations

from datetime import date

import pytest

from shortscience.accounts.models import User
from shortscience.lib.errors import Conflict, NotAllowed, Refused, TooFast
from shortscience.lib.sections import Section
from shortscience.papers import provenance
from shortscience.papers.corrections import (
    Outcome,
    accept,
    decline,
    differences,
    revert,
    suggest,
)
from shortscience.papers.fields import Field, Value
from shortscience.papers.models import MetadataSuggestion, Paper
from shortscience.papers.records import PaperRecord
from shortscience.summaries import counts
from shortscience.summaries.corrected import settle
from tests.factories import make_paper, make_summary, make_user, make_venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(db: None) -> Paper:
    return make_paper("Deep Redisual Learning", authors=("K. He",), year=2015)


def say(paper: Paper, by: User, field: Field, value: Value) -> Outcome:
    return suggest(member=by, paper=paper, field=field, value=value)


def test_one_member_is_not_enough_two_equal_ones_are(paper: Paper, alice: User, bob: User) -> None:
    assert not say(paper, alice, Field.TITLE, "Deep Residual Learning").is_applied

    second = say(paper, bob, Field.TITLE, "Deep  Residual Learning")

    paper.refresh_from_db()
    assert second.is_applied
    assert (paper.title, paper.title_key) == ("Deep  Residual Learning", "deepresiduallearning")
    assert set(paper.suggestions.values_list("state", flat=True)) == {"applied"}


def test_the_same_member_twice_is_one_voice(paper: Paper, alice: User) -> None:
    say(paper, alice, Field.YEAR, 2016)

    assert not say(paper, alice, Field.YEAR, 2016).is_applied
    assert paper.suggestions.count() == 1


def test_a_moderator_settles_it_at_once_and_overtakes_others(
    paper: Paper, alice: User, mona: User
) -> None:
    waiting = say(paper, alice, Field.YEAR, 2017).suggestion

    assert say(paper, mona, Field.YEAR, 2016).is_applied

    waiting.refresh_from_db()
    paper.refresh_from_db()
    assert (paper.year, waiting.state) == (2016, "outdated")


def test_a_moderator_accepts_or_declines(paper: Paper, alice: User, mona: User) -> None:
    year = say(paper, alice, Field.YEAR, 2016).suggestion
    abstract = say(paper, alice, Field.ABSTRACT, "Buy this.").suggestion

    assert accept(moderator=mona, suggestion=year).is_applied
    assert decline(moderator=mona, suggestion=abstract).state == "declined"
    with pytest.raises(Conflict):
        accept(moderator=mona, suggestion=abstract)
    with pytest.raises(NotAllowed):
        decline(moderator=alice, suggestion=year)


def test_a_revert_gives_back_what_was_there(
    paper: Paper, alice: User, bob: User, mona: User
) -> None:
    say(paper, alice, Field.AUTHORS, ["Kaiming He", "Jian Sun"])
    applied = say(paper, bob, Field.AUTHORS, ["Kaiming He", "Jian Sun"]).suggestion

    revert(moderator=mona, suggestion=applied)

    paper.refresh_from_db()
    assert paper.authors == ["K. He"]
    assert set(paper.suggestions.values_list("state", flat=True)) == {"reverted"}
    with pytest.raises(Conflict):
        revert(moderator=mona, suggestion=applied)


def test_a_field_changed_again_since_is_not_reverted(paper: Paper, mona: User) -> None:
    first = say(paper, mona, Field.YEAR, 2016).suggestion
    say(paper, mona, Field.YEAR, 2017)

    with pytest.raises(Conflict):
        revert(moderator=mona, suggestion=first)


def test_numbers_of_venues_and_sections_follow(mona: User) -> None:
    venue = make_venue("CVPR")
    make_venue("Cell")
    Paper.objects.update()
    paper = make_paper(venue=venue, year=2015, section=Section.OTHER)
    make_summary(paper)
    counts.recount()
    paper.refresh_from_db()

    for field, value in ((Field.VENUE, "Cell"), (Field.YEAR, 2016), (Field.VENUE, "")):
        outcome = say(paper, mona, field, value)
        paper.refresh_from_db()
        settle(paper, was=outcome.was)
        assert set(counts.recount().values()) == {0}


def test_who_said_it_and_when_is_kept(paper: Paper, mona: User) -> None:
    say(paper, mona, Field.YEAR, 2016)

    paper.refresh_from_db()
    assert provenance.origin_of(paper.provenance, "year").source == provenance.MEMBERS
    assert provenance.origin_of(paper.provenance, "title", source="arXiv").source == "arXiv"


def test_what_says_nothing_new_or_empties_the_paper_is_refused(paper: Paper, alice: User) -> None:
    with pytest.raises(Refused, match="says so already"):
        say(paper, alice, Field.YEAR, 2015)
    with pytest.raises(Refused, match="has a title"):
        say(paper, alice, Field.AUTHORS, [])


def test_a_day_takes_thirty(alice: User) -> None:
    for _ in range(30):
        say(make_paper(), alice, Field.YEAR, 2011)

    with pytest.raises(TooFast):
        say(make_paper(), alice, Field.YEAR, 2011)


def test_somebody_who_left_leaves_the_history(paper: Paper, alice: User) -> None:
    say(paper, alice, Field.YEAR, 2016)
    make_user()
    alice.delete()

    assert MetadataSuggestion.objects.get().by is None


def test_differences_are_what_a_source_says_otherwise(paper: Paper) -> None:
    record = PaperRecord(
        title="Deep Residual Learning",
        authors=("K. He",),
        year=2016,
        published_on=date(2015, 12, 10),
    )

    found = differences(paper, record)

    assert [(d.field.value, d.theirs) for d in found] == [
        ("title", "Deep Residual Learning"),
        ("year", 2016),
        ("published_on", "2015-12-10"),
    ]
