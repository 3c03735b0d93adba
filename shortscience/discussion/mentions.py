"""Who is called by `@handle`, who hears of it, and who does not want to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment, Mention, MentionMute
from shortscience.discussion.rules import MENTIONS, MENTIONS_IN_A_COMMENT, TooManyMentions
from shortscience.lib.limits import check_limit
from shortscience.papers.models import Paper


def pages_of(handles: Collection[str]) -> Mapping[str, str]:
    """Return {handle in lower case: address} of those who have a page, in one query."""
    return {person.username.lower(): person.get_absolute_url() for person in _called(handles)}


def call(comment: Comment, handles: Collection[str], *, quietly: bool = False) -> None:
    """Note who is mentioned in a comment that was just saved; those already noted are not told
    again. Whoever is not mentioned any more and has not seen it will not see it.

    Args:
        quietly: the comment comes from elsewhere: nobody is told.

    Raises:
        TooManyMentions: in one comment.
        TooFast: in a day.
    """
    if len(handles) > MENTIONS_IN_A_COMMENT:
        raise TooManyMentions
    if quietly:
        return
    people = [person for person in _called(handles) if person.pk != comment.author_id]
    unsaid = Mention.objects.filter(comment=comment, seen_at=None).exclude(person__in=people)
    told_no_more = list(unsaid.values_list("person_id", flat=True))
    unsaid.delete()
    known = set(Mention.objects.filter(comment=comment).values_list("person_id", flat=True))
    new = [person for person in _who_wants_to_hear(people, comment) if person.pk not in known]
    if new:
        _check_pace(comment)
        now = timezone.now()
        Mention.objects.bulk_create(
            Mention(comment=comment, person=person, created_at=now) for person in new
        )
    refresh([*told_no_more, *(person.pk for person in new)])


def refresh_of(comment: Comment) -> None:
    """Count again for all whom this comment calls: it was hidden, restored or erased."""
    refresh(Mention.objects.filter(comment=comment).values_list("person_id", flat=True))


def refresh(people: Iterable[int]) -> None:
    """Count what these people have not seen again, in the order of their keys: two at a time
    cannot wait for each other."""
    for pk in sorted(set(people)):
        number = Mention.objects.filter(person=pk).standing().unseen().count()
        User.objects.filter(pk=pk).update(unseen_mentions=number)


def recount() -> int:
    """Count for everybody again; return how many numbers were wrong."""
    unseen = Mention.objects.standing().unseen().filter(person=OuterRef("pk")).order_by()
    counted = Subquery(unseen.values("person").annotate(n=Count("pk")).values("n"))
    right = Coalesce(counted, 0)
    wrong = User.objects.annotate(right=right).exclude(unseen_mentions=F("right"))
    numbers = dict(wrong.values_list("pk", "right"))
    for pk, number in numbers.items():
        User.objects.filter(pk=pk).update(unseen_mentions=number)
    return len(numbers)


@transaction.atomic
def mark_all_seen(*, person: User) -> None:
    Mention.objects.filter(person=person).unseen().update(seen_at=timezone.now())
    refresh([person.pk])


@transaction.atomic
def mute(*, person: User, paper: Paper | None) -> None:
    """Tell this person of no mention any more: on one paper, or anywhere."""
    MentionMute.objects.get_or_create(person=person, paper=paper)


@transaction.atomic
def unmute(*, person: User, paper: Paper | None) -> None:
    MentionMute.objects.filter(person=person, paper=paper).delete()


def _called(handles: Collection[str]) -> list[User]:
    if not handles:
        return []
    # Only people whom a stranger finds: a mention must not tell who is banned.
    people = User.objects.visible_to(AnonymousUser())
    return list(people.alias(folded=Lower("username")).filter(folded__in=handles))


def _who_wants_to_hear(people: Collection[User], comment: Comment) -> list[User]:
    # A muted paper that was merged is muted where the merge led it.
    here = Q(paper=None) | Q(paper=comment.paper) | Q(paper__merged_into=comment.paper)
    muted = MentionMute.objects.filter(here, person__in=people)
    deaf = set(muted.values_list("person_id", flat=True))
    # Nobody signs in as a person whose texts were imported.
    hearing = [person for person in people if person.is_active and person.pk not in deaf]
    return [person for person in hearing if _can_read(person, comment)]


def _can_read(person: User, comment: Comment) -> bool:
    return Comment.objects.visible_to(person).filter(pk=comment.pk).exists()


def _check_pace(comment: Comment) -> None:
    made = Mention.objects.filter(comment__author=comment.author_id).order_by("-created_at")
    check_limit(
        MENTIONS,
        made.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("You called a lot of people today. Take the @names out. Your text is kept."),
    )
