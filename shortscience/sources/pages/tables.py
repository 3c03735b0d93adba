"""Tables whose rows a dump joined into one line."""

from __future__ import annotations

import re

_RULE = re.compile(r"\|(?:[ \t]*:?-{2,}:?[ \t]*\|)+")


def split_at_tables(line: str) -> list[tuple[bool, str]]:
    """Return the stretches of a line as (is a table, text); tables have a row a line."""
    parts: list[tuple[bool, str]] = []
    rest = 0
    for rule in _RULE.finditer(line):
        columns = rule[0].count("|") - 1
        start = _header_start(line, rest, rule.start(), columns)
        if rule.start() < rest or start is None:
            continue
        rows = [line[start : rule.start()].strip(), rule[0]]
        end = _read_rows(line, rule.end(), columns, rows)
        parts += [(False, line[rest:start]), (True, "\n".join(rows))]
        rest = end
    parts.append((False, line[rest:]))
    return [(is_table, text) for is_table, text in parts if text.strip()]


def _header_start(line: str, floor: int, rule: int, columns: int) -> int | None:
    """Return where the header row of so many columns begins, or None if there is none."""
    at = len(line[floor:rule].rstrip()) + floor
    if at == floor or line[at - 1] != "|":
        return None
    for _ in range(columns + 1):
        at = line.rfind("|", floor, at)
        if at < 0:
            return None
    return at


def _read_rows(line: str, at: int, columns: int, rows: list[str]) -> int:
    """Append each whole row behind `at`; return where the table ends."""
    while True:
        start = at + len(line[at : at + 50]) - len(line[at : at + 50].lstrip())
        if line[start : start + 1] != "|":
            return at
        end = start
        for _ in range(columns):
            end = line.find("|", end + 1)
            if end < 0:
                return at
        rows.append(line[start : end + 1])
        at = end + 1
