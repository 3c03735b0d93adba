"""Keeps what the tables of this version look like, with rows in them, for the tests of later ones.

Run it once for each release, from the root of the release's tree, and commit what it writes:

    python -m tests.upgrade.record 0.1.0
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent

# One of everything that people make. The test knows what is in here.
CONTENT = r"""
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue
from shortscience.voting.actions import vote_on_summary

alice, bob = make_user("alice"), make_user("bob")
venue = make_venue()
paper = make_paper("A Study of Bees", venue=venue, year=2016, keys=("1512.03385", "10.1000/bees"))
named = make_summary(paper, writer=alice, text="What *bees* told me: $a^2$. \\cite{1512.03385}")
make_summary(paper, writer=bob, text="Nobody knows who wrote this.", anonymous=True)
make_summary(make_paper("A Study of Wasps"), writer=bob, text="For me alone.", private=True)
comment = make_comment(summary=named, text="And wasps?")
make_comment(summary=named, parent=comment, text="Wasps too.")
vote_on_summary(voter=bob, summary=named, value=1)
"""


def main(version: str) -> None:
    folder = HERE / version
    folder.mkdir()
    with tempfile.TemporaryDirectory() as room:
        file = Path(room, "site.sqlite3")
        environment = {**os.environ, "VAR_DIR": room, "DATABASE_URL": f"sqlite:///{file}"}
        migrations = _fill(environment)
        with closing(sqlite3.connect(file)) as database:
            script = "\n".join(database.iterdump())
        (folder / "sqlite.sql").write_text(script + "\n")
        name = f"record_{secrets.token_hex(6)}"
        subprocess.run(["createdb", "--template=template0", name], check=True)
        try:
            _fill({**environment, "DATABASE_URL": f"postgresql:///{name}"})
            command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", name]
            dumped = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        finally:
            subprocess.run(["dropdb", "--force", name], check=True)
        # Comments, and commands for one version of psql only.
        kept = [row for row in dumped.splitlines() if not re.match(r"--|\\|$", row)]
        (folder / "postgresql.sql").write_text("\n".join(kept) + "\n")
    (folder / "migrations.json").write_text(json.dumps(migrations, indent=1) + "\n")


def _fill(environment: Mapping[str, str]) -> list[str]:
    """Make all tables, put the content in, and return the names of what was applied."""
    for command in (
        ["migrate", "--verbosity", "0"],
        ["createcachetable"],
        ["shell", "--verbosity", "0", "--command", CONTENT],
        # What allauth or Django fills by themselves would only make the file longer.
    ):
        us = [sys.executable, "-m", "shortscience", "manage", *command]
        subprocess.run(us, env=environment, check=True)
    listing = [sys.executable, "-m", "shortscience", "manage", "showmigrations", "--plan"]
    said = subprocess.run(listing, env=environment, check=True, capture_output=True, text=True)
    return sorted(re.findall(r"\[X\]  (\S+)", said.stdout))


if __name__ == "__main__":
    main(sys.argv[1])
