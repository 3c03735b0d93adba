"""From every release there was, with rows in it, to this program."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.config.site import Site, kinds, made
from tests.upgrade import record

RELEASES = sorted(path.parent for path in Path(record.__file__).parent.glob("*/migrations.json"))
# An app that is gone leaves its tables behind, and its migrations cannot be known any more.
GONE = {"django_tasks_db", "django_tasks_database"}

WHAT_IS_THERE = """
import json
from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.papers.models import Identifier, Paper
from shortscience.summaries.models import Summary
named = Summary.objects.get(author__username="alice")
people = User.objects.filter(username__in=["alice", "bob"])
keys = Identifier.objects.filter(paper__title="A Study of Bees")
print(json.dumps({
    "people": sorted(people.values_list("username", flat=True)),
    "password": User.objects.get(username="alice").check_password("a-long-password-for-tests"),
    "papers": sorted(Paper.objects.values_list("title", flat=True)),
    "keys": sorted(keys.values_list("value", flat=True)),
    "venue": Paper.objects.get(title="A Study of Bees").venue.short_name,
    "text": named.text,
    "html": "<em>bees</em>" in named.html and "<math" in named.html,
    "votes": [named.ups, named.score],
    "comments": [[c.text, c.parent_id is not None] for c in Comment.objects.order_by("pk")],
    "anonymous": Summary.objects.get(is_anonymous=True).named_author is None,
    "private": Summary.objects.get(visibility="private").is_public,
}))
"""


def load(site: Site, script: Path) -> None:
    if site.kind == "sqlite":
        name = site.environment["DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(name)) as database:
            database.executescript(script.read_text())
        return
    name = site.environment["DATABASE_URL"].removeprefix("postgresql:///")
    command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script), name]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_all_that_a_release_had_is_there_after_the_update(
    release: Path, kind: str, tmp_path: Path
) -> None:
    with made(kind, tmp_path) as site:
        load(site, release / f"{kind}.sql")

        updated = site.run("init")

        assert (updated.returncode, updated.stderr) == (0, "")
        there = site.python(WHAT_IS_THERE)
        assert there.returncode == 0, there.stderr
        assert json.loads(there.stdout) == {
            "people": ["alice", "bob"],
            "password": True,
            "papers": ["A Study of Bees", "A Study of Wasps"],
            "keys": ["10.1000/bees", "1512.03385"],
            "venue": "ICML",
            "text": "What *bees* told me: $a^2$. \\cite{1512.03385}",
            "html": True,
            "votes": [1, 1],
            "comments": [["And wasps?", False], ["Wasps too.", True]],
            "anonymous": True,
            "private": False,
        }
        mended = site.run("doctor", "--repair")
        assert mended.returncode == 0, mended.stdout
        assert "mended     references" not in mended.stdout


@pytest.mark.pure
def test_no_migration_that_was_released_is_changed_into_another() -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}

    assert RELEASES, "the first version is recorded"
    for release in RELEASES:
        released = set(json.loads((release / "migrations.json").read_text()))
        lost = {name for name in released - known if name.partition(".")[0] not in GONE}
        assert lost == set(), "replace it by a squashed one that names it, or keep it"
