"""Titles of papers: to print, to compare, and to put in an address."""

import re
import unicodedata
from functools import lru_cache

from shortscience.lib.plaintext import by_parts, fold, from_html, from_latex, squeeze

# A key longer than this says nothing more, and an index row stays small.
MAX_KEY = 200

# A slug is decoration after the number in an address: enough to recognise the paper.
MAX_SLUG = 60

# One pass may uncover the next layer (`&lt;i&gt;`, `{\&amp;}`); real titles have two.
_MAX_PASSES = 8

_GREEK_NAMES = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η":
    "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ":
    "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LONE_GREEK = re.compile(r"(?<![α-ω])[α-ω](?![α-ω])")
_COMMAND = re.compile(r"\\(?:math[a-z]+|text[a-z]*|operatorname|left|right|ensuremath)\b")
_KEEPS_FULL_STOP = re.compile(r"(?:\.\.|\b(?:al|etc|Inc|Ltd|Co|Corp|Jr|No|\w\.\w)\.)$")


@lru_cache(maxsize=4096)
def clean_title(raw: str) -> str:
    """Return the title to print: plain Unicode, with `$…$` formulas kept.

    LaTeX accents and braces become Unicode, HTML entities and tags go, white space is
    collapsed, and the full stop that DBLP puts after each title is dropped.
    """
    text = squeeze(raw)
    for _pass in range(_MAX_PASSES):
        cleaned = _without_full_stop(squeeze(from_latex(from_html(text))))
        if cleaned == text:
            break
        text = cleaned
    return unicodedata.normalize("NFC", text)


def _without_full_stop(title: str) -> str:
    """Drop one final full stop, but not that of "...", "etc.", "Inc." or "U.S."."""
    return title if _KEEPS_FULL_STOP.search(title) else title.removesuffix(".").rstrip()


def title_key(title: str) -> str:
    """Return the key by which titles are compared, at most 200 characters; "" for no words.

    Letters and digits only, without spaces: "Pre-training", "Pretraining" and
    "Pre training" are one. A lone Greek letter is its name, so that "β-VAE",
    "$\\beta$-VAE" and "beta-VAE" are one too.
    """
    # The cut can part two Greek letters, so a cut key goes through once more.
    key = _key_of(title)
    return _key_of(key) if len(key) == MAX_KEY else key


def _key_of(title: str) -> str:
    words = _folded_words(title)
    # Most titles: no marks to keep, and ten times as fast.
    is_part = str.isalnum if words.isascii() else _is_word_part
    return "".join(filter(is_part, words))[:MAX_KEY]


@lru_cache(maxsize=4096)
def _folded_words(title: str) -> str:
    """Return the title folded; whoever compares two titles asks for each several times."""
    text = by_parts(
        clean_title(title), str, lambda formula: _COMMAND.sub("", formula.replace("\\ell", "ℓ"))
    )
    text = fold(text).replace("ς", "σ")
    return _LONE_GREEK.sub(lambda found: _GREEK_NAMES[found[0]], text)


def title_words(title: str) -> list[str]:
    """Return the words of a title as they are compared: folded, formulas and hyphens undone."""
    return re.findall(r"[^\W_]+", _folded_words(title))


def _is_word_part(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def slugify(title: str, *, otherwise: str = "paper") -> str:
    """Return a short ASCII slug of whole words, at most 60 characters; `otherwise` for no words."""
    words = re.findall(r"[a-z0-9]+", _folded_words(title).replace("'", ""))
    slug = words[0][:MAX_SLUG] if words else otherwise
    for word in words[1:]:
        if len(slug) + 1 + len(word) > MAX_SLUG:
            break
        slug += f"-{word}"
    return slug
