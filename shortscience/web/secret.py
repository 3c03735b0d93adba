"""Pages whose address is a secret: no other site, cache or search engine gets to know it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse


def secret_address(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view whose address holds a token, or whose answer shows one.

    A wrong token raises Http404, which is answered like any address that there is not.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # Any: the view's
        answer = view(request, *args, **kwargs)
        # A page with a form of ours cannot say "no-referrer": its browser would not say where the
        # form came from either, and we take none from nowhere. No other site gets to know it.
        answer.setdefault("Referrer-Policy", "same-origin")
        answer["Cache-Control"] = "no-store, private"
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return answer

    return wrapped
