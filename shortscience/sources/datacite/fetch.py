"""Ask DataCite."""

from __future__ import annotations

from urllib.parse import quote

from shortscience.sources.datacite.parse import parse
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed

DOIS = "https://api.datacite.org/dois"


def by_doi(client: Client, doi: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the work with this DOI.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    return parse(client.get(f"{DOIS}/{quote(doi, safe='')}", within_s=within_s).body)
