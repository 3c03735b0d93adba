"""Write BibTeX that every reader of it understands."""

import re
from collections.abc import Mapping

from shortscience.lib.plaintext import by_parts, is_balanced, squeeze

# Printed as they are: every reader takes addresses and identifiers literally.
_VERBATIM = frozenset({"url", "doi", "eprint", "archiveprefix", "primaryclass", "issn", "isbn"})
# Their braces keep the name of an organisation together.
_NAMES = frozenset({"author", "editor"})

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$",
}  # fmt: skip
_SPECIAL = re.compile(r"\\\$|[\\{}~^&%#_$]")
_SPECIAL_IN_NAMES = re.compile(r"\\\$|[\\~^&%#_$]")


def entry(*, key: str, entry_type: str, fields: Mapping[str, str]) -> str:
    """Return one BibTeX entry, escaped, that `parse` reads back.

    Args:
        key: any text; characters that end a key in BibTeX become "_".
        entry_type: "article", "inproceedings", …; "misc" if it is no word.
        fields: plain Unicode by field name, formulas as `$…$`; authors as
            `names.join_authors` gives them. Empty ones are left out.
    """
    kind = entry_type.lower() if re.fullmatch(r"[A-Za-z]+", entry_type) else "misc"
    lines = [f"@{kind}{{{_safe_key(key)},\n"]
    for field, value in fields.items():
        name, text = re.sub(r"[^a-z0-9_-]", "", field.lower()), squeeze(value)
        if name and text:
            lines.append(f"  {name} = {{{_written(name, text)}}},\n")
    return "".join((*lines, "}\n"))


def _safe_key(key: str) -> str:
    return re.sub(r"[\s,{}()\"#%~\\='@]+", "_", squeeze(key)) or "paper"


def _written(name: str, text: str) -> str:
    if name in _VERBATIM:
        return text.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
    special = _SPECIAL_IN_NAMES if name in _NAMES and is_balanced(text) else _SPECIAL
    written = by_parts(text, lambda prose: special.sub(_escape, prose), _formula)
    # After a brace it would look like the next entry.
    return written.replace("}@", "}{@}")


def _escape(found: re.Match[str]) -> str:
    # A dollar that is no formula already has its backslash.
    return _ESCAPES.get(found[0], found[0])


def _formula(formula: str) -> str:
    """Return the formula with a lone `\\{` by its name, since BibTeX counts it as a brace."""
    if is_balanced(formula.replace("\\{", "{").replace("\\}", "}")):
        return formula
    return formula.replace("\\{", r"\lbrace ").replace("\\}", r"\rbrace ")
