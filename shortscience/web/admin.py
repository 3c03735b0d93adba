"""Django's admin for operators: who gets in, and what it does not show."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

admin.site.site_header = admin.site.site_title = "ShortScience"
# Signing in goes through the site's own page, with its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
