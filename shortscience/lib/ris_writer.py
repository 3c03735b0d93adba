"""Write RIS, which every reference manager imports: a tag of two letters, then one value a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shortscience.lib import names
from shortscience.lib.plaintext import squeeze

# BibTeX's types in RIS' words.
_TYPES = {
    "article": "JOUR", "inproceedings": "CPAPER", "conference": "CPAPER", "incollection": "CHAP",
    "inbook": "CHAP", "book": "BOOK", "proceedings": "BOOK", "phdthesis": "THES",
    "mastersthesis": "THES", "thesis": "THES", "techreport": "RPRT", "unpublished": "UNPB",
}  # fmt: skip


def entry(*, entry_type: str, authors: Sequence[str], fields: Iterable[tuple[str, str]]) -> str:
    """Return one record, its lines ended as the format asks: `\\r\\n`, `ER` last.

    Args:
        entry_type: as in BibTeX; an unknown one is "GEN".
        fields: (tag, plain text) in their order, as ("TI", "…"); a tag may come twice, and a pair
            without text is left out.
    """
    tags = [
        ("TY", _TYPES.get(entry_type, "GEN")),
        *(("AU", _name(author)) for author in authors),
        *((tag, squeeze(text)) for tag, text in fields),
    ]
    lines = [f"{tag}  - {text}\r\n" for tag, text in tags if text]
    return "".join((*lines, "ER  - \r\n"))


def _name(author: str) -> str:
    given, family, suffix = names.parts(author)
    return ", ".join(part for part in (family, given, suffix) if part)
