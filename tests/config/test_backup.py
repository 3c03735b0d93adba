"""`shortscience backup` and `restore`: real sites, real processes, both databases."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shortscience.config.backup import postgresql
from shortscience.config.terminal import Stop
from tests.config.site import COMMAND, Site, kinds, made

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


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """Make a site with one of everything, once for each kind of database."""
    with ExitStack() as stack:

        @cache
        def of(kind: str) -> Site:
            site = stack.enter_context(made(kind, tmp_path_factory.mktemp("site")))
            assert site.run("init").returncode == 0
            assert site.python(CONTENT).returncode == 0
            picture = site.var / "media" / "demo" / "bee.webp"
            picture.parent.mkdir(parents=True)
            picture.write_bytes(b"not really a picture")
            return site

        yield of


@pytest.fixture(params=kinds())
def site(request: pytest.FixtureRequest, sites: Callable[[str], Site]) -> Site:
    return sites(request.param)


@pytest.fixture
def plain(sites: Callable[[str], Site]) -> Site:
    """What is the same for both databases is tried on one."""
    return sites("sqlite")


@pytest.fixture(scope="module")
def a_copy(sites: Callable[[str], Site], tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copies") / "copy"
    done = sites("sqlite").run("backup", str(copy), "--no-verify", "--secret-key")
    assert (done.returncode, done.stderr) == (0, "")
    return copy


@pytest.fixture
def copy(a_copy: Path, tmp_path: Path) -> Path:
    """A backup that a test may damage."""
    return Path(shutil.copytree(a_copy, tmp_path / "copy"))


@pytest.fixture
def writing(site: Site) -> Iterator[subprocess.Popen[str]]:
    """A process that writes all the time."""
    process = site.start_python(WRITER)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    with process:
        yield process
        process.kill()


def manifest_of(backup: Path) -> Any:
    return json.loads((backup / "manifest.json").read_text())


def test_a_backup_under_writes_is_one_moment_and_comes_back_whole(
    site: Site, writing: subprocess.Popen[str], tmp_path: Path
) -> None:
    # One as a folder, one as a file.
    copy = tmp_path / ("copy" if site.kind == "sqlite" else "copy.tar.gz")

    done = site.run("backup", str(copy))

    assert (done.returncode, done.stderr) == (0, "")
    assert "tried out" in done.stdout
    assert writing.poll() is None, "it wrote all the time"
    assert list(tmp_path.iterdir()) == [copy]
    assert (copy.stat().st_mode & 0o077) == 0, "others cannot read it"
    if copy.is_dir():
        rows = manifest_of(copy)["rows"]
        with closing(sqlite3.connect(copy / "database.sqlite3")) as database:
            mode = database.execute("PRAGMA journal_mode").fetchone()
        assert mode == ("delete",), "it needs no file beside it"
    else:
        with tarfile.open(copy) as archive:
            rows = json.load(archive.extractfile("manifest.json") or BytesIO())["rows"]
    assert rows[PAPERS] == rows[IDENTIFIERS] > 20
    with made(site.kind, tmp_path / "other") as other:
        _comes_back(other, copy, papers=rows[PAPERS])


def _comes_back(other: Site, copy: Path, *, papers: int) -> None:
    restored = other.run("restore", str(copy))
    assert (restored.returncode, restored.stderr) == (0, "")
    # A new row gets a number of its own.
    added = other.python("from tests.factories import make_user; make_user('later')")
    assert added.returncode == 0, added.stderr
    assert (other.var / "media/demo/bee.webp").read_bytes() == b"not really a picture"
    assert not (other.var / "index" / "current").exists()

    refused = other.run("restore", str(copy))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    counted = (
        "from shortscience.papers.models import Identifier, Paper;"
        "from shortscience.summaries.models import Summary;"
        "from tests.factories import User;"
        "print(Paper.objects.count(), Identifier.objects.count(), Summary.objects.get().text,"
        " User.objects.filter(username='later').exists())"
    )
    assert other.python(counted).stdout == f"{papers} {papers} What bees told me. True\n"

    replaced = other.run("restore", str(copy), "--replace")
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert other.python(counted).stdout == f"{papers} {papers} What bees told me. False\n"


def test_a_folder_that_is_there_gets_a_new_one_named_by_the_time(
    plain: Site, tmp_path: Path
) -> None:
    done = plain.run("backup", str(tmp_path), "--no-verify", "--secret-key")

    (copy,) = tmp_path.iterdir()
    assert done.returncode == 0
    assert copy.name.startswith("shortscience-2")
    assert {path.name for path in copy.iterdir()} > {"manifest.json", "media", "secret_key"}
    assert "not tried out" in done.stdout


def test_what_is_there_is_not_overwritten(plain: Site, tmp_path: Path) -> None:
    taken = tmp_path / "taken.tar"
    taken.write_text("mine")

    refused = plain.run("backup", str(taken))

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


def test_a_damaged_backup_is_refused(plain: Site, copy: Path) -> None:
    database = copy / "database.sqlite3"
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 0xFF
    database.write_bytes(content)

    refused = plain.run("restore", str(copy), "--replace")

    assert refused.returncode == 1
    assert "damaged" in refused.stderr


def test_a_backup_of_a_later_program_is_refused(plain: Site, copy: Path) -> None:
    manifest = manifest_of(copy)
    manifest["migrations"].append("papers.9999_from_the_future")
    (copy / "manifest.json").write_text(json.dumps(manifest))

    refused = plain.run("restore", str(copy), "--replace")

    assert refused.returncode == 1
    assert "update the program first" in refused.stderr


def test_a_running_site_is_not_restored_over(plain: Site, copy: Path) -> None:
    lock = plain.var / "index" / "indexer.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        refused = plain.run("restore", str(copy), "--replace")

    assert refused.returncode == 1
    assert "Stop it first" in refused.stderr


def test_what_is_no_backup_is_refused_with_a_sentence(plain: Site, tmp_path: Path) -> None:
    (tmp_path / "a-note.txt").write_text("Dear diary")
    (tmp_path / "empty").mkdir()
    for what in ("a-note.txt", "nothing.tar", "empty"):
        refused = plain.run("restore", str(tmp_path / what), "--replace")

        assert refused.returncode == 1
        assert "no backup" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_an_archive_that_leads_elsewhere_writes_nothing_there(plain: Site, tmp_path: Path) -> None:
    evil, victim = tmp_path / "evil.tar", tmp_path / "victim"
    victim.write_text("evil")
    with tarfile.open(evil, "w") as archive:
        archive.add(victim, "../victim")
    (plain.var / "victim").write_text("mine")

    refused = plain.run("restore", str(evil), "--replace")

    assert refused.returncode == 1
    assert (plain.var / "victim").read_text() == "mine"


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


def test_a_disk_that_is_too_small_is_said_before(plain: Site, small_disk: Path) -> None:
    refused = plain.run("backup", str(small_disk / "copy"))

    assert refused.returncode == 1
    assert "too full" in refused.stderr
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


@pytest.mark.django_db
def test_without_the_tools_of_postgresql_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("it is about PostgreSQL")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Stop, match="postgresql-client"):
        postgresql.dump(tmp_path, print)

    for tool in ("pg_dump", "pg_restore", "psql"):
        (tmp_path / tool).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
        (tmp_path / tool).chmod(0o755)

    with pytest.raises(Stop, match="pg_dump is of version 9"):
        postgresql.dump(tmp_path, print)
