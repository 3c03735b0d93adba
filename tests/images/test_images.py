"""Images: taken in, made ready by the worker, stored once, removed when no text uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.images import uses
from shortscience.images.actions import add_image, remove_image
from shortscience.images.making import make_sizes
from shortscience.images.models import Image, ImageFile
from shortscience.images.removing import forget_unused
from shortscience.images.rules import (
    KEPT_UNUSED_FOR,
    MOST_BYTES,
    MOST_WAITING,
    NotAPicture,
    NotYourImage,
    ShelfFull,
    TooManyWaiting,
)
from shortscience.lib.errors import NotAllowed, SignInFirst
from shortscience.summaries.actions import save_summary
from shortscience.summaries.drafts import Seen, save_draft
from tests.factories import make_comment, make_paper, make_summary
from tests.images import pictures

pytestmark = pytest.mark.django_db

# A worker that has not come to it yet.
WAITING = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture(autouse=True)
def empty_store(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def stored_paths() -> set[str]:
    """Return every file of images in the store."""
    found = set()
    for top in ("i", "incoming"):
        if default_storage.exists(top):
            folders, files = default_storage.listdir(top)
            found |= {f"{top}/{name}" for name in files}
            for folder in folders:
                inside = default_storage.listdir(f"{top}/{folder}")[1]
                found |= {f"{top}/{folder}/{name}" for name in inside}
    return found


def finished_paths() -> set[str]:
    return {path for path in stored_paths() if path.startswith("i/")}


def test_an_image_is_made_ready_and_what_was_sent_is_gone(
    alice: User, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        image = add_image(owner=alice, data=pictures.jpeg(1000, 500))

    image.refresh_from_db()
    assert image.file is not None
    assert not image.original
    assert (image.width, image.height) == (image.file.width, image.file.height) == (1000, 500)
    assert set(image.file.paths) <= stored_paths()
    assert stored_paths() == finished_paths()
    assert image.size_bytes == sum(default_storage.size(path) for path in image.file.paths)


def test_making_it_again_changes_nothing(alice: User) -> None:
    image = add_image(owner=alice, data=pictures.png())
    image.refresh_from_db()

    make_sizes(image.pk)
    make_sizes(image.pk + 1)

    assert Image.objects.get().file == image.file


def test_equal_pictures_of_two_people_are_stored_once_and_neither_can_tell(
    alice: User, bob: User
) -> None:
    first = add_image(owner=alice, data=pictures.png())
    before = finished_paths()

    second = add_image(owner=bob, data=pictures.png())

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.file == second.file
    assert finished_paths() == before
    assert first.name != second.name
    assert Image.objects.owned_by(bob).total_bytes() == first.size_bytes


def test_the_same_picture_in_another_file_is_stored_once_too(alice: User, bob: User) -> None:
    add_image(owner=alice, data=pictures.png())
    add_image(owner=bob, data=pictures.png_with_notes())

    assert ImageFile.objects.count() == 1


def test_a_file_goes_with_the_last_of_its_images(
    alice: User, bob: User, django_capture_on_commit_callbacks
) -> None:
    first = add_image(owner=alice, data=pictures.png())
    second = add_image(owner=bob, data=pictures.png())
    paths = set(ImageFile.objects.get().paths)

    remove_image(image=first, by=alice)
    assert paths <= stored_paths()
    with django_capture_on_commit_callbacks(execute=True):
        remove_image(image=second, by=bob)

    assert not ImageFile.objects.exists()
    assert not paths & stored_paths()


def test_only_its_owner_removes_an_image(alice: User, bob: User) -> None:
    image = add_image(owner=alice, data=pictures.png())

    with pytest.raises(NotYourImage):
        remove_image(image=image, by=bob)

    assert Image.objects.exists()


@pytest.mark.parametrize("data", [b"", pictures.SVG, b"no picture", pictures.png()[:-30]])
def test_what_is_no_picture_leaves_nothing_behind(alice: User, data: bytes) -> None:
    before = stored_paths()

    with pytest.raises(NotAPicture):
        add_image(owner=alice, data=data)

    assert not Image.objects.exists()
    assert stored_paths() == before


def test_strangers_and_banned_members_send_nothing(alice: User) -> None:
    from django.contrib.auth.models import AnonymousUser

    alice.banned_at = timezone.now()

    with pytest.raises(SignInFirst):
        add_image(owner=AnonymousUser(), data=pictures.png())
    with pytest.raises(NotAllowed):
        add_image(owner=alice, data=pictures.png())


def test_there_is_an_end_to_what_one_person_keeps(alice: User, bob: User, settings) -> None:
    image = add_image(owner=alice, data=pictures.png())
    ImageFile.objects.update(size_bytes=MOST_BYTES)

    with pytest.raises(ShelfFull, match="100 MB"):
        add_image(owner=alice, data=pictures.png())
    remove_image(image=image, by=alice)

    assert add_image(owner=alice, data=pictures.png())
    settings.TASKS = WAITING
    for _ in range(MOST_WAITING):
        Image.objects.create(
            name=f"{_:026d}", owner=bob, width=1, height=1, original="incoming/x",
            added_at=timezone.now(), used_at=timezone.now(),
        )  # fmt: skip
    with pytest.raises(TooManyWaiting):
        add_image(owner=bob, data=pictures.png())


def test_who_may_see_an_image(alice: User, bob: User, mona: User, settings) -> None:
    from django.contrib.auth.models import AnonymousUser

    everybody = (AnonymousUser(), alice, bob, mona)

    def seen_by() -> list[bool]:
        return [Image.objects.visible_to(one).exists() for one in everybody]

    settings.TASKS = WAITING
    image = add_image(owner=alice, data=pictures.png())
    assert seen_by() == [False, True, False, False]
    make_sizes(image.pk)
    assert seen_by() == [True, True, True, True]
    ImageFile.objects.update(hidden_at=timezone.now())
    assert seen_by() == [False, False, False, True]


# --- what texts use -----------------------------------------------------------------------------

Use = Callable[[User, str], object]


def in_a_draft(alice: User, text: str) -> None:
    paper = make_paper()
    save_draft(
        owner=alice, paper=paper, summary=None, text=text, fields={}, base_version=None, seen=Seen()
    )


def in_an_old_version(alice: User, text: str) -> None:
    summary = make_summary(writer=alice, text=text)
    save_summary(writer=alice, paper=summary.paper, text="Without.", base_version=summary.version)


USES: dict[str, Use] = {
    "summary": lambda alice, text: make_summary(writer=alice, text=text),
    "private": lambda alice, text: make_summary(writer=alice, text=text, private=True),
    "comment": lambda alice, text: make_comment(paper=make_paper(), writer=alice, text=text),
    "draft": in_a_draft,
    "version": in_an_old_version,
    "about": lambda alice, text: User.objects.filter(pk=alice.pk).update(about=text),
}


@pytest.mark.parametrize("use", USES)
def test_what_a_text_uses_is_kept(alice: User, use: str) -> None:
    image = add_image(owner=alice, data=pictures.png())
    USES[use](alice, f"See ![it]({image.address.large}).")
    later = timezone.now() + KEPT_UNUSED_FOR + timedelta(days=1)

    assert forget_unused(now=later) == 0
    image.refresh_from_db()
    assert image.used_at == later


def test_what_no_text_uses_goes_after_a_while(alice: User) -> None:
    add_image(owner=alice, data=pictures.png())
    now = timezone.now()

    assert forget_unused(now=now + KEPT_UNUSED_FOR - timedelta(days=1)) == 0
    assert forget_unused(now=now + KEPT_UNUSED_FOR + timedelta(days=1)) == 1
    assert not Image.objects.exists()
    assert not ImageFile.objects.exists()


# Text that nobody writes in Markdown, or that a column of SOURCES holds too.
NO_SOURCES = {
    "accounts.User.about_html",
    "claims.Claim.html",
    # What a report, or a file from elsewhere, says: printed as it stands.
    "evidence.Finding.note",
    "evidence.ExternalEvidence.says",
    "discussion.Comment.html",
    "discussion.Passage.exact",
    "discussion.Passage.now",
    "jobs.Job.error",
    "library.ReadingList.description_html",
    "library.SavedPaper.note_html",
    "papers.Paper.abstract",
    "summaries.Summary.lead_html",
    "summaries.Summary.rest_html",
}
OURS = "shortscience."


def test_every_column_of_text_is_searched_for_images_or_holds_none() -> None:
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith(OURS)
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.TextField)
    }

    assert columns - NO_SOURCES <= set(uses.SOURCES), "Markdown? Then add it there"
    assert not set(uses.SOURCES) & NO_SOURCES
    for source in uses.SOURCES:
        label, column = source.rsplit(".", 1)
        assert apps.get_model(label)._meta.get_field(column)
