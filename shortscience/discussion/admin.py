"""Comments in Django's admin, to look at. Hiding one has its own page, with a log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shortscience.discussion.models import Comment


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin[Comment]):
    """Shows no writer of an anonymous text, and no way to search or filter by one."""

    list_display = ["pk", "paper", "is_anonymous", "created_at", "deleted_at", "hidden_at"]
    list_filter = ["is_anonymous"]
    list_select_related = ["paper"]
    search_fields = ["=pk"]
    search_help_text = "The number of a comment, as in /c/123."
    ordering = ["-id"]
    show_full_result_count = False
    exclude = ["html", "renderer_version"]

    def get_exclude(self, request: HttpRequest, obj: Comment | None = None) -> list[str]:
        hidden = ["author"] if obj is not None and obj.is_anonymous else []
        return [*(self.exclude or []), *hidden]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse `?author=…`: it would list a person's anonymous texts."""
        return not lookup.startswith("author") and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
