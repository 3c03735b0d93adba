"""The folder of real input that lies beside a checkout, where there is one."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def shared(relative: str) -> Path:
    """Return a file or folder of the shared input; skip the test, visibly, where it is missing."""
    path = PROJECT.parent / "shared" / relative
    if not path.exists():
        pytest.skip(f"no shared/{relative} beside this checkout")
    return path
