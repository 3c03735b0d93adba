"""What is kept for how long, and how much at most."""

from __future__ import annotations

from datetime import timedelta

# The last hours of a day may be written on the next one; then a sketch becomes a plain number.
SKETCHES_KEPT_FOR = timedelta(days=2)
# The longest chart shows a year; what is older is kept as one number a month.
DAYS_KEPT_FOR = timedelta(days=400)
# Codes that one process holds while the database is away: some 10 MB. More are not counted.
MOST_HELD = 100_000
SALT_BYTES = 16
