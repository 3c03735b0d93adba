"""Which paper of the site a report is about."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from shortscience.evidence.reading import format as said
from shortscience.evidence.rules import NoSuchPaper, SeveralPapers
from shortscience.lib.identifiers import candidates
from shortscience.lib.routes import address
from shortscience.lib.titles import title_key
from shortscience.papers.matching import is_generic
from shortscience.papers.models import Paper

# A preprint and its print lie this far apart.
_YEARS = 2


def find_paper(named: said.Paper) -> Paper:
    """Return the paper that the report names: by arXiv id or DOI, else by its title and year.

    Raises:
        NoSuchPaper: it is not here; the sentence says how to add it.
        SeveralPapers: the names mean several.
    """
    return find(arxiv=named.arxiv, doi=named.doi, title=named.title, year=named.year)


def find(*, arxiv: str = "", doi: str = "", title: str = "", year: int | None = None) -> Paper:
    """Return the paper of these names; raises as `find_paper`."""
    papers = Paper.objects.visible_to(AnonymousUser())
    for text in (f"arXiv:{arxiv}" if arxiv else "", doi):
        if text and (found := list(papers.with_keys(candidates(text))[:2])):
            return _only(found)
    if title and not is_generic(title_key(title)):
        alike = papers.same_title_as(title)
        if year:
            alike = alike.filter(year__range=(year - _YEARS, year + _YEARS))
        if found := list(alike[:2]):
            return _only(found)
    raise NoSuchPaper(title or arxiv or doi, address("paper-add"))


def _only(found: list[Paper]) -> Paper:
    if len(found) > 1:
        raise SeveralPapers
    return found[0]
