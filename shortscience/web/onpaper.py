"""Texts as they are printed: addresses stand beside links, since paper cannot be clicked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from shortscience.papers.models import Paper
from shortscience.summaries.models import Summary

_OURS = re.compile(r'(<a\b[^>]*?\bhref=")(/[^"]*)"')
# The page of a paper or summary is found by its number; the words after it would fill the line.
_SHORT = re.compile(r"(/(?:p|s)/\d+)(?:/[^#?]*)?(?:[?#].*)?\Z")
_BARE = re.compile(r'<a (href="([^"]+)"[^>]*)>\2</a>')


@dataclass(frozen=True, slots=True)
class Piece:
    """A paper of what is printed, with the summary that stands for it."""

    paper: Paper
    summary: Summary | None = None
    # What the owner of a reading list says of it.
    remark: str = ""

    @property
    def html(self) -> SafeString:
        # Safe: made of safe HTML; only addresses change, and `href` holds no quote.
        return mark_safe(on_paper(self.summary.html)) if self.summary else SafeString("")  # noqa: S308

    @property
    def address(self) -> str:
        """Where the summary is, or else the paper: short enough to type."""
        path = f"/s/{self.summary.pk}" if self.summary else f"/p/{self.paper.pk}"
        return f"{settings.SITE_URL}{path}"


def on_paper(html: str) -> str:
    """Return the HTML with whole addresses in its links, which the print style shows."""
    whole = _OURS.sub(lambda link: f'{link[1]}{settings.SITE_URL}{_short(link[2])}"', html)
    return _BARE.sub(r'<a class="bare" \1>\2</a>', whole)


def _short(path: str) -> str:
    found = _SHORT.fullmatch(path)
    return found[1] if found else path
