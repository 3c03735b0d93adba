"""Wrong details: members suggest, two equal suggestions or a moderator settle it.

Every suggestion stays with the paper as its history. After something was applied, call
`summaries.corrected.settle` in the same transaction: cites, sections and venues follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib.errors import Conflict, NotAllowed, Refused
from shortscience.lib.limits import check_limit
from shortscience.papers import provenance
from shortscience.papers.counted import Counted
from shortscience.papers.curation import MetadataSuggestion
from shortscience.papers.fields import Field, Value, are_equal, set_value, value_in, value_of
from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed
from shortscience.papers.records import PaperRecord
from shortscience.papers.rules import SUGGESTIONS
from shortscience.venues.models import Venue

State = MetadataSuggestion.State
# Two members who say the same are rarely both wrong.
ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a suggestion; `was` is set when the paper changed."""

    suggestion: MetadataSuggestion
    was: Counted | None = None

    @property
    def is_applied(self) -> bool:
        return self.was is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which a source says something else than we do."""

    field: Field
    ours: Value
    theirs: Value


@transaction.atomic
def suggest(*, member: Viewer, paper: Paper, field: Field, value: Value, note: str = "") -> Outcome:
    """Store a correction of one field; apply it when it is enough.

    A second suggestion of one person for one field replaces the first while that is open.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        Refused: the paper says so already, or the field may not be empty.
        TooFast: too many in a day.
    """
    person = require_member(member)
    locked = _locked(paper)
    old = value_of(locked, field)
    _check(field, old, value)
    open_ones = locked.suggestions.filter(field=field, state=State.OPEN)
    mine = open_ones.filter(by=person).first()
    if mine is None:
        _check_pace(person)
        mine = MetadataSuggestion(paper=locked, field=field, by=person)
    mine.old, mine.new, mine.note = old, value, note[:300]
    mine.created_at = timezone.now()
    mine.save()
    equal = [other for other in open_ones if are_equal(field, other.new, value)]
    people = {other.by_id for other in equal if other.by_id is not None}
    if person.is_staff or len(people) >= ENOUGH:
        was = _apply(locked, mine, decided_by=person if person.is_staff else None)
        return Outcome(mine, was)
    return Outcome(mine)


@transaction.atomic
def accept(*, moderator: Viewer, suggestion: MetadataSuggestion) -> Outcome:
    """Apply a suggestion that waits.

    Raises:
        NotAllowed: not a moderator.
        Conflict: somebody decided about it meanwhile.
    """
    person = _moderator(moderator)
    waiting = _waiting(suggestion)
    was = _apply(_locked(waiting.paper), waiting, decided_by=person)
    return Outcome(waiting, was)


@transaction.atomic
def decline(*, moderator: Viewer, suggestion: MetadataSuggestion) -> MetadataSuggestion:
    """Close a suggestion without applying it; same errors as `accept`."""
    person = _moderator(moderator)
    waiting = _waiting(suggestion)
    _decide(waiting, State.DECLINED, person, timezone.now())
    return waiting


@transaction.atomic
def revert(*, moderator: Viewer, suggestion: MetadataSuggestion) -> Outcome:
    """Give the field back what it said before an applied suggestion.

    Raises:
        NotAllowed: not a moderator.
        Conflict: it is not applied any more, or the field was changed again since.
    """
    person = _moderator(moderator)
    paper = _locked(suggestion.paper)
    applied = MetadataSuggestion.objects.select_for_update().get(pk=suggestion.pk)
    field = Field(applied.field)
    if not applied.is_applied or not are_equal(field, value_of(paper, field), applied.new):
        raise Conflict(_("This was changed again since. Correct the field instead."))
    was = _set(paper, field, applied.old)
    # Equal suggestions were applied together, so they go together.
    for twin in paper.suggestions.filter(field=field, state=State.APPLIED):
        if are_equal(field, twin.new, applied.new):
            _decide(twin, State.REVERTED, person, timezone.now())
    applied.refresh_from_db()
    return Outcome(applied, was)


def differences(paper: Paper, record: PaperRecord) -> list[Difference]:
    """Return the fields in which a source's record says something, and not what we say."""
    found = []
    for field in Field:
        ours, theirs = value_of(paper, field), value_in(record, field)
        if field is Field.VENUE and _is_our_venue(paper, str(theirs or "")):
            continue
        if theirs and not are_equal(field, ours, theirs):
            found.append(Difference(field, ours, theirs))
    return found


def _is_our_venue(paper: Paper, name: str) -> bool:
    """Tell whether the name is another spelling of the paper's venue."""
    return (
        paper.venue is not None and Venue.objects.known_as(name).filter(pk=paper.venue.pk).exists()
    )


def _locked(paper: Paper) -> Paper:
    locked = Paper.objects.select_for_update(of=("self",)).select_related("venue").get(pk=paper.pk)
    if locked.merged_into_id is not None:
        raise Conflict(_("This paper was merged into another one meanwhile."))
    return locked


def _waiting(suggestion: MetadataSuggestion) -> MetadataSuggestion:
    waiting = (
        MetadataSuggestion.objects.select_for_update(of=("self",))
        .select_related("paper")
        .get(pk=suggestion.pk)
    )
    if not waiting.is_open:
        raise Conflict(_("Somebody decided about this meanwhile."))
    return waiting


def _apply(paper: Paper, suggestion: MetadataSuggestion, *, decided_by: User | None) -> Counted:
    """Set the field; close what is equal as applied, and what else was open as overtaken."""
    field, now = Field(suggestion.field), timezone.now()
    was = _set(paper, field, suggestion.new)
    for other in paper.suggestions.filter(field=field, state=State.OPEN):
        is_equal = are_equal(field, other.new, suggestion.new)
        _decide(other, State.APPLIED if is_equal else State.OUTDATED, decided_by, now)
    suggestion.refresh_from_db()
    return was


def _set(paper: Paper, field: Field, value: Value) -> Counted:
    was = Counted.of(paper)
    columns = set_value(paper, field, value)
    paper.provenance = provenance.told(
        paper.provenance, [field.value], provenance.MEMBERS, timezone.now().date()
    )
    paper.save(update_fields=[*columns, "provenance", "updated_at"])
    changed([paper.pk])
    return was


def _decide(suggestion: MetadataSuggestion, state: State, by: User | None, now: datetime) -> None:
    suggestion.state, suggestion.decided_by, suggestion.decided_at = state, by, now
    suggestion.save(update_fields=["state", "decided_by", "decided_at"])


def _moderator(viewer: Viewer) -> User:
    person = require_member(viewer)
    if not person.is_staff:
        raise NotAllowed(_("Only moderators can do this."))
    return person


def _check(field: Field, old: Value, value: Value) -> None:
    if are_equal(field, old, value):
        raise Refused(_("The paper says so already."))
    if field in (Field.TITLE, Field.AUTHORS) and not value:
        raise Refused(_("A paper has a title and at least one author."))


def _check_pace(person: User) -> None:
    times = MetadataSuggestion.objects.filter(by=person).order_by("-created_at")
    check_limit(
        SUGGESTIONS,
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of corrections for one day. What you typed is kept here."),
    )
