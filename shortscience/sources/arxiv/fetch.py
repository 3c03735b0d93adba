"""Ask arXiv."""

from __future__ import annotations

from shortscience.sources.arxiv.parse import parse
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed

SEARCH = "https://export.arxiv.org/api/query"
# Its own host since 2025; the old one was export.arxiv.org/oai2.
HARVEST = "https://oaipmh.arxiv.org/oai"
# A page of OAI-PMH has a thousand records or more.
MAX_PAGE = 30_000_000


def by_id(client: Client, number: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the paper with this arXiv id, of either style, without its version.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    params = {"id_list": number, "max_results": "1"}
    return parse(client.get(SEARCH, params, within_s=within_s).body)


def harvest(
    client: Client, *, token: str | None = None, since: str = "", subject: str = ""
) -> Parsed:
    """Return one page of all papers; `next` is the token of the following one.

    Args:
        token: `next` of the page before; with it the other arguments say nothing.
        since: a day ("2026-11-01"), from which on papers were added or changed.
        subject: one of arXiv's sets ("cs", "physics:hep-th").

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    given = {"metadataPrefix": "arXiv", "from": since, "set": subject}
    wanted = {"resumptionToken": token} if token else {k: v for k, v in given.items() if v}
    params = {"verb": "ListRecords", **wanted}
    return parse(client.get(HARVEST, params, max_bytes=MAX_PAGE, within_s=120).body)
