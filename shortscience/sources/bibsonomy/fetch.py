"""Ask BibSonomy; only with an account of its own (BIBSONOMY_USER, BIBSONOMY_KEY).

Written after its description; no answer of the live site was at hand.
"""

from __future__ import annotations

import base64
from dataclasses import replace

from django.conf import settings

from shortscience.lib.identifiers import Scheme
from shortscience.sources import fields
from shortscience.sources.bibsonomy.parse import parse
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed

POSTS = "https://www.bibsonomy.org/api/posts"


def is_ready() -> bool:
    """Tell whether the operator has an account there."""
    return bool(settings.BIBSONOMY_USER and settings.BIBSONOMY_KEY)


def by_key(client: Client, key: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the publications that members keep under this cite key.

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    name = f"{settings.BIBSONOMY_USER}:{settings.BIBSONOMY_KEY}".encode()
    secret = {"Authorization": f"Basic {base64.b64encode(name).decode()}"}
    params = {"resourcetype": "publication", "tags": f"sys:bibtexkey:{key}", "format": "json"}
    answer = client.get(POSTS, params, secret=secret, within_s=within_s)
    parsed = parse(answer.body)
    # Whoever asks by the key knows that it is the paper's.
    asked = fields.key(Scheme.BIBSONOMY, key)
    records = tuple(
        replace(one, keys=tuple(dict.fromkeys((*one.keys, *asked))))
        for one in parsed.records
        if one.source_id == key
    )
    return replace(parsed, records=records, next=None)
