"""What may be said, how fast, how deep."""

from __future__ import annotations

from datetime import timedelta

from shortscience.lib.limits import Limit

# More than a lively discussion needs, less than a flood.
COMMENTS = Limit(30, timedelta(hours=1))

# Replies below this depth are still stored with their parent; the page draws them at this one.
DRAWN_DEPTH = 4

# On a paper's page each summary shows its first comments; the rest are on the summary's own.
SHOWN_ON_PAPER = 50

# What one page draws at most: beyond this a browser on a phone begins to suffer.
SHOWN_AT_ALL = 1000
