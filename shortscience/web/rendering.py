"""The parts of pages that are printed many times, or on every page: Jinja2, compiled once.

Pages are Django templates. A part is a file `parts/NAME.html` with a macro of that name; Django
templates print it by `{% part "NAME" … %}`. A macro names what it needs, so that a wrong or missing
argument is an error and not an empty place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shortscience.accounts.models import User
from shortscience.lib.avatars import avatar_svg
from shortscience.lib.routes import address
from shortscience.web.templatetags import reading

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
TEMPLATES = Path(__file__).parent


def environment() -> Environment:
    """Return the surroundings of all parts: what they may call, and that they escape."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.DEBUG,
        # The drawings lie beside the pages, which use them too.
        loader=FileSystemLoader([TEMPLATES / "parts", TEMPLATES / "templates"]),
    )
    made.globals.update(_=gettext, address=address, avatar=avatar, licence_line=licence_line())
    made.filters.update(reading.register.filters)
    return made


_environment = cache(environment)


def avatar(person: User) -> SafeString:
    """Return the drawing for a person. Never call it for the writer of an anonymous text."""
    # Safe: drawn by our own function, which escapes the name it writes.
    return mark_safe(avatar_svg(person.shown_name, person.username))  # noqa: S308


def licence_line() -> SafeString:
    """Return the sentence about the licence of texts, as safe HTML."""
    link = format_html('<a href="{}" rel="license noopener">CC BY 4.0</a>', CC_BY)
    return format_html(gettext("Summaries are {licence} unless marked."), licence=link)


def part(name: str, /, *arguments: Any, **named: Any) -> SafeString:  # Any: whatever it declares
    """Return the part as safe HTML."""
    macro: Callable[..., str] = getattr(_environment().get_template(f"{name}.html").module, name)
    # Safe: the environment escapes whatever is not marked as HTML.
    return mark_safe(macro(*arguments, **named))  # noqa: S308
