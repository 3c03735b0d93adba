"""Text as the index sees it: words in one case, without accents, formulas and marks of print.

The same function reads what is indexed and what people type, so that both meet. Words are kept
whole, not cut to stems: what one types is always the beginning of what is found, a wrong letter
can be told from a right one, and the few forms of a word are asked for together (`forms`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from shortscience.lib.plaintext import by_parts, fold

# The name under which the index knows `analyzer()`.
ANALYZER = "words"
# Longer than any word: the rest are addresses, keys and data.
MAX_WORD = 50

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
        " sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)
_GREEK_LETTER = re.compile("(?<![α-ω])[α-ωΑ-Ω](?![α-ω])")
_GREEK_COMMAND = re.compile(rf"\\(?:var)?({'|'.join(_GREEK.values())})(?![a-z])", re.IGNORECASE)
_COMMAND = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_$~]")
# Scripts without spaces between words: each sign is a word, and several are a phrase.
_SIGN = re.compile("([\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_WORD = re.compile(r"\w+")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_JOINED = re.compile(r"\w+(?:[-‐‑–]\w+)+")


def analyzer() -> TextAnalyzer:
    """Return what cuts prepared text into words, for the index and for queries."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(MAX_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .build()
    )


_ANALYZE = analyzer().analyze


def prepared(text: str) -> str:
    """Return the text without LaTeX and in one Unicode form, for the analyzer.

    Plain ASCII prose, nearly all there is, passes as it is.
    """
    if "$" in text:
        text = by_parts(text, str, _without_commands)
    if "\\" in text:
        text = _without_commands(text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).replace("ℓ", "l")
    text = _GREEK_LETTER.sub(_greek_name, text)
    return _SIGN.sub(r" \1 ", text)


def words_in(text: str) -> list[str]:
    """Return the words of any text as they stand in the index."""
    return [str(word) for word in _ANALYZE(prepared(text))]


def joined_words(title: str) -> list[str]:
    """Return "pretraining" for "Pre-training": people write both."""
    if not any(sign in title for sign in "-‐‑–"):
        return []
    return [re.sub(r"\W", "", word) for word in _JOINED.findall(prepared(title))]


def forms(word: str) -> list[str]:
    """Return the word and its other number: "network" for "networks" and the reverse."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return [word]
    return [word, *dict.fromkeys(form for form in _other_number(word) if form != word)]


def author_keys(name: str) -> list[str]:
    """Return the ways to name an author as one: "luc van gool" and "l gool"; [] for no words."""
    words = _WORD.findall(name.lower() if name.isascii() else fold(name))
    while len(words) > 2 and words[-1] in _SUFFIXES:
        words.pop()
    if not words:
        return []
    return [" ".join(words), f"{words[0][0]} {words[-1]}"] if len(words) > 1 else words


def _other_number(word: str) -> Iterable[str]:
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        yield word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield f"{word[:-1]}ies"
    elif word.endswith(("ss", "sh", "ch", "x", "z")):
        yield f"{word}es"
    elif not word.endswith("s"):
        yield f"{word}s"


def _without_commands(text: str) -> str:
    text = _GREEK_COMMAND.sub(r" \1 ", text.replace("\\ell", "ℓ"))
    return _COMMAND.sub(" ", text)


def _greek_name(found: re.Match[str]) -> str:
    return _GREEK.get(found[0].lower(), found[0])
