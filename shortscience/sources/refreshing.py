"""Ask the sources again about a paper that we have: take in what is new, tell what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.lib.errors import Sentence
from shortscience.lib.identifiers import Key, Scheme
from shortscience.papers.corrections import Difference, differences
from shortscience.papers.models import Paper
from shortscience.papers.records import PaperRecord
from shortscience.sources.ask import Answers, ask
from shortscience.sources.storing import store

# Asked in this order, and not more than so many: a reader waits for the answers.
_ASKED_BY = (Scheme.DOI, Scheme.ARXIV, Scheme.ACL, Scheme.OPENREVIEW, Scheme.PMLR, Scheme.DBLP)
MOST_KEYS = 2
WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """A field in which a source says something else than we do."""

    source: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of it. `told` is empty where all agree; `reasons` say why nobody was heard."""

    paper: Paper
    sources: Sequence[str] = ()
    told: Sequence[Told] = ()
    reasons: Sequence[Sentence] = ()


def refresh(paper: Paper, *, member: User) -> Refreshed:
    """Ask for the paper's identifiers; store versions, notices and what it lacked.

    What a source says otherwise is only told: people decide. Never call it inside a
    transaction, since it waits for others.

    Raises:
        NotAllowed: the member may not write.
    """
    keys = _asked_by(paper)
    if not settings.SOURCES_ONLINE:
        return Refreshed(paper, reasons=[_("This site asks no other sites.")])
    if not keys:
        return Refreshed(paper, reasons=[_("No source that we ask can know this paper.")])
    answers = [ask(f"{key.scheme}:{key.value}", within_s=WITHIN_S) for key in keys]
    records = [record for answer in answers for record in _about(paper, answer)]
    if not records:
        return Refreshed(paper, reasons=_why_nothing(answers))
    store(member=member, records=records)
    fresh = Paper.objects.select_related("venue").get(pk=paper.pk)
    told = [
        Told(record.source, found) for record in records for found in differences(fresh, record)
    ]
    return Refreshed(fresh, list(dict.fromkeys(record.source for record in records)), _once(told))


def _asked_by(paper: Paper) -> list[Key]:
    keys = [key for key in paper.keys if key.scheme in _ASKED_BY]
    return sorted(keys, key=lambda key: _ASKED_BY.index(key.scheme))[:MOST_KEYS]


def _about(paper: Paper, answers: Answers) -> list[PaperRecord]:
    """Return the records that name one of the paper's identifiers; others may be of anything."""
    own = set(paper.keys)
    return [record for record in answers.records if record.title and own & set(record.keys)]


def _once(told: Sequence[Told]) -> list[Told]:
    """Leave out what another source said in the same words."""
    found: dict[tuple[str, str], Told] = {}
    for one in told:
        found.setdefault((one.difference.field.value, str(one.difference.theirs)), one)
    return list(found.values())


def _why_nothing(answers: Sequence[Answers]) -> list[Sentence]:
    silent = [problem.source for answer in answers for problem in answer.problems]
    late = [source for answer in answers for source in answer.late]
    if names := list(dict.fromkeys([*filter(None, silent), *late])):
        return [_("%(sources)s: no answer. Try again later.") % {"sources": ", ".join(names)}]
    return [_("The sources do not know this paper.")]
