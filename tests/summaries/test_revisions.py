"""Versions of summaries: each save is kept, and shown to whom it was published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.errors import TooFast
from shortscience.membership.actions import Texts, leave
from shortscience.membership.export import data_of
from shortscience.summaries import actions, revisions
from shortscience.summaries.actions import import_summary, restore_version, save_summary
from shortscience.summaries.models import Summary, SummaryRevision
from shortscience.summaries.rules import CHANGES, ChangedMeanwhile, NoteTooLong, NotYours
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db

STRANGER = AnonymousUser()


def change(summary: Summary, text: str, **options: Any) -> Summary:
    assert summary.author is not None
    return save_summary(
        writer=summary.author,
        paper=summary.paper,
        text=text,
        base_version=summary.version,
        **options,
    )


def told(summary: Summary, viewer: Any = STRANGER) -> list[int]:
    """Return the numbers of the versions that this viewer may read."""
    summary.refresh_from_db()
    return [version.number for version in revisions.history(summary, viewer)[0]]


def test_a_summary_that_was_saved_once_is_its_own_version(alice: User) -> None:
    summary = make_summary(writer=alice, text="One.")

    version = revisions.numbered(summary, STRANGER, 1)

    assert version is not None
    assert (version.text, version.editor, version.saved_at) == ("One.", alice, summary.published_at)
    assert told(summary) == [1]
    assert not SummaryRevision.objects.exists()


def test_the_first_change_keeps_what_it_replaces_and_what_it_made(alice: User) -> None:
    summary = make_summary(writer=alice, text="One.")
    published_at = summary.published_at

    change(summary, "Two.", note=" A better\nword ")

    first, second = SummaryRevision.objects.order_by("number")
    assert (first.number, first.text, first.note) == (1, "One.", "")
    assert first.saved_at == published_at
    assert (second.number, second.text, second.note) == (2, "Two.", "A better word")
    assert second.editor == alice
    assert told(summary) == [2, 1]


def test_an_imported_text_is_stored_twice_only_when_it_changes(alice: User) -> None:
    summary = import_summary(
        paper=make_paper(),
        text="Old.",
        author=alice,
        is_anonymous=False,
        published_at=None,
        origin="elsewhere",
    )
    assert not SummaryRevision.objects.exists()

    change(summary, "New.")

    first = SummaryRevision.objects.get(number=1)
    assert (first.text, first.saved_at) == ("Old.", None)


def test_a_refused_change_leaves_no_version(alice: User) -> None:
    summary = make_summary(writer=alice, text="One.")

    with pytest.raises(NoteTooLong):
        change(summary, "Two.", note="x" * 201)
    with pytest.raises(ChangedMeanwhile):
        save_summary(writer=alice, paper=summary.paper, text="Two.", base_version=7)

    assert not SummaryRevision.objects.exists()


def test_too_many_changes_in_a_day_are_refused(alice: User) -> None:
    summary = make_summary(writer=alice)
    now = timezone.now()
    SummaryRevision.objects.bulk_create(
        SummaryRevision(
            summary=summary,
            number=number + 2,
            text="x",
            editor=alice,
            saved_at=now - timedelta(minutes=number),
            was_public=True,
            was_anonymous=False,
        )
        for number in range(CHANGES.count)
    )

    with pytest.raises(TooFast):
        change(summary, "Once more.")


# --- bringing one back --------------------------------------------------------------------------


def test_restoring_makes_a_new_version_of_the_old_text(alice: User) -> None:
    summary = change(make_summary(writer=alice, text="One.", anonymous=True), "Two.")
    assert not summary.is_anonymous

    restored = restore_version(summary=summary, number=1, base_version=2, by=alice)

    assert (restored.text, restored.version, restored.is_anonymous) == ("One.", 3, False)
    assert SummaryRevision.objects.get(number=3).restored_from == 1
    assert SummaryRevision.objects.count() == 3


def test_only_its_writer_restores_and_nothing_newer_is_overwritten(alice: User, bob: User) -> None:
    summary = change(make_summary(writer=alice, text="One."), "Two.")

    with pytest.raises(NotYours):
        restore_version(summary=summary, number=1, base_version=2, by=bob)
    with pytest.raises(ChangedMeanwhile):
        restore_version(summary=summary, number=1, base_version=1, by=alice)

    summary.refresh_from_db()
    assert summary.text == "Two."


# --- who reads them -----------------------------------------------------------------------------


def test_what_was_private_stays_private_after_publishing(alice: User, bob: User) -> None:
    summary = change(make_summary(writer=alice, text="Mine.", private=True), "For all.")

    for reader in (STRANGER, bob):
        assert told(summary, reader) == [2]
        assert revisions.numbered(summary, reader, 1) is None
    assert told(summary, alice) == [2, 1]


def test_what_was_named_is_hidden_when_the_name_is_taken_off(alice: User, bob: User) -> None:
    summary = change(make_summary(writer=alice, text="I, Alice."), "Someone.", is_anonymous=True)

    assert told(summary, bob) == [2]
    assert revisions.numbered(summary, STRANGER, 1) is None
    assert told(summary, alice) == [2, 1]


def test_a_long_history_is_read_a_page_at_a_time_without_its_texts(
    alice: User, django_assert_num_queries: Any
) -> None:
    summary = make_summary(writer=alice)
    Summary.objects.filter(pk=summary.pk).update(version=1000)
    summary.refresh_from_db()
    SummaryRevision.objects.bulk_create(
        SummaryRevision(
            summary=summary,
            number=number,
            text="x" * 1000,
            editor=alice,
            was_public=True,
            was_anonymous=False,
        )
        for number in range(1, 1001)
    )

    with django_assert_num_queries(1) as captured:
        first, has_more = revisions.history(summary, STRANGER)
    then, _more = revisions.history(summary, STRANGER, before=first[-1].number)
    last, has_more_after_the_last = revisions.history(summary, STRANGER, before=2)

    assert [version.number for version in first] == list(range(1000, 950, -1))
    assert [version.number for version in then] == list(range(950, 900, -1))
    assert has_more
    assert ([version.number for version in last], has_more_after_the_last) == ([1], False)
    assert '"text"' not in captured.captured_queries[0]["sql"]


# --- leaving ------------------------------------------------------------------------------------


def test_versions_go_with_the_summary(alice: User) -> None:
    summary = change(make_summary(writer=alice), "Two.")

    actions.delete_summary(summary=summary, by=alice)

    assert not SummaryRevision.objects.exists()


def test_who_leaves_their_texts_leaves_no_private_version(alice: User) -> None:
    summary = change(make_summary(writer=alice, text="Mine.", private=True), "For all.")
    change(summary, "For all, better.")

    leave(person=alice, texts=Texts.DISOWN)

    assert told(summary) == [3, 2]
    assert not SummaryRevision.objects.exclude(editor=None).exists()
    assert not SummaryRevision.objects.filter(text="Mine.").exists()


def test_the_export_has_every_version(alice: User) -> None:
    change(make_summary(writer=alice, text="One."), "Two.", note="Why")

    versions = data_of(alice)["versions"]

    assert [(one["number"], one["text"], one["note"]) for one in versions] == [
        (1, "One.", ""),
        (2, "Two.", "Why"),
    ]
