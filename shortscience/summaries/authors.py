"""Who wrote a summary together. The first author is a column of it, the others are rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.summaries import counts
from shortscience.summaries.models import Authorship, Summary
from shortscience.summaries.seconds import renumber


def load(summaries: Iterable[Summary]) -> None:
    """Load the further authors of all these in one query, and none where there are none."""
    joint = {summary.pk: summary for summary in summaries if summary.joint_count}
    if not joint:
        return
    people: dict[int, list[User]] = defaultdict(list)
    for row in Authorship.objects.filter(summary__in=joint).in_order():
        people[row.summary_id].append(row.person)
    for pk, summary in joint.items():
        summary.further_authors = people[pk]


@transaction.atomic
def join(summary: Summary, person: User) -> Summary:
    """Make the person the last author; one who is an author stays where they are."""
    locked = _locked(summary)
    if not locked.is_by(person):
        last = locked.authorships.aggregate(last=Max("position"))["last"] or 0
        Authorship.objects.create(
            summary=locked, person=person, position=last + 1, joined_at=timezone.now()
        )
        _settle(locked, [person])
    return locked


@transaction.atomic
def part(summary: Summary, person: User) -> Summary:
    """Take the person off. The next author leads where it was the first one.

    The only author cannot be taken off here: delete the summary, or its account.
    """
    locked = _locked(summary)
    if locked.is_led_by(person):
        successor = next(iter(locked.further_authors), None)
        if successor is None:
            return locked
        _hand(locked, successor)
    Authorship.objects.filter(summary=locked, person=person).delete()
    _settle(locked, [person])
    return locked


@transaction.atomic
def lead(summary: Summary, person: User) -> Summary:
    """Make a further author the first one; who was the first comes next."""
    locked = _locked(summary)
    former = locked.author
    if former is None or not locked.authorships.filter(person=person).exists():
        return locked
    others = [one for one in locked.further_authors if one.pk != person.pk]
    _hand(locked, person)
    now = timezone.now()
    Authorship.objects.create(summary=locked, person=former, position=1, joined_at=now)
    arrange(locked, [former, *others])
    _settle(locked, [])
    return locked


def arrange(summary: Summary, people: Iterable[User]) -> None:
    """Give the further authors this order."""
    for position, person in enumerate(people, start=1):
        Authorship.objects.filter(summary=summary, person=person).update(position=position)
    vars(summary).pop("further_authors", None)


def _locked(summary: Summary) -> Summary:
    return Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)


def _hand(locked: Summary, successor: User) -> None:
    """Make the successor the first author, who may have a text of the paper already."""
    Authorship.objects.filter(summary=locked, person=successor).delete()
    former = locked.author_id
    taken = Summary.objects.filter(author=successor, paper=locked.paper_id)
    last = taken.aggregate(last=Max("nth"))["last"]
    locked.author, locked.nth = successor, 0 if last is None else last + 1
    locked.save(update_fields=["author", "nth"])
    for person in (successor.pk, former):
        if person is not None:
            renumber(locked.paper, person)


def _settle(locked: Summary, people: Iterable[User]) -> None:
    """Count again what the change of authors touches; `people` are those who came or went."""
    locked.joint_count = locked.authorships.count()
    locked.save(update_fields=["joint_count"])
    vars(locked).pop("further_authors", None)
    everybody = {one.pk: one for one in (locked.author, *locked.further_authors, *people) if one}
    counts.refresh(locked.paper, people=everybody.values())
