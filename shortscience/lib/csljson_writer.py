"""Write CSL-JSON, the form in which Zotero, Pandoc and citeproc exchange records.

https://docs.citationstyles.org/en/stable/specification.html and its csl-data.json schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shortscience.lib import names

# BibTeX's types in CSL's words.
_TYPES = {
    "article": "article-journal", "inproceedings": "paper-conference",
    "conference": "paper-conference", "incollection": "chapter", "inbook": "chapter",
    "book": "book", "proceedings": "book", "phdthesis": "thesis", "mastersthesis": "thesis",
    "thesis": "thesis", "techreport": "report", "unpublished": "manuscript",
}  # fmt: skip


def item(
    *,
    key: str,
    entry_type: str,
    authors: Sequence[str],
    issued: Sequence[int] = (),
    fields: Mapping[str, str],
) -> str:
    """Return one record as a JSON object on lines of its own.

    Args:
        key: its `id`.
        entry_type: as in BibTeX; "document" stands for an unknown one.
        issued: year, or year, month and day.
        fields: CSL's variables ("title", "DOI", …) as plain text; empty ones are left out.
    """
    record: dict[str, object] = {
        "id": key,
        "type": _TYPES.get(entry_type, "article" if entry_type == "misc" else "document"),
        "author": [_name(author) for author in authors],
        "issued": {"date-parts": [list(issued)]} if issued else None,
        **fields,
    }
    return json.dumps(
        {name: value for name, value in record.items() if value}, ensure_ascii=False, indent=1
    )


def document(items: Iterable[str]) -> Iterator[str]:
    """Yield a whole file, record by record."""
    before = "[\n"
    for one in items:
        yield before + one
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _name(author: str) -> dict[str, str]:
    given, family, suffix = names.parts(author)
    if not given:
        return {"literal": author}
    name = {"family": family, "given": given, "suffix": suffix}
    return {part: text for part, text in name.items() if text}
