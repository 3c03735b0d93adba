"""Addresses of this site, made quickly: a page prints a hundred of them."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import reverse

# Stand in for the arguments while the form of an address is looked up.
_NUMBER, _WORD = 9_000_000, "zzz9"


def address(name: str, *arguments: int | str) -> str:
    """Return what `reverse` returns, looking the form of the address up once in a process.

    The arguments are numbers, slugs and handles: one part of the path each.
    """
    if not arguments:
        return _form(name)
    if len(arguments) == 1:
        (argument,) = arguments
        head, tail = _ends(name, type(argument) is int)
        return f"{head}{_in_path(argument)}{tail}"
    return _form(name, *map(type, arguments)).format(*map(_in_path, arguments))


def _in_path(argument: int | str) -> int | str:
    return argument if type(argument) is int else _quoted(str(argument))


@lru_cache(maxsize=2000)
def _quoted(word: str) -> str:
    return quote(word, safe="")


@cache
def _ends(name: str, is_number: bool) -> tuple[str, str]:
    """Return what stands before and after the only argument."""
    head, _, tail = _form(name, int if is_number else str).partition("{0}")
    return head, tail


@cache
def _form(name: str, *kinds: type) -> str:
    """Return the address with {0}, {1}… where its arguments belong."""
    marks = [_NUMBER + n if kind is int else f"{_WORD}{n}" for n, kind in enumerate(kinds)]
    form = reverse(name, args=marks)
    for n, mark in enumerate(marks):
        form = form.replace(str(mark), f"{{{n}}}")
    return form
