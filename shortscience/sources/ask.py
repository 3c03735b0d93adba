"""Ask the sources that can know a paper, all at once, and not longer than a reader waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.db import connections
from django.utils.translation import gettext_lazy as _

from shortscience.lib.errors import Sentence
from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.lib.plaintext import squeeze
from shortscience.papers.records import PaperRecord
from shortscience.sources import bibfile, http
from shortscience.sources.errors import SourceError, SourceNotFound
from shortscience.sources.http import Client
from shortscience.sources.parsed import Parsed, Refusal
from shortscience.sources.registry import Question, questions_about, questions_about_title
from shortscience.sources.ris.parse import parse as parse_ris

log = logging.getLogger(__name__)

# So long a source may take after the reader stopped waiting.
LATE_S = 15.0
# A pasted file is an import; this is an entry or a few.
MAX_TEXT = 200_000
MIN_TITLE = 8
MAX_TITLE = 500
# Questions under way in one process; beyond this a source counts as not answering.
MOST_AT_ONCE = 32

_places = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Found:
    """What one source answered; no record means that it does not know the paper.

    `is_asked` is False of what somebody pasted: nobody had to be asked for that.
    """

    source: str
    parsed: Parsed
    is_asked: bool = True

    @property
    def records(self) -> tuple[PaperRecord, ...]:
        return self.parsed.records


@dataclass(frozen=True, slots=True)
class Problem:
    """A source that gave no answer, in a sentence; `retry` tells whether later may be better."""

    source: str
    sentence: Sentence
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What arrived in time.

    `keys` are the identifiers in the text, `late` the sources still under way, `problems`
    those that could not answer.
    """

    keys: tuple[Key, ...] = ()
    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[PaperRecord, ...]:
        return tuple(record for one in self.found for record in one.records)


def ask(
    text: str,
    *,
    within_s: float = 2.0,
    late: Callable[[Found], None] | None = None,
    client: Client | None = None,
) -> Answers:
    """Return what the sources know about an identifier, address, title or BibTeX entry.

    Only for a person's explicit wish to fetch, never while searching, and never inside a
    transaction: the answers are kept in the cache, which may be the same database. Nothing
    else is written; taking the records in is the caller's.

    Args:
        text: what was pasted.
        within_s: seconds to wait. A source under way goes on for 15 seconds more.
        late: is called with each answer that came too late, in a thread of its own.
        client: the client to ask with.
    """
    given = pasted(text[:MAX_TEXT])
    if given is not None:
        keys = tuple(dict.fromkeys(key for one in given.records[:1] for key in one.keys))
        found = [Found(str(_("What you pasted")), given, is_asked=False)]
    else:
        keys, found = candidates(text), []
    questions = questions_about(keys)
    if not questions and given is None and _may_be_title(text, keys):
        questions = questions_about_title(squeeze(text))
    if not questions:
        problems = () if found else (Problem("", _("No source that we ask can know this.")),)
        return Answers(keys, tuple(found), problems)
    round_ = _Round(questions, late)
    round_.start(client or http.client(), within_s)
    return round_.wait(within_s, keys, found)


def _may_be_title(text: str, keys: tuple[Key, ...]) -> bool:
    """A single word can be a cite key of BibSonomy, but also a title ("Transformers")."""
    is_key = any(key.scheme is not Scheme.BIBSONOMY for key in keys)
    return not is_key and MIN_TITLE <= len(squeeze(text)) <= MAX_TITLE


def pasted(text: str) -> Parsed | None:
    """Return the records of a pasted BibTeX or RIS entry; None if it is neither."""
    start = text.lstrip("\ufeff \r\n\t")
    try:
        if start.startswith("@") and "{" in start:
            return bibfile.parse(start.encode("utf-8", "replace"))
        if start.startswith("TY ") and "-" in start[:8]:
            return parse_ris(start.encode("utf-8", "replace"))
    except SourceError as error:
        log.info("pasted text: %s", error)
    return None


@dataclass(slots=True)
class _Round:
    """One set of questions under way at once."""

    questions: list[Question]
    late: Callable[[Found], None] | None
    lock: threading.Condition = field(default_factory=threading.Condition)
    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    is_over: bool = False

    def start(self, client: Client, within_s: float) -> None:
        self.open = [question.source for question in self.questions]
        for question in self.questions:
            if not _places.acquire(blocking=False):
                self._close(question.source, _busy(question.source))
                continue
            thread = threading.Thread(
                target=self._run,
                args=(client, question, within_s + LATE_S),
                name=f"ask {question.source}",
                daemon=True,
            )
            thread.start()

    def wait(self, within_s: float, keys: tuple[Key, ...], given: list[Found]) -> Answers:
        with self.lock:
            self.lock.wait_for(lambda: not self.open, timeout=within_s)
            self.is_over = True
            order = [question.source for question in self.questions]
            found = sorted(self.found, key=lambda one: order.index(one.source))
            return Answers(keys, (*given, *found), tuple(self.problems), tuple(self.open))

    def _run(self, client: Client, question: Question, within_s: float) -> None:
        try:
            self._close(question.source, _answer(client, question, within_s))
        except Exception:
            # Only the callback's own fault can come here; the thread must still end well.
            log.exception("a late answer of %s was lost", question.source)
        finally:
            _places.release()
            # The cache may be the database; this thread's connection ends with it.
            connections.close_all()

    def _close(self, source: str, answer: Found | Problem) -> None:
        """Put the answer where it is looked for: into this round, or to the callback."""
        with self.lock:
            self.open.remove(source)
            is_late = self.is_over
            if not is_late and isinstance(answer, Found):
                self.found.append(answer)
            elif not is_late and isinstance(answer, Problem):
                self.problems.append(answer)
            self.lock.notify_all()
        if is_late and isinstance(answer, Found) and self.late is not None:
            self.late(answer)


def _answer(client: Client, question: Question, within_s: float) -> Found | Problem:
    try:
        return Found(question.source, _about(question.key, question.ask(client, within_s)))
    except SourceNotFound:
        return Found(question.source, Parsed())
    except SourceError as error:
        return Problem(question.source, error.sentence, error.retry)
    except Exception:
        # A fault of ours must not take the other sources' answers with it.
        log.exception("asking %s about %r", question.source, question.about)
        return Problem(question.source, _("This source could not be asked."), retry=True)


def _about(key: Key | None, parsed: Parsed) -> Parsed:
    """Refuse the records that have another identifier of the kind that was asked for.

    An identifier that leads to something else must not give a paper a stranger's title.
    """
    if key is None:
        return parsed
    kept: list[PaperRecord] = []
    refused = list(parsed.refused)
    for record in parsed.records:
        same_kind = [one.value for one in record.keys if one.scheme == key.scheme]
        if same_kind and key.value not in same_kind:
            told = {"key": key.value, "other": same_kind[0], "title": record.title[:80]}
            reason = _("%(key)s leads to something else: “%(title)s” (%(other)s).") % told
            refused.append(Refusal(key.value, reason))
        else:
            kept.append(record)
    return replace(parsed, records=tuple(kept), refused=tuple(refused))


def _busy(source: str) -> Problem:
    return Problem(source, _("Too many questions are under way just now."), retry=True)
