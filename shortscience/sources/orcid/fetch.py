"""Ask ORCID's public interface for a person's works."""

from __future__ import annotations

from shortscience.lib.orcid import normalise
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.orcid.parse import parse
from shortscience.sources.parsed import Parsed

PUBLIC = "https://pub.orcid.org/v3.0"


def works_of(client: Client, orcid: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the works of the person with this iD; they name no authors.

    Raises:
        OrcidError: this is no iD.
        SourceError: see `Client.get` and `parse`.
    """
    url = f"{PUBLIC}/{normalise(orcid)}/works"
    return parse(client.get(url, accept="application/json", within_s=within_s).body)
