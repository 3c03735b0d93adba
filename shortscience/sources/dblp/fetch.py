"""Ask DBLP; for more than single records there is its dump."""

from __future__ import annotations

from urllib.parse import quote

from shortscience.sources.dblp.parse import parse
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed

RECORD = "https://dblp.org/rec/"
SEARCH = "https://dblp.org/search/publ/api"
ROWS = "5"


def by_key(client: Client, key: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the record with this key ("conf/nips/VaswaniSPUJGKP17").

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    return parse(client.get(f"{RECORD}{quote(key)}.bib", within_s=within_s).body)


def by_title(client: Client, title: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the records whose title has these words.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    params = {"q": title, "format": "json", "h": ROWS}
    return parse(client.get(SEARCH, params, within_s=within_s).body)
