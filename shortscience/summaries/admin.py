"""Summaries in Django's admin, to look at. Hiding one has its own page, with a log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shortscience.summaries.models import Summary


@admin.register(Summary)
class SummaryAdmin(admin.ModelAdmin[Summary]):
    """Shows no writer of an anonymous text, and no way to search or filter by one."""

    list_display = [
        "pk",
        "paper",
        "visibility",
        "is_anonymous",
        "score",
        "published_at",
        "hidden_at",
    ]
    list_filter = ["visibility", "is_anonymous", "origin"]
    list_select_related = ["paper"]
    search_fields = ["=pk"]
    search_help_text = "The number of a summary, as in /s/123."
    ordering = ["-id"]
    show_full_result_count = False
    exclude = ["lead_html", "rest_html", "fingerprint", "renderer_version", "lead_is_excerpt"]

    def get_exclude(self, request: HttpRequest, obj: Summary | None = None) -> list[str]:
        hidden = ["author"] if obj is not None and obj.is_anonymous else []
        private = ["text"] if obj is not None and not obj.is_for_all else []
        return [*(self.exclude or []), *hidden, *private]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse `?author=…`: it would list a person's anonymous texts."""
        return not lookup.startswith("author") and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
