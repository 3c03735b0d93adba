"""Fetch one paper that a member asks for: look here first, ask the sources, take it in.

Three steps, since asking must not happen inside a transaction and a known paper costs nothing:
`understood`, `known`, `fetch`. Nothing is stored while it is not clear which paper is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib.errors import NotAllowed, Sentence
from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.lib.orcid import OrcidError, looks_like_orcid, normalise
from shortscience.lib.plaintext import squeeze
from shortscience.lib.titles import title_key, title_words
from shortscience.papers.intake import Outcome
from shortscience.papers.likeness import STOP_WORDS, Titles, compare_titles
from shortscience.papers.matching import (
    TELLING_KEYS,
    Known,
    is_generic,
    is_same_work,
    may_be_same_work,
)
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.querysets import PaperQuerySet, any_of
from shortscience.papers.records import PaperRecord
from shortscience.sources import http
from shortscience.sources.ask import Answers, Found, ask, pasted
from shortscience.sources.errors import SourceError, SourceNotFound
from shortscience.sources.orcid.fetch import works_of
from shortscience.sources.parsed import Refusal
from shortscience.sources.storing import store, store_later

# A reader waits this long before pressing again; what answers later is stored later.
WITHIN_S = 2.0
# A list that is read before choosing; the right one is nearly always first.
MOST_CHOICES = 8
# Of a person's works at ORCID, which come newest first.
MOST_WORKS = 200
# Titles of fewer words are shared by strangers: such a paper is always chosen by hand.
TELLING_WORDS = 3
# Of the words that somebody typed, this share is in what they mean.
SHARED_WORDS = 0.6
# By which key a choice is asked for again: the one whose source knows most.
_ASKED_BY = (
    Scheme.ARXIV, Scheme.DOI, Scheme.ACL, Scheme.PMLR, Scheme.OPENREVIEW, Scheme.DBLP, Scheme.S2,
)  # fmt: skip


class RemovedHere(NotAllowed):
    """A moderator removed the paper."""

    def __init__(self) -> None:
        super().__init__(_("A moderator removed this paper; see the public log."))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody pasted: identifiers of one paper, or a title, or entries with both.

    `refused` are entries that cannot be read. `person` is an ORCID iD, `slip` what is wrong with
    something that was meant to be one.
    """

    text: str
    keys: tuple[Key, ...] = ()
    title: str = ""
    entries: tuple[PaperRecord, ...] = ()
    refused: tuple[Refusal, ...] = ()
    person: str = ""
    slip: Sentence = ""

    @property
    def shown(self) -> str:
        """Its identifier as one says it, else the title."""
        return self.keys[0].value if self.keys else self.title


@dataclass(frozen=True, slots=True)
class Choice:
    """A paper that may be meant. `asks` is the text that fetches it; `paper` is set if we have it.

    `records` are what the sources say of it, the best first.
    """

    records: tuple[PaperRecord, ...]
    asks: str
    paper: Paper | None = None

    @property
    def record(self) -> PaperRecord:
        return self.records[0]

    @property
    def source(self) -> str:
        """Who told us."""
        return ", ".join(dict.fromkeys(record.source for record in self.records))


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it: a paper, or choices, or sentences that say why neither.

    `silent` are sources that did not answer, of which a later try may hear more. `person` is the
    ORCID iD whose works the choices are.
    """

    paper: Paper | None = None
    is_new: bool = False
    choices: Sequence[Choice] = ()
    reasons: Sequence[Sentence] = ()
    silent: Sequence[Sentence] = ()
    similar: Sequence[Paper] = ()
    person: str = ""


def understood(text: str) -> Wish:
    """Return what the text asks for; it is empty where it asks for nothing that we can read."""
    given = pasted(text)
    if given is not None:
        first = given.records[0] if given.records else None
        keys = first.keys if first else ()
        title = squeeze(first.title) if first else ""
        return Wish(text, keys, title, given.records, given.refused)
    typed = squeeze(text)
    if looks_like_orcid(typed):
        try:
            return Wish(typed, person=normalise(typed))
        except OrcidError as wrong:
            return Wish(typed, slip=wrong.sentence)
    keys = tuple(key for key in candidates(text) if _is_meant(key, typed))
    return Wish(typed, keys, "" if keys else typed)


def known(wish: Wish, viewer: Viewer) -> Paper | None:
    """Return the paper if we have it: by its identifiers, or by a title that can mean no other.

    Raises:
        RemovedHere: a moderator removed it.
    """
    visible = Paper.objects.visible_to(viewer)
    if wish.entries:
        return _known_entry(wish, visible)
    if wish.keys:
        paper: Paper | None = visible.with_keys(wish.keys).order_by("pk").first()
        if paper is None and Paper.objects.with_keys(wish.keys).exists():
            raise RemovedHere
        return paper
    if not _is_telling(wish.title):
        return None
    same = list(visible.same_title_as(wish.title)[:2])
    return same[0] if len(same) == 1 else None


def _known_entry(wish: Wish, visible: PaperQuerySet) -> Paper | None:
    """Return the paper of the entry's identifiers, unless the title is plainly another's.

    An address in an entry may be that of the whole volume.
    """
    entry = wish.entries[0]
    keys = [key for key in wish.keys if key.scheme in TELLING_KEYS]
    for paper in visible.with_keys(keys).order_by("pk"):
        own = Known(paper.title_key, paper.title, paper.authors, paper.year, None, ())
        if may_be_same_work(_known(entry), own):
            return paper
    return None


def fetch(wish: Wish, *, member: User) -> Fetched:
    """Ask the sources and store what they say of the paper; return it, or what to do next.

    Never call it inside a transaction: it waits for others.

    Raises:
        TooFast, TooManyAtOnce, NotAllowed: the member may not add papers now.
    """
    if hint := _slip(wish):
        return Fetched(reasons=[hint])
    if not settings.SOURCES_ONLINE and not wish.entries:
        return Fetched(reasons=[_offline()])
    if wish.person:
        return _works(wish)
    late = partial(_came_late, wish, member) if wish.keys else None
    answers = ask(wish.text, within_s=WITHIN_S, late=late)
    silent = _silent(answers)
    if wish.keys or wish.entries:
        return _take(wish, answers, member, silent)
    return _offer(wish, answers, member, silent)


# --- by identifier --------------------------------------------------------------------------------


def _take(wish: Wish, answers: Answers, member: User, silent: Sequence[Sentence]) -> Fetched:
    """Store what was said about the identifiers; say why where nothing was."""
    records = about(wish.keys, _told_by_sources(answers))
    entry = wish.entries[0] if wish.entries else None
    if entry and any(not may_be_same_work(_known(entry), _known(one)) for one in records):
        told = {"key": wish.shown, "title": records[0].title}
        wrong = _("%(key)s belongs to another paper: “%(title)s”. Is a digit of it wrong?") % told
        return Fetched(reasons=[wrong], silent=silent)
    if entry:
        # Sources print titles with more care than whoever typed the entry.
        records = [*records, entry]
    if not records:
        return Fetched(
            reasons=_why_nothing(wish, answers), silent=silent, similar=_beginning_so(wish.keys)
        )
    taken = store(member=member, records=records)
    return Fetched(paper=taken[0].paper, is_new=taken[0].outcome is Outcome.ADDED)


def about(keys: Sequence[Key], records: Iterable[PaperRecord]) -> list[PaperRecord]:
    """Return the records that have one of the identifiers, then those of the same title.

    Some sources do not repeat what they were asked for; alone, such an answer could be of
    anything.
    """
    records = list(records)
    named = [record for record in records if set(record.keys) & set(keys)]
    titles = {title_key(record.title) for record in named}
    return [*named, *(r for r in records if r not in named and title_key(r.title) in titles)]


def _told_by_sources(answers: Answers) -> list[PaperRecord]:
    told = [record for found in answers.found if found.is_asked for record in found.records]
    return [record for record in told if record.title]


def _why_nothing(wish: Wish, answers: Answers) -> list[Sentence]:
    refused = [item.reason for found in answers.found for item in found.parsed.refused]
    if refused:
        return [_("%(reason)s Is a digit of it wrong?") % {"reason": refused[0]}]
    ignorant = [found.source for found in answers.found if found.is_asked]
    if ignorant:
        told = {"sources": _(" and ").join(ignorant), "id": wish.shown}
        return [_("%(id)s is unknown to %(sources)s. Is a digit of it wrong or missing?") % told]
    if answers.problems and not answers.problems[0].source:
        return [_("No source that we ask can know %(id)s.") % {"id": wish.shown}]
    return []


def _beginning_so(keys: Sequence[Key]) -> list[Paper]:
    """Return papers of ours whose identifier is this one and a little more: it was cut."""
    if not keys or len(keys[0].value) < 6:
        return []
    scheme, value = keys[0]
    longer = Paper.objects.filter(
        hidden_at__isnull=True,
        identifiers__scheme=scheme,
        identifiers__value__gt=value,
        identifiers__value__lt=f"{value}~",
    )
    return list(longer.order_by("identifiers__value")[:3])


def _slip(wish: Wish) -> Sentence:
    """Return what is wrong with a text that looks like an identifier and is none; "" if nothing."""
    text = wish.text
    if wish.keys or wish.entries or wish.person:
        return ""
    if wish.slip:
        return wish.slip
    if wish.refused:
        told = {"where": wish.refused[0].where, "reason": wish.refused[0].reason}
        return _("We cannot read this entry (%(where)s): %(reason)s") % told
    if not text:
        return _("Paste an identifier, an address, a title or a BibTeX entry.")
    if text.lower().removeprefix("doi:").strip().startswith("10."):
        return _("A DOI has a slash after its first number, as in 10.1145/3292500. Is it whole?")
    digits = text.lower().removeprefix("arxiv:").strip().replace(".", "", 1)
    if digits.isdecimal():
        return _(
            "An arXiv id has four digits, a full stop and five digits (until 2014 four), as in"
            " 1512.03385. Is a digit missing?"
        )
    if text.isascii() and len(title_words(text)) < 2:
        return _("One word finds too many papers. Give the whole title, a DOI or an arXiv id.")
    return ""


# --- by title -------------------------------------------------------------------------------------


def _offer(wish: Wish, answers: Answers, member: User, silent: Sequence[Sentence]) -> Fetched:
    """Store the paper that the title names, if it names one; else let the person choose."""
    choices = _choices(wish.title, _told_by_sources(answers))
    named = [
        choice
        for choice in choices
        if compare_titles(wish.title, choice.record.title).titles >= Titles.CLOSE
    ]
    if len(named) == 1 and _is_telling(wish.title):
        taken = store(member=member, records=named[0].records)
        return Fetched(paper=taken[0].paper, is_new=taken[0].outcome is Outcome.ADDED)
    if choices:
        return Fetched(choices=_with_papers(choices[:MOST_CHOICES]), silent=silent)
    asked = _(" and ").join(found.source for found in answers.found)
    told = {"sources": asked, "title": wish.title[:120]}
    reasons = [_("No paper like “%(title)s” is known to %(sources)s.") % told] if asked else []
    return Fetched(reasons=reasons, silent=silent)


def _choices(title: str, records: Iterable[PaperRecord]) -> list[Choice]:
    """Return the works among the records that have enough of the typed words, likeliest first."""
    choices = _grouped(record for record in records if _has_enough_of(title, record))
    # `sorted` keeps the sources' own order among equals.
    return sorted(choices, key=lambda one: -compare_titles(title, one.record.title).titles)


def _grouped(records: Iterable[PaperRecord]) -> list[Choice]:
    """Return the works that these records are of, in their order, without those that none names."""
    groups: list[list[PaperRecord]] = []
    for record in records:
        for group in groups:
            if is_same_work(_known(group[0]), _known(record)):
                group.append(record)
                break
        else:
            groups.append([record])
    return [Choice(tuple(group), asks) for group in groups if (asks := _asks(group))]


def _has_enough_of(typed: str, record: PaperRecord) -> bool:
    wanted = {word for word in title_words(typed) if word not in STOP_WORDS}
    told = {*title_words(record.title), *title_words(" ".join(record.authors)), str(record.year)}
    return bool(wanted) and len(wanted & told) >= SHARED_WORDS * len(wanted)


def _asks(records: Sequence[PaperRecord]) -> str:
    keys = [key for record in records for key in record.keys if key.scheme in _ASKED_BY]
    best = min(keys, key=lambda key: _ASKED_BY.index(key.scheme), default=None)
    return f"{best.scheme}:{best.value}" if best else ""


def _with_papers(choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices with the papers that we have: one query for all of them."""
    keys = {key for choice in choices for record in choice.records for key in record.keys}
    rows = Identifier.objects.filter(any_of(keys), paper__hidden_at__isnull=True)
    by_key = {Key(Scheme(row.scheme), row.value): row.paper for row in rows.select_related("paper")}
    found = []
    for choice in choices:
        own = (by_key.get(key) for record in choice.records for key in record.keys)
        found.append(replace(choice, paper=next(filter(None, own), None)))
    return found


# --- by person ------------------------------------------------------------------------------------


def _works(wish: Wish) -> Fetched:
    """Return the works that a person lists at ORCID, to choose from."""
    try:
        told = works_of(http.client(), wish.person, WITHIN_S)
    except SourceNotFound:
        return Fetched(reasons=[_("ORCID does not know %(id)s.") % {"id": wish.person}])
    except SourceError as error:
        if error.retry:
            return Fetched(silent=[_("%(source)s does not answer.") % {"source": "ORCID"}])
        return Fetched(reasons=[f"ORCID: {error.sentence}"])
    choices = _grouped(record for record in told.records if record.title)[:MOST_WORKS]
    if not choices:
        none = _("At ORCID, %(id)s lists no work with a DOI or another identifier that we know.")
        return Fetched(reasons=[none % {"id": wish.person}])
    return Fetched(choices=_with_papers(choices), person=wish.person)


# --- what comes late ------------------------------------------------------------------------------


def _came_late(wish: Wish, member: User, found: Found) -> None:
    """Let the worker store what a source said after the person stopped waiting."""
    records = about(wish.keys, found.records)
    entry = wish.entries[0] if wish.entries else None
    if entry:
        records = [one for one in records if may_be_same_work(_known(entry), _known(one))]
    if records:
        store_later(member=member, records=records)


def _silent(answers: Answers) -> list[Sentence]:
    """Return a sentence for each source that gave no answer, and one for those still under way."""
    said: list[Sentence] = [
        _("%(source)s does not answer.") % {"source": problem.source}
        if problem.retry
        else f"{problem.source}: {problem.sentence}"
        for problem in answers.problems
        if problem.source and settings.SOURCES_ONLINE
    ]
    if answers.late:
        told = {"sources": _(" and ").join(answers.late)}
        said.append(_("%(sources)s: no answer yet. It is taken in when it comes.") % told)
    return said


def _offline() -> str:
    return _("This site does not ask other sites: its operator switched that off.")


def _known(record: PaperRecord) -> Known:
    key = title_key(record.title)
    return Known(key, record.title, record.authors, record.year, None, record.keys, record.abstract)


def _is_meant(key: Key, text: str) -> bool:
    """Any word has the form of a BibSonomy key; with a digit or sign in it, it may be one."""
    return key.scheme is not Scheme.BIBSONOMY or any(sign in "0123456789_:/" for sign in text)


def _is_telling(title: str) -> bool:
    return len(title_words(title)) >= TELLING_WORDS and not is_generic(title_key(title))
