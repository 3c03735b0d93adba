"""Django's admin for operators: who gets in, and what it does not show."""

from __future__ import annotations

import django_tasks_db.admin  # noqa: F401  # registers what is taken out below
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django_tasks_db.models import DBTaskResult

admin.site.site_header = admin.site.site_title = "ShortScience"
# Signing in goes through the site's own page, with its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Jobs that wait hold whole mails, with the codes that sign people in.
admin.site.unregister(DBTaskResult)
