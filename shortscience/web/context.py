"""What every page knows: the site, the theme the reader chose, the part of the site."""

from __future__ import annotations

from types import SimpleNamespace

from django.conf import settings
from django.http import HttpRequest

from shortscience.operations.mode import MODE

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def site(request: HttpRequest) -> dict[str, object]:
    """Return the names that the frame and its partials use."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    match = request.resolver_match
    return {
        "site": SimpleNamespace(
            name=settings.SITE_NAME,
            base_url=settings.SITE_URL,
            source_url=settings.SOURCE_URL,
            sign_up_open=settings.SIGN_UP_OPEN,
        ),
        "theme": theme if theme in THEMES else "",
        "nav": (match.url_name or "").split("-")[0] if match else "",
        # Never for a page that is kept for strangers: those are made from a request without it.
        "mode": request.META.get(MODE),
    }
