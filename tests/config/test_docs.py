"""What we tell people to read and to type is there."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from shortscience.config import cli
from tests.config.test_settings import declared

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")],
    key=str,
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def commands_in(text: str) -> Iterator[str]:
    """Yield what follows `shortscience` in code, up to what a shell or a sentence adds."""
    for code in re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL):
        for line in code.strip("`").splitlines():
            if found := re.search(r"(?:^|/bin/|[A-Z]+=\S+ )shortscience ([^#|]+)", line.strip()):
                yield found[1].strip()


def arguments_of(command: str) -> list[str]:
    """Return the words that argparse can check; stand-ins such as FILE… are fine for it."""
    return [word for word in shlex.split(command) if word not in {"…", "..."}]


@each_page
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if not re.match(r"https?:|mailto:|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), target


@each_page
def test_every_command_can_be_typed(page: Path) -> None:
    for command in commands_in(page.read_text("utf-8")):
        words = arguments_of(command)
        if words[0].isupper() or words[0] == "manage":
            continue
        try:
            cli.parser().parse_args(words)
        except SystemExit:
            # Prose names commands without what they need; their names must be right all the same.
            assert words[0] in known_commands(), command


def known_commands() -> set[str]:
    (commands,) = (
        action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return set(commands.choices)


@each_page
def test_every_target_of_make_is_one(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    for target in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE):
        assert target in targets, target


@each_page
def test_every_setting_is_one(page: Path) -> None:
    # Between backticks, in capitals, and given a value.
    for name in re.findall(r"`([A-Z][A-Z_]+)=[^`]*`", page.read_text("utf-8")):
        assert name in declared(), name
