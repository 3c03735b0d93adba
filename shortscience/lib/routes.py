"""Addresses of this site, made quickly: a page prints a hundred of them."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

from django.urls import reverse

# Stand in for the arguments while the form of an address is looked up.
_NUMBER, _WORD = 9_000_000, "zzz9"


def address(name: str, *arguments: int | str) -> str:
    """Return what `reverse` returns, looking the form of the address up once in a process.

    The arguments are numbers, slugs and handles: one part of the path each.
    """
    form = _form(name, *map(type, arguments))
    return form.format(*(a if type(a) is int else quote(str(a), safe="") for a in arguments))


@cache
def _form(name: str, *kinds: type) -> str:
    """Return the address with {0}, {1}… where its arguments belong."""
    marks = [_NUMBER + n if kind is int else f"{_WORD}{n}" for n, kind in enumerate(kinds)]
    form = reverse(name, args=marks)
    for n, mark in enumerate(marks):
        form = form.replace(str(mark), f"{{{n}}}")
    return form
