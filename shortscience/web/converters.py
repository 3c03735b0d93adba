"""Parts of addresses."""

from __future__ import annotations

from shortscience.accounts.rules import HANDLE_MAX_LENGTH


class HandleConverter:
    """A person's handle."""

    regex = rf"[A-Za-z0-9](?:[A-Za-z0-9._-]{{0,{HANDLE_MAX_LENGTH - 2}}}[A-Za-z0-9])?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
