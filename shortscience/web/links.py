"""Where a paper can be read."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from shortscience.lib.identifiers import Key, Scheme, host_label, href
from shortscience.papers.models import Paper


class Link(NamedTuple):
    label: str
    url: str
    host: str


# The order in which readers want them: the text itself first, records of it last.
_ORDER = (
    Scheme.ARXIV, Scheme.DOI, Scheme.PMLR, Scheme.ACL, Scheme.OPENREVIEW, Scheme.URL, Scheme.DBLP,
    Scheme.S2, Scheme.OPENALEX,
)  # fmt: skip
# arXiv registers a DOI for each paper and DBLP keeps a record of each preprint: they lead to
# what the arXiv link leads to.
_OF_PREPRINTS = ("10.48550/arxiv.", "journals/corr/")


def reading_links(paper: Paper) -> list[Link]:
    """Return the addresses where the paper can be read, each once, the best first."""
    keys = sorted((k for k in paper.keys if k.scheme in _ORDER), key=_rank)
    schemes = {key.scheme for key in keys if not _is_of_preprint(key)}
    links: dict[str, Link] = {}
    for key in keys:
        if _is_of_preprint(key) and (key.scheme in schemes or Scheme.ARXIV in schemes):
            continue
        url = href(key)
        if url:
            links.setdefault(url, Link(_label(key), url, host_label(url)))
        if key.scheme == Scheme.ARXIV:
            pdf = f"https://arxiv.org/pdf/{key.value}"
            links.setdefault(pdf, Link(_("PDF"), pdf, host_label(pdf)))
    return list(links.values())


def _is_of_preprint(key: Key) -> bool:
    return key.scheme in (Scheme.DOI, Scheme.DBLP) and key.value.startswith(_OF_PREPRINTS)


def _rank(key: Key) -> int:
    return _ORDER.index(key.scheme)


def _label(key: Key) -> str:
    match key.scheme:
        case Scheme.ARXIV:
            return _("arXiv %(id)s") % {"id": key.value}
        case Scheme.DOI:
            return _("Publisher’s page")
        case Scheme.PMLR:
            return _("Proceedings")
        case Scheme.ACL:
            return _("ACL Anthology")
        case Scheme.OPENREVIEW:
            return _("Reviews and paper")
        case Scheme.DBLP:
            return _("DBLP record")
        case Scheme.S2:
            return "Semantic Scholar"
        case Scheme.OPENALEX:
            return "OpenAlex"
        case _:
            return _("Page of the paper")
