"""What every test gets: a database, the cast, no network, warnings as errors."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

# Before Django reads its settings: tests never touch the data or the settings of a real site.
# Naming the settings here, not in pyproject.toml, is what makes it "before".
_VAR = Path(tempfile.mkdtemp(prefix="shortscience-test-"))
(_VAR / "static").mkdir()
os.environ["DJANGO_SETTINGS_MODULE"] = "shortscience.config.settings"
os.environ["VAR_DIR"] = str(_VAR)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_VAR}/test.sqlite3")
os.environ["SITE_URL"] = "http://testserver"
os.environ["EMAIL_URL"] = "console:"
os.environ["TASKS_BACKEND"] = "django_tasks.backends.immediate.ImmediateBackend"

import django

django.setup()

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import DatabaseError
from django.test import Client

from shortscience.accounts.models import User
from tests.factories import make_user

LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True, scope="session")
def no_network() -> None:
    """Connections to anything but this machine fail, and say which test tried."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in LOCAL:
            raise RuntimeError(f"a test tried to reach {address!r}")
        real(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Argon2 is slow on purpose; only its own test needs it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Pages link to files by name; the hashed names have their own test."""
    settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def nothing_cached(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test commits to the cache's table is gone after it: that is no model's table."""
    yield
    mark = request.node.get_closest_marker("django_db")
    commits = mark is not None and mark.kwargs.get("transaction")
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        with request.getfixturevalue("django_db_blocker").unblock():
            for cache in caches.all(initialized_only=True):
                # Some tests take the database away.
                with suppress(DatabaseError):
                    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    """The writer of whatever is written."""
    return make_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Another member."""
    return make_user("bob")


@pytest.fixture
def mona(db: None) -> User:
    """A moderator."""
    return make_user("mona", is_staff=True)


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client
