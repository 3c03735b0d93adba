"""What the processes of one `serve` share: a folder, and the word that it is about to stop."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def folder(port: int | None = None) -> Path:
    """Return the folder of the `serve` that listens on this port; it exists while that runs."""
    return Path(settings.VAR_DIR) / "run" / str(settings.PORT if port is None else port)


def stopping_file(port: int | None = None) -> Path:
    return folder(port) / "stopping"


def is_stopping() -> bool:
    """Whether this site was told to stop: balancers should send nobody here any more."""
    return stopping_file().exists()
