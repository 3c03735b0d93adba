"""Puts the triggers on the database after migrations, and takes them off before."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class PageStoreConfig(AppConfig):
    name = "shortscience.pagestore"
    label = "pagestore"

    def ready(self) -> None:
        # The triggers write into this app's table; ours has none, and so no signal of its own.
        log = apps.get_app_config("changes")
        pre_migrate.connect(_before, sender=log)
        post_migrate.connect(_after, sender=log)


# Any: what Django tells with these signals differs.
def _before(*, using: str, plan: Any = (), **_kwargs: Any) -> None:
    """Tables that triggers name cannot be altered freely. Until they are back nothing is stored."""
    from shortscience.pagestore import triggers

    if plan and triggers.has_log(connections[using]):
        triggers.remove(connections[using])


def _after(*, using: str, **_kwargs: Any) -> None:
    from shortscience.pagestore import triggers

    triggers.install(connections[using])
