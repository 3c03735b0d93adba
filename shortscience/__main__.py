"""`python -m shortscience` is the command `shortscience`."""

from __future__ import annotations

import sys

from shortscience.config.cli import main

if __name__ == "__main__":
    sys.exit(main())
