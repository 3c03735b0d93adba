"""The parts of pages that are printed many times, or on every page: Jinja2, compiled once.

Pages are Django templates. A part is a file `parts/NAME.html` with a macro of that name; Django
templates print it by `{% part "NAME" … %}`. A macro names what it needs, so that a wrong or missing
argument is an error and not an empty place. The page that is asked for most is a part as a whole:
`page`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.templatetags.static import static as django_static
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import FileSystemLoader, StrictUndefined

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib.avatars import avatar_svg
from shortscience.lib.routes import address
from shortscience.web.compiling import PartEnvironment
from shortscience.web.context import site
from shortscience.web.templatetags import reading

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
TEMPLATES = Path(__file__).parent


def environment() -> PartEnvironment:
    """Return the surroundings of all parts: what they may call, and that they escape."""
    made = PartEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.DEBUG,
        # The drawings lie beside the pages, which use them too.
        loader=FileSystemLoader([TEMPLATES / "parts", TEMPLATES / "templates"]),
    )
    made.globals.update(
        _=gettext,
        ngettext=ngettext,
        language=lambda: get_language() or "en",
        address=address,
        static=static,
        avatar=avatar,
        licence_line=licence_line(),
        included=included,
        fixed=included if settings.DEBUG else cache(included),
    )
    made.filters.update(reading.register.filters)
    return made


_environment = cache(environment)


def avatar(person: User) -> SafeString:
    """Return the drawing for a person. Never call it for the writer of an anonymous text."""
    # Safe: drawn by our own function, which escapes the name it writes.
    return mark_safe(avatar_svg(person.shown_name, person.username))  # noqa: S308


def static(path: str) -> str:
    """Return the address of a file of ours, as Django's tag does: looked up once in a process."""
    return django_static(path) if settings.DEBUG else _static(path)


_static = cache(django_static)


def included(template: str, /, request: HttpRequest | None = None, **context: Any) -> SafeString:
    """Return what a Django template prints: for forms, and for what pages share that are rare."""
    return render_to_string(template, context, request)


def licence_line() -> SafeString:
    """Return the sentence about the licence of texts, as safe HTML."""
    link = format_html('<a href="{}" rel="license noopener">CC BY 4.0</a>', CC_BY)
    return format_html(gettext("Summaries are {licence} unless marked."), licence=link)


def part(name: str, /, *arguments: Any, **named: Any) -> SafeString:  # Any: whatever it declares
    """Return the part as safe HTML."""
    # Safe: the environment escapes whatever is not marked as HTML.
    return mark_safe(_macro(name)(*arguments, **named))  # noqa: S308


@dataclass(frozen=True, slots=True)
class Around:
    """What a page that is a part needs to know of its request; base.html gets it as context."""

    request: HttpRequest
    reader: Viewer
    csrf_token: object
    messages: Any  # of Django's storages
    here: str
    # Of web.context.
    site: Any
    theme: Any
    nav: Any
    mode: Any


def settle_reader(request: HttpRequest) -> None:
    """Put the person who reads, or nobody, in the place of who is looked up when asked for.

    For views that ask anyway: a page asks a hundred times, each time through Django's stand-in.
    """
    if isinstance(request.user, SimpleLazyObject):
        request.user = get_user(request)


def page(request: HttpRequest, name: str, context: Mapping[str, Any]) -> SafeString:
    """Return the page that is the part of this name; its first argument is an `Around`."""
    around = Around(
        request=request,
        reader=request.user,
        # Made when it is printed: it sets a cookie.
        csrf_token=csrf(request)["csrf_token"],
        messages=get_messages(request),
        here=request.get_full_path(),
        **site(request),
    )
    return part(name, around, **context)


def _macro(name: str) -> Callable[..., str]:
    """Return the macro of a part; in development its file is looked at again each time."""
    if settings.DEBUG:
        return _loaded.__wrapped__(name)
    return _loaded(name)


@cache
def _loaded(name: str) -> Callable[..., str]:
    macro: Callable[..., str] = getattr(_environment().get_template(f"{name}.html").module, name)
    return macro
