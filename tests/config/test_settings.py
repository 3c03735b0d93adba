"""Settings: each is in `.env.example`, with its default and its meaning."""

from __future__ import annotations

import re
from pathlib import Path

from shortscience.config import settings as module

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


def declared() -> set[str]:
    """Return the settings that the program reads from the environment."""
    sources = (Path(module.__file__).parent).glob("*.py")
    return {
        name
        for source in sources
        for name in re.findall(r"\benv\.\w+\(\s*['\"](\w+)['\"]", source.read_text("utf-8"))
    }


def documented() -> dict[str, str]:
    """Return each line of the example as name and default."""
    return dict(re.findall(r"^# ([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    assert documented().keys() == declared()


def test_every_setting_has_a_line_of_meaning_above_it() -> None:
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"# [A-Z][A-Z0-9_]+=", line):
            above = next(
                text for text in reversed(lines[:number]) if not re.match(r"# [A-Z0-9_]+=", text)
            )
            assert re.match(r"# [A-Za-z:/`]", above), line


def test_the_defaults_are_those_of_the_program() -> None:
    text = Path(module.__file__).read_text("utf-8")
    for name, default in documented().items():
        given = re.search(rf"env\.\w+\(\s*['\"]{name}['\"],\s*([^)\n]+)\)", text)
        if default and given and re.fullmatch(r"[\"'\w.:/ -]+", given[1]):
            assert given[1].strip("\"'").lower() == default.lower(), name


def test_the_example_names_no_machine() -> None:
    assert not re.search(r"/(?:home|root|work|Users)/", EXAMPLE)
