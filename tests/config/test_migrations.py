"""Migrations: complete, and each named after what it does.

There is no release yet, so no older state than the empty one has to be brought up to date; the
first release adds its database to these tests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command

import shortscience


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.pure
def test_every_migration_says_in_its_name_what_it_does() -> None:
    names = [path.stem for path in Path(shortscience.__file__).parent.glob("*/migrations/0*.py")]

    assert len(names) >= 7
    assert not [name for name in names if re.search(r"_auto_|_alter_field|\d{4}_\d{4}$", name)]
