"""Cut one line of a dumped summary into the blocks it held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from shortscience.sources.pages.headings import cut_heading, split_at_headings
from shortscience.sources.pages.markers import Marker, find_markers
from shortscience.sources.pages.protect import IMAGE
from shortscience.sources.pages.rules import split_at_rules
from shortscience.sources.pages.tables import split_at_tables
from shortscience.sources.pages.vocabulary import HEADINGS, OPENERS, plain_name

_ALONE_IMAGE = re.compile(rf"(?<!\S){IMAGE}(?!\S)")
# A paragraph whose line break was lost behind a list's last item, which has no full stop.
_LOST_BREAK = re.compile(
    r"(?<=[a-z)]) (?=(?P<sure>Given|This|These|We|It|They|However|Overall|There)\b|"
    r"(?:The|In|Note|For|As|To|Finally|Here|One|All|When|If|With|Also|Another|Although|While|At|"
    r"After|Their|Other|Our)\b)"
)
_INTRODUCES = (":", ":**", ":*")
# Where the words may begin that lead to the next list; few, and without a stop inside.
_LEAD_IN = re.compile(r"(?:(?<=[.!?])(?P<stop> )|(?<=[a-z)]) )(?=\**[A-Z][^.!?]{1,60}$)")
_LAST_TITLE = re.compile(r"(?<=[.!?]) (?=[A-Z][^\s.!?]*(?: [^\s.!?]+){0,4}$)")
# Where a text was published before: a line of its own below it.
_SIGN_OFF = re.compile(
    r"(?<=[.!?)\"”] )(?=(?:Also (?:find|read|see) this (?:summary|review|post)|"
    r"(?:Originally|Also|Cross-?) ?posted (?:at|on|from))\b)"
)
_BINDS = re.compile(r"(?<!\S)(?:the|an?|of|in|and|with|or|to|for|as|by|on|from|called|see)$")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of Markdown; items of one list stand close together."""

    kind: str
    text: str


def restore_line(line: str, *, hyphens_lost: bool = False) -> str:
    """Return a masked line as the lines it was joined from."""
    body = line.strip()
    blocks: list[Block] = []
    for is_finished, text in _finished_stretches(body):
        if is_finished:
            blocks.append(Block("finished", text))
            continue
        for stretch in _SIGN_OFF.split(text):
            blocks += _blocks_of(stretch.strip(), hyphens_lost=hyphens_lost)
    if len(blocks) <= 1 and (not blocks or blocks[0].text == body):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return indent + _join(blocks, indent)


def _finished_stretches(line: str) -> Iterator[tuple[bool, str]]:
    """Yield (is a table or a rule, text) of the stretches of a line."""
    for is_table, text in split_at_tables(line):
        yield from [(True, text)] if is_table else split_at_rules(text)


def _join(blocks: list[Block], indent: str) -> str:
    out = blocks[0].text
    for before, block in pairwise(blocks):
        is_close = before.kind == block.kind and block.kind in ("item", "number")
        out += (f"\n{indent}" if is_close else "\n\n") + block.text
    return out


def _blocks_of(text: str, *, hyphens_lost: bool) -> list[Block]:
    blocks: list[Block] = []
    parts = split_at_headings(text)
    for part, below_it in zip(parts, [*parts[1:], None], strict=True):
        is_heading = bool(part.hashes)
        markers = find_markers(part.text, is_heading=is_heading, hyphens_lost=hyphens_lost)
        first = min([m.start for m in markers] + [_first_image(part.text)])
        head, rest = part.text[:first], part.text[first:]
        if is_heading:
            is_deeper = below_it is not None and len(below_it.hashes) > len(part.hashes)
            is_followed = bool(rest.strip()) or is_deeper
            heading, below = cut_heading(head.strip(), is_followed=is_followed)
            blocks.append(Block("heading", f"{part.hashes} {heading}"))
            head = below
        blocks += _with_images("paragraph", "", head)
        blocks += _marked_blocks(part.text, first, markers)
    return _nested(blocks)


def _nested(blocks: list[Block]) -> list[Block]:
    """Indent items with another bullet that stand between the items of a list."""
    found = list(blocks)
    outer, is_inside = "", False
    for index, block in enumerate(blocks):
        if block.kind != "item":
            outer, is_inside = "", False
        elif not outer:
            outer = block.text[:2]
        elif block.text.startswith(outer):
            is_inside = False
        else:
            is_inside = is_inside or blocks[index - 1].text.endswith((":", ":**", ":*"))
            if is_inside:
                found[index] = Block("item", f"  {block.text}")
    return found


def _first_image(text: str) -> int:
    image = next((m for m in _ALONE_IMAGE.finditer(text) if _is_block_image(text, m)), None)
    return image.start() if image else len(text)


def _marked_blocks(text: str, start: int, markers: list[Marker]) -> list[Block]:
    """Return the blocks from `start` on: what stands before the first mark, then each mark's."""
    ends = [marker.start for marker in markers] + [len(text)]
    blocks = _with_images("paragraph", "", text[start : ends[0]])
    for at, (marker, end) in enumerate(zip(markers, ends[1:], strict=True)):
        content = text[marker.end : end].strip()
        is_last = marker is markers[-1]
        if is_last:
            item, tail = _split_tail(content, text, markers)
        else:
            item, tail = _split_introduction(content, marker, markers[at + 1])
        blocks += _with_images(marker.kind, marker.prefix, item)
        blocks += _with_images("paragraph", "", tail)
    return blocks


def _split_tail(content: str, text: str, markers: list[Marker]) -> tuple[str, str]:
    """Part the last item of a list without full stops from the paragraph below it."""
    ends = [marker.start for marker in markers[1:]]
    unstopped = sum(1 for end in ends if not text[max(0, end - 9) : end].rstrip().endswith("."))
    if not ends or unstopped * 2 < len(ends) or markers[-1].kind not in ("item", "number"):
        return content, ""
    for lost in _LOST_BREAK.finditer(content):
        binds = _BINDS.search(content[max(0, lost.start() - 20) : lost.start()])
        if lost["sure"] or not binds:
            return content[: lost.start()], content[lost.end() :]
    return content, ""


def _split_introduction(content: str, marker: Marker, following: Marker) -> tuple[str, str]:
    """Part an item from the words that lead to what follows it: "What I did not like:"."""
    if marker.kind not in ("item", "number"):
        return content, ""
    if following.kind == "paragraph":
        # A label below: "… of each. Module design 1 Region proposals".
        return _cut(_LAST_TITLE.search(content), content) if not following.prefix else (content, "")
    opens_again = following.prefix == marker.prefix or following.prefix.startswith("1")
    if not content.endswith(_INTRODUCES) or not opens_again:
        return content, ""
    for lead in _LEAD_IN.finditer(content):
        words = content[lead.end() :].rstrip("*: ")
        first = words.lstrip("*").split(maxsplit=1)[0].lower() if words.strip("*") else ""
        if lead["stop"] or first in OPENERS or plain_name(words.strip("*")) in HEADINGS:
            return _cut(lead, content)
    return content, ""


def _cut(at: re.Match[str] | None, content: str) -> tuple[str, str]:
    return (content[: at.start()].rstrip(), content[at.end() :]) if at else (content, "")


def _with_images(kind: str, prefix: str, text: str) -> list[Block]:
    """Return a block, with the images that stood alone in it as paragraphs of their own."""
    blocks: list[Block] = []
    rest = 0
    for image in _ALONE_IMAGE.finditer(text):
        if _is_block_image(text, image):
            blocks += _block(kind, prefix, text[rest : image.start()])
            blocks.append(Block("image", image[0]))
            kind, prefix, rest = "paragraph", "", image.end()
    return blocks + _block(kind, prefix, text[rest:])


def _block(kind: str, prefix: str, text: str) -> list[Block]:
    words = text.strip()
    return [Block(kind, prefix + words)] if words or prefix else []


def _is_block_image(text: str, image: re.Match[str]) -> bool:
    """Tell an image between sentences from one that is a word of its sentence."""
    before = text[max(0, image.start() - 20) : image.start()].rstrip()
    after = text[image.end() : image.end() + 20].lstrip()
    stops = not before or before[-1] in '.:;!?)"”*|' + IMAGE
    return stops or not after[:1].islower()
