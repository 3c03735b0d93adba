"""Every sentence of the interface goes through gettext."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

import shortscience

pytestmark = pytest.mark.pure

PACKAGE = Path(shortscience.__file__).parent
TEMPLATES = sorted(
    path
    for pattern in ("*.html", "*.txt")
    for folder in ("templates", "parts")
    for path in (PACKAGE / "web" / folder).rglob(pattern)
)
# Attributes whose value a person reads or hears.
SPOKEN = {"alt", "aria-label", "placeholder", "title", "label", "content"}
WORD = re.compile(r"[^\W\d_]{2,}")
# Names and notation that are the same in every language.
UNIVERSAL = re.compile(
    r"ShortScience|BibTeX|Markdown|LaTeX|ORCID|RSS|DOI|arXiv|CC BY|MathML|width=device-width"
    r"|initial-scale|light dark|noindex|nofollow|follow|text/\S+|application/\S+|UTC|UTF-8|utf-8"
    r"|RO-Crate|SWHID|report\.json|codecheck\.yml"
    r"|Ctrl\+[\w+]+|\.epub|XMLHttpRequest|\\cite|SciScore|https?://\S+|nbsp|rarr|larr|middot|times|hellip|copy"
)


class Plain(HTMLParser):
    """Collects what a template prints as it stands: text, and spoken attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("code", "pre", "svg", "kbd", "script"):
            self.inside.append(tag)
        names = dict(attributes)
        for name, value in attributes:
            if (
                name in SPOKEN
                and value
                and not (tag == "meta" and names.get("name") != "description")
            ):
                self.handle_data(value)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, text: str) -> None:
        if not self.inside and WORD.search(UNIVERSAL.sub(" ", text)):
            self.found.append(" ".join(text.split()))


def untranslated(source: str) -> list[str]:
    """Return the words of a template that stand outside translation tags."""
    kept: list[str] = []
    depth, is_class = 0, False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            # What stands in this block is a class of styles.
            is_class = token.contents == "block main_class"
            depth += {"blocktranslate": 1, "comment": 1, "verbatim": 1}.get(name, 0)
            depth -= {"endblocktranslate": 1, "endcomment": 1, "endverbatim": 1}.get(name, 0)
        elif token.token_type == TokenType.TEXT and depth == 0 and not is_class:
            kept.append(token.contents)
    parser = Plain()
    parser.feed("".join(kept))
    parser.close()
    return parser.found


def test_the_check_finds_a_bare_sentence() -> None:
    assert untranslated('<p>{% translate "Fine" %} Not fine</p>') == ["Not fine"]
    assert untranslated('<p aria-label="Not fine">{% translate "Fine" %}</p>') == ["Not fine"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_templates_print_no_bare_sentence(path: Path) -> None:
    assert untranslated(path.read_text()) == []
