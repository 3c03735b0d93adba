"""Static files: collected once for each state of the program."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected"


def collect_if_changed() -> bool:
    """Bring `STATIC_ROOT` up to date if a file of the program changed; tell whether it did."""
    root = Path(settings.STATIC_ROOT)
    stamp, now = root / STAMP, fingerprint()
    if stamp.is_file() and stamp.read_text() == now:
        return False
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(now)
    return True


def fingerprint() -> str:
    """Return a mark that changes with the name, size or date of any static file."""
    mark = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            # Where the files are is part of it: another installation has other files. Those that
            # were made in the data folder are the same after it is moved or copied.
            path = Path(storage.path(name))
            place = name if path.is_relative_to(settings.VAR_DIR) else path
            found = path.stat()
            mark.update(f"{place}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    mark.update(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    return mark.hexdigest()
