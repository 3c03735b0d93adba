"""What the operator has switched off; one row, so that all machines of a site see the same."""

from __future__ import annotations

from django.db import models


class Switches(models.Model):
    """Row 1, once anything was ever switched. `mode.current` reads it, `actions` writes it."""

    # Nothing is written: for copying, moving or mending the database.
    is_read_only = models.BooleanField(default=False)
    # Every page says that the site is being looked after; staff who are signed in see it.
    is_closed = models.BooleanField(default=False)
    # When it should be over, and what to tell people; both for the page, nothing follows from them.
    until = models.DateTimeField(null=True)
    says = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "switches"

    def __str__(self) -> str:
        return f"read-only: {self.is_read_only}, closed: {self.is_closed}"
