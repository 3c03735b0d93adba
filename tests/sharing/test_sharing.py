"""Secret links, licences, joint authors, withdrawn versions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.licences import Licence
from shortscience.membership import export
from shortscience.membership.actions import Texts, leave
from shortscience.moderation.merging import merge_papers
from shortscience.sharing.actions import (
    accept_authorship,
    decline_authorship,
    hand_over,
    invitation_by_link,
    invitation_by_name,
    invite_author,
    invite_author_by_link,
    make_link,
    move_author_up,
    remove_author,
    take_link_back,
)
from shortscience.sharing.models import SecretLink
from shortscience.sharing.rules import (
    AuthorAlready,
    NoSuchMember,
    NothingToShare,
    NotInvited,
    OnlyFirstAuthor,
)
from shortscience.summaries import counts
from shortscience.summaries.actions import delete_summary, save_summary, withdraw_version
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import (
    LicenceOnlyWider,
    NewestVersion,
    NotYours,
    WrittenTogether,
)
from shortscience.voting.actions import vote_on_summary
from shortscience.voting.rules import OwnSummaryVote
from tests.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.django_db


def opened(token: str) -> SecretLink | None:
    return SecretLink.objects.opened_by(token, now=timezone.now()).first()


def write_together(summary: Summary, person: User) -> Summary:
    assert summary.author is not None
    asked = invite_author(summary=summary, handle=person.username, by=summary.author)
    joined = accept_authorship(invitation=asked, by=person)
    summary.refresh_from_db()
    vars(summary).pop("further_authors", None)
    return joined


def revised(summary: Summary, by: User, text: str, **how: object) -> Summary:
    summary.refresh_from_db()
    return save_summary(
        writer=by,
        paper=summary.paper,
        text=text,
        base_version=summary.version,
        which=summary.pk,
        **how,  # type: ignore[arg-type]  # of several kinds
    )


# --- secret links -----------------------------------------------------------------------------


def test_only_a_digest_of_the_secret_is_stored(alice: User) -> None:
    link, token = make_link(summary=make_summary(writer=alice, private=True), by=alice, lasts=None)

    assert len(token) == 22
    assert token not in str(SecretLink.objects.values())
    assert opened(token) == link


def test_a_link_ends_by_its_date_or_by_its_maker(alice: User) -> None:
    text = make_summary(writer=alice, private=True)
    ended = make_link(summary=text, by=alice, lasts=timedelta(seconds=-1))[1]
    link, token = make_link(summary=text, by=alice, lasts=timedelta(days=1))

    assert opened(ended) is None
    assert opened(token) == link
    take_link_back(summary=text, number=link.pk, by=alice)
    assert opened(token) is None


def test_links_are_for_ones_own_texts_that_are_not_public(alice: User, bob: User) -> None:
    with pytest.raises(NotYours):
        make_link(summary=make_summary(writer=alice, private=True), by=bob, lasts=None)
    with pytest.raises(NothingToShare):
        make_link(summary=make_summary(writer=alice), by=alice, lasts=None)


# --- licences ---------------------------------------------------------------------------------


def test_what_was_published_is_never_given_a_narrower_licence(alice: User) -> None:
    text = make_summary(writer=alice)

    wider = revised(text, alice, "Wider.", licence=Licence.CC0)
    assert wider.licence == Licence.CC0
    with pytest.raises(LicenceOnlyWider):
        revised(text, alice, "Narrower.", licence=Licence.CC_BY)
    hidden = revised(text, alice, "Private now.", is_private=True)
    with pytest.raises(LicenceOnlyWider):
        revised(hidden, alice, "Still.", is_private=True, licence=Licence.CC_BY_SA)


def test_a_text_that_nobody_read_may_be_given_any_licence(alice: User) -> None:
    text = make_summary(writer=alice, private=True)

    narrower = revised(text, alice, "x", is_private=True, licence=Licence.CC_BY_SA)

    assert narrower.licence == Licence.CC_BY_SA


# --- joint authors ----------------------------------------------------------------------------


def test_an_invited_member_becomes_an_author_and_may_edit(alice: User, bob: User) -> None:
    text = make_summary(writer=alice)

    write_together(text, bob)
    changed = revised(text, bob, "By bob.")

    assert [one.username for one in text.named_authors] == ["alice", "bob"]
    assert changed.pk == text.pk
    assert changed.revisions.newest_first()[0].editor == bob
    assert text.writers == "alice and bob"


def test_a_further_author_changes_the_words_only(alice: User, bob: User) -> None:
    text = make_summary(writer=alice, anonymous=True)
    write_together(text, bob)

    changed = revised(text, bob, "By bob.", is_anonymous=False, licence=Licence.CC0)

    assert changed.is_anonymous
    assert changed.licence == Licence.CC_BY


def test_each_author_gets_the_count_and_none_votes(alice: User, bob: User) -> None:
    text = make_summary(writer=alice)
    vote_on_summary(voter=bob, summary=text, value=1)

    write_together(text, bob)

    bob.refresh_from_db()
    assert bob.public_summaries == 1
    assert text.score == 0
    assert list(Summary.objects.public().by(bob)) == [text]
    for author in (alice, bob):
        with pytest.raises(OwnSummaryVote):
            vote_on_summary(voter=author, summary=text, value=1)
    assert set(counts.recount().values()) == {0}


def test_of_an_anonymous_text_no_author_is_told_or_counted(alice: User, bob: User) -> None:
    text = make_summary(writer=alice, anonymous=True)

    write_together(text, bob)

    bob.refresh_from_db()
    assert text.named_authors == []
    assert text.writers == ""
    assert bob.public_summaries == 0
    assert not Summary.objects.public().by(bob).exists()
    named = revised(text, alice, "Named.")
    bob.refresh_from_db()
    assert bob.public_summaries == 1
    assert [one.username for one in named.named_authors] == ["alice", "bob"]


def test_a_private_text_is_read_by_all_its_authors(alice: User, bob: User) -> None:
    text = make_summary(writer=alice, private=True)
    write_together(text, bob)

    assert Summary.objects.visible_to(bob).filter(pk=text.pk).exists()
    assert not Summary.objects.visible_to(make_user()).filter(pk=text.pk).exists()


def test_a_no_is_kept_and_the_link_of_an_author_works_once(alice: User, bob: User) -> None:
    text = make_summary(writer=alice)
    asked = invite_author(summary=text, handle="@bob", by=alice)
    decline_authorship(invitation=asked, by=bob)
    _made, token = invite_author_by_link(summary=text, by=alice)
    by_link = invitation_by_link(token)
    assert by_link is not None

    assert invitation_by_name(asked.pk, bob) is None
    with pytest.raises(NotInvited):
        accept_authorship(invitation=asked, by=bob)
    accept_authorship(invitation=by_link, by=make_user("carol"))
    assert invitation_by_link(token) is None
    with pytest.raises(NotInvited):
        accept_authorship(invitation=by_link, by=make_user("dave"))


def test_nobody_answers_for_somebody_else(alice: User, bob: User) -> None:
    asked = invite_author(summary=make_summary(writer=alice), handle="bob", by=alice)

    assert invitation_by_name(asked.pk, make_user()) is None
    with pytest.raises(NotInvited):
        accept_authorship(invitation=asked, by=make_user())


def test_who_can_be_asked(alice: User, bob: User) -> None:
    text = make_summary(writer=alice)
    invite_author(summary=text, handle="bob", by=alice)

    with pytest.raises(AuthorAlready):
        invite_author(summary=text, handle="bob", by=alice)
    with pytest.raises(AuthorAlready):
        invite_author(summary=text, handle="alice", by=alice)
    with pytest.raises(NoSuchMember):
        invite_author(summary=text, handle="nobody", by=alice)
    with pytest.raises(NotYours):
        invite_author(summary=text, handle="bob", by=bob)


def test_the_first_author_orders_hands_over_and_takes_off(alice: User, bob: User) -> None:
    text, carol = make_summary(writer=alice), make_user("carol")
    write_together(text, bob)
    write_together(text, carol)

    move_author_up(summary=text, person=carol, by=alice)
    assert names_of(text) == ["alice", "carol", "bob"]
    with pytest.raises(OnlyFirstAuthor):
        remove_author(summary=text, person=carol, by=bob)
    hand_over(summary=text, person=bob, by=alice)
    assert names_of(text) == ["bob", "alice", "carol"]
    remove_author(summary=text, person=carol, by=bob)
    remove_author(summary=text, person=bob, by=bob)
    assert names_of(text) == ["alice"]
    for person in (bob, carol):
        person.refresh_from_db()
        assert person.public_summaries == 0
    assert set(counts.recount().values()) == {0}


def names_of(summary: Summary) -> list[str]:
    return [one.username for one in Summary.objects.get(pk=summary.pk).named_authors]


def test_a_joint_text_is_nobodys_alone_to_delete(alice: User, bob: User) -> None:
    text = make_summary(writer=alice)
    write_together(text, bob)

    for author in (alice, bob):
        with pytest.raises(WrittenTogether):
            delete_summary(summary=text, by=author)


@pytest.mark.parametrize("texts", Texts)
def test_who_leaves_the_site_leaves_the_text_to_the_others(
    texts: Texts, alice: User, bob: User
) -> None:
    text = make_summary(writer=alice)
    # bob has a text of his own on the paper, too.
    own = make_summary(text.paper, writer=bob)
    write_together(text, bob)

    leave(person=alice, texts=texts)

    assert names_of(text) == ["bob"]
    assert names_of(own) == ["bob"]
    bob.refresh_from_db()
    assert bob.public_summaries == 2
    assert set(counts.recount().values()) == {0}


def test_a_merge_of_papers_keeps_the_authors(alice: User, bob: User, mona: User) -> None:
    keep, drop = make_paper("One work"), make_paper("The same work")
    text = make_summary(drop, writer=alice)
    own = make_summary(keep, writer=bob)
    write_together(text, bob)

    merge_papers(keep=keep, drop=drop, by=mona, reason="one work")

    text.refresh_from_db()
    assert text.paper == keep
    assert names_of(text) == ["alice", "bob"]
    assert names_of(own) == ["bob"]
    assert set(counts.recount().values()) == {0}


def test_an_export_holds_what_was_written_together(alice: User, bob: User) -> None:
    text = make_summary(writer=alice)
    write_together(text, bob)

    data = export.data_of(bob)

    assert [row["id"] for row in data["summaries"]] == [text.pk]


# --- withdrawn versions -----------------------------------------------------------------------


def test_a_withdrawn_version_is_named_and_not_read(alice: User, bob: User) -> None:
    text = make_summary(writer=alice, text="First, with a slip.")
    changed = revised(text, alice, "Second.")

    withdraw_version(summary=changed, number=1, by=alice)

    for reader in (bob, AnonymousUser()):
        listed = changed.revisions.visible_to(reader, changed)
        assert [r.number for r in listed if r.is_withdrawn] == [1]
        assert [r.number for r in changed.revisions.readable_by(reader, changed)] == [2]
    assert changed.revisions.readable_by(alice, changed).count() == 2
    withdraw_version(summary=changed, number=1, by=alice, again=True)
    assert changed.revisions.readable_by(bob, changed).count() == 2


def test_what_a_summary_says_now_is_not_withdrawn(alice: User, bob: User) -> None:
    changed = revised(make_summary(writer=alice), alice, "Second.")

    with pytest.raises(NewestVersion):
        withdraw_version(summary=changed, number=2, by=alice)
    with pytest.raises(NotYours):
        withdraw_version(summary=changed, number=1, by=bob)
