"""Making, changing and ordering reading lists."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib import markup
from shortscience.lib.errors import NotAllowed, Refused
from shortscience.lib.limits import check_limit
from shortscience.lib.plaintext import squeeze
from shortscience.library.models import ListItem, ReadingList
from shortscience.library.rules import (
    MAX_COMMENT,
    MAX_DESCRIPTION,
    MAX_ITEMS,
    MAX_LISTS,
    MAX_NAME,
    NEW_LISTS,
    NameTaken,
    TooMuch,
)
from shortscience.papers.models import Paper
from shortscience.summaries.actions import cited_papers


@transaction.atomic
def make_list(
    *,
    owner: Viewer,
    name: str,
    description: str = "",
    is_public: bool = False,
) -> ReadingList:
    """Return a new list, empty.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        NameTaken, TooMuch, TooFast, markup.SourceRefused: with the sentence.
    """
    person = require_member(owner)
    # Two forms at once must not both see the room for one more.
    User.objects.select_for_update().get(pk=person.pk)
    _check_room(person)
    now = timezone.now()
    made = ReadingList(owner=person, is_public=is_public, created_at=now, updated_at=now)
    _name(made, name)
    _describe(made, description)
    made.save()
    return made


@transaction.atomic
def change_list(
    *, by: Viewer, reading_list: ReadingList, name: str, description: str, is_public: bool
) -> ReadingList:
    """Change what a list is called, says of itself, and who sees it.

    Raises:
        SignInFirst, NotAllowed: it is somebody else's.
        NameTaken, TooMuch, markup.SourceRefused: with the sentence.
    """
    locked = _own(by, reading_list)
    _name(locked, name)
    _describe(locked, description)
    locked.is_public = is_public
    _touch(
        locked, "name", "slug", "description", "description_html", "renderer_version", "is_public"
    )
    return locked


@transaction.atomic
def delete_list(*, by: Viewer, reading_list: ReadingList) -> None:
    """Delete a list; its papers stay where else they are."""
    _own(by, reading_list).delete()


@transaction.atomic
def add_to_list(*, by: Viewer, reading_list: ReadingList, papers: Sequence[Paper]) -> int:
    """Put the papers at the end of the list, those that it lacks; return how many that were.

    Raises:
        SignInFirst, NotAllowed: it is somebody else's list.
        TooMuch: the list would be too long.
    """
    locked = _own(by, reading_list)
    items = ListItem.objects.filter(reading_list=locked)
    known = dict(items.values_list("paper", "position"))
    new = [pk for pk in dict.fromkeys(paper.pk for paper in papers) if pk not in known]
    if not new:
        return 0
    if len(known) + len(new) > MAX_ITEMS:
        raise TooMuch(_("A list holds %(most)d papers at most.") % {"most": MAX_ITEMS})
    last = max(known.values(), default=0)
    ListItem.objects.bulk_create(
        ListItem(reading_list=locked, paper_id=pk, position=at)
        for at, pk in enumerate(new, start=last + 1)
    )
    _touch(locked)
    return len(new)


@transaction.atomic
def remove_item(*, by: Viewer, item: ListItem) -> None:
    """Take a paper off a list."""
    locked = _own(by, item.reading_list)
    ListItem.objects.filter(pk=item.pk).delete()
    _touch(locked)


@transaction.atomic
def comment_on_item(*, by: Viewer, item: ListItem, comment: str) -> None:
    """Say why the paper is in the list, in a line of plain text; "" takes it away.

    Raises:
        SignInFirst, NotAllowed: it is somebody else's list.
        TooMuch: the comment is too long.
    """
    locked = _own(by, item.reading_list)
    text = squeeze(comment)
    if len(text) > MAX_COMMENT:
        sentence = _("A remark has at most %(most)d characters; this one has %(n)d.")
        raise TooMuch(sentence % {"most": MAX_COMMENT, "n": len(text)})
    ListItem.objects.filter(pk=item.pk).update(comment=text)
    _touch(locked)


@transaction.atomic
def step_item(*, by: Viewer, item: ListItem, up: bool) -> None:
    """Move a paper one place up or down among those that its owner sees; at an end it stays."""
    locked = _own(by, item.reading_list)
    order = list(ListItem.objects.of(locked).in_order().values_list("pk", flat=True))
    at = order.index(item.pk) if item.pk in order else -1
    if up and at > 0:
        _place(locked, item.pk, behind=order[at - 2] if at > 1 else None)
    elif not up and 0 <= at < len(order) - 1:
        _place(locked, item.pk, behind=order[at + 1])


@transaction.atomic
def place_item(*, by: Viewer, item: ListItem, behind: int | None) -> None:
    """Move a paper to where it was dropped: behind the item of this number, or to the top.

    Raises:
        SignInFirst, NotAllowed: it is somebody else's list.
        Refused: that item is in another list, or gone.
    """
    locked = _own(by, item.reading_list)
    if behind != item.pk:
        _place(locked, item.pk, behind=behind)


def rerender_description(reading_list: ReadingList) -> None:
    """Make the HTML again from the stored description with today's renderer and papers."""
    with transaction.atomic():
        locked = ReadingList.objects.select_for_update(of=("self",)).get(pk=reading_list.pk)
        _describe(locked, locked.description)
        locked.save(update_fields=["description_html", "renderer_version"])


def _own(by: Viewer, reading_list: ReadingList) -> ReadingList:
    """Return the list, locked."""
    person = require_member(by)
    locked = ReadingList.objects.select_for_update(of=("self",)).get(pk=reading_list.pk)
    if not locked.is_by(person):
        raise NotAllowed(_("Only its owner can change this list."))
    return locked


def _touch(locked: ReadingList, *fields: str) -> None:
    locked.updated_at = timezone.now()
    locked.save(update_fields=["updated_at", *fields])


def _place(locked: ReadingList, moved: int, *, behind: int | None) -> None:
    """Move one item behind another, or to the top: the items between make room."""
    items = ListItem.objects.filter(reading_list=locked)
    places: dict[int, int] = dict(items.values_list("pk", "position"))
    if moved not in places or (behind is not None and behind not in places):
        raise Refused(_("The list was changed meanwhile. Look at it again, then move the paper."))
    start = places[moved]
    after = places[behind] if behind is not None else min(places.values()) - 1
    if after < start:
        between, shift, place = items.filter(position__gt=after, position__lt=start), 1, after + 1
    else:
        between, shift, place = items.filter(position__gt=start, position__lte=after), -1, after
    between.update(position=F("position") + shift)
    items.filter(pk=moved).update(position=place)
    _touch(locked)


def _name(reading_list: ReadingList, name: str) -> None:
    called = squeeze(name)
    if not called:
        raise Refused(_("Give the list a name."))
    if len(called) > MAX_NAME:
        raise TooMuch(_("The name of a list has at most %(most)d characters.") % {"most": MAX_NAME})
    others = ReadingList.objects.filter(owner=reading_list.owner_id).exclude(pk=reading_list.pk)
    if others.filter(name__iexact=called).exists():
        raise NameTaken(called)
    reading_list.call(called)


def _describe(reading_list: ReadingList, description: str) -> None:
    source = markup.check_source(description) if description.strip() else ""
    if len(source) > MAX_DESCRIPTION:
        sentence = _("A description has at most %(most)d characters; this one has %(n)d.")
        raise TooMuch(sentence % {"most": MAX_DESCRIPTION, "n": len(source)})
    rendered = (
        markup.render_comment(source, resolve=cited_papers, id_prefix="about-") if source else None
    )
    reading_list.description = source
    reading_list.description_html = rendered.html if rendered else ""
    reading_list.renderer_version = markup.RENDERER_VERSION


def _check_room(person: User) -> None:
    lists = ReadingList.objects.of(person)
    if lists.count() >= MAX_LISTS:
        raise TooMuch(
            _("You have %(most)d lists, as many as one person can. Delete one first.")
            % {"most": MAX_LISTS}
        )
    check_limit(
        NEW_LISTS,
        lists.newest_first().values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of new lists for one day. What you typed is kept here."),
    )
