"""Ask Semantic Scholar; with a key (SEMANTIC_SCHOLAR_KEY) more reliably than without."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings

from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed
from shortscience.sources.semanticscholar.parse import parse

PAPER = "https://api.semanticscholar.org/graph/v1/paper"
FIELDS = (
    "title,authors,year,venue,publicationVenue,journal,externalIds,abstract,publicationDate,"
    "publicationTypes,fieldsOfStudy,url"
)


def by_key(client: Client, key: str, within_s: float = WITHIN_S) -> Parsed:
    """Return a paper by its own id or "ARXIV:…", "DOI:…", "ACL:…".

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    url = f"{PAPER}/{quote(key, safe=':/')}"
    answer = client.get(url, {"fields": FIELDS}, secret=_secret(), within_s=within_s)
    return parse(answer.body)


def by_title(client: Client, title: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the one paper whose title fits best.

    Raises:
        SourceError: see `Client.get` and `parse`; SourceNotFound where none fits.
    """
    params = {"query": title, "fields": FIELDS}
    url = f"{PAPER}/search/match"
    return parse(client.get(url, params, secret=_secret(), within_s=within_s).body)


def _secret() -> dict[str, str]:
    key = settings.SEMANTIC_SCHOLAR_KEY
    return {"x-api-key": key} if key else {}
