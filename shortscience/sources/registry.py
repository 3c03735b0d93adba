"""Which source can know which identifier, and how each is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from shortscience.lib.identifiers import Key, Scheme
from shortscience.sources.acl import fetch as acl
from shortscience.sources.arxiv import fetch as arxiv
from shortscience.sources.bibsonomy import fetch as bibsonomy
from shortscience.sources.crossref import fetch as crossref
from shortscience.sources.datacite import fetch as datacite
from shortscience.sources.dblp import fetch as dblp
from shortscience.sources.errors import SourceNotFound
from shortscience.sources.http import Client
from shortscience.sources.openalex import fetch as openalex
from shortscience.sources.openreview import fetch as openreview
from shortscience.sources.parsed import Parsed
from shortscience.sources.pmlr import fetch as pmlr
from shortscience.sources.semanticscholar import fetch as semanticscholar

# DOIs of arXiv, Zenodo and figshare, of which DataCite is asked at once. For any other DOI it
# is asked when Crossref does not know it.
DATACITE_PREFIXES = ("10.48550/", "10.5281/", "10.6084/")


@dataclass(frozen=True, slots=True)
class Question:
    """One question to one source."""

    source: str
    ask: Callable[[Client, float], Parsed]
    # What is asked for: a title, or a key as the source writes it.
    about: str
    # The identifier that the answer must have, where one is asked for.
    key: Key | None = None


def questions_about(keys: Iterable[Key]) -> list[Question]:
    """Return the questions that these identifiers are worth, at most one to each source.

    Several keys are of one paper, the first being the most telling.
    """
    found: dict[str, Question] = {}
    for key in keys:
        for question in _questions(key):
            found.setdefault(question.source, replace(question, key=key))
    return list(found.values())


def questions_about_title(title: str) -> list[Question]:
    """Return the questions for a paper of which only the title is known."""
    asked = (
        ("Crossref", crossref.by_title),
        ("DBLP", dblp.by_title),
        ("Semantic Scholar", semanticscholar.by_title),
    )
    return [_question(source, ask, title) for source, ask in asked]


def _question(source: str, ask: Callable[[Client, str, float], Parsed], value: str) -> Question:
    return Question(source, lambda client, within_s: ask(client, value, within_s), value)


def _questions(key: Key) -> Iterator[Question]:
    scheme, value = key
    if scheme == Scheme.ARXIV:
        yield _question("arXiv", arxiv.by_id, value)
        yield _question("Semantic Scholar", semanticscholar.by_key, f"ARXIV:{value}")
    elif scheme == Scheme.DOI:
        yield from _about_doi(value)
    elif scheme == Scheme.DBLP:
        yield _question("DBLP", dblp.by_key, value)
    elif scheme == Scheme.ACL:
        yield _question("ACL Anthology", acl.by_id, value)
    elif scheme == Scheme.OPENREVIEW:
        yield _question("OpenReview", openreview.by_id, value)
    elif scheme == Scheme.PMLR:
        yield _question("PMLR", pmlr.by_id, value)
    elif scheme == Scheme.S2:
        yield _question("Semantic Scholar", semanticscholar.by_key, value)
    elif scheme == Scheme.OPENALEX and openalex.is_ready():
        yield _question("OpenAlex", openalex.by_key, value)
    elif scheme == Scheme.BIBSONOMY and bibsonomy.is_ready():
        yield _question("BibSonomy", bibsonomy.by_key, value)


def _about_doi(doi: str) -> Iterator[Question]:
    if doi.startswith(DATACITE_PREFIXES):
        yield _question("DataCite", datacite.by_doi, doi)
    else:
        yield _question("Crossref", _crossref_or_datacite, doi)
    if openalex.is_ready():
        yield _question("OpenAlex", openalex.by_key, f"doi:{doi}")


def _crossref_or_datacite(client: Client, doi: str, within_s: float) -> Parsed:
    try:
        return crossref.by_doi(client, doi, within_s)
    except SourceNotFound:
        return datacite.by_doi(client, doi, within_s)
