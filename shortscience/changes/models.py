"""What was changed, in the order of commits: whoever keeps something made from it looks here."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now


class CurrentTransaction(models.Func):
    """The number of this transaction on PostgreSQL; 0 elsewhere, where writers take turns."""

    output_field = models.BigIntegerField()

    def as_sql(self, *_args: Any, **_more: Any) -> tuple[str, list[Any]]:
        return "0", []

    def as_postgresql(self, *_args: Any, **_more: Any) -> tuple[str, list[Any]]:
        return "pg_current_xact_id()::text::bigint", []


class Change(models.Model):
    """One row was written, and what it belongs to.

    Triggers write it in the transaction of the change (`pagestore.triggers`), so no write can
    forget it, and it is never updated, so writers never wait for each other here. Rows become
    visible in the order of commits, not of their ids; so that a reader can tell what it may have
    missed, each names the transaction that wrote it.
    """

    # The table; "*" for what may matter to everything.
    source = models.CharField(max_length=40)
    # The number of the transaction on PostgreSQL; 0 on SQLite, where writers take turns.
    transaction = models.BigIntegerField(db_default=0)
    changed_at = models.DateTimeField(db_default=Now())
    # A run of papers, both ends in it; `last_paper` is null for a single one.
    paper = models.BigIntegerField(null=True)
    last_paper = models.BigIntegerField(null=True)
    person = models.BigIntegerField(null=True)
    venue = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            # Serves the page store: what was committed since it looked last?
            models.Index(fields=["transaction", "id"], name="changes_in_order"),
            # Serves housekeeping: what is old?
            models.Index(fields=["changed_at"], name="changes_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.source} at {self.changed_at}"
