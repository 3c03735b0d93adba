"""Bare `http://…` and `https://…` addresses become links.

mdit-py-plugins has such a rule, but its cost grows with the square of the text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_SCHEME = re.compile(r"(?<![A-Za-z0-9])https?$", re.IGNORECASE)
_REST = re.compile(r"://[^\s<>\"`\\|]+")
_LONGEST_SCHEME = len("https")
_TRAILING = "?!.,:;*_~'"


def autolink_plugin(md: MarkdownIt) -> None:
    """Teach the parser bare addresses, marked up as `<…>` ones are."""
    md.inline.ruler.push("bare_address", _bare_address)


def _bare_address(state: StateInline, silent: bool) -> bool:
    if silent or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-_LONGEST_SCHEME - 1 :])
    rest = _REST.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    address = scheme[0] + _without_trailing(rest[0])
    target = state.md.normalizeLink(address)
    if not state.md.validateLink(target):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": target}
    opening.markup = "autolink"
    state.push("text", "", 0).content = state.md.normalizeLinkText(address)
    state.push("link_close", "a", -1).markup = "autolink"
    state.pos += len(address) - len(scheme[0])
    return True


def _without_trailing(address: str) -> str:
    """Leave out what ends the sentence around the address, not the address."""
    surplus = address.count(")") - address.count("(")
    end = len(address)
    while end and (address[end - 1] in _TRAILING or (address[end - 1] == ")" and surplus > 0)):
        surplus -= address[end - 1] == ")"
        end -= 1
    return address[:end]
