"""The four sections of the front page, and how a paper finds its own."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Section(StrEnum):
    """A section as `?s=` names it; OTHER papers are seen only under All."""

    CS = "cs"
    BIO = "bio"
    PH = "ph"
    OTHER = ""


_CATEGORY = re.compile(r"[a-z][a-z-]*(?:\.[A-Za-z-]+)?", re.IGNORECASE)
_OLD_ARCHIVE = re.compile(r"([a-z][a-z-]*)(?:\.[A-Za-z]{2})?/", re.IGNORECASE)

# arXiv's archives, those closed long ago included, by the section that reads them.
_SECTION_OF_ARCHIVE = {
    **dict.fromkeys(("cs", "cmp-lg", "eess"), Section.CS),
    **dict.fromkeys(("q-bio",), Section.BIO),
    **dict.fromkeys(
        (
            "physics", "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th",
            "math-ph", "nlin", "nucl-ex", "nucl-th", "quant-ph", "acc-phys", "ao-sci",
            "atom-ph", "bayes-an", "chao-dyn", "chem-ph", "comp-gas", "mtrl-th", "patt-sol",
            "plasm-ph", "solv-int", "supr-con", "adap-org",
        ),
        Section.PH,
    ),
}  # fmt: skip


def section_of(
    keywords: str | Iterable[str], venue_section: str = "", arxiv_id: str = ""
) -> Section:
    """Return the section of a paper; OTHER when nothing tells.

    Read in this order: the first keyword that is an arXiv category with a section (the
    primary category comes first), the archive in an old arXiv id, the venue's section.
    """
    words = re.split(r"[\s,;]+", keywords) if isinstance(keywords, str) else list(keywords)
    for word in words:
        section = _section_of_category(word.strip())
        if section is not Section.OTHER:
            return section
    archive = _OLD_ARCHIVE.match(arxiv_id)
    if archive and (section := _section_of_category(archive[1])) is not Section.OTHER:
        return section
    return Section(venue_section) if venue_section in set(Section) else Section.OTHER


def _section_of_category(category: str) -> Section:
    if not _CATEGORY.fullmatch(category):
        return Section.OTHER
    name = category.lower()
    if name == "stat.ml":
        return Section.CS
    return _SECTION_OF_ARCHIVE.get(name.partition(".")[0], Section.OTHER)


def parse_sections(text: str | None) -> tuple[Section, ...]:
    """Return the known sections of "cs,bio,zz" in their order, each once."""
    known = {section.value: section for section in Section if section}
    parts = (part.strip().lower() for part in (text or "").split(","))
    return tuple(dict.fromkeys(known[part] for part in parts if part in known))
