"""Modules that are loaded when something of them is used, and not before.

For libraries that a web process needs once in a while, or on one kind of database only: what is
loaded stays in the memory of each process.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Later:
    """Stands in for a module. Importing locks, so that threads may be the first together."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(import_module(self._name), attribute)
        setattr(self, attribute, found)
        return found


def lazily(name: str) -> Any:  # Any: a module, for whoever checks types
    """Return what has the attributes of this module, and imports it for the first of them.

    They are looked up once: for what a test replaces, this is the wrong way to import.
    """
    return _Later(name)
