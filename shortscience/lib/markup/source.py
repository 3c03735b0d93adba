"""What may be rendered at all: the checks on a text before any parser sees it."""

import re
import unicodedata

from shortscience.lib.errors import Refused

# A long summary is 12 KB; 64 KB is a chapter, and more would slow the page for everybody.
MAX_SOURCE_BYTES = 64 * 1024

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class SourceRefused(Refused, ValueError):
    """A text that cannot be shown; `str()` is a sentence for its writer.

    It keeps no part of the text, so that a log of refusals leaks no private note.
    """

    status = 422


def check_source(text: str) -> str:
    r"""Return the text as it is stored: newlines as `\n`, characters composed (NFC).

    Raises:
        SourceRefused: the text is empty, too long, or holds characters that are not text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_too_long(text)
    if _SURROGATE.search(text):
        raise SourceRefused("The text is not valid Unicode: it holds half of a character.")
    if stray := _CONTROL.search(text):
        line = text.count("\n", 0, stray.start()) + 1
        code = ord(stray[0])
        raise SourceRefused(f"Line {line} holds an invisible control character (U+{code:04X}).")
    text = unicodedata.normalize("NFC", text)
    _refuse_too_long(text)
    if not text.strip():
        raise SourceRefused("The text is empty.")
    return text


def _refuse_too_long(text: str) -> None:
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_SOURCE_BYTES:
        raise SourceRefused(
            f"The text is {size:,} bytes long; the limit is {MAX_SOURCE_BYTES:,} bytes."
        )
