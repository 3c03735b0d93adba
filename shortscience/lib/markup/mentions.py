"""`@handle` in a comment: a link to the page of a person."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# As handles are: letters and digits at both ends, so a full stop after one ends the sentence.
_MENTION = re.compile(r"@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?)(?![\w@])")
# What stands before it in a mail address or in the address of a page.
_GLUE = re.compile(r"[\w@./-]")

# Returns {handle in lower case: address of the person's page} of those it knows.
People = Callable[[Collection[str]], Mapping[str, str]]


def mentions_plugin(md: MarkdownIt) -> None:
    """Teach the parser mentions: a token `mention`, in texts whose `env` asks for them."""
    md.inline.ruler.before("escape", "mention", _inline_mention)


def _inline_mention(state: StateInline, silent: bool) -> bool:
    if "people" not in state.env or state.src[state.pos] != "@" or state.linkLevel > 0:
        return False
    found = _MENTION.match(state.src, state.pos, state.posMax)
    if found is None or (state.pos and _GLUE.match(state.src[state.pos - 1])):
        return False
    if not silent:
        state.push("mention", "", 0).content = found[1]
    state.pos = found.end()
    return True


def handles_in(tokens: Iterable[Token], *, quoted: bool) -> tuple[str, ...]:
    """Return every handle in lower case, each once, in order; those in quotes only if asked:
    who quotes a mention does not call that person again."""
    handles: dict[str, None] = {}
    depth = 0
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if quoted or not depth:
            for child in token.children or ():
                if child.type == "mention":
                    handles[child.content.lower()] = None
    return tuple(handles)


def mention_html(token: Token, people: Mapping[str, str]) -> str:
    """Return a link to the person, or the word as it was typed where nobody is called so."""
    page = people.get(token.content.lower())
    word = f"@{escape(token.content)}"
    return f'<a class="mention" href="{escape(page)}">{word}</a>' if page else word
