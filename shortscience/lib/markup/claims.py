r"""Claims: `::claim{id=c1 metric="top-1" value="78.7" unit="%"}what the paper says::`.

A mark stands around words of one paragraph; they may hold emphasis, formulas, cites and links. A
mark with a fault loses nothing: its words stay, what was typed around them is shown as typed, and
the fault is told with its line.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from shortscience.lib.markup.claimsyntax import Fields, fields_of

# A summary of the longest paper says twenty things that can be checked; more is a table.
MAX_CLAIMS = 40
# One sentence. The longest sentences of real notes have 400 characters.
MAX_STATEMENT = 600

# What the style sheet can draw of a claim's fate.
STATUSES = ("untested", "confirmed", "contradicted", "mixed", "skipped")

_CLOSE = "::"
# How every mark begins.
CLAIM = "::claim{"
# What stands between the braces; a quoted value may hold braces.
_OPEN = re.compile(r'::claim\{((?:[^{}"“”]|"[^"]{0,200}"|“[^”]{0,200}”){0,400})\}')


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a text and was shown as typed: `says` is a sentence for its writer."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class ClaimMark:
    """A claim as a text marks it. `statement` is the Markdown between the signs, on one line."""

    id: str
    statement: str
    fields: Fields
    line: int


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """What the chip beside a claim says, and the address of the claim's line."""

    url: str
    # A class of the style sheet, as "untested", and the word for it.
    status: str
    word: str


def claims_plugin(md: MarkdownIt) -> None:
    """Teach the parser claims: `claim_open` and `claim_close`, or `claim_typed` for a fault."""
    md.inline.ruler.before("escape", "claim", _inline_claim)
    md.core.ruler.push("claims", _check_claims)


def claims_in(env: Mapping[str, object]) -> tuple[ClaimMark, ...]:
    """Return the claims of the text that was parsed with this environment, in order."""
    found = env.get("claims", ())
    return tuple(found) if isinstance(found, list) else ()


def problems_in(env: Mapping[str, object]) -> tuple[Problem, ...]:
    """Return what is wrong with its claims, in the order of the lines."""
    found = env.get("claim_problems", ())
    return tuple(sorted(found, key=_by_line)) if isinstance(found, list) else ()


def _by_line(problem: Problem) -> int:
    return problem.line


# What a claim's end is not looked for in: code, a formula, an escaped sign.
_STEPPED_OVER = re.compile(r"(`+)[^`]+\1|\$[^$\n]+\$|\\.|(?P<end>::)")


def unmarked(source: str) -> str:
    """Return the source with the words of its claims alone, for those who know no marks."""
    kept: list[str] = []
    at = hopeless = 0
    while opening := _OPEN.search(source, at):
        kept.append(source[at : opening.start()])
        at = opening.end()
        end = _end_in(source, at) if at > hopeless else -1
        if end < 0:
            kept.append(opening[0])
            hopeless = max(hopeless, _paragraph_end(source, at))
        else:
            kept.append(source[at:end])
            at = end + len(_CLOSE)
    return "".join([*kept, source[at:]])


def _paragraph_end(source: str, at: int) -> int:
    end = source.find("\n\n", at)
    return end if end >= 0 else len(source)


def _end_in(source: str, start: int) -> int:
    found = _STEPPED_OVER.finditer(source, start, _paragraph_end(source, start))
    return next((each.start() for each in found if each["end"]), -1)


# --- the parser's rule ------------------------------------------------------------------------


def _inline_claim(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if not state.src.startswith(CLAIM, start):
        return False
    opening = _OPEN.match(state.src, start, state.posMax)
    end = _closing_at(state, opening.end()) if opening else -1
    if opening is None or end < 0:
        return _unfinished(state, silent, has_brace=opening is not None)
    if not silent:
        _push(state, opening, end)
    state.pos = end + len(_CLOSE)
    return True


def _push(state: StateInline, opening: re.Match[str], end: int) -> None:
    after = state.posMax
    meta = {
        "typed": opening[0],
        "attributes": opening[1],
        "statement": state.src[opening.end() : end],
        "at": state.src.count("\n", 0, state.pos),
    }
    state.push("claim_open", "span", 1).meta = meta
    state.pos, state.posMax = opening.end(), end
    state.md.inline.tokenize(state)
    state.posMax = after
    state.push("claim_close", "span", -1).meta = {"opening": meta}


def _closing_at(state: StateInline, start: int) -> int:
    """Return where the claim that begins here ends, or -1; a failed search is remembered.

    Marks inside are counted, so that each ends where its writer ended it; code and formulas are
    stepped over.
    """
    hopeless: set[tuple[StateInline, int]] = state.env.setdefault("_claims_unclosed", set())
    key = (state, state.posMax)
    if key in hopeless:
        return -1
    was, depth = state.pos, 0
    state.pos = start
    found = -1
    while state.pos < state.posMax:
        if not state.src.startswith(_CLOSE, state.pos):
            state.md.inline.skipToken(state)
        elif inner := _OPEN.match(state.src, state.pos, state.posMax):
            depth += 1
            state.pos = inner.end()
        elif depth:
            depth -= 1
            state.pos += len(_CLOSE)
        else:
            found = state.pos
            break
    state.pos = was
    if found < 0:
        hopeless.add(key)
    return found


def _unfinished(state: StateInline, silent: bool, *, has_brace: bool) -> bool:
    """Show what was typed of a mark without an end."""
    if not silent:
        token = state.push("claim_typed", "code", 0)
        says = _NO_END if has_brace else _NO_BRACE
        token.meta = {"typed": CLAIM, "says": says, "at": state.src.count("\n", 0, state.pos)}
    state.pos += len(CLAIM)
    return True


_NO_END = "This claim has no end: write :: after its last word, in the same paragraph."
_NO_BRACE = "The mark of this claim has no }, or a quotation mark too few."
_NESTED = "A claim cannot stand inside another claim: end the first one before."
_EMPTY = "This claim says nothing: write its words between } and ::."
_LONG = f"This claim is longer than {MAX_STATEMENT} characters: mark the sentence that says it."
_MANY = f"A text has room for {MAX_CLAIMS} claims: mark those that matter."
_TWICE = "The id “{id}” is taken by an earlier claim of this text: choose another."


# --- looking them over ------------------------------------------------------------------------


def _check_claims(state: StateCore) -> None:
    """List the good claims and the faults; a claim that is none becomes what was typed."""
    claims: list[ClaimMark] = state.env.setdefault("claims", [])
    problems: list[Problem] = state.env.setdefault("claim_problems", [])
    line = 1
    for block in state.tokens:
        if block.map:
            line = block.map[0] + 1
        if block.type == "inline":
            for token, says, depth in _marks(block.children or ()):
                at = line + token.meta["at"]
                if says or depth:
                    problems.append(Problem(at, says or _NESTED))
                    token.type = "claim_typed"
                else:
                    _take(token, at, claims, problems)


def _marks(children: Collection[Token]) -> Iterator[tuple[Token, str, int]]:
    """Yield each mark with what the parser says against it, and how many are open around it."""
    depth = 0
    for token in children:
        if token.type == "claim_typed":
            yield token, token.meta["says"], depth
        elif token.type == "claim_open":
            yield token, "", depth
            depth += 1
        elif token.type == "claim_close":
            depth -= 1
            token.meta["depth"] = depth


def _take(opening: Token, line: int, claims: list[ClaimMark], problems: list[Problem]) -> None:
    statement = " ".join(str(opening.meta["statement"]).split())
    fields, faults = fields_of(str(opening.meta["attributes"]))
    problems += [Problem(line, says) for says in faults]
    wrong = ""
    if not statement:
        wrong = _EMPTY
    elif len(statement) > MAX_STATEMENT:
        wrong = _LONG
    elif fields is not None and any(fields.id == claim.id for claim in claims):
        wrong = _TWICE.format(id=fields.id)
    elif len(claims) >= MAX_CLAIMS:
        wrong = _MANY
    if wrong:
        problems.append(Problem(line, wrong))
    if wrong or fields is None:
        opening.meta["is_typed"] = True
        return
    opening.meta["id"] = fields.id
    claims.append(ClaimMark(fields.id, statement, fields, line))


# --- written out ------------------------------------------------------------------------------


def opening_html(token: Token, shown: Mapping[str, ShownClaim] | None, prefix: str) -> str:
    """Return the beginning of a claim; `shown` is None where claims are plain words."""
    if shown is None:
        return ""
    if "id" not in token.meta:
        return typed_html(token)
    place = "" if token.meta.get("is_copy") else f' id="{escape(prefix)}{escape(token.meta["id"])}"'
    return f'<span class="claim-mark"{place}>'


def closing_html(token: Token, shown: Mapping[str, ShownClaim] | None) -> str:
    if shown is None:
        return ""
    opening = token.meta["opening"]
    if "id" not in opening:
        return f'<code class="claim-error">{_CLOSE}</code>'
    return f"</span>{_chip(opening['id'], shown.get(opening['id']), 'in_link' in token.meta)}"


def typed_html(token: Token) -> str:
    return f'<code class="claim-error">{escape(str(token.meta["typed"]))}</code>'


def _chip(name: str, claim: ShownClaim | None, in_link: bool) -> str:
    """Return the chip after a claim; before the text is saved there is no line to lead to."""
    status, word = (claim.status, claim.word) if claim else ("untested", "claim")
    classes = f"claim-chip status status--{escape(status)}"
    if claim is None or in_link:
        return f' <span class="{classes}">{escape(word)}</span>'
    named = f"{word}: claim {name}"
    return (
        f' <a class="{classes}" href="{escape(claim.url)}" aria-label="{escape(named)}">'
        f"{escape(word)}</a>"
    )
