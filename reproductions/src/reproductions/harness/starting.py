"""A folder for somebody's own reproduction, outside of this repository."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from reproductions.harness.errors import Problem

TEMPLATE = Path(__file__).with_name("template")
_NAME_IN_TEMPLATE = "my-reproduction"


def start(folder: Path) -> list[str]:
    """Fill a folder that is not there or empty; return the names of its files.

    Raises:
        Problem: there is something in it already, or its name cannot be one of a method.
    """
    slug = folder.resolve().name.replace("_", "-").lower()
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise Problem(f"{slug!r} cannot be a name: letters, digits and single dashes can.")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Problem(f"{folder} is not empty.")
        ignore = shutil.ignore_patterns("__pycache__", "results", ".pytest_cache")
        shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True, ignore=ignore)
        written = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in written:
            text = path.read_text("utf-8")
            path.write_text(text.replace(_NAME_IN_TEMPLATE, slug), "utf-8")
    except OSError as error:
        raise Problem(f"{folder} cannot be written: {error.strerror}.") from error
    return [path.relative_to(folder).as_posix() for path in written]
