"""`shortscience doctor`: each thing is broken on purpose, found, and mended."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.changes.models import Change
from shortscience.config import cli
from shortscience.config.doctor import checks
from shortscience.config.doctor.finding import Finding, State
from shortscience.discussion.models import Comment
from shortscience.images.actions import add_image
from shortscience.images.models import Image
from shortscience.jobs.models import Job
from shortscience.pagestore import triggers
from shortscience.papers.indexes import drop_indexes, missing_indexes
from shortscience.papers.models import Identifier, IndexChange, Paper
from shortscience.papers.outbox import changed
from shortscience.search import engine, indexer
from shortscience.summaries.models import Citation, Summary
from shortscience.voting.actions import vote_on_summary
from shortscience.voting.models import SummaryVote
from tests.factories import make_comment, make_image, make_paper, make_summary, make_user
from tests.images import pictures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_site_of_its_own(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.SITE_URL = "http://localhost:8000"
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    yield
    engine.close()


def faults() -> dict[str, Finding]:
    return {one.check: one for one in checks.examine(repairs=False) if one.is_fault}


def mended() -> dict[str, Finding]:
    return {one.check: one for one in checks.examine(repairs=True) if one.state == State.MENDED}


def without_references(*statements: str) -> None:
    """Change rows as a damaged disk or a careless hand would."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Checked at the end of the transaction, which a test never reaches.
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for statement in statements:
            cursor.execute(statement)


def test_a_whole_site_has_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    make_comment(summary=make_summary())

    assert cli.main(["doctor"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 10
    assert {line[:10].strip() for line in lines} == {"ok"}


# --- rows -------------------------------------------------------------------------------------


def test_a_text_without_its_paper_is_kept_and_gets_one_in_its_place() -> None:
    paper = make_paper()
    summary = make_summary(paper, text="Nobody else wrote this.")
    make_comment(paper=paper, text="Nor this.")
    without_references(
        f"DELETE FROM papers_indexchange WHERE first = {paper.pk}",
        f"DELETE FROM papers_paper WHERE id = {paper.pk}",
    )
    assert faults()["references"].state == State.WRONG

    mended()

    assert Summary.objects.get(pk=summary.pk).paper.title.startswith("A paper that was lost")
    assert Comment.objects.get().paper_id == paper.pk
    assert "references" not in faults()


def test_what_means_nothing_alone_goes_and_what_may_be_empty_is_emptied() -> None:
    summary = make_summary(text=r"As \cite{1512.03385} says.")
    vote_on_summary(voter=make_user("bob"), summary=summary, value=1)
    cited = make_paper(keys=("1512.03385",))
    Citation.objects.update(paper=cited)
    without_references(
        "UPDATE voting_summaryvote SET summary_id = 987654",
        "UPDATE summaries_citation SET paper_id = 987654",
        f"UPDATE summaries_summary SET author_id = 987654 WHERE id = {summary.pk}",
    )
    assert "references" in faults()

    mended()

    assert SummaryVote.objects.count() == 0
    assert Citation.objects.get().paper_id != 987654
    assert Summary.objects.get().author_id is None
    assert "references" not in faults()


def test_wrong_numbers_are_counted_again() -> None:
    summary = make_summary()
    make_comment(summary=summary)
    Paper.objects.update(summary_count=7)
    Summary.objects.update(score=99, comment_count=5)
    assert {"counts of papers", "scores", "counts of summaries"} <= faults().keys()

    assert {"counts of papers", "scores", "counts of summaries"} <= mended().keys()

    assert Paper.objects.get().summary_count == 1
    assert Summary.objects.get().comment_count == 1
    assert not faults()


def test_old_html_is_made_again() -> None:
    summary = make_summary()
    Summary.objects.update(renderer_version=0, lead_html="<p>old</p>", rest_html="")
    assert faults()["texts"].number == 1

    mended()

    summary.refresh_from_db()
    assert "old" not in summary.html
    assert not faults()


def test_a_number_that_is_taken_is_not_given_again() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite counts from the newest row by itself")
    newest = make_paper()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('papers_paper', 'id'), 1)")
    Paper.objects.filter(pk=newest.pk).update(title="Newest")
    if newest.pk == 1:
        pytest.skip("the first paper of this database")
    assert "numbering" in faults()

    mended()

    assert make_paper().pk > newest.pk


# --- indexes ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_indexes_that_a_broken_load_left_out_are_built_and_doubles_go() -> None:
    paper = make_paper(keys=("10.1000/a",))
    drop_indexes()
    Identifier.objects.create(paper=paper, scheme="doi", value="10.1000/a")
    found = faults()
    assert found["indexes"].state == State.WRONG
    assert found["identifiers"].number == 1

    mended()

    assert missing_indexes() == []
    assert Identifier.objects.filter(value="10.1000/a").count() == 1


# --- the search -------------------------------------------------------------------------------


def test_papers_that_the_index_lacks_are_told_to_the_indexer() -> None:
    make_paper("A Study of Bees")
    indexer.build()
    # Behind the back of all that writes the outbox.
    Paper.objects.bulk_create([Paper(title="Unheard", title_key="unheard")])
    assert faults()["search index"].number == 1

    assert mended()["search index"].number == 1

    indexer.Indexer().look()
    engine.close()
    assert "search index" not in faults()


def test_an_indexer_that_does_not_run_is_noticed() -> None:
    paper = make_paper()
    indexer.build()
    changed([paper.pk])
    assert "search index" not in faults(), "it may come any moment"

    IndexChange.objects.update(changed_at=timezone.now() - timedelta(minutes=5))

    assert faults()["search index"].state == State.NEEDS_YOU


def test_rows_of_the_outbox_that_nobody_will_read_go() -> None:
    make_paper()
    IndexChange.objects.create(first=9, last=3)
    IndexChange.objects.create(first=10**12, last=10**12)
    IndexChange.objects.create(first=1, last=1)
    IndexChange.objects.filter(first=1, last=1).update(
        changed_at=timezone.now() - timedelta(days=30)
    )
    assert faults()["outbox"].state == State.WRONG

    mended()

    assert not IndexChange.objects.filter(first__gt=10**9).exists()
    assert "outbox" not in faults()


def test_rows_that_count_as_another_server_did_are_made_harmless() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite counts no transactions")
    IndexChange.objects.create(first=1, last=1, transaction=10**15)
    assert "another server" in faults()["outbox"].says

    mended()

    assert not IndexChange.objects.filter(transaction__gt=10**14).exists()


# --- files ------------------------------------------------------------------------------------


def test_a_file_that_no_text_names_is_put_aside_and_young_ones_are_left(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    for name in ("used.webp", "orphan.webp", "young.webp"):
        (media / name).write_bytes(b"picture")
    for name in ("used.webp", "orphan.webp"):
        os.utime(media / name, (time.time() - 10**6,) * 2)
    make_summary(text="![A bee](/media/used.webp)")
    Summary.objects.update(lead_html='<img src="/media/used.webp">')
    assert faults()["files"].number == 1

    mended()

    assert sorted(path.name for path in media.iterdir()) == ["used.webp", "young.webp"]
    assert (tmp_path / "orphaned" / "orphan.webp").read_bytes() == b"picture"


def test_a_text_that_names_a_missing_file_needs_a_person() -> None:
    make_summary()
    Summary.objects.update(lead_html='<img src="/media/gone.webp">')

    assert faults()["files"].state == State.NEEDS_YOU
    assert "gone.webp" in faults()["files"].says


def test_images_and_their_files_are_compared(tmp_path: Path, alice: User) -> None:
    media = tmp_path / "media"
    whole = add_image(owner=alice, data=pictures.png())
    lost = make_image(alice)
    waiting = make_image(alice)
    long_ago = timezone.now() - timedelta(days=2)
    Image.objects.filter(pk=waiting.pk).update(
        file=None, original="incoming/gone", added_at=long_ago
    )
    for name in ("i/ab/orphan.webp", "incoming/orphan"):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(b"picture")
        os.utime(media / name, (time.time() - 10**6,) * 2)
    (media / "incoming" / "young").write_bytes(b"picture")
    found = [one for one in checks.examine(repairs=False) if one.check == "images"]
    assert [(finding.state, finding.number) for finding in found] == [
        (State.WRONG, 2),
        (State.WRONG, 1),
        (State.WRONG, 1),
        (State.NEEDS_YOU, 1),
    ]
    assert faults().get("files") is None

    mended()

    assert (tmp_path / "orphaned" / "i" / "ab" / "orphan.webp").read_bytes() == b"picture"
    assert (media / "incoming" / "young").exists()
    kept = Image.objects.get(pk=whole.pk).file
    assert kept is not None
    assert default_storage.exists(kept.large_path)
    assert Image.objects.get(pk=waiting.pk).is_failed
    assert Image.objects.filter(pk=lost.pk).exists()


# --- what only a person can do ----------------------------------------------------------------


def test_settings_that_are_unsafe_in_public_are_named(settings: Any) -> None:
    settings.SITE_URL = "http://science.example"
    settings.EMAIL_URL = "console:"
    settings.DEBUG = True
    settings.SECRET_KEY = "short"
    settings.OPERATOR_MAIL = "operator@localhost"

    said = [one.says for one in checks.examine(repairs=True) if one.check == "settings"]

    for name in ("SITE_URL", "EMAIL_URL", "DEBUG", "SECRET_KEY", "OPERATOR_MAIL"):
        assert any(name in line for line in said), name


def test_tables_of_an_older_program_end_the_examination() -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="operations").delete()

    found = list(checks.examine(repairs=True))

    assert found[-1].check == "database"
    assert "shortscience init" in found[-1].says


def test_jobs_that_were_given_up_are_named() -> None:
    Job.objects.create(task="a.b", state=Job.State.DEAD)

    assert faults()["jobs"].number == 1


def test_a_cache_without_its_table_gets_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE sources_cache")
    assert faults()["tables"].number == 1

    mended()

    assert "sources_cache" in connection.introspection.table_names()


# --- the answer -------------------------------------------------------------------------------


def test_changes_that_are_not_noted_are_found_and_noted_again() -> None:
    table, altered = "voting_summaryvote", "summaries_citation"
    names = {one.table: one.name for one in triggers.triggers(connection.vendor)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{names[table]}"')
            cursor.execute(
                f'CREATE OR REPLACE FUNCTION "{names[altered]}"() RETURNS trigger'
                " LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
            )
        else:
            cursor.execute(f'DROP TRIGGER "{names[table]}"')
            cursor.execute(f'DROP TRIGGER "{names[altered]}"')
            cursor.execute(
                f'CREATE TRIGGER "{names[altered]}" AFTER INSERT ON {altered}'
                " FOR EACH ROW BEGIN SELECT 1; END"
            )

    assert faults()["triggers"].number == 2
    assert table in mended()["triggers"].says

    assert "triggers" not in faults()
    vote_on_summary(voter=make_user(), summary=make_summary(), value=1)
    assert Change.objects.filter(source=table).exists()


def test_it_answers_with_lines_or_json_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    make_summary()
    Summary.objects.update(score=99)

    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "wrong      scores: 1 are wrong" in said
    assert "doctor --repair" in said

    assert cli.main(["doctor", "--repair", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"check": "scores", "state": "mended", "says": "1 are wrong", "number": 1} in found
    assert cli.main(["doctor"]) == 0
