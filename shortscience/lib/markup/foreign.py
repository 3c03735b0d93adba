"""Pictures of other sites in a note: they are shown as links, until its writer has them copied."""

import re

from shortscience.lib.markup.media import kind_of

# As the editor's script knows them (`images.js`). Both read each letter once.
_MARKED = re.compile(
    r"!\[[^\[\]]*\]\(\s*<?(https?://[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)", re.IGNORECASE
)
_ALONE = re.compile(r"^[ ]{0,3}(https?://[^\s<>]+)[ ]*$", re.IGNORECASE | re.MULTILINE)


def foreign_pictures(source: str) -> tuple[str, ...]:
    """Return the addresses of pictures at other sites, as typed, in order, each once."""
    found = [(match.start(1), match[1]) for match in _MARKED.finditer(source)]
    found += [(match.start(1), match[1]) for match in _ALONE.finditer(source) if _is_picture(match)]
    return tuple(dict.fromkeys(address for _place, address in sorted(found)))


def with_copy(source: str, address: str, ours: str) -> str:
    """Return the note with our copy in the place of a foreign picture, wherever it stands."""

    def marked(match: re.Match[str]) -> str:
        return match[0].replace(address, ours) if match[1] == address else match[0]

    def alone(match: re.Match[str]) -> str:
        return f"![]({ours})" if match[1] == address and _is_picture(match) else match[0]

    return _ALONE.sub(alone, _MARKED.sub(marked, source))


def _is_picture(line: re.Match[str]) -> bool:
    return kind_of(line[1]) == "Image"
