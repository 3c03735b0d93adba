"""Mentions: who is told, once, and who does not want to be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion import mentions
from shortscience.discussion.actions import delete_comment, edit_comment
from shortscience.discussion.models import Comment, CommentRevision, Mention
from shortscience.discussion.rules import EDIT_WINDOW, EditWindowOver, TooManyMentions
from shortscience.lib.errors import TooFast
from shortscience.lib.limits import Limit
from shortscience.moderation.actions import hide, restore
from shortscience.moderation.merging import merge_papers
from tests.factories import make_comment, make_paper, make_user

pytestmark = pytest.mark.django_db


def unseen(person: User) -> int:
    person.refresh_from_db()
    return person.unseen_mentions


def test_a_mention_is_a_link_and_tells_the_person_once(alice: User, bob: User) -> None:
    comment = make_comment(writer=alice, text="@Bob, and @bob again?")
    assert comment.html.count('href="/@bob"') == 2
    assert unseen(bob) == 1

    mentions.mark_all_seen(person=bob)
    edit_comment(editor=alice, comment=comment, text="@bob, once more?")

    assert unseen(bob) == 0
    assert Mention.objects.count() == 1


def test_who_is_taken_out_before_looking_is_not_told(alice: User, bob: User) -> None:
    comment = make_comment(writer=alice, text="@bob?")

    edit_comment(editor=alice, comment=comment, text="Nobody.")

    assert unseen(bob) == 0


def test_oneself_and_people_without_a_page_are_not_told(alice: User) -> None:
    gone = make_user("gone")
    User.objects.filter(pk=gone.pk).update(banned_at=timezone.now())

    comment = make_comment(writer=alice, text="@alice and @gone and @nobody-known")

    assert not Mention.objects.exists()
    assert "/@gone" not in comment.html


def test_muting_a_paper_or_all_is_heeded(alice: User, bob: User) -> None:
    loud, other = make_paper(), make_paper()
    mentions.mute(person=bob, paper=loud)
    mentions.mute(person=bob, paper=loud)

    make_comment(paper=loud, writer=alice, text="@bob")
    assert unseen(bob) == 0
    make_comment(paper=other, writer=alice, text="@bob")
    assert unseen(bob) == 1
    mentions.mute(person=bob, paper=None)
    make_comment(paper=other, writer=alice, text="@bob")
    assert unseen(bob) == 1
    mentions.unmute(person=bob, paper=None)
    make_comment(paper=other, writer=alice, text="@bob")
    assert unseen(bob) == 2


def test_calling_a_crowd_is_refused(alice: User) -> None:
    text = " ".join(f"@{make_user().username}" for _ in range(6))

    with pytest.raises(TooManyMentions):
        make_comment(writer=alice, text=text)

    assert not Comment.objects.filter(author=alice).exists()


def test_calling_people_all_day_is_refused(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "MENTIONS", Limit(1, timedelta(days=1)))
    paper = make_paper()
    make_comment(paper=paper, writer=alice, text="@bob")

    with pytest.raises(TooFast):
        make_comment(paper=paper, writer=alice, text="@bob again")


def test_what_is_hidden_or_erased_calls_nobody(alice: User, bob: User, mona: User) -> None:
    comment = make_comment(writer=alice, text="@bob")

    hide(moderator=mona, target=comment, reason="Unkind")
    assert unseen(bob) == 0
    restore(moderator=mona, target=comment, reason="It was not")
    assert unseen(bob) == 1
    delete_comment(by=alice, comment=comment)
    assert unseen(bob) == 0


def test_wrong_numbers_are_found_and_mended(alice: User, bob: User) -> None:
    make_comment(writer=alice, text="@bob")
    assert mentions.recount() == 0
    User.objects.update(unseen_mentions=7)

    assert mentions.recount() == User.objects.count()
    assert unseen(bob) == 1


def test_an_edit_keeps_what_was_said_and_says_when(alice: User) -> None:
    comment = make_comment(writer=alice, text="Frist.")

    changed = edit_comment(editor=alice, comment=comment, text="First.")
    edit_comment(editor=alice, comment=comment, text="First.")

    (kept,) = CommentRevision.objects.all()
    assert kept.text == "Frist."
    assert kept.replaced_at == changed.edited_at


def test_after_some_hours_a_comment_stands(alice: User) -> None:
    comment = make_comment(writer=alice, text="Frist.")
    Comment.objects.update(created_at=timezone.now() - EDIT_WINDOW)

    with pytest.raises(EditWindowOver):
        edit_comment(editor=alice, comment=comment, text="First.")

    delete_comment(by=alice, comment=comment)
    assert not Comment.objects.exists()


def test_a_mute_follows_its_paper_through_a_merge(alice: User, bob: User, mona: User) -> None:
    keep, drop = make_paper(), make_paper()
    mentions.mute(person=bob, paper=drop)

    merge_papers(keep=keep, drop=drop, by=mona, reason="one work")
    make_comment(paper=keep, writer=alice, text="@bob")

    assert unseen(bob) == 0
