"""A note and what an editor can say of it: its words by line, its pictures, whether it is one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from markdown_it.utils import EnvType

from shortscience.lib.markup.cites import Resolve, no_papers
from shortscience.lib.markup.media import kind_of
from shortscience.lib.markup.parser import parse
from shortscience.lib.markup.render import Rendered, rendered
from shortscience.lib.markup.source import check_source

# A formula that is only a number with its unit says what a number in the words would.
_PLAIN = (
    (re.compile(r"\\(?:text|mathrm|mathbf|textbf)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\(?:approx|sim|simeq|le|leq|ge|geq|quad|[ ;:!])(?![a-zA-Z])|[~<>=]"), " "),
    (re.compile(r"\\pm(?![a-zA-Z])"), "±"),
)
_ONLY_NUMBERS = re.compile(
    r"(?:[\s\d.,%×±+−–\-^{}]|\\[%,]|\\times|\\cdot|\{,\}|[a-zA-Z]{1,3}\s*$)+"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
# Fewer words beside a link tell nothing about what is behind it.
FEWEST_WORDS = 5
_PICTURES = ("image", "media")


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of one paragraph, cell or item as they read, and its line in the source, from 0.

    Line breaks are kept; code, formulas of more than numbers, addresses and cites are left out.
    """

    line: int
    text: str
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """A note as HTML, and what was noticed on the way."""

    rendered: Rendered
    passages: tuple[Passage, ...]
    # Lines with a picture that nobody described.
    undescribed: tuple[int, ...]
    is_only_links: bool


def proof(text: str, *, resolve: Resolve = no_papers, id_prefix: str = "") -> Proof:
    """Return what `render` does and what an editor can say about the text; it is parsed once.

    Raises:
        SourceRefused: as `render`.
    """
    env: EnvType = {}
    tokens = parse(check_source(text), env)
    passages = tuple(_passages(tokens))
    links = any(child.type == "link_open" for token in tokens for child in token.children or ())
    has_pictures = any(_is_picture(one) for one, _line in _leaves(tokens))
    words = sum(len(_WORD.findall(passage.text)) for passage in passages)
    own = words - sum(len(_WORD.findall(text)) for text in _link_texts(tokens))
    has_code_or_maths = any(one.type in _SUBSTANCE for one, _line in _leaves(tokens))
    return Proof(
        rendered=rendered(tokens, env, resolve=resolve, id_prefix=id_prefix, claims={}),
        passages=passages,
        undescribed=tuple(dict.fromkeys(_undescribed(tokens))),
        is_only_links=(links or has_pictures) and own < FEWEST_WORDS and not has_code_or_maths,
    )


_SUBSTANCE = ("math_inline", "math_display", "fence", "code_block")


def _passages(tokens: Sequence[Token]) -> Iterator[Passage]:
    quotes = 0
    for token in tokens:
        if token.type in ("blockquote_open", "blockquote_close"):
            quotes += token.nesting
        elif token.type == "inline":
            text = "".join(_words(token.children or ()))
            if text.strip():
                line = token.map[0] if token.map else 0
                yield Passage(line, text, is_quoted=quotes > 0)


def _words(children: Sequence[Token]) -> Iterator[str]:
    bare = 0
    for child in children:
        if child.type in ("link_open", "link_close") and child.markup in ("autolink", "linkify"):
            bare += child.nesting
        elif child.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif child.type == "text":
            yield " " if bare else child.content
        elif child.type == "math_inline":
            yield _as_words(child.content)
        elif child.type not in _SILENT:
            yield " "


# Marks between letters of one word: "*a*b".
_SILENT = {f"{name}_{end}" for name in ("em", "strong", "s", "link") for end in ("open", "close")}


def _as_words(tex: str) -> str:
    plain = tex
    for pattern, replacement in _PLAIN:
        plain = pattern.sub(replacement, plain)
    return plain if _ONLY_NUMBERS.fullmatch(plain) else " "


def _leaves(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    """Yield what stands in the text, each with its line."""
    last = 0
    for token in tokens:
        last = token.map[0] if token.map else last
        yield token, token.meta.get("line", last)
        for child in token.children or ():
            yield child, child.meta.get("line", last)


def _undescribed(tokens: Sequence[Token]) -> Iterator[int]:
    for token, line in _leaves(tokens):
        if _is_picture(token) and not token.content.strip():
            yield line


def _is_picture(token: Token) -> bool:
    if token.type not in _PICTURES:
        return False
    address = str(token.meta.get("address") or token.attrs.get("src", ""))
    return kind_of(address) in ("Image", None)


def _link_texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        inside = 0
        for child in token.children or ():
            if child.type in ("link_open", "link_close"):
                # The words of a bare address are in no passage.
                inside += child.nesting if child.markup not in ("autolink", "linkify") else 0
            elif inside and child.type == "text":
                yield child.content
