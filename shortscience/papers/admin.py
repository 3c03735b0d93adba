"""Papers in Django's admin, for operators: correcting what a source got wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from shortscience.lib.titles import title_key
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.outbox import changed


class IdentifierInline(admin.TabularInline[Identifier, Paper]):
    model = Identifier
    extra = 0


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin[Paper]):
    list_display = ["title", "year", "source", "summary_count"]
    # Any name here shows the search box; `get_search_results` decides what it does.
    search_fields = ["title"]
    search_help_text = "The whole title, or an identifier or address of any kind."
    ordering = ["-id"]
    show_full_result_count = False
    # Counts and lists hang on these: an import or a merge changes them with everything else.
    readonly_fields = [
        *("title_key", "year", "venue", "section", "details", "hidden_at"),
        *("summary_count", "comment_count", "created_at", "updated_at"),
    ]
    # Who adds a paper often summarises it, perhaps without a name: not for a glance.
    exclude = ["added_by"]
    inlines = [IdentifierInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Paper], search_term: str
    ) -> tuple[QuerySet[Paper], bool]:
        """Look the paper up by index: among millions a search inside titles takes minutes."""
        if not search_term.strip():
            return queryset, False
        known = Paper.objects.known_by(search_term).values("pk")
        same = Paper.objects.same_title_as(search_term).values("pk")
        return queryset.filter(Q(pk__in=known) | Q(pk__in=same)), False

    def save_model(self, request: HttpRequest, obj: Paper, form: Any, change: bool) -> None:
        obj.title_key = title_key(obj.title)
        super().save_model(request, obj, form, change)
        changed([obj.pk])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Papers are added on the site, where the same paper is recognised."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Summaries hang on it; hide it instead."""
        return False
