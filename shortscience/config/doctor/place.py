"""Where the site runs: settings, disk, the database as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings as configured
from django.core.management import call_command
from django.db import DatabaseError, connection

from shortscience.config.database import require_ready
from shortscience.config.doctor.finding import Finding, counted, needs_you, ok
from shortscience.config.terminal import Stop

# The next large transaction, the next backup, or a new index may not fit.
DISK_SHARE = 0.05
DISK_BYTES = 512 * 1024 * 1024
_HERE = ("localhost", "127.0.0.1", "::1")
_SECRET_LETTERS = 32


def settings(_repairs: bool) -> list[Finding]:
    """Look for settings that are right on one's own machine and wrong in public."""
    unsafe = list(_unsafe())
    return [needs_you("settings", says) for says in unsafe] or [ok("settings")]


def _unsafe() -> Iterator[str]:
    site = urlsplit(configured.SITE_URL)
    if configured.DEBUG:
        yield "DEBUG is on: everybody sees the details of errors."
    if len(configured.SECRET_KEY) < _SECRET_LETTERS:
        yield f"SECRET_KEY is shorter than {_SECRET_LETTERS} letters: sessions can be forged."
    if site.hostname in _HERE:
        return
    if site.scheme != "https":
        yield "SITE_URL is http: passwords and cookies go over the net in the open."
    elif not configured.BEHIND_PROXY:
        yield "SITE_URL is https and BEHIND_PROXY is off: all visitors share one limit."
    if configured.EMAIL_URL == "console:":
        yield "EMAIL_URL is console: nobody gets the code to sign in with."
    if configured.OPERATOR_MAIL.endswith("@localhost"):
        yield "OPERATOR_MAIL is not an address that people can write to."
    if connection.vendor == "sqlite" and configured.SQLITE_SYNCHRONOUS == "OFF":
        yield "SQLITE_SYNCHRONOUS is OFF: a power cut can destroy the database."


def disk(_repairs: bool) -> list[Finding]:
    """Look whether there is room for what comes."""
    places = {Path(configured.VAR_DIR)}
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        places |= {file.parent} if file.is_absolute() else set()
    found = []
    for place in sorted(places):
        if not place.is_dir():
            continue
        usage = shutil.disk_usage(place)
        if usage.free < min(DISK_BYTES, usage.total * DISK_SHARE):
            found.append(needs_you("disk", f"{usage.free / 1e6:,.0f} MB are free in {place}."))
    return found or [ok("disk")]


def database(_repairs: bool) -> list[Finding]:
    """Look whether there is a database, up to date and readable from end to end."""
    try:
        require_ready()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA quick_check(1)")
                (verdict,) = cursor.fetchone()
            if verdict != "ok":
                return [needs_you("database", f"It is damaged, restore a backup: {verdict}")]
    except Stop as stop:
        return [needs_you("database", str(stop))]
    except DatabaseError as error:
        return [needs_you("database", f"It is damaged, restore a backup: {error}")]
    return [ok("database")]


def tables(repairs: bool) -> list[Finding]:
    """Look for the table of the cache, which no migration makes."""
    names = {
        cache["LOCATION"]
        for cache in configured.CACHES.values()
        if cache["BACKEND"].endswith("DatabaseCache")
    }
    lacking = len(names - set(connection.introspection.table_names()))
    if lacking and repairs:
        call_command("createcachetable", verbosity=0)
    return [counted("tables", lacking, "tables of the cache are missing", repairs=repairs)]
