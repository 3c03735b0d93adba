"""Tells the formats apart."""

from __future__ import annotations

from django.utils.translation import gettext as _

from shortscience.evidence.formats import codecheck, rocrate
from shortscience.evidence.formats.found import BadFile, Found

# The largest codecheck.yml in the register has 40 kB; crates name each file they hold.
MAX_BYTES = 1_000_000


def read_external(payload: bytes) -> Found:
    """Return what a `codecheck.yml` or a `ro-crate-metadata.json` says.

    Raises:
        BadFile, BadReport: it is neither, or holds what is refused; with the reason.
    """
    if len(payload) > MAX_BYTES:
        raise BadFile([_("The file has more than %(most)d MB.") % {"most": MAX_BYTES // 10**6}])
    if payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return rocrate.read(payload)
    return codecheck.read(payload)
