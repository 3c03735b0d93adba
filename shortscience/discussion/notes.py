"""Notes: comments on a passage of a summary, which stay with it when the text changes."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shortscience.discussion.models import Comment, Passage
from shortscience.discussion.rules import NOTES_COMPARED, PassageRefused
from shortscience.lib.passages import MAX_QUOTE, Fate, Found, Reading, Span, read, squeezed
from shortscience.lib.prepared import Prepared
from shortscience.summaries.models import Summary, SummaryRevision


@dataclass(frozen=True, slots=True)
class Choice:
    """A passage as a person chose it: its words, and what stands around it if a script knew."""

    words: str
    prefix: str = ""
    suffix: str = ""


def choose(summary: Summary, choice: Choice) -> tuple[Reading, Span]:
    """Return the place of the passage in the summary as it is stored.

    Raises:
        PassageRefused: it is not there, stands there more than once, or is too long.
    """
    words = squeezed(choice.words)
    if not words:
        raise PassageRefused(_("Copy the passage that you mean from the summary."))
    if len(words) > MAX_QUOTE:
        raise PassageRefused(
            _("A passage has at most %(most)d characters: quote its first sentences.")
            % {"most": MAX_QUOTE}
        )
    reading = read(summary.html)
    places = reading.places_of(words, choice.prefix, choice.suffix)
    if not places:
        raise PassageRefused(
            _(
                "These words do not stand in the summary in this order. It may have been changed:"
                " copy the passage again."
            )
        )
    if len(places) > 1:
        raise PassageRefused(
            ngettext(
                "These words stand in the summary %(n)d time.",
                "These words stand in the summary %(n)d times. Copy some more words before or"
                " after them.",
                len(places),
            )
            % {"n": len(places)}
        )
    return reading, places[0]


def attach(comment: Comment, summary: Summary, choice: Choice) -> Passage:
    """Make the comment, which was just saved, a note on this passage.

    Call it with the summary locked.

    Raises:
        PassageRefused: see `choose`.
    """
    reading, span = choose(summary, choice)
    quote = reading.quote(span)
    return Passage.objects.create(
        comment=comment,
        summary=summary,
        exact=quote.exact,
        prefix=quote.prefix,
        suffix=quote.suffix,
        version=summary.version,
        was_public=summary.is_for_all,
        was_anonymous=summary.is_anonymous,
        is_open=summary.is_for_all,
        fate=Fate.SAME,
        start=span.start,
        end=span.end,
    )


def follow(summary: Summary) -> None:
    """Find the passages of all notes in the summary's new text and note what became of each."""
    passages = _PASSAGES_OF(summary)
    if not passages:
        return
    reading = read(summary.html)
    withdrawn = _withdrawn(summary)
    compared = 0
    for passage in passages:
        is_there = passage.exact in reading.text
        compared += not is_there
        found = Found(Fate.GONE, None)
        if is_there or compared <= NOTES_COMPARED:
            found = reading.find_again(passage.quote, near=passage.start or 0)
        _move(passage, reading, found)
        passage.is_open = (
            passage.was_public
            and (passage.was_anonymous or not summary.is_anonymous)
            and passage.version not in withdrawn
        )
    Passage.objects.bulk_update(
        passages, ["fate", "start", "end", "now", "prefix", "suffix", "is_open"]
    )


_PASSAGES_OF = Prepared(lambda summary: Passage.objects.of(summary).in_order())


def _withdrawn(summary: Summary) -> set[int]:
    """Return the numbers of the versions whose words its writers took back."""
    rows = SummaryRevision.objects.filter(summary=summary, withdrawn_at__isnull=False)
    return set(rows.values_list("number", flat=True))


def _move(passage: Passage, reading: Reading, found: Found) -> None:
    passage.fate = found.fate
    passage.start = passage.end = None
    passage.now = ""
    if found.span is None:
        return
    passage.start, passage.end = found.span.start, found.span.end
    quote = reading.quote(found.span)
    passage.prefix, passage.suffix = quote.prefix, quote.suffix
    if found.fate is not Fate.SAME:
        passage.now = quote.exact
