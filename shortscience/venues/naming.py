"""Names of venues: "Proceedings of the 32nd …, ICML 2015, Lille", said in plain words."""

from __future__ import annotations

import re

from shortscience.lib.plaintext import squeeze
from shortscience.lib.titles import clean_title

# What sources write where they know no venue, or where it names a heap of different ones.
_SAYS_NOTHING = frozenset(
    {
        "", "-", "workshop", "workshops", "ws", "conference", "proceedings", "journal", "misc",
        "none", "unknown", "unpublished", "preprint", "submitted", "in preparation", "online",
        "in press", "to appear", "other", "article", "report", "book", "phd thesis", "n/a",
    }
)  # fmt: skip

_ORDINAL_WORDS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    "|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
    "|fortieth|fiftieth|sixtieth|(?:twenty|thirty|forty|fifty|sixty|seventy)[- ]\\w+"
)
_ORDINAL = re.compile(rf"\b(?:[0-9]{{1,3}}(?:st|nd|rd|th)|{_ORDINAL_WORDS})\b\s*", re.IGNORECASE)
_PROCEEDINGS = re.compile(
    r"^(?:in:?\s+)?(?:(?:the\s+)?(?:companion\s+|adjunct\s+)?"
    r"(?:proceedings|proc\.?|conference\s+record|papers\s+presented)\b"
    r"(?:\s+(?:of|for|from|to|at)\b)?)?\s*(?:the\s+)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"[\s,(\[:'’-]*\b(?:19|20)[0-9]{2}\b[)\]]?")
# "Advances in Neural Information Processing Systems 28", "Phys. Rev. D 89, 085033".
_VOLUME = re.compile(r"(?:[\s,:]+(?:vol\.?\s*)?[0-9]{1,6})+(?:\([0-9]+\))?$")
_ARXIV = re.compile(r"arxiv(?:\s+preprint)?(?:\s+arxiv)?\s*:.*", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\s?['’][0-9]{2}\b")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
# Where it was, who sponsored, which volume: behind the name.
_TAIL = re.compile(
    r"(?:,?\s+(?:volume|vol\.?|part|number|no\.)\s+[\dIVX]+\b.*"
    r"|\s*[:,]\s*(?:main\s+(?:volume|conference)|long\s+papers|short\s+papers|technical\s+papers"
    r"|system\s+demonstrations?|student\s+(?:research\s+)?(?:workshop|papers?)|posters?"
    r"|industry\s+(?:track|papers)|tutorials?(?:\s+abstracts)?|demonstrations?"
    r"|human\s+language\s+technologies.*)"
    r"|,\s+(?:held|part\s+of|co-?located|proceedings)\b.*|\s+[-–—]\s+.*)$",
    re.IGNORECASE,
)
_ANNUAL = re.compile(r"^(?:the\s+)?(?:annual|biennial)\s+(?!meeting\b)", re.IGNORECASE)
_ACRONYM = re.compile(r"[(\[]([A-Z][\w*+/-]{1,14})(?:[-\s'’]*(?:19|20)?[0-9]{2})?[)\]]")
# One workshop of a conference is not the conference.
_PART_OF_OTHER = re.compile(r"\bworkshops?\b|\bsatellite\b|\bsymposi", re.IGNORECASE)


def says_nothing(name: str) -> bool:
    """Tell whether the name stands for no venue in particular."""
    return squeeze(name).strip("().: ").lower() in _SAYS_NOTHING


def plain_name(printed: str) -> str:
    """Return the venue's name without year, number, brackets and "Proceedings of the".

    "Proceedings of the 32nd International Conference on Machine Learning (ICML 2015)" is
    "International Conference on Machine Learning".
    """
    name = _BRACKETS.sub("", clean_title(printed))
    name = _SHORT_YEAR.sub("", _YEAR.sub(" ", name))
    if _ARXIV.fullmatch(name):
        return "arXiv"
    name = _VOLUME.sub("", _TAIL.sub("", squeeze(name)))
    name = _ORDINAL.sub("", _PROCEEDINGS.sub("", name))
    # "Proceedings of COLING, the 26th International Conference on …": what comes after says it.
    name = re.sub(
        r"^[\w'-]+\s*[:,]\s+(?:proceedings\s+of\s+)?the\s+", "", name, flags=re.IGNORECASE
    )
    return _ANNUAL.sub("", squeeze(name).strip(" ,.:;-–")) or squeeze(printed)


def acronym_in(printed: str) -> str:
    """Return "ICML" from "… Machine Learning (ICML 2015)", or ""."""
    found = None if is_part_of_other(printed) else _ACRONYM.search(printed)
    return found[1] if found else ""


def is_part_of_other(name: str) -> bool:
    """Tell whether this is a workshop or the like, of which the acronym may be its host's."""
    return bool(_PART_OF_OTHER.search(name))


def dblp_prefix(key: str) -> str:
    """Return "conf/nips" for "conf/nips/VaswaniSPUJGKP17", or "" for other keys."""
    parts = key.split("/")
    return "/".join(parts[:2]).lower() if len(parts) > 2 else ""


def has_doi_prefix(doi: str, prefix: str) -> bool:
    """Tell whether the DOI begins with the whole prefix: "10.1016/j.cell" is no "…/j.cellsig"."""
    return doi.startswith(prefix) and not doi[len(prefix) : len(prefix) + 1].isalpha()
