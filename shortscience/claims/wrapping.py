"""Writing the mark of a claim into a text that says it, or nearly."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count

from django.utils.translation import gettext as _

from shortscience.claims.models import Claim
from shortscience.claims.rules import WrongStatement
from shortscience.lib import markup

# Signs of Markdown between two words of a sentence: emphasis, a link's brackets, a line's end.
_BETWEEN = r"[^\w$]{1,12}?"
# What ends a sentence, and what closes emphasis that began inside it.
_AFTER = re.compile(r"[*_`)\]”’\"']*[.!?%]*")
# What opens emphasis, code or a quotation before its first word.
_OPENERS = "*_`[(“"
# Of a longer sentence the text is searched word by word for nothing.
_MOST_WORDS = 120


def marked_in(text: str, claim: Claim, taken: Collection[str]) -> tuple[str, str, bool]:
    """Return the text with the claim marked in it, the mark's id, and whether it said it already.

    A sentence that the text does not have becomes its last paragraph.

    Raises:
        WrongStatement: neither makes a mark that can be read.
        markup.SourceRefused: the text would be too long.
    """
    ids = {mark.id for mark in markup.render(text, claims={}).claims} | set(taken)
    name = next(f"c{n}" for n in count(1) if f"c{n}" not in ids)
    opening = markup.claim_opening(
        name,
        kind=claim.kind,
        metric=claim.metric,
        relation=claim.relation,
        value=claim.value,
        unit=claim.unit,
        where=claim.place,
    )
    for start, end in _places(text, claim):
        wrapped = f"{text[:start]}{opening}{text[start:end]}::{text[end:]}"
        if _is_good(wrapped, text, name):
            return wrapped, name, True
    plain = claim.statement.replace("::", r"\:\:")
    added = f"{text.rstrip()}\n\n{opening}{plain}::\n"
    if _is_good(added, f"{text.rstrip()}\n\n{plain}\n", name):
        return added, name, False
    raise WrongStatement(
        _("This claim cannot be written into the text as it stands: edit it there.")
    )


def _places(text: str, claim: Claim) -> list[tuple[int, int]]:
    """Return where the text may say it: the same signs first, then the same words."""
    found = []
    at = text.find(claim.statement)
    if at >= 0:
        found.append((at, at + len(claim.statement)))
    words = re.findall(r"\w+", markup.plain_line(claim.statement))
    if words and len(words) <= _MOST_WORDS:
        pattern = _BETWEEN.join(map(re.escape, words))
        if same := re.search(rf"(?<!\w){pattern}(?!\w)", text):
            starts = (len(text[: same.start()].rstrip(_OPENERS)), same.start())
            after = _AFTER.match(text, same.end())
            ends = (after.end() if after else same.end(), same.end())
            found += [(start, end) for start in starts for end in ends]
    return found


def _is_good(wrapped: str, text: str, name: str) -> bool:
    """Whether the mark is one, nothing else became worse, and all words are still there."""
    before, after = markup.render(text, claims={}), markup.render(wrapped, claims={})
    return (
        any(mark.id == name for mark in after.claims)
        and len(after.claims) == len(before.claims) + 1
        and len(after.problems) <= len(before.problems)
        and markup.plain_text(text, len(text)) == markup.plain_text(wrapped, len(wrapped))
    )
