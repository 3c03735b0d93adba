"""Lines of hyphens or equals signs: what stood above them was a heading, or nothing."""

from __future__ import annotations

import re

_RULE = re.compile(r"(?<![^\s])(?:={4,}|-{4,}|\*{4,}|_{4,})(?=\s|$)")
# A heading above its line: a few words with a capital, and no stop among them.
_UNDERLINED = re.compile(r"(?:\A|(?<=[.!?:)] ))(?P<heading>[A-Z0-9][^.!?|]{0,70}?)\s+$")
_MOST_WORDS = 8
_NEAR = 90


def split_at_rules(line: str) -> list[tuple[bool, str]]:
    """Return the stretches of a line as (is finished, text): headings with their rules, rules."""
    parts: list[tuple[bool, str]] = []
    rest = 0
    for rule in _RULE.finditer(line):
        near = line[max(rest, rule.start() - _NEAR) : rule.start()]
        after = line[rule.end() : rule.end() + 4].strip()
        if near.rstrip().endswith("|") or after.startswith("|"):
            continue
        underlined = _UNDERLINED.search(near) if rule[0][0] in "=-" else None
        before = line[rest : rule.start()] if underlined or rule[0][0] != "=" else ""
        if underlined and len(underlined["heading"].split()) <= _MOST_WORDS:
            parts.append((False, before[: len(before) - len(near) + underlined.start("heading")]))
            parts.append((True, f"{underlined['heading']}\n{rule[0]}"))
        elif rule[0][0] == "=":
            continue
        else:
            parts += [(False, before), (True, rule[0])]
        rest = rule.end()
    parts.append((False, line[rest:]))
    return [(is_finished, text) for is_finished, text in parts if text.strip()]
