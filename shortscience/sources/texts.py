"""Summaries from elsewhere: is this text here already, and what does this copy add to it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shortscience.accounts.models import User
from shortscience.lib import ranking
from shortscience.lib.fingerprint import fingerprint
from shortscience.papers.intake import Outcome
from shortscience.papers.models import Paper
from shortscience.sources.pages.similar import group_copies
from shortscience.summaries.actions import (
    RENDERED_FIELDS,
    follow,
    import_summary,
    write_html,
)
from shortscience.summaries.models import Summary
from shortscience.voting.actions import SCORE_FIELDS, set_scores

# Where these texts were first published; stored with each of them.
ORIGIN = "shortscience.org"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One copy of a summary, and what came along with it. None is not known."""

    text: str
    author: User | None = None
    is_anonymous: bool = False
    published_at: datetime | None = None
    votes: int | None = None
    comments: int = 0


class KnownTexts:
    """Tells of each incoming text which stored summaries are copies of it.

    Texts are compared as the original's pages damage them: without images, addresses and
    punctuation. Only what was imported before is compared so, which is never more than the
    original site had; of all other texts only equal ones are found.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        imported = list(Summary.objects.filter(origin=ORIGIN).values_list("pk", "text"))
        groups = group_copies([*texts, *(text for _, text in imported)])
        self._group_of = {index: at for at, group in enumerate(groups) for index in group}
        self._stored: dict[int, list[int]] = {}
        for place, (pk, _) in enumerate(imported, start=len(texts)):
            self._stored.setdefault(self._group_of[place], []).append(pk)
        self._add_equal(texts)

    def _add_equal(self, texts: Sequence[str]) -> None:
        marks = {fingerprint(text): self._group_of[index] for index, text in enumerate(texts)}
        equal = Summary.objects.filter(fingerprint__in=marks).values_list("pk", "fingerprint")
        for pk, mark in equal:
            known = self._stored.setdefault(marks[mark], [])
            if pk not in known:
                known.append(pk)

    def stored(self, index: int) -> list[Summary]:
        """Return the stored copies of the text with this index, oldest first."""
        numbers = self._stored.get(self._group_of[index], [])
        if not numbers:
            return []
        return list(Summary.objects.filter(pk__in=numbers).select_related("paper").order_by("pk"))

    def keep(
        self, index: int, *, paper: Paper, incoming: Incoming, stands_under_title: bool = True
    ) -> Outcome:
        """Store the text as a summary of the paper, or add what it knows to the copy we have.

        Args:
            stands_under_title: the source says that it is about this paper. A text whose
                paper was concluded stays with the copy we have, whatever paper that is on.

        Raises:
            markup.SourceRefused: the text cannot be kept; the sentence says why.
        """
        copies = self.stored(index)
        same = next((copy for copy in copies if copy.paper_id == paper.pk), None)
        if same is None and copies and not stands_under_title:
            same = copies[0]
        if same is not None:
            return enrich(same, incoming)
        added = add(paper, incoming)
        self._stored.setdefault(self._group_of[index], []).append(added.pk)
        return Outcome.ADDED


def add(paper: Paper, incoming: Incoming) -> Summary:
    """Store a text that is not here yet; its writer stays unnamed if the paper has one by them."""
    author = incoming.author
    if author is not None and Summary.objects.filter(paper=paper, author=author).exists():
        author = None
    with transaction.atomic():
        summary = import_summary(
            paper=paper,
            text=incoming.text,
            author=author,
            is_anonymous=incoming.is_anonymous,
            published_at=incoming.published_at,
            origin=ORIGIN,
            origin_votes=incoming.votes or 0,
            origin_comments=incoming.comments,
        )
        set_scores(summary)
        summary.save(update_fields=SCORE_FIELDS)
    return summary


@transaction.atomic
def enrich(summary: Summary, incoming: Incoming) -> Outcome:
    """Give a stored text what another copy of it knows; tell whether that was anything.

    What a member wrote or edited here is never touched.
    """
    stored = Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
    if stored.origin != ORIGIN or stored.edited_at is not None:
        return Outcome.UNCHANGED
    changed = _facts(stored, incoming)
    written = None
    if _fullness(incoming.text) > _fullness(stored.text):
        written = write_html(stored, incoming.text)
        changed |= {"text", *RENDERED_FIELDS}
    if not changed:
        return Outcome.UNCHANGED
    set_scores(stored)
    stored.save(update_fields=[*sorted(changed), *SCORE_FIELDS])
    if written is not None:
        follow(stored, written)
    return Outcome.UPDATED


def _facts(stored: Summary, incoming: Incoming) -> set[str]:
    """Set what the incoming copy knows better; return the names of the changed fields."""
    changed: set[str] = set()
    if incoming.comments > stored.origin_comments:
        stored.origin_comments = incoming.comments
        changed.add("origin_comments")
    if incoming.votes is not None and incoming.votes != stored.origin_votes:
        stored.origin_votes = incoming.votes
        changed.add("origin_votes")
    if stored.published_at is None and incoming.published_at is not None:
        stored.published_at = stored.recent_at = incoming.published_at
        stored.hot = ranking.hot(stored.score, stored.published_at)
        changed |= {"published_at", "recent_at"}
    changed |= _authorship(stored, incoming)
    return changed


def _authorship(stored: Summary, incoming: Incoming) -> set[str]:
    """Name the writer of a text of which nobody was known to be one.

    Once a text is known to be anonymous, it stays so.
    """
    if stored.author_id is not None or stored.is_anonymous:
        return set()
    if incoming.is_anonymous:
        stored.is_anonymous = True
        return {"is_anonymous"}
    if incoming.author is None:
        return set()
    if Summary.objects.filter(paper=stored.paper_id, author=incoming.author).exists():
        return set()
    stored.author = incoming.author
    return {"author"}


def _fullness(text: str) -> int:
    """Return how much of a text is there: copies lose images and addresses."""
    return sum(map(len, text.split()))
