"""Venues in Django's admin, for operators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shortscience.venues.models import Venue, VenueKey


class VenueKeyInline(admin.TabularInline[VenueKey, Venue]):
    model = VenueKey
    extra = 0


@admin.register(Venue)
class VenueAdmin(admin.ModelAdmin[Venue]):
    list_display = ["short_name", "name", "paper_count", "summarised_count"]
    search_fields = ["short_name", "name"]
    ordering = ["short_name", "pk"]
    readonly_fields = ["slug", "paper_count", "summarised_count"]
    show_full_result_count = False
    inlines = [VenueKeyInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its papers would lose their venue."""
        return False
