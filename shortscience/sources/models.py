"""What we remember of asking others: how far we followed a source that publishes day by day."""

from __future__ import annotations

from django.db import models


class Followed(models.Model):
    """All that a source published before this day has been taken in."""

    what = models.CharField(max_length=40, primary_key=True)
    until = models.DateField()

    def __str__(self) -> str:
        return f"{self.what} until {self.until}"
