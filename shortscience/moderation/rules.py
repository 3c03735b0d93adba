"""Who moderates, and how often one may report."""

from __future__ import annotations

from datetime import timedelta

from shortscience.lib.limits import Limit

# Enough for somebody who cleans up after a wave of spam.
REPORTS = Limit(30, timedelta(hours=1))
