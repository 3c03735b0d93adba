"""All addresses: pages, feeds, and Django's admin for operators."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from shortscience.config.metrics import metrics
from shortscience.web.urls import (
    handler400,
    handler403,
    handler404,
    handler429,
    handler500,
)

__all__ = [
    "handler400",
    "handler403",
    "handler404",
    "handler429",
    "handler500",
    "urlpatterns",
]

urlpatterns = [
    path("staff/admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
    path("", include("shortscience.feeds.urls")),
    path("", include("shortscience.web.urls")),
]
