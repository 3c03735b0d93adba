"""Taking papers in: the one place where a record becomes a paper, or part of one we have.

A preprint and its published version are one paper. Records meet by identifier, or by title,
first author and year. Where it is not certain that two are one they stay two: a duplicate is
seen and can be joined, a wrong join mixes the summaries of two works.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils import timezone

from shortscience.lib.identifiers import MAX_VALUE, Key, Scheme
from shortscience.lib.plaintext import squeeze
from shortscience.lib.titles import clean_title, title_key
from shortscience.papers import matching
from shortscience.papers.counted import Counted
from shortscience.papers.filling import CHANGEABLE, fill, new_paper
from shortscience.papers.likeness import block_key
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.notices import note_notices
from shortscience.papers.outbox import changed as note_changed
from shortscience.papers.pairs import LARGEST_BLOCK, note_pairs
from shortscience.papers.records import PaperRecord
from shortscience.papers.shelf import Shelf
from shortscience.venues.actions import Clue, VenueFinder
from shortscience.venues.models import Venue

log = logging.getLogger(__name__)

MAX_TITLE = 1000
# Two imports that meet in one identifier: the second sees the first's rows when it tries again.
MOST_TRIES = 3


class Outcome(StrEnum):
    """What became of a record."""

    ADDED = "added"  # a new paper
    UPDATED = "updated"  # we had it; the record knew more
    MERGED = "merged"  # another key of a paper we had, found by its title, or a doubtful one
    UNCHANGED = "unchanged"  # we had it and all of this


@dataclass(frozen=True, slots=True)
class Taken:
    """The paper that a record became or joined. `doubt` says what somebody should look at."""

    paper: Paper
    outcome: Outcome
    doubt: str = ""
    # Where the paper was counted before, if it moved: for `summaries.corrected.settle`.
    was: Counted | None = None


def take_in(records: Sequence[PaperRecord], *, venues: VenueFinder | None = None) -> list[Taken]:
    """Store what the records say; return what became of each, in their order.

    All of them in one transaction and a number of queries that does not grow with their
    number. What a paper lacks is filled in; what it has stays, except that a published
    venue replaces a preprint server, a more complete list of authors a shorter one, and
    an earlier day of publication a later one.

    Afterwards call `summaries.arrivals.settle`: cites that waited, counts of venues.

    Args:
        venues: kept from batch to batch, it saves looking the same venues up again.
    """
    finder = venues or VenueFinder()
    return take_in_drafts([draft_of(record, finder) for record in records], venues=finder)


def take_in_drafts(
    drafts: Sequence[Draft], *, venues: VenueFinder, shelf: Shelf | None = None
) -> list[Taken]:
    """Do what `take_in` does for records that `draft_of` made ready, in another process maybe.

    Args:
        shelf: finds and stores papers; a bulk load has a faster one.
    """
    chosen = shelf or Shelf()
    for attempt in range(1, MOST_TRIES + 1):
        try:
            with transaction.atomic():
                return _Batch(drafts, venues, chosen).take()
        except IntegrityError:
            venues.forget()
            chosen = chosen.careful()
            if attempt == MOST_TRIES:
                raise
    raise AssertionError("unreachable")


@dataclass(slots=True)
class Draft:
    """A record made fit for the database, with what it is compared by."""

    record: PaperRecord
    title: str
    title_key: str
    authors: tuple[str, ...]
    keys: tuple[Key, ...]
    clue: Clue
    block_key: int | None = None
    venue: Venue | None = None


@dataclass(slots=True)
class _Entry:
    """A paper of this batch, stored or new, with its keys."""

    paper: Paper
    keys: set[Key]
    new_keys: list[Key] = field(default_factory=list)
    is_new: bool = False
    is_changed: bool = False

    # Made when first asked for, since comparing keeps in it what is dear.
    compared: matching.Known | None = None

    @property
    def known(self) -> matching.Known:
        if self.compared is None:
            paper = self.paper
            self.compared = matching.Known(
                paper.title_key,
                paper.title,
                paper.authors,
                paper.year,
                paper.venue_id,
                self.keys,
                paper.abstract,
            )
        return self.compared


class _Batch:
    """One call of `take_in`: reads, decides in memory in the records' order, writes."""

    def __init__(self, drafts: Sequence[Draft], finder: VenueFinder, shelf: Shelf) -> None:
        self.drafts = drafts
        self.finder = finder
        self.shelf = shelf
        self.now = timezone.now()
        self.by_key: dict[Key, _Entry] = {}
        self.by_title: dict[str, list[_Entry]] = {}
        self.by_block: dict[int, list[_Entry]] = {}
        self.entries: list[_Entry] = []
        self.by_paper: dict[int, _Entry] = {}
        self.pairs: list[tuple[_Entry, _Entry, Sequence[matching.Reason]]] = []
        self.notices: list[tuple[_Entry, PaperRecord]] = []

    def take(self) -> list[Taken]:
        venues = self.finder.find([draft.clue for draft in self.drafts])
        for draft in self.drafts:
            draft.venue = venues[draft.clue]
        self._read()
        taken = [self._place(draft) for draft in self.drafts]
        self._write()
        return taken

    def _read(self) -> None:
        """Load every paper that one of the records may be: three queries."""
        candidates = Paper.objects.filter(pk__in=self.shelf.near(self.drafts))
        entries: dict[int, _Entry] = {}
        for paper in candidates.select_related("venue").order_by("pk"):
            entries[paper.pk] = self._add_entry(paper)
        rows = Identifier.objects.filter(paper_id__in=entries).order_by("pk")
        for paper_id, scheme, value in rows.values_list("paper_id", "scheme", "value"):
            key = Key(Scheme(scheme), value)
            entries[paper_id].keys.add(key)
            self.by_key[key] = entries[paper_id]

    def _add_entry(self, paper: Paper) -> _Entry:
        entry = _Entry(paper, set())
        self.entries.append(entry)
        self.by_paper[id(paper)] = entry
        if paper.title_key:
            self.by_title.setdefault(paper.title_key, []).append(entry)
        if paper.block_key is not None and self.shelf.sees_changed_titles:
            self.by_block.setdefault(paper.block_key, []).append(entry)
        return entry

    def _place(self, draft: Draft) -> Taken:
        """Find the paper that the record is, or make it, and give it what the record knows."""
        sought = matching.Known(
            draft.title_key,
            draft.title,
            draft.authors,
            draft.record.year,
            draft.venue.pk if draft.venue else None,
            draft.keys,
            draft.record.abstract,
        )
        by_key, strangers = self._owners(draft, sought)
        doubt = _doubt_of(draft, by_key, strangers)
        taken = self._placed(draft, sought, by_key, doubt)
        entry = self.by_paper[id(taken.paper)]
        for other in by_key[1:]:
            self.pairs.append((entry, other, [matching.Reason.SAME_KEY]))
        for other in strangers:
            self.pairs.append((entry, other, [matching.Reason.WRONG_KEY]))
        if draft.record.notices:
            self.notices.append((entry, draft.record))
        return taken

    def _placed(
        self, draft: Draft, sought: matching.Known, by_key: Sequence[_Entry], doubt: str
    ) -> Taken:
        if by_key:
            return self._join(by_key[0], draft, Outcome.UPDATED, doubt)
        likely = matching.decide(sought, self._alike(draft))
        is_known = bool(likely) and likely[0].decision.verdict is matching.Verdict.SAME
        if is_known:
            entry = likely.pop(0).candidate
            taken = self._join(entry, draft, Outcome.MERGED, doubt)
        else:
            entry = self._add_entry(new_paper(draft, self.now.date()))
            entry.is_new = True
            self._attach(entry, draft.keys)
            taken = Taken(entry.paper, Outcome.ADDED, doubt)
        self.pairs += [(entry, match.candidate, match.decision.reasons) for match in likely]
        return taken

    def _alike(self, draft: Draft) -> Iterator[tuple[_Entry, matching.Known]]:
        """Yield what may be this work by its title: an equal one first, then a changed one."""
        equal = self.by_title.get(draft.title_key, ())
        yield from ((entry, entry.known) for entry in equal)
        block = self.by_block.get(draft.block_key or -1, ())
        if len(block) <= LARGEST_BLOCK:
            yield from ((entry, entry.known) for entry in block if entry not in equal)

    def _owners(self, draft: Draft, sought: matching.Known) -> tuple[list[_Entry], list[_Entry]]:
        """Return the papers that have the record's keys: credible ones, and plainly others."""
        credible: list[_Entry] = []
        strangers: list[_Entry] = []
        for key in draft.keys:
            entry = self.by_key.get(key)
            if entry is None or entry in credible or entry in strangers:
                continue
            fits = matching.may_be_same_work(sought, entry.known)
            (credible if fits else strangers).append(entry)
        return credible, strangers

    def _join(self, entry: _Entry, draft: Draft, how: Outcome, doubt: str) -> Taken:
        has_new_key = self._attach(entry, draft.keys)
        entry.compared = None
        before = Counted.of(entry.paper)
        is_filled = fill(entry.paper, draft, self.now.date())
        if is_filled:
            entry.is_changed = True
        is_moved = not entry.is_new and before != Counted.of(entry.paper)
        outcome = how if is_filled or has_new_key else Outcome.UNCHANGED
        if doubt and how is Outcome.UPDATED:
            outcome = Outcome.MERGED
        return Taken(entry.paper, outcome, doubt, before if is_moved else None)

    def _attach(self, entry: _Entry, keys: Iterable[Key]) -> bool:
        """Give the paper those keys that no paper has; tell whether there were any."""
        free = [key for key in keys if key not in self.by_key]
        for key in free:
            self.by_key[key] = entry
            entry.keys.add(key)
            entry.new_keys.append(key)
        return bool(free)

    def _write(self) -> None:
        changed = [e.paper for e in self.entries if e.is_changed and not e.is_new]
        for paper in changed:
            paper.updated_at = self.now
        new = [entry.paper for entry in self.entries if entry.is_new]
        self.shelf.add(new)
        self.shelf.update(changed, CHANGEABLE)
        self.shelf.name([(entry.paper, key) for entry in self.entries for key in entry.new_keys])
        note_changed(paper.pk for paper in (*new, *changed))
        if self.pairs:
            note_pairs((one.paper.pk, other.paper.pk, why) for one, other, why in self.pairs)
        if self.notices:
            note_notices((entry.paper, record) for entry, record in self.notices)


def draft_of(record: PaperRecord, finder: VenueFinder) -> Draft:
    """Return the record made ready to be compared and stored; needs no database by itself."""
    keys = tuple(dict.fromkeys(key for key in record.keys if 0 < len(key.value) <= MAX_VALUE))
    title = clean_title(record.title)[:MAX_TITLE]
    authors = _authors(record.authors)
    return Draft(
        record=record,
        title=title,
        title_key=title_key(title),
        authors=authors,
        keys=keys,
        block_key=block_key(title, authors),
        clue=finder.clue(name=record.venue, long_name=record.venue_name, keys=keys),
    )


def _authors(printed: Sequence[str]) -> tuple[str, ...]:
    """Return the names, once where a source prints the whole list twice.

    Two equal names alone may be father and son, and are.
    """
    names = tuple(filter(None, (squeeze(name) for name in printed)))
    half = len(names) // 2
    return names[:half] if half > 1 and names == names[:half] * 2 else names


def _doubt_of(draft: Draft, credible: Sequence[_Entry], strangers: Sequence[_Entry]) -> str:
    """Return the sentence for whoever joins papers by hand, "" where all is clear."""
    if len(credible) > 1:
        others = ", ".join(f"“{entry.paper.title[:80]}”" for entry in credible)
        doubt = f"Its identifiers belong to {len(credible)} papers: {others}."
    elif strangers:
        doubt = f"Its identifier belongs to another paper: “{strangers[0].paper.title[:80]}”."
    else:
        return ""
    log.info("“%s”: %s", draft.title[:80], doubt)
    return doubt
