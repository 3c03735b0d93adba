"""Which formulas may be given to math-core.

math-core is a recursive parser in Rust: a formula nested deeply enough overflows its stack, and
that ends the whole process, where no `except` can catch it. It also takes twice as long for each
opening bracket without a closing one: forty of them would keep it busy for a day. So a formula is
measured first, with regular expressions that cannot recurse.
"""

import re

# The longest formula of a real note we have is 1,300 characters.
MAX_FORMULA_LENGTH = 2_000

# 512 KB of stack, the least a thread gets, is used up at about 150 nested fractions.
MAX_DEPTH = 60

# Commands in a row without braces nest to the right: `\sqrt\sqrt\sqrt x`. So do switches of
# style or colour, wherever they stand in a group.
MAX_CHAIN = 40
MAX_SWITCHES = 40

# Of each of these; a matrix of 10 x 10 indexed entries has 100 `_`.
MAX_REPEATS = 200

# Each doubles the time: 8 cost up to 3 ms, 30 an hour. No real formula we have has more than 3.
MAX_UNCLOSED = 8

_DEPTH = re.compile(r"\\(?:left|begin)(?![a-zA-Z])|\\(?:right|end)(?![a-zA-Z])|\\.|[{}]", re.DOTALL)
_CHAIN = re.compile(rf"(?:\\[a-zA-Z]+[\s^_*]*){{{MAX_CHAIN + 1}}}")
_OPTIONAL = re.compile(r"\\[a-zA-Z]+\*?\s*\[")
_SWITCH = re.compile(
    r"\\(?:display|text|script|scriptscript)style|\\color(?![a-zA-Z])|\\(?:over|choose|atop|brace)"
)
_REPEATED = (r"\left", r"\begin", "^", "_")

# Every opening bracket math-core knows; what `\\left` opens is not one of them. Of the closing
# ones only the certain: to overlook one errs on the safe side.
_OPENING = (
    r"\\mathopen(?![a-zA-Z])\s*(?:\\(?:[a-zA-Z]+|.)|\{.\}|.)"
    r"|\\[bB]igg?l(?![a-zA-Z])\s*(?:\\(?:[a-zA-Z]+|.)|.)"
    r"|\\(?:lbrack|lbrace|lparen|langle|lang|lceil|lfloor|lvert|lVert|lgroup|lmoustache|llbracket"
    r"|lBrace|llparenthesis|lAngle|ulcorner|llcorner|llangle)(?![a-zA-Z])"
    r"|\\\{|[(\[⌈⌊⌜⌞⎰❲⟅⟦⟨⟪⟬⟮⦃⦅⦇⦉⦋⦍⦏⦑⦓⦕⦗⧘⧚⧼]"
)
_CLOSING = (
    r"\\[bB]igg?r(?![a-zA-Z])\s*(?:\\(?:[a-zA-Z]+|.)|.)"
    r"|\\(?:rbrack|rbrace|rparen|rangle|rang|rceil|rfloor|rvert|rVert|rgroup|rrbracket)(?![a-zA-Z])"
    r"|\\\}|[)\]⌉⌋⟧⟩]"
)
_FENCED = r"\\(?:left|right|middle)(?![a-zA-Z])\s*(?:\\(?:[a-zA-Z]+|.)|.)"
_BRACKET = re.compile(
    rf"(?P<fenced>{_FENCED})|(?P<opening>{_OPENING})|(?P<closing>{_CLOSING})"
    r"|(?P<begin>\{)|(?P<end>\})|\\.",
    re.DOTALL,
)

# A definition multiplies: two nested ones turn 60 levels into 3,600.
_DEFINITION = re.compile(
    r"\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|newenvironment"
    r"|DeclareMathOperator|DeclarePairedDelimiter|csname|expandafter)(?![a-zA-Z])"
)


def is_convertible(tex: str) -> bool:
    """Say whether math-core can take the formula without danger to the process."""
    return (
        len(tex) <= MAX_FORMULA_LENGTH
        and not _DEFINITION.search(tex)
        and all(tex.count(part) <= MAX_REPEATS for part in _REPEATED)
        and _depth(tex) <= MAX_DEPTH
        and not _CHAIN.search(tex)
        and len(_OPTIONAL.findall(tex)) <= MAX_CHAIN
        and len(_SWITCH.findall(tex)) <= MAX_SWITCHES
        and _unclosed(tex) <= MAX_UNCLOSED
    )


def _depth(tex: str) -> int:
    """Return how many braces, `\\left` and environments are open at once at most."""
    depth = deepest = 0
    for part in _DEPTH.findall(tex):
        if part == "{" or part in (r"\left", r"\begin"):
            depth += 1
            deepest = max(deepest, depth)
        elif part == "}" or part in (r"\right", r"\end"):
            depth -= 1
    return deepest


def _unclosed(tex: str) -> int:
    """Return how many opening brackets stay open in one group at most.

    What a group leaves open counts for the group around it, since math-core drops the braces of
    a group of one sign; a closing bracket only closes what its own group opened.
    """
    counts = [0]
    most = 0
    for part in _BRACKET.finditer(tex):
        kind = part.lastgroup
        if kind == "opening":
            counts[-1] += 1
        elif kind == "closing":
            counts[-1] = max(counts[-1] - 1, 0)
        elif kind == "begin":
            counts.append(0)
        elif kind == "end" and len(counts) > 1:
            inner = counts.pop()
            counts[-1] += inner
        most = max(most, counts[-1])
    return most
