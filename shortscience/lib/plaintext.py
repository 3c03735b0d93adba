"""Plain Unicode text from what sources print: LaTeX, HTML, accents to fold away."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator

_FORMULA = re.compile(r"(?<!\\)(\$\$?)(?:\\.|[^$\\])+\1", re.DOTALL)

_BRACE = re.compile(r"(?<!\\)(?:\\\\)*([{}])")

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331", "t": "\u0361",
}  # fmt: skip

_SYMBOLS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "ng": "ŋ", "NG": "Ŋ", "i": "i", "j": "j", "textquotesingle": "'", "textquoteright": "’",
    "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textendash": "–",
    "textemdash": "—", "textbackslash": "", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_", "textbar": "|", "textless": "<", "textgreater": ">", "ldots": "…",
    "dots": "…", "textellipsis": "…", "textregistered": "®", "texttrademark": "™",
    "copyright": "©", "textdegree": "°", "S": "§", "P": "¶", "pounds": "£", "texteuro": "€",
    "textmu": "µ", "guillemotleft": "«", "guillemotright": "»", "ell": "ℓ", "slash": "/",
}  # fmt: skip

_ACCENT = re.compile(
    r"""\\(?:(?P<sign>[`'^~"=.])\s*|(?P<letter>[uvHckrdbt])(?:\s+|(?=\{)))
    (?:\{\s*(?:\\(?P<dotless>[ij])\s*|(?P<braced>[^\W\d_]))\s*\}
      |\\(?P<bare_dotless>[ij])(?:\s+|(?![A-Za-z]))
      |(?P<bare>[^\W\d_]))""",
    re.VERBOSE,
)
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?:\{\}|\s+(?=[\w\\{])|(?![A-Za-z]))")
_MACRO = re.compile(r"\\([A-Za-z]+)(?P<has_argument>\*?(?:\s*\[[^][\\]{0,99}\])?\s*(?=\{))?\s*")
# Commands without argument that change only the look.
_SWITCHES = frozenset(
    {
        "and", "bf", "cal", "em", "it", "large", "normalfont", "noindent", "par", "protect",
        "quad", "qquad", "relax", "rm", "sc", "sf", "sl", "small", "tt", "xspace",
    }
)  # fmt: skip
_ESCAPED = re.compile(r"\\([&%#_{}$])")
_DOLLAR = chr(0xE000 + ord("$"))
_QUOTES = {"``": "“", "''": "”", "---": "—", "--": "–"}
_LATEX = re.compile(r"[\\{}~$]|''|``|--")
_QUOTE = re.compile("``|''|---|--")

# Tags that publishers put into titles; "a < b > c" and "p<0.05" are no tags.
_TAG = re.compile(
    r"</?(?:(?:jats|mml|xhtml|m|ns\d):[a-z][\w-]*|i|b|u|em|strong|sub|sup|inf|scp|sc|tt|br|p|span"
    r"|font|a|div|title|bold|italic|math|m[inos]|mrow|msu[bp]|msubsup|mfrac|mtext|tex-math|code"
    r"|small|big|s|strike|underline|named-content|inline-formula|alternatives)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_TOWER = re.compile(r"&(?:amp;)+(?=#?\w+;)")
# No way back to an earlier "\\(": a hostile text must not cost the square of its length.
_INLINE = re.compile(r"\\\(((?:[^\\]|\\[^()])+)\\\)", re.DOTALL)
_SPACING = re.compile(r"\\(?:\\(?:\[[^\]]*\])?|[,;:! ])")

# All but white space; half a surrogate pair too, which no database takes.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]+")

# Letters whose stroke or ligature Unicode does not decompose.
_FOLDED = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ȷ": "j", "’": "'", "‘": "'",
    }
)  # fmt: skip


def formulas(text: str) -> Iterator[re.Match[str]]:
    """Yield the formulas `$…$` and `$$…$$` of the text, which are kept as written.

    TeX reads no formula with a lone brace, so it is none here either.
    """
    return (found for found in _FORMULA.finditer(text) if is_balanced(found[0]))


def by_parts(text: str, prose: Callable[[str], str], formula: Callable[[str], str]) -> str:
    """Return the text with its formulas through one function and the rest through another."""
    parts: list[str] = []
    end = 0
    for found in formulas(text):
        parts += (prose(text[end : found.start()]), formula(found[0]))
        end = found.end()
    return "".join((*parts, prose(text[end:])))


def is_balanced(text: str) -> bool:
    """Tell whether every brace without a backslash has its partner."""
    depth = 0
    for mark in _BRACE.findall(text):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def from_latex(text: str) -> str:
    """Return the text with LaTeX accents, symbols and braces as Unicode; formulas as written.

    An unknown command is dropped and its argument kept: a title with a lost italic
    is still the title. A dollar that opens no formula keeps or gets its backslash.
    """
    if not _LATEX.search(text):
        return text
    text = _INLINE.sub(r"$\1$", text)
    plain = by_parts(text, _prose, str)
    # One dollar opens no formula, so it needs no backslash.
    return plain.replace("\\$", "$") if plain.count("$") == 1 else plain


def _prose(text: str) -> str:
    if "\\" in text:
        text = _SPACING.sub(" ", text).replace("\\-", "").replace("\\/", "")
        text = _ACCENT.sub(_accented, text)
        # `\%` waits as a private character, so that no later rule takes it for a command.
        text = _ESCAPED.sub(lambda found: chr(0xE000 + ord(found[1])), text)
        text = _SYMBOL.sub(lambda found: _SYMBOLS.get(found[1], found[0]), text)
        text = _MACRO.sub(_command, text).replace("\\", "")
    text = _QUOTE.sub(lambda found: _QUOTES[found[0]], text.replace("$", _DOLLAR))
    text = text.replace("{", "").replace("}", "").replace("~", " ")
    return re.sub("[\ue000-\ue07f]", _unescaped, text)


def _command(found: re.Match[str]) -> str:
    """Drop a command that has an argument or is a switch; else keep its name: "\\rho-net"."""
    if found["has_argument"] is not None or found[1] in _SWITCHES:
        return ""
    return f"{found[1]} " if found[0][-1].isspace() else found[1]


def _unescaped(found: re.Match[str]) -> str:
    character = chr(ord(found[0]) - 0xE000)
    # A bare dollar would open a formula.
    return r"\$" if character == "$" else character.strip("{}")


def _accented(found: re.Match[str]) -> str:
    letter = found["dotless"] or found["bare_dotless"] or found["braced"] or found["bare"]
    mark = _ACCENTS[found["sign"] or found["letter"]]
    return unicodedata.normalize("NFC", letter + mark)


def from_html(text: str) -> str:
    """Return the text without the tags of print and with its entities decoded."""
    if "&" in text:
        # Only with its semicolon: "R&D;" and "x&lty" are no entities of anybody.
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), _ENTITY_TOWER.sub("&", text))
    return _TAG.sub("", text) if "<" in text else text


def fold(text: str) -> str:
    """Return the text in one case and without accents, for comparing; scripts are kept.

    Only the marks of Latin, Greek and Cyrillic go: in Hindi, Thai or Japanese a mark
    makes another letter.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = re.sub("[\u0300-\u036f]", "", text.translate(_FOLDED))
    return unicodedata.normalize("NFC", text)


def squeeze(text: str) -> str:
    """Return the text on one line, with single spaces and without control characters."""
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    # What is printable has no other white space.
    elif "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())
