"""Feeds of what people list: one for a reading list, one for all public lists of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shortscience.accounts.models import User
from shortscience.feeds.rss import CONTENT_TYPE, TTL_MINUTES
from shortscience.feeds.xml import element
from shortscience.library.models import ListItem, ReadingList
from shortscience.pagestore.declare import about, stored

# What is new stands first; a reader that comes once a day misses nothing.
NEWEST = 100


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    link: str
    # Names it for ever: a paper that is listed twice is two items.
    guid: str
    description: str = ""
    at: datetime | None = None


@stored(by_row=True)
@require_safe
def of_list(request: HttpRequest, list_id: int, slug: str) -> HttpResponse:
    """The papers of a public list, the last added first. Its owner gets no other one."""
    made = get_object_or_404(ReadingList.objects.public().select_related("owner"), pk=list_id)
    if made.slug != slug:
        return redirect("list-feed", made.pk, made.slug)
    items = ListItem.objects.of(made).with_open_papers().for_list().order_by("-pk")[:NEWEST]
    found = list(items)
    about(request, made.owner, *(item.paper for item in found))
    told = [
        Item(
            title=item.paper.title,
            link=settings.SITE_URL + item.paper.get_absolute_url(),
            guid=f"{settings.SITE_URL}{made.get_absolute_url()}#{item.pk}",
            description=item.comment,
        )
        for item in found
    ]
    words = {"name": made.name, "by": made.owner.shown_name}
    title = _("%(name)s, a reading list by %(by)s") % words
    return _answer(request, title, made.get_absolute_url(), told, built=made.updated_at)


@stored(by_row=True)
@require_safe
def of_person(request: HttpRequest, handle: str) -> HttpResponse:
    """The public lists of a person, the last changed first."""
    person: User | None = User.objects.visible_to(AnonymousUser()).by_handle(handle).first()
    if person is None:
        raise Http404
    if person.username != handle:
        return redirect("person-lists-feed", person.username, permanent=True)
    about(request, person)
    lists = ReadingList.objects.public().of(person).order_by("-updated_at", "-pk")[:NEWEST]
    told = [
        Item(
            title=made.name,
            link=settings.SITE_URL + made.get_absolute_url(),
            guid=f"{settings.SITE_URL}{made.get_absolute_url()}",
            description=made.description,
            at=made.created_at,
        )
        for made in lists
    ]
    built = max((made.updated_at for made in lists), default=None)
    title = _("Reading lists by %(by)s") % {"by": person.shown_name}
    return _answer(request, title, person.get_absolute_url(), told, built=built)


def _answer(
    request: HttpRequest, title: str, page: str, items: Iterable[Item], *, built: datetime | None
) -> HttpResponse:
    body = "".join(_feed(request, title, page, items, built))
    answer = HttpResponse(body, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def _feed(
    request: HttpRequest, title: str, page: str, items: Iterable[Item], built: datetime | None
) -> Iterator[str]:
    base = settings.SITE_URL
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f" {element('title', title)}\n {element('description', title)}\n"
        f" {element('link', base + page)}\n"
        f' <atom:link href="{base}{request.path}" rel="self" type="application/rss+xml"/>\n'
        f" {element('ttl', TTL_MINUTES)}\n"
    )
    if built is not None:
        yield f" {element('lastBuildDate', _date(built))}\n"
    for item in items:
        yield "<item>\n"
        yield f"\t{element('title', item.title)}\n\t{element('link', item.link)}\n"
        yield f'\t<guid isPermaLink="false">{item.guid}</guid>\n'
        if item.description:
            yield f"\t{element('description', item.description)}\n"
        if item.at is not None:
            yield f"\t{element('pubDate', _date(item.at))}\n"
        yield "</item>\n"
    yield "</channel>\n</rss>\n"


def _date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
