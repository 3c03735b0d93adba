r"""`\cite{KEY}`: a link to another paper of the site."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_SIGNS = r"\w.():\-\\/+"
_CITE = re.compile(rf"\\cite\{{([{_SIGNS},\s]+)\}}")


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


def is_citable(key: str) -> bool:
    """Say whether `\\cite{…}` can hold the key: some DOIs have brackets or commas in them."""
    return re.fullmatch(rf"[{_SIGNS}]+", key) is not None


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


@dataclass(frozen=True, slots=True)
class Reference:
    """One line of the list at a note's end, and the names of the places that cite it."""

    number: int
    paper: CitedPaper
    places: list[str] = field(default_factory=list)

    def used(self) -> str:
        """Return the name of one more place: "2", then "2-1", "2-2"."""
        place = f"{self.number}-{len(self.places)}" if self.places else f"{self.number}"
        self.places.append(place)
        return place


@dataclass(slots=True)
class References:
    """The papers that a note cites, in order of first use; filled while it is written out.

    Two keys of one paper are one reference.
    """

    cited: dict[str, Reference] = field(default_factory=dict)

    def of(self, paper: CitedPaper) -> Reference:
        known = self.cited.get(paper.url)
        if known is None:
            known = self.cited[paper.url] = Reference(len(self.cited) + 1, paper)
        return known


def cite_html(
    token: Token, papers: Mapping[str, CitedPaper], references: References | None, id_prefix: str
) -> str:
    """Return a link for each key that is known, and the key itself for each that is not.

    Args:
        references: where the uses are noted; None for a text that ends without a list.
    """
    return "; ".join(
        _one(token, key, papers.get(key), references, escape(id_prefix))
        for key in token.meta["keys"]
    )


def _one(
    token: Token, key: str, paper: CitedPaper | None, references: References | None, prefix: str
) -> str:
    if paper is None:
        return f'<span class="cite cite--unknown">{escape(key)} (not known here)</span>'
    label = escape(paper.label)
    if token.meta.get("in_link"):
        return f'<span class="cite">{label}</span>'
    link = f'<a class="cite" href="{escape(paper.url)}" title="{escape(paper.title)}">{label}</a>'
    if references is None or token.meta.get("is_excerpt"):
        return link
    reference = references.of(paper)
    number = reference.number
    return (
        f'{link} <a class="cite__number" href="#{prefix}ref{number}"'
        f' id="{prefix}cite{reference.used()}"'
        f' aria-label="Reference {number}">[{number}]</a>'
    )


def references_html(references: References, id_prefix: str) -> str:
    """Return the list at the end of a note: each paper, and the way back to where it is cited."""
    prefix = escape(id_prefix)
    items = "".join(_line(reference, prefix) for reference in references.cited.values())
    return (
        '<div class="references" role="group" aria-label="References">'
        f'<p class="references__title">References</p><ol>\n{items}</ol></div>\n'
    )


def is_named_in(html: str, paper: CitedPaper) -> bool:
    """Say whether a stored note lists the paper as it is named now."""
    return f"{_named(paper)} <" in html


def _named(paper: CitedPaper) -> str:
    # As the sanitiser leaves it: in text, quotes need no escape.
    title, label = escape(paper.title, quote=False), escape(paper.label, quote=False)
    return f'<a href="{escape(paper.url)}">{title}</a> {label}'


def _line(reference: Reference, prefix: str) -> str:
    back = "".join(_back(place, prefix) for place in reference.places)
    return f'<li id="{prefix}ref{reference.number}">{_named(reference.paper)}{back}</li>\n'


def _back(place: str, prefix: str) -> str:
    return (
        f' <a class="footnote-back" href="#{prefix}cite{place}" aria-label="Back to the text">↩</a>'
    )
