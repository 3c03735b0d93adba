"""Ask Crossref. Its polite pool knows us by the mail address in our User-Agent."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from shortscience.sources.crossref.parse import parse
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed

WORKS = "https://api.crossref.org/works"
# Five results tell whether the title is there; more would be a search.
ROWS = "5"
# Notices a page, where all are wanted.
NOTICES = "200"


def by_doi(client: Client, doi: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the work with this DOI.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    return parse(client.get(f"{WORKS}/{quote(doi, safe='')}", within_s=within_s).body)


def by_title(client: Client, title: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the works whose title and authors fit best.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    params = {"query.bibliographic": title, "rows": ROWS}
    return parse(client.get(WORKS, params, within_s=within_s).body)


def notices_about(client: Client, doi: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the retractions and corrections that were published about this DOI.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    return parse(client.get(WORKS, {"filter": f"updates:{doi}"}, within_s=within_s).body)


def notices_since(
    client: Client, day: date, cursor: str = "*", within_s: float = WITHIN_S
) -> Parsed:
    """Return a page of the retractions and corrections that were registered since this day.

    `next` of the answer is the cursor of the page after it.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    params = {
        "filter": f"is-update:true,from-created-date:{day:%Y-%m-%d}",
        "select": "DOI,title,type,update-to",
        "rows": NOTICES,
        "cursor": cursor,
    }
    return parse(client.get(WORKS, params, within_s=within_s).body)
