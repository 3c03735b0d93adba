"""Put back the line breaks that a text dump of a summary lost."""

from __future__ import annotations

import re

from shortscience.sources.pages import blocks, protect

# Each pass only adds breaks, so two or three settle any text; the rest is a safety net.
_MOST_PASSES = 8

_LOST_IMAGE = re.compile(r"[ \t]*!\[\]\(\s*\)")


def strip_artefacts(text: str) -> str:
    """Return the text without the bar and the lost images that a dump prints around it."""
    text = _without_end_marks(text.rstrip())
    return _LOST_IMAGE.sub("", text).strip()


def _without_end_marks(text: str) -> str:
    if text.endswith("|") and (len(text) == 1 or text[-2] in " \t\n)"):
        return text[:-1].rstrip()
    return text


def restore_markdown(text: str) -> str:
    """Return a summary's text as Markdown, with the lost line breaks put back.

    Headings, lists, tables, quotes and images come on lines of their own where the text
    shows that they did before. Only white space is added, except that items of a list
    whose hyphens were lost get one back. Formulas, code, links and addresses stay as they
    are. What is restored already stays as it is.
    """
    text = _LOST_IMAGE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _without_lone_bar(text)
    for _ in range(_MOST_PASSES):
        restored = _one_pass(text)
        if restored == text:
            break
        text = restored
    return text


def _one_pass(text: str) -> str:
    hidden = protect.mask(text)
    hyphens_lost = not re.search(r"\w-\w", hidden.text)
    lines = [
        blocks.restore_line(line, hyphens_lost=hyphens_lost) for line in hidden.text.split("\n")
    ]
    joined = "\n".join(line.rstrip() for line in lines)
    joined = re.sub(r"\n{3,}", "\n\n", joined).strip("\n").rstrip()
    return protect.unmask(joined, hidden.spans).strip()


def _without_lone_bar(text: str) -> str:
    """Drop the dump's closing bar; a bar with others before it may close a table's row."""
    stripped = text.rstrip()
    if stripped.endswith("|") and "|" not in protect.mask(stripped).text[:-1]:
        return _without_end_marks(stripped)
    return text
