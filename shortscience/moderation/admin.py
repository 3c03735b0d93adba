"""Reports and the log in Django's admin, to look at: acting has its own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shortscience.moderation.models import LogEntry, Report


class _ToLookAt(admin.ModelAdmin[Any]):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(_ToLookAt):
    list_display = ["created_at", "about", "reason", "outcome", "resolved_at"]
    list_filter = ["reason", "outcome"]
    ordering = ["-id"]


@admin.register(LogEntry)
class LogEntryAdmin(_ToLookAt):
    list_display = ["happened_at", "actor", "act", "about", "reason"]
    list_filter = ["act"]
    list_select_related = ["actor"]
    ordering = ["-id"]
