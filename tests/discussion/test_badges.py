"""“Author of this paper” and “maintainer of this code”: shown when proven, and only then."""

import pytest

from shortscience.accounts import proofs
from shortscience.accounts.models import Proof, User
from shortscience.discussion import badges
from shortscience.discussion.models import Comment
from shortscience.membership.actions import Texts, leave
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.papers.models import Paper
from tests.factories import make_comment, make_paper

pytestmark = pytest.mark.django_db

IDENTIFIER = "0000-0002-1825-0097"
ORCID, GITHUB = Proof.Service.ORCID, Proof.Service.GITHUB


@pytest.fixture
def paper() -> Paper:
    return make_paper(
        author_orcids=[IDENTIFIER], abstract="Code: https://github.com/Alice-Codes/net."
    )


def badge(comment: Comment) -> str:
    comment.refresh_from_db()
    return comment.badge


def test_an_orcid_id_that_nobody_proved_shows_nothing(paper: Paper, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(orcid=IDENTIFIER, display_name=paper.authors[0])
    alice.refresh_from_db()

    assert badge(make_comment(paper=paper, writer=alice)) == ""


def test_a_proof_shows_on_comments_before_and_after_until_it_is_taken_back(
    paper: Paper, alice: User
) -> None:
    before = make_comment(paper=paper, writer=alice)
    silent = make_comment(paper=paper, writer=alice, anonymous=True)
    elsewhere = make_comment(paper=make_paper(), writer=alice)

    proofs.prove(person=alice, service=ORCID, name=IDENTIFIER)
    after = make_comment(paper=paper, writer=alice)

    assert [badge(one) for one in (before, after)] == [Comment.Badge.AUTHOR] * 2
    assert [badge(one) for one in (silent, elsewhere)] == ["", ""]
    proofs.take_back(person=alice, service=ORCID)
    assert [badge(one) for one in (before, after)] == ["", ""]


@pytest.mark.parametrize(
    ("name", "abstract", "abstract_by", "expected"),
    [
        ("alice-codes", "At github.com/Alice-Codes/net.", "", "maintainer"),
        ("alice", "At github.com/Alice-Codes/net.", "", ""),
        ("alice-codes", "At github.com/Alice-Codes, see there.", "", ""),
        ("alice-codes", "At notgithub.com.evil/github.com", "", ""),
        # Told by somebody else: the authors did not name it.
        ("alice-codes", "At github.com/Alice-Codes/net.", "a reader", ""),
    ],
)
def test_the_owner_of_the_code_that_the_authors_name_maintains_it(
    alice: User, name: str, abstract: str, abstract_by: str, expected: str
) -> None:
    proofs.prove(person=alice, service=GITHUB, name=name)
    paper = make_paper(abstract=abstract, abstract_by=abstract_by)

    assert badge(make_comment(paper=paper, writer=alice)) == expected


def test_one_account_elsewhere_is_one_persons(alice: User, bob: User) -> None:
    proofs.prove(person=alice, service=ORCID, name=IDENTIFIER)

    with pytest.raises(proofs.ProvenByAnother):
        proofs.prove(person=bob, service=ORCID, name=IDENTIFIER)


def test_a_merge_brings_the_badge_and_its_undoing_takes_it(
    paper: Paper, alice: User, mona: User
) -> None:
    proofs.prove(person=alice, service=ORCID, name=IDENTIFIER)
    keep = make_paper()
    comment = make_comment(paper=keep, writer=alice)

    merge = merge_papers(keep=keep, drop=paper, by=mona, reason="one work")
    assert badge(comment) == Comment.Badge.AUTHOR
    undo_merge(merge=merge, by=mona, reason="two works")
    assert badge(comment) == ""


def test_who_leaves_takes_the_badge_along(paper: Paper, alice: User) -> None:
    proofs.prove(person=alice, service=ORCID, name=IDENTIFIER)
    comment = make_comment(paper=paper, writer=alice)

    leave(person=alice, texts=Texts.DISOWN)

    assert badge(comment) == ""


def test_wrong_badges_are_found_and_mended(paper: Paper, alice: User) -> None:
    comment = make_comment(paper=paper, writer=alice)
    assert badges.recount() == 0
    Comment.objects.update(badge=Comment.Badge.AUTHOR)

    assert badges.recount() == 1
    assert badge(comment) == ""
