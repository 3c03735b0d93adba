"""Ask PMLR for the page of a paper."""

from __future__ import annotations

from urllib.parse import quote

from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed
from shortscience.sources.pmlr.parse import parse

SITE = "https://proceedings.mlr.press/"


def by_id(client: Client, number: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the paper with this id ("v54/li17a").

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    return parse(client.get(f"{SITE}{quote(number)}.html", within_s=within_s).body)
