"""`shortscience backup` and `restore`: real sites, real processes, both databases."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.config.site import COMMAND, Site, environment, kinds, made

pytestmark = pytest.mark.slow

CONTENT = """
from tests.factories import make_comment, make_paper, make_summary, make_user
alice = make_user("alice")
paper = make_paper("A Study of Bees", keys=("1512.03385",))
summary = make_summary(paper, writer=alice, text="What bees told me.")
make_comment(summary=summary, text="And wasps?")
"""
# Each transaction writes a paper and its identifier: a copy has as many of one as of the other.
WRITER = """
import itertools, sys
from django.db import transaction
from shortscience.papers.models import Identifier, Paper
for number in itertools.count():
    with transaction.atomic():
        paper = Paper.objects.create(title=f"Paper {number}", title_key=f"paper {number}")
        Identifier.objects.create(paper=paper, scheme="url", value=f"https://x.example/{number}")
    if number == 20:
        print("writing", flush=True)
"""
PAPERS, IDENTIFIERS = "papers_paper", "papers_identifier"


@pytest.fixture(scope="module", params=kinds())
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site with one of everything."""
    with made(request.param, tmp_path_factory.mktemp("site")) as site:
        assert site.run("init").returncode == 0
        assert site.python(CONTENT).returncode == 0
        picture = site.var / "media" / "demo" / "bee.webp"
        picture.parent.mkdir(parents=True)
        picture.write_bytes(b"not really a picture")
        yield site


@pytest.fixture
def writing(site: Site) -> Iterator[subprocess.Popen[str]]:
    """A process that writes all the time."""
    process = site.start_python(WRITER)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    with process:
        yield process
        process.kill()


def manifest_of(backup: Path) -> dict:
    return json.loads((backup / "manifest.json").read_text())


def test_a_backup_under_writes_is_one_moment_and_comes_back_whole(
    site: Site, writing: subprocess.Popen[str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"

    done = site.run("backup", str(copy))

    assert (done.returncode, done.stderr) == (0, "")
    assert "tried out" in done.stdout
    assert writing.poll() is None, "it wrote all the time"
    rows = manifest_of(copy)["rows"]
    assert rows[PAPERS] == rows[IDENTIFIERS] > 20
    assert not list(tmp_path.glob("*unfinished*"))
    assert (copy.stat().st_mode & 0o077) == 0, "others cannot read it"

    with made(site.kind, tmp_path / "other") as other:
        restored = other.run("restore", str(copy))
        assert (restored.returncode, restored.stderr) == (0, "")
        counted = other.python(
            "from shortscience.papers.models import Identifier, Paper;"
            "from shortscience.summaries.models import Summary;"
            "print(Paper.objects.count(), Identifier.objects.count(), Summary.objects.get().text)"
        )
        assert counted.stdout == f"{rows[PAPERS]} {rows[PAPERS]} What bees told me.\n"
        assert (other.var / "media/demo/bee.webp").read_bytes() == b"not really a picture"
        assert not (other.var / "index" / "current").exists()
        # New rows get numbers of their own.
        assert (
            other.python("from tests.factories import make_user; make_user('new')").returncode == 0
        )


def test_a_filled_database_is_replaced_only_when_asked(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar.gz"
    assert site.run("backup", str(copy)).returncode == 0
    later = "from tests.factories import make_user; make_user('later')"
    assert site.python(later).returncode == 0

    refused = site.run("restore", str(copy))

    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    users = "from shortscience.accounts.models import User; print(User.objects.count())"
    assert site.python(users).stdout == "2\n"
    assert site.run("restore", str(copy), "--replace").returncode == 0
    assert site.python(users).stdout == "1\n"


def test_a_folder_that_is_there_gets_a_new_one_named_by_the_time(
    site: Site, tmp_path: Path
) -> None:
    done = site.run("backup", str(tmp_path), "--no-verify", "--secret-key")

    (copy,) = tmp_path.iterdir()
    assert done.returncode == 0
    assert copy.name.startswith("shortscience-2")
    assert {path.name for path in copy.iterdir()} > {"manifest.json", "media", "secret_key"}
    assert "not tried out" in done.stdout


def test_what_is_there_is_not_overwritten(site: Site, tmp_path: Path) -> None:
    taken = tmp_path / "taken.tar"
    taken.write_text("mine")

    refused = site.run("backup", str(taken))

    assert refused.returncode == 1
    assert "is there already" in refused.stderr
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_backup_leaves_nothing_that_looks_whole(
    site: Site, tmp_path: Path, how: signal.Signals
) -> None:
    large = site.var / "media" / "large.mp4"
    with large.open("wb") as file:
        file.truncate(400_000_000)
    process = subprocess.Popen(
        [*COMMAND, "backup", str(tmp_path / "copy.tar.gz")],
        env=site.environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not list(tmp_path.glob("*unfinished*/media")):
            assert process.poll() is None
            time.sleep(0.01)

        process.send_signal(how)
        process.wait()
    finally:
        large.unlink()

    assert not (tmp_path / "copy.tar.gz").exists()
    left = list(tmp_path.iterdir())
    if how == signal.SIGTERM:
        assert left == []
    for one in left:
        refused = site.run("restore", str(one), "--replace")
        assert refused.returncode == 1
        assert "not finished" in refused.stderr


def test_a_damaged_backup_is_refused_and_nothing_changes(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert site.run("backup", str(copy), "--no-verify").returncode == 0
    (database,) = copy.glob("database.*")
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 0xFF
    database.write_bytes(content)

    refused = site.run("restore", str(copy), "--replace")

    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert (
        site.python("from tests.factories import User; print(User.objects.count())").returncode == 0
    )


def test_a_backup_of_a_later_program_is_refused(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert site.run("backup", str(copy), "--no-verify").returncode == 0
    manifest = manifest_of(copy)
    manifest["migrations"].append("papers.9999_from_the_future")
    (copy / "manifest.json").write_text(json.dumps(manifest))

    refused = site.run("restore", str(copy), "--replace")

    assert refused.returncode == 1
    assert "update the program first" in refused.stderr


def test_a_running_site_is_not_restored_over(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert site.run("backup", str(copy), "--no-verify").returncode == 0
    indexer = subprocess.Popen(
        [*COMMAND, "indexer"], env=site.environment, stderr=subprocess.DEVNULL
    )
    try:
        lock = site.var / "index" / "indexer.lock"
        while not lock.exists() or lock.read_text() != str(indexer.pid):
            time.sleep(0.05)

        refused = site.run("restore", str(copy), "--replace")
    finally:
        indexer.kill()
        indexer.wait()

    assert refused.returncode == 1
    assert "Stop" in refused.stderr


@pytest.mark.parametrize("what", ["a-note.txt", "nothing.tar", "empty"])
def test_what_is_no_backup_is_refused_with_a_sentence(tmp_path: Path, what: str) -> None:
    (tmp_path / "a-note.txt").write_text("Dear diary")
    (tmp_path / "empty").mkdir()
    with made("sqlite", tmp_path / "site") as site:
        refused = site.run("restore", str(tmp_path / what))

    assert refused.returncode == 1
    assert "no backup" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_archive_that_leads_elsewhere_writes_nothing_there(tmp_path: Path) -> None:
    evil, victim = tmp_path / "evil.tar", tmp_path / "victim"
    victim.write_text("mine")
    with tarfile.open(evil, "w") as archive:
        archive.add(victim, "../victim")
    victim.write_text("still mine")

    with made("sqlite", tmp_path / "site") as site:
        refused = site.run("restore", str(evil))

    assert refused.returncode == 1
    assert victim.read_text() == "still mine"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small disk can be made by root only")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_nothing_is_left(site: Site, small_disk: Path) -> None:
    refused = site.run("backup", str(small_disk / "copy"))

    if site.kind == "postgresql" and refused.returncode == 0:
        pytest.skip("the dump of a small database fits")
    assert refused.returncode == 1
    assert "too full" in refused.stderr or "is full" in refused.stderr
    assert list(small_disk.iterdir()) == []


def test_a_disk_that_fills_meanwhile_is_said_too(site: Site, small_disk: Path) -> None:
    large = site.var / "media" / "large.mp4"
    large.write_bytes(os.urandom(3_000_000))
    try:
        code = (
            "from pathlib import Path;"
            "from shortscience.config.backup import taking;"
            "taking._require_space = lambda target: None;"
            f"taking.take(Path({str(small_disk / 'copy')!r}))"
        )
        refused = site.python(code)
    finally:
        large.unlink()

    assert "is full" in refused.stderr
    assert list(small_disk.iterdir()) == []


def test_a_copy_of_sqlite_needs_no_file_beside_it(tmp_path: Path) -> None:
    with made("sqlite", tmp_path / "site") as site:
        assert site.run("init").returncode == 0
        assert site.run("backup", str(tmp_path / "copy")).returncode == 0

    with closing(sqlite3.connect(tmp_path / "copy" / "database.sqlite3")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_without_the_tools_of_postgresql_it_says_what_to_install(tmp_path: Path) -> None:
    if "postgresql" not in kinds():
        pytest.skip("there is no PostgreSQL here")
    with made("postgresql", tmp_path / "site") as site:
        assert site.run("init").returncode == 0
        python = Path(shutil.which("python") or "").parent

        missing = site.run("backup", str(tmp_path / "copy"), PATH=str(python))
        old = tmp_path / "old"
        old.mkdir()
        for tool in ("pg_dump", "pg_restore", "psql"):
            (old / tool).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
            (old / tool).chmod(0o755)
        too_old = site.run("backup", str(tmp_path / "copy"), PATH=f"{old}:{os.environ['PATH']}")

    assert (missing.returncode, too_old.returncode) == (1, 1)
    assert "postgresql-client" in missing.stderr
    assert "pg_dump is of version 9" in too_old.stderr
    assert not (tmp_path / "copy").exists()
    assert environment(tmp_path)
