"""Claims that say the same become one line, and two again."""

from __future__ import annotations

import pytest

from shortscience.accounts.models import User
from shortscience.claims.actions import propose
from shortscience.claims.lines import lines_of
from shortscience.claims.merging import join, part
from shortscience.claims.models import Claim, ClaimMerge
from shortscience.claims.rules import AlreadyMerged, NotTheSame, NotYourMerge
from shortscience.claims.saying import Said
from shortscience.lib.errors import Refused
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.papers.models import Paper
from tests.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db


def claim_of(paper: Paper, value: str = "78.7") -> Claim:
    said = Said(f"It reaches {value}.", metric="Top-1", relation="=", value=value, unit="%")
    return propose(by=make_user(), paper=paper, said=said)


def counted(paper: Paper) -> int:
    paper.refresh_from_db()
    return paper.claim_count


def test_the_same_metric_and_value_are_pointed_out() -> None:
    paper = make_paper()
    one, two, _other = claim_of(paper), claim_of(paper, "78.70"), claim_of(paper, "79")

    lines = lines_of(list(Claim.objects.of(paper).oldest_first()))

    assert [line.alike for line in lines] == [[two], [one], []]
    assert list(Claim.objects.saying_the_same_as(one)) == [two]


def test_a_member_joins_two_that_say_the_same_and_parts_them_again(bob: User) -> None:
    paper = make_paper()
    keep, drop = claim_of(paper), claim_of(paper)

    merge = join(keep=keep, drop=drop, by=bob)
    assert counted(paper) == 1
    (line,) = lines_of(list(Claim.objects.of(paper).oldest_first()))
    assert (line.claim, line.joined) == (keep, [drop])
    part(merge=merge, by=bob)

    assert counted(paper) == 2
    assert ClaimMerge.objects.get().is_undone


def test_only_moderators_join_what_differs(bob: User, mona: User) -> None:
    paper = make_paper()
    keep, drop = claim_of(paper), claim_of(paper, "79")

    with pytest.raises(NotTheSame):
        join(keep=keep, drop=drop, by=bob)
    join(keep=keep, drop=drop, by=mona)

    assert counted(paper) == 1


def test_a_claim_is_part_of_one_line_and_of_one_paper(bob: User) -> None:
    paper = make_paper()
    one, two, three = claim_of(paper), claim_of(paper), claim_of(paper)
    join(keep=one, drop=two, by=bob)

    with pytest.raises(AlreadyMerged):
        join(keep=three, drop=two, by=bob)
    with pytest.raises(Refused):
        join(keep=one, drop=one, by=bob)
    with pytest.raises(Refused):
        join(keep=one, drop=claim_of(make_paper()), by=bob)


def test_somebody_without_a_part_in_it_does_not_part_them(alice: User, bob: User) -> None:
    paper = make_paper()
    merge = join(keep=claim_of(paper), drop=claim_of(paper), by=bob)

    with pytest.raises(NotYourMerge):
        part(merge=merge, by=alice)


def test_a_claim_stands_for_itself_where_the_one_it_was_joined_to_is_not_seen(bob: User) -> None:
    paper = make_paper()
    text = "::claim{id=c1 metric=top-1 value=78.7 unit=%}So it is.::"
    summary = make_summary(paper, text=text)
    drop = claim_of(paper)
    join(keep=Claim.objects.get(mark="c1"), drop=drop, by=bob)
    summary.visibility = "private"
    summary.save(update_fields=["visibility"])

    (line,) = lines_of(list(Claim.objects.visible_to(bob).of(paper)))

    assert line.claim == drop


def test_claims_move_with_their_paper_and_back(mona: User) -> None:
    keep, drop = make_paper("One work"), make_paper("One  work")
    make_summary(drop, text="::claim{id=c1}It is.::")
    claim_of(drop)
    claim_of(keep)

    merge = merge_papers(keep=keep, drop=drop, by=mona, reason="one work")
    assert (counted(keep), counted(drop)) == (3, 0)
    undo_merge(merge=merge, by=mona, reason="two works")

    assert (counted(keep), counted(drop)) == (1, 2)
