"""People in Django's admin, for operators. Hiding and banning have their own pages, with a log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shortscience.accounts.models import User

admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """Makes moderators. A ban goes through the reports page; leaving through the settings."""

    list_display = ["username", "display_name", "is_staff", "banned_at", "public_summaries"]
    list_filter = ["is_staff"]
    # With "=" and "^" the database reads an index or a few rows, never every name and address.
    search_fields = ["=username", "=email", "^username"]
    ordering = ["-id"]
    show_full_result_count = False
    readonly_fields = [
        *("about", "about_html", "orcid", "display_name", "origin", "banned_at", "ban_reason"),
        *("public_summaries", "sciscore", "last_login", "date_joined", "email", "is_active"),
    ]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Profile"), {"fields": ["display_name", "about", "orcid", "email", "origin"]}),
        (_("Rights"), {"fields": ["is_staff", "is_superuser"]}),
        (
            _("State"),
            {
                "fields": [
                    *("is_active", "banned_at", "ban_reason", "public_summaries", "sciscore"),
                    *("last_login", "date_joined"),
                ]
            },
        ),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "usable_password", "password1", "password2"],
            },
        ),
    ]
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deleting here would leave counts and scores wrong."""
        return False
