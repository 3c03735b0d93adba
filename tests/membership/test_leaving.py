"""Leaving: what goes, what stays, and that no number is wrong afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.images.models import Image
from shortscience.membership import sessions
from shortscience.membership.actions import Texts, forget_stale, leave
from shortscience.moderation.actions import ban, hide, report
from shortscience.moderation.models import LogEntry, Report
from shortscience.summaries import counts
from shortscience.summaries.models import Summary
from shortscience.voting.actions import rescore_all, vote_on_summary
from shortscience.voting.models import SummaryVote
from tests.conftest import signed_in
from tests.factories import (
    make_comment,
    make_image,
    make_paper,
    make_summary,
    make_user,
    make_venue,
)

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("texts", list(Texts))


@pytest.fixture
def busy_alice(alice: User, bob: User) -> User:
    """Alice after some weeks: named, anonymous, private and hidden texts, threads, votes."""
    venue = make_venue()
    make_summary(make_paper("Named", venue=venue), writer=alice, score=2)
    make_summary(make_paper("Unnamed", venue=venue), writer=alice, anonymous=True)
    make_summary(make_paper("Private", venue=venue), writer=alice, private=True)
    of_bob = make_summary(make_paper("Of Bob", venue=venue), writer=bob)
    vote_on_summary(voter=alice, summary=of_bob, value=1)
    asked = make_comment(summary=of_bob, writer=alice, text="A question.")
    make_comment(parent=asked, writer=bob, text="An answer.")
    make_comment(parent=asked, writer=alice, text="Thank you.")
    make_comment(paper=of_bob.paper, writer=alice, text="On the paper.", anonymous=True)
    make_comment(summary=Summary.objects.get(paper__title="Named"), writer=bob, text="Well said.")
    report(reporter=alice, target=of_bob, reason="wrong", note="Page 3 says otherwise.")
    return alice


def nothing_is_wrong() -> bool:
    return not any(counts.recount().values()) and rescore_all() == 0


@BOTH
def test_nothing_points_to_whoever_left_and_every_number_is_right(
    busy_alice: User, texts: Texts
) -> None:
    here = signed_in(busy_alice)

    leave(person=busy_alice, texts=texts)

    assert not User.objects.filter(username="alice").exists()
    assert not EmailAddress.objects.filter(email="alice@example.org").exists()
    assert not SummaryVote.objects.filter(voter_id=busy_alice.pk).exists()
    assert not Summary.objects.filter(author_id=busy_alice.pk).exists()
    assert not Comment.objects.filter(author_id=busy_alice.pk).exists()
    assert not Session.objects.exists()
    assert here.get("/settings").status_code == 302
    assert Summary.objects.get(paper__title="Of Bob").score == 0
    assert nothing_is_wrong()


def test_removed_texts_are_gone_and_answers_of_others_stay(busy_alice: User) -> None:
    leave(person=busy_alice, texts=Texts.REMOVE)

    assert [s.paper.title for s in Summary.objects.all()] == ["Of Bob"]
    texts = Comment.objects.order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["", "An answer.", "Well said."]
    assert Comment.objects.get(text="").is_gone
    assert Comment.objects.get(text="Well said.").outlived_summary
    assert Report.objects.get().note == ""


def test_disowned_texts_stay_under_nobodys_name(busy_alice: User) -> None:
    leave(person=busy_alice, texts=Texts.DISOWN)

    left = Summary.objects.filter(author=None).order_by("pk")
    assert [s.paper.title for s in left] == ["Named", "Unnamed"]
    assert [s.named_author for s in left] == [None, None]
    assert [s.score for s in left] == [2, 0]
    assert Comment.objects.filter(author=None).exclude(text="").count() == 3


def test_private_texts_go_either_way(busy_alice: User) -> None:
    leave(person=busy_alice, texts=Texts.DISOWN)

    assert not Summary.objects.filter(visibility="private").exists()


@BOTH
def test_images_go_but_for_those_that_a_text_still_shows(
    alice: User, bob: User, texts: Texts
) -> None:
    kept, quoted, drafted, unused = (make_image(alice) for _ in range(4))
    make_summary(writer=alice, text=f"![x]({kept.address.large})")
    make_summary(writer=bob, text=f"From alice: ![x]({quoted.address.large})")
    make_summary(writer=alice, text=f"![x]({drafted.address.large})", private=True)

    leave(person=alice, texts=texts)

    left: set[tuple[str, int | None]] = set(Image.objects.values_list("name", "owner"))
    expected: set[tuple[str, int | None]] = {(quoted.name, None)}
    if texts is Texts.DISOWN:
        expected.add((kept.name, None))
    assert left == expected
    assert unused.name not in {name for name, _owner in left}


@BOTH
def test_hidden_texts_and_closed_accounts_leave_too(
    busy_alice: User, mona: User, texts: Texts
) -> None:
    hide(moderator=mona, target=Comment.objects.get(text="A question."), reason="unkind")
    hide(moderator=mona, target=Summary.objects.get(paper__title="Named"), reason="copied")
    ban(moderator=mona, person=busy_alice, reason="Advertising")

    leave(person=busy_alice, texts=texts)

    assert not User.objects.filter(username="alice").exists()
    assert "alice" not in " ".join(LogEntry.objects.values_list("about", flat=True))
    assert nothing_is_wrong()


@BOTH
def test_leaving_twice_does_no_harm(busy_alice: User, bob: User, texts: Texts) -> None:
    leave(person=busy_alice, texts=texts)
    leave(person=busy_alice, texts=texts)

    assert User.objects.filter(username="bob").exists()
    assert nothing_is_wrong()


def test_a_failure_on_the_way_leaves_everything_as_it_was(
    busy_alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(User, "delete", broken)

    with pytest.raises(OSError, match="disk"):
        leave(person=busy_alice, texts=Texts.REMOVE)

    assert Summary.objects.written_by(busy_alice).count() == 3
    assert Comment.objects.filter(author=busy_alice).count() == 3


def test_signing_out_everywhere_leaves_others_signed_in(alice: User, bob: User) -> None:
    signed_in(alice), signed_in(alice), signed_in(bob)

    assert sessions.end(alice) == 2
    assert len(list(sessions.keys_of(bob))) == 1


def test_sign_ups_that_were_never_confirmed_are_forgotten() -> None:
    long_ago = timezone.now() - timedelta(days=3)
    stale = make_user("stale", date_joined=long_ago)
    EmailAddress.objects.filter(user=stale).update(verified=False)
    make_user("confirmed", date_joined=long_ago)
    make_user("staff", date_joined=long_ago, is_staff=True)
    imported = make_user("imported", date_joined=long_ago, origin="shortscience.org")
    EmailAddress.objects.filter(user=imported).delete()
    fresh = make_user("fresh")
    EmailAddress.objects.filter(user=fresh).update(verified=False)

    assert forget_stale(before=timezone.now() - timedelta(days=2)) == 1

    assert not User.objects.filter(username="stale").exists()
