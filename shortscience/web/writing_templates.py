"""Beginnings of a summary: headings with a question under each, to be written over."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    label: str | Promise
    lazy_text: str | Promise

    @property
    def text(self) -> str:
        """Its Markdown, in the language of the reader."""
        return str(self.lazy_text)


_TEMPLATES = (
    Template(
        "idea",
        _("The idea in five lines"),
        _(
            "**The problem:** what could nobody do before?\n\n"
            "**The idea:** in one sentence, as to a colleague.\n\n"
            "**How it works:** the one step or formula that matters.\n\n"
            "**What was shown:** on which data, compared with what, by how much?\n\n"
            "**What I doubt:** what is missing, or may not hold elsewhere?"
        ),
    ),
    Template(
        "review",
        _("Strengths and weaknesses"),
        _(
            "In short: what does the paper claim?\n\n"
            "## Strengths\n\n- What is new, and what is shown well?\n\n"
            "## Weaknesses\n\n- What is not shown, or compared unfairly?\n\n"
            "## Questions\n\n- What would you ask the authors?"
        ),
    ),
    Template(
        "reproduction",
        _("Notes from a reproduction"),
        _(
            "Which result did you try to get again, and did you?\n\n"
            "## What I ran\n\nWhose code, which version, which data, which machine, how long?\n\n"
            "| What | Paper | Mine |\n| --- | ---: | ---: |\n|  |  |  |\n\n"
            "## What the paper does not say\n\n- Settings that you had to find out.\n\n"
            "## What differed\n\n- And what you think is the reason."
        ),
    ),
)


def all_of_them() -> tuple[Template, ...]:
    return _TEMPLATES


def text_of(name: str) -> str:
    """Return the Markdown of the template; nothing of one that there is not."""
    return next((one.text for one in _TEMPLATES if one.name == name), "")
