"""Ask the ACL Anthology for single papers; its XML volumes come with its repository."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from shortscience.lib.identifiers import Scheme
from shortscience.lib.sections import Section
from shortscience.sources import fields
from shortscience.sources.acl.parse import parse
from shortscience.sources.http import WITHIN_S, Client
from shortscience.sources.parsed import Parsed

SITE = "https://aclanthology.org/"


def by_id(client: Client, number: str, within_s: float = WITHIN_S) -> Parsed:
    """Return the paper with this id ("2020.nlp4convai-1.1", "W10-0101").

    Raises:
        SourceError: see `Client.get` and `parse`.
    """
    parsed = parse(client.get(f"{SITE}{quote(number)}.bib", within_s=within_s).body)
    own = fields.key(Scheme.ACL, number)
    records = (
        replace(
            record,
            keys=tuple(dict.fromkeys((*own, *record.keys))),
            section=Section.CS,
            source_id=number,
        )
        for record in parsed.records[:1]
    )
    return replace(parsed, records=tuple(records))
