"""The export holds everything about a person, and nothing about others."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field

from shortscience.accounts.models import User
from shortscience.images.actions import add_image
from shortscience.membership.export import (
    EXPORTED,
    LEFT_OUT,
    LEFT_OUT_COLUMNS,
    archive,
    data_of,
    file_name,
)
from shortscience.moderation.actions import ban, report
from shortscience.voting.actions import vote_on_summary
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_comment, make_image, make_paper, make_summary
from tests.images import pictures

pytestmark = pytest.mark.django_db


def columns_that_point_to_a_person() -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            points = isinstance(field, Field) and field.related_model is User
            if points and not field.many_to_many:  # the table of such a field is a model itself
                yield f"{model._meta.label}.{field.name}"


def test_every_column_that_points_to_a_person_is_exported_or_left_out_for_a_reason() -> None:
    assert set(columns_that_point_to_a_person()) == EXPORTED.keys() | LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


def test_every_column_of_the_account_is_exported(alice: User) -> None:
    columns = {field.name for field in User._meta.concrete_fields}

    account = data_of(alice)["account"]

    assert account.keys() == columns - LEFT_OUT_COLUMNS.keys()
    assert alice.password not in json.dumps(account, default=str)


def test_the_keys_of_the_file_are_those_that_were_promised(alice: User) -> None:
    assert set(EXPORTED.values()) <= data_of(alice).keys()


def test_the_file_holds_all_that_the_person_did(alice: User, bob: User, mona: User) -> None:
    make_summary(make_paper("One", added_by=alice), writer=alice, text="Public $x$.")
    make_summary(make_paper("Two"), writer=alice, text="Private.", private=True)
    make_summary(make_paper("Three"), writer=alice, text="Unnamed.", anonymous=True)
    of_bob = make_summary(writer=bob, text="Of Bob.")
    vote_on_summary(voter=alice, summary=of_bob, value=-1)
    make_comment(summary=of_bob, writer=alice, text="A question.", anonymous=True)
    report(reporter=alice, target=of_bob, reason="wrong", note="See page 3.")
    report(reporter=bob, target=alice, reason="unkind", note="Bob's secret.")
    signed_in(alice)
    ban(moderator=mona, person=alice, reason="Advertising")

    alice.refresh_from_db()
    data = data_of(alice)

    assert [s["text"] for s in data["summaries"]] == ["Public $x$.", "Private.", "Unnamed."]
    assert [s["visibility"] for s in data["summaries"]] == ["public", "private", "public"]
    assert [c["text"] for c in data["comments"]] == ["A question."]
    assert [v["value"] for v in data["votes"]] == [-1]
    assert [r["note"] for r in data["reports_made"]] == ["See page 3."]
    assert [m["email"] for m in data["mail_addresses"]] == ["alice@example.org"]
    assert [m["reason"] for m in data["moderation_about_you"]] == ["Advertising"]
    assert [p["title"] for p in data["papers_added"]] == ["One"]
    assert data["open_sessions"] == 1
    written = json.dumps(data, default=str)
    assert "Bob's secret." not in written
    assert "bob@example.org" not in written
    assert "Of Bob." not in written


def test_the_archive_has_each_summary_as_markdown(alice: User) -> None:
    make_summary(make_paper("Deep Nets: “a” b"), writer=alice, text="One.")
    make_summary(make_paper("Deep Nets: “a” b"), writer=alice, text="Two.", private=True)

    files = zipfile.ZipFile(io.BytesIO(archive(alice)))

    names = files.namelist()
    assert names[:2] == ["data.json", "summaries/deep-nets-a-b.md"]
    assert len(names) == len(set(names)) == 3
    assert json.loads(files.read("data.json"))["account"]["username"] == "alice"
    text = files.read(names[2]).decode()
    assert text.endswith("---\n\nTwo.\n")
    assert 'title: "Deep Nets: “a” b"\n' in text


def test_the_archive_has_ones_images_and_nobody_elses(
    alice: User, bob: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    image = add_image(owner=alice, data=pictures.png())
    other = add_image(owner=bob, data=pictures.png(50, 50))
    lost = make_image(alice)

    files = zipfile.ZipFile(io.BytesIO(archive(alice)))

    assert files.read(f"images/{image.name}.webp").startswith(b"RIFF")
    told = json.loads(files.read("data.json"))["images"]
    assert [row["address"].rpartition("/i/")[2][:26] for row in told] == [image.name, lost.name]
    assert other.name not in str(files.namelist())


def test_it_is_downloaded_by_a_button_under_the_persons_name(alice: User) -> None:
    client = signed_in(alice)

    assert file_name(alice) in client.get("/settings/export").content.decode()
    answer = client.post("/settings/export")

    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="shortscience-alice.zip"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    assert zipfile.is_zipfile(io.BytesIO(answer.content))
    assert PASSWORD.encode() not in answer.content
