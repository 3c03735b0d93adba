"""Secrets in addresses: whoever has one may do what it is for. Only their digests are stored."""

from __future__ import annotations

import hashlib
import re
import secrets

# 128 bits: nobody guesses one, however long they try.
_BYTES = 16
_FORM = re.compile(r"[A-Za-z0-9_-]{22}\Z")


def new_token() -> str:
    """Return a new secret, as it stands in an address: 22 characters."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """Return what is stored of it. A plain hash: 128 random bits are not found by trying words."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(text: str) -> bool:
    return _FORM.match(text) is not None
