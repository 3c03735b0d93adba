"""Ask OpenAlex; only with a key (OPENALEX_KEY), which it wants since February 2026."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings

from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.openalex.parse import parse
from shortscience.sources.parsed import Parsed

WORKS = "https://api.openalex.org/works"


def is_ready() -> bool:
    """Tell whether the operator has a key."""
    return bool(settings.OPENALEX_KEY)


def by_key(client: Client, key: str, within_s: float = WITHIN_S) -> Parsed:
    """Return a work by its id ("W2741809807") or "doi:10.…".

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    params = {"api_key": settings.OPENALEX_KEY}
    return parse(client.get(f"{WORKS}/{quote(key, safe=':/')}", params, within_s=within_s).body)
