r"""`\cite{KEY}`: a link to another paper of the site."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_CITE = re.compile(r"\\cite\{([\w.():\-\\/+,\s]+)\}")


@dataclass(frozen=True, slots=True)
class CitedPaper:
    """What a key resolves to: an address of ours, "Girshick, 2015", and the paper's title."""

    url: str
    label: str
    title: str


Resolve = Callable[[Collection[str]], Mapping[str, CitedPaper]]


def no_papers(_keys: Collection[str]) -> Mapping[str, CitedPaper]:
    """Know no paper: every key is shown as it was typed."""
    return {}


def cites_plugin(md: MarkdownIt) -> None:
    """Teach the parser cites: a token `cite` with its keys in `meta`."""
    md.inline.ruler.before("escape", "cite", _inline_cite)


def _inline_cite(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("\\cite{", state.pos):
        return False
    found = _CITE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    keys = [key for each in found[1].split(",") if (key := each.strip())]
    if not keys or any(re.search(r"\s", key) for key in keys):
        return False
    if not silent:
        token = state.push("cite", "", 0)
        token.content = found[0]
        token.meta = {"keys": keys}
    state.pos = found.end()
    return True


def keys_in(tokens: Iterable[Token]) -> tuple[str, ...]:
    """Return every key cited in the tokens, each once, in order of first use."""
    keys: dict[str, None] = {}
    for token in tokens:
        if token.type == "cite":
            keys.update(dict.fromkeys(token.meta["keys"]))
        if token.children:
            keys.update(dict.fromkeys(keys_in(token.children)))
    return tuple(keys)


def cite_html(token: Token, papers: Mapping[str, CitedPaper]) -> str:
    """Return a link for each key that is known, and the key itself for each that is not."""
    return "; ".join(
        _one(key, papers.get(key), in_link="in_link" in token.meta) for key in token.meta["keys"]
    )


def _one(key: str, paper: CitedPaper | None, *, in_link: bool) -> str:
    if paper is None:
        return f'<span class="cite cite--unknown">{escape(key)} (not known here)</span>'
    if in_link:
        return f'<span class="cite">{escape(paper.label)}</span>'
    return (
        f'<a class="cite" href="{escape(paper.url)}" title="{escape(paper.title)}">'
        f"{escape(paper.label)}</a>"
    )
