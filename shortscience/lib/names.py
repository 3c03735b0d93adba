"""Names of authors: split lists, turn them the right way round, shorten them for a cite."""

import re
from collections.abc import Sequence
from functools import lru_cache

from shortscience.lib.plaintext import fold, from_html, from_latex, squeeze

_AND = re.compile(r"\sand\s", re.IGNORECASE)
_OTHERS = re.compile(r"(?:^|[\s,;])(?:and\s+others|et\.?\s+al\.?)\s*$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|v|2nd|3rd|4th|inc|ltd|llc|corp|gmbh)\.?", re.IGNORECASE)

# DBLP tells people of one name apart by a number: "Xiaopeng Zhang 0009".
_HOMONYM = re.compile(r"(?:\s+[0-9]{4})+$")

# Without any of these a name is in order: nothing to turn, to unpack or to drop.
_MARKED = re.compile(r"[,{}\\~$&<>0-9]|''|``|--")

_PARTICLES = frozenset(
    {
        "af", "al", "av", "bar", "ben", "bin", "d'", "da", "dal", "dalla", "das", "de", "degli",
        "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "e", "el", "ibn",
        "in", "la", "las", "le", "lo", "los", "op", "te", "ten", "ter", "'t", "van", "ver",
        "vom", "von", "y", "zu", "zum", "zur",
    }
)  # fmt: skip
# Written with a capital in Flanders, Italy and America: "Luc Van Gool", "Tijl De Bie".
_CAPITAL_PARTICLES = frozenset(
    {
        "Van", "Von", "De", "Di", "Da", "Del", "Della", "Den", "Der", "Dos", "Du", "El", "La",
        "Le",
    }
)  # fmt: skip
# "José Ortega y Gasset": the word before belongs to the family name.
_JOINING_PARTICLES = frozenset({"y", "e"})


def split_authors(text: str) -> tuple[str, ...]:
    """Return the authors as "First Last", from "A and B" or "Last, First and …".

    Reads BibTeX (braces, particles, Jr), and what people type: "A; B" and "A, B, and C".
    """
    names: list[str] = []
    for part in _split_outside_braces(_OTHERS.sub("", squeeze(text)), _AND):
        names += _split_typed_list(part)
    found = (to_first_last(name) for name in names)
    return tuple(name for name in found if name and name.lower() not in {"others", "and"})


def has_others(text: str) -> bool:
    """Tell whether the list ends in "and others" or "et al.", which `split_authors` drops."""
    return bool(_OTHERS.search(squeeze(text)))


def join_authors(authors: Sequence[str]) -> str:
    """Return the list as BibTeX writes it, so that `split_authors` gives the same names."""
    return " and ".join(
        name if split_authors(name) == (name,) else f"{{{name}}}" for name in authors
    )


def _split_outside_braces(text: str, separator: re.Pattern[str]) -> list[str]:
    if "{" not in text:
        return separator.split(f" {text} ")
    # Hide what is inside braces behind characters of equal length that separate nothing.
    hidden = list(text)
    depth = 0
    for index, character in enumerate(text):
        depth = max(0, depth + (character == "{") - (character == "}"))
        if depth:
            hidden[index] = "x"
    mask = f" {''.join(hidden)} "
    padded = f" {text} "
    cuts = [0, *(cut for found in separator.finditer(mask) for cut in found.span()), len(padded)]
    return [padded[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True)]


def _split_typed_list(part: str) -> list[str]:
    """Split "A; B" and "A B, C D, E F"; a single BibTeX name stays whole."""
    if ";" in part and "{" not in part and "&" not in part:
        return part.split(";")
    pieces = [piece.strip() for piece in _split_outside_braces(part, re.compile(","))]
    ends_in_comma = len(pieces) > 2 and not pieces[-1]
    pieces = [piece for piece in pieces if piece]
    has_suffix = len(pieces) == 3 and bool(_SUFFIX.fullmatch(pieces[1]) or _is_suffix(pieces[2]))
    is_list = len(pieces) > 3 or (len(pieces) == 3 and not has_suffix) or ends_in_comma
    return pieces if is_list and all(" " in piece for piece in pieces) else [part]


def _is_suffix(word: str) -> bool:
    return bool(_SUFFIX.fullmatch(word))


def to_first_last(name: str) -> str:
    """Return "First von Last Jr" for any of BibTeX's three forms of a name.

    A name in braces is an organisation and keeps its order; it loses its commas, which
    would turn it round at the next reading.
    """
    text = squeeze(name)
    if not _MARKED.search(text):
        return text
    if text.startswith("{") and text.endswith("}") and text.find("}") == len(text) - 1:
        return _plain(text.replace(",", " "))
    pieces = [piece.strip() for piece in _split_outside_braces(text, re.compile(","))]
    pieces = [_plain(piece) for piece in pieces]
    family, *rest = [piece for piece in pieces if piece] or [""]
    suffixes = [piece for piece in rest if _is_suffix(piece)]
    given = [piece for piece in rest if not _is_suffix(piece)]
    return _plain(" ".join([*given, family, *suffixes]))


def _plain(text: str) -> str:
    plain = squeeze(from_latex(from_html(text)).replace(",", " "))
    return _HOMONYM.sub("", plain)


def family_name(name: str) -> str:
    """Return the family name with its particle: "van der Maaten"."""
    head, comma, _given = squeeze(name).partition(",")
    if comma and head and not _is_suffix(_given.strip()):
        return _plain(head)
    words = to_first_last(name).split()
    while len(words) > 2 and _is_suffix(words[-1]):
        words.pop()
    return " ".join(words[_family_start(words) :])


def parts(name: str) -> tuple[str, str, str]:
    """Return given names, family name and suffix: ("Martin Luther", "King", "Jr.").

    A single word is a family name. The three joined are the name as printed.
    """
    words = to_first_last(name).split()
    suffix = words.pop() if len(words) > 2 and _is_suffix(words[-1]) else ""
    start = _family_start(words)
    return " ".join(words[:start]), " ".join(words[start:]), suffix


def _family_start(words: Sequence[str]) -> int:
    """Return the index of the first word of the family name in "First von Last"."""
    for index in range(1, len(words) - 1):
        word = words[index]
        if word in _JOINING_PARTICLES and index > 1:
            return index - 1
        if word.lower() in _PARTICLES and (word.islower() or word in _CAPITAL_PARTICLES):
            return index
    return max(0, len(words) - 1)


def cite_label(authors: Sequence[str], year: int | None) -> str:
    """Return "Girshick, 2015", "Ioffe and Szegedy, 2015" or "He et al., 2016".

    Without a year the names alone, without authors the year alone, else "".
    """
    families = [family_name(author) for author in authors[:2]]
    if len(authors) > 2:
        who = f"{families[0]} et al."
    else:
        who = " and ".join(family for family in families if family)
    return ", ".join(part for part in (who, str(year) if year else "") if part)


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """Return the key by which two spellings of one author are compared: "p dollar".

    The first initial and the last word of the family name, folded: "Van Gool, L." and
    "Luc Van Gool" are one, and so are "Dollár" and "Dollar".
    """
    words = re.findall(r"[\w'’-]+", fold(to_first_last(name)))
    while len(words) > 2 and _is_suffix(words[-1]):
        words.pop()
    words = [word for word in (re.sub(r"[\W_]", "", word) for word in words) if word]
    if len(words) < 2:
        return "".join(words)
    return f"{words[0][0]} {words[-1]}"
