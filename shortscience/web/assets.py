"""The one style sheet of the site, made from one file per component.

A reader's browser asks once for `css/site.css`; we work on the small files beside it. There is
no build step to remember: whoever looks the bundle up (the test server, `collectstatic`) makes it
again when a component changed, so it cannot be stale.
"""

from __future__ import annotations

import builtins
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

from shortscience.lib import mathfont

STYLES = Path(__file__).parent / "static" / "css"
BUNDLE = "css/site.css"
FONT = f"fonts/{mathfont.FILE_NAME}"
MADE = (BUNDLE, FONT, f"fonts/{mathfont.NOTICE_NAME}")

# The order of the cascade: tokens, what components share, components, then the exceptions
# (reader's preferences, print) that must win. A test compares this list with the folder.
COMPONENTS = (
    "tokens",
    "base",
    "layout",
    "skip",
    "mark",
    "menu",
    "site-header",
    "search-field",
    "suggestions",
    "site-footer",
    "button",
    "tabs",
    "welcome",
    "facts",
    "paper-card",
    "status",
    "tag",
    "fold",
    "markup",
    "math",
    "votes",
    "summary",
    "person",
    "comments",
    "passage",
    "paper",
    "panel",
    "call",
    "notice",
    "empty",
    "pager",
    "table",
    "field",
    "editor",
    "difference",
    "versions",
    "example",
    "result",
    "ledger",
    "graph",
    "case",
    "compare",
    "beside",
    "copy",
    "sheet",
    "library",
    "narrow",
    "preferences",
    "print",
)

# What may not be touched inside: strings and unquoted addresses. Comments go, spaces shrink.
_PIECE = re.compile(
    r"""(?P<keep>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\(\s*[^"'\s)][^)]*\))"""
    r"""|(?P<comment>/\*.*?\*/)"""
    r"""|(?P<space>\s+)""",
    re.DOTALL,
)
_AROUND = re.compile(r" ?([{};]) ?")


def minified(css: str) -> str:
    """Return the same rules without comments and needless whitespace.

    Only what can never matter is removed: around `{`, `}` and `;`, and the last `;` of a block.
    Spaces beside `:`, `,`, `+` and `>` stay, since there they can carry meaning.
    """
    kept: list[str] = []

    def shrink(piece: re.Match[str]) -> str:
        if piece["keep"]:
            kept.append(piece["keep"])
            return f"\0{len(kept) - 1}\0"
        return " "

    bare = re.sub(r" +", " ", _PIECE.sub(shrink, css))
    bare = _AROUND.sub(r"\1", bare).replace(";}", "}").strip()
    return re.sub(r"\0(\d+)\0", lambda at: kept[int(at[1])], bare)


def bundle(source: Path, destination: Path) -> None:
    """Write the components found in `source` to `destination`, in their declared order.

    Addresses in `url(…)` are not changed: the bundle belongs into the folder of its components.
    A bundle that is already right is left alone, so that its date tells when it changed. Several
    processes may do this at once: each writes its own file, then puts it in place in one step.

    Raises:
        FileNotFoundError: a declared component is missing.
    """
    css = "\n".join(minified((source / f"{name}.css").read_text("utf-8")) for name in COMPONENTS)
    if destination.is_file() and destination.read_text("utf-8") == css:
        return
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=destination.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as part:
        part.write(css)
    # mkstemp makes files that only we may read; a web server in front of us has to as well.
    Path(name).chmod(0o644)
    Path(name).replace(destination)


class BundleFinder(BaseFinder):
    """Finds what is made rather than written: `css/site.css`, always as its components say, and
    the font for formulas, made once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django passes app names
        super().__init__(*args, **kwargs)
        self.folder = Path(settings.VAR_DIR) / "assets"

    # `builtins.list`, because this class has a method of that name.
    def check(self, **_: Any) -> builtins.list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        if path not in MADE:
            return []
        found = str(self._made(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path in MADE:
            if not matches_patterns(path, [*(ignore_patterns or ())]):
                self._made(path)
                yield path, FileSystemStorage(location=self.folder)

    def _made(self, path: str) -> Path:
        made = self.folder / path
        if path == BUNDLE:
            bundle(STYLES, made)
        elif not made.is_file():
            mathfont.build(made.parent)
        return made


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names files by their content, also where one of our scripts imports another."""

    support_js_module_import_aggregation = True
