"""Drafts: kept for their writer, never published by themselves, never overwritten unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.errors import SignInFirst
from shortscience.lib.markup import MAX_SOURCE_BYTES, SourceRefused
from shortscience.membership.actions import Texts, leave
from shortscience.membership.export import data_of
from shortscience.moderation.merging import merge_papers
from shortscience.papers.models import Paper
from shortscience.summaries.actions import save_summary
from shortscience.summaries.drafts import Seen, draft_of, forget_old, save_draft, throw_away
from shortscience.summaries.models import Draft, Summary
from shortscience.summaries.rules import DRAFTS_KEPT_FOR, MOST_DRAFTS, DraftIsNewer, TooManyDrafts
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db

LAPTOP, PHONE = Seen(editor="aaa-1"), Seen(editor="bbb-2")


@pytest.fixture
def paper() -> Paper:
    return make_paper()


def keep(owner: Any, paper: Paper, text: str, **options: Any) -> Draft | None:
    given = {"summary": None, "fields": {}, "base_version": None, "seen": LAPTOP, **options}
    return save_draft(owner=owner, paper=paper, text=text, **given)


def texts() -> list[str]:
    return list(Draft.objects.order_by("pk").values_list("text", flat=True))


def test_one_editor_saves_one_draft_again_and_again(alice: User, paper: Paper) -> None:
    keep(alice, paper, "One", fields={"anonymous": True})
    keep(alice, paper, "One two", fields={"anonymous": False})

    draft = Draft.objects.get()
    assert (draft.text, draft.fields, draft.version) == ("One two", {"anonymous": False}, 2)
    assert not Summary.objects.exists()


def test_a_stranger_has_no_drafts(paper: Paper) -> None:
    with pytest.raises(SignInFirst):
        keep(AnonymousUser(), paper, "One")


def test_two_people_have_a_draft_each(alice: User, bob: User, paper: Paper) -> None:
    keep(alice, paper, "Hers")
    keep(bob, paper, "His")

    mine = draft_of(alice, paper, None)

    assert mine is not None
    assert mine.text == "Hers"


def test_an_empty_text_replaces_nothing(alice: User, paper: Paper) -> None:
    assert keep(alice, paper, " \n") is None
    keep(alice, paper, "One")
    keep(alice, paper, "")

    assert texts() == ["One"]


@pytest.mark.parametrize("text", ["x" * (MAX_SOURCE_BYTES + 1), "a\0b"])
def test_what_cannot_be_published_cannot_be_kept(alice: User, paper: Paper, text: str) -> None:
    with pytest.raises(SourceRefused):
        keep(alice, paper, text)


def test_nobody_has_more_drafts_than_a_hundred(alice: User, paper: Paper) -> None:
    now = timezone.now()
    Draft.objects.bulk_create(
        Draft(owner=alice, paper=make_paper(), text="x", updated_at=now) for _ in range(MOST_DRAFTS)
    )

    with pytest.raises(TooManyDrafts):
        keep(alice, paper, "One more")


# --- two devices --------------------------------------------------------------------------------


def test_a_draft_from_another_device_is_not_overwritten(alice: User, paper: Paper) -> None:
    keep(alice, paper, "On the laptop")

    with pytest.raises(DraftIsNewer) as refused:
        keep(alice, paper, "On the phone", seen=PHONE)

    assert refused.value.draft.text == "On the laptop"
    assert texts() == ["On the laptop"]


def test_who_has_seen_it_goes_on_and_the_first_device_is_told(alice: User, paper: Paper) -> None:
    first = keep(alice, paper, "On the laptop")
    assert first is not None

    keep(alice, paper, "On both", seen=Seen(version=first.version, editor=PHONE.editor))

    keep(alice, paper, "On both, more", seen=PHONE)
    with pytest.raises(DraftIsNewer):
        keep(alice, paper, "The laptop again", seen=Seen(version=first.version, editor="aaa-1"))
    assert texts() == ["On both, more"]


# --- publishing ---------------------------------------------------------------------------------


def test_publishing_uses_the_draft_up(alice: User, bob: User, paper: Paper) -> None:
    keep(alice, paper, "Half")
    keep(bob, paper, "His")

    save_summary(writer=alice, paper=paper, text="Whole", draft=LAPTOP)

    assert texts() == ["His"]


def test_publishing_does_not_lose_the_draft_of_another_device(alice: User, paper: Paper) -> None:
    keep(alice, paper, "On the phone", seen=PHONE)

    with pytest.raises(DraftIsNewer):
        save_summary(writer=alice, paper=paper, text="On the laptop", draft=LAPTOP)

    assert not Summary.objects.exists()
    assert texts() == ["On the phone"]


def test_a_refused_publication_keeps_the_draft(alice: User, paper: Paper) -> None:
    keep(alice, paper, "Half")

    with pytest.raises(SourceRefused):
        save_summary(writer=alice, paper=paper, text="bell \a", draft=LAPTOP)

    assert texts() == ["Half"]


def test_all_changes_taken_back_leave_no_draft(alice: User) -> None:
    summary = make_summary(writer=alice, text="As it is")
    about = {"summary": summary, "base_version": 1}
    keep(alice, summary.paper, "As it was", **about)

    keep(alice, summary.paper, "As it is", **about)

    assert texts() == []


def test_a_draft_begun_in_a_second_tab_meets_the_summary(alice: User, paper: Paper) -> None:
    keep(alice, paper, "In the second tab", seen=PHONE)

    summary = save_summary(writer=alice, paper=paper, text="In the first")

    found = draft_of(alice, paper, summary)
    assert found is not None
    assert found.text == "In the second tab"


# --- what becomes of them -----------------------------------------------------------------------


def test_a_merge_of_papers_leads_the_draft_along(alice: User, mona: User) -> None:
    keep_this, drop = make_paper(), make_paper()
    keep(alice, drop, "Begun on the other")

    merge_papers(keep=keep_this, drop=drop, by=mona, reason="the same")

    found = draft_of(alice, keep_this, None)
    assert found is not None
    assert found.text == "Begun on the other"


def test_only_the_owner_throws_it_away(alice: User, bob: User, paper: Paper) -> None:
    draft = keep(alice, paper, "One")
    assert draft is not None

    throw_away(draft=draft, by=bob)
    assert texts() == ["One"]
    throw_away(draft=draft, by=alice)

    assert texts() == []


def test_after_half_a_year_untouched_it_is_forgotten(alice: User, paper: Paper) -> None:
    keep(alice, paper, "Old")
    keep(alice, make_paper(), "New")
    now = timezone.now()
    Draft.objects.filter(text="Old").update(updated_at=now - DRAFTS_KEPT_FOR - timedelta(hours=1))

    assert forget_old(now=now) == 1
    assert texts() == ["New"]


def test_drafts_are_exported_and_go_with_the_account(alice: User, paper: Paper) -> None:
    keep(alice, paper, "One", fields={"private": True})

    (exported,) = data_of(alice)["drafts"]
    leave(person=alice, texts=Texts.DISOWN)

    assert (exported["text"], exported["fields"]) == ("One", {"private": True})
    assert texts() == []
