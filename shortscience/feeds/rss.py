"""The original site's three RSS feeds, field by field. Programs read them for years.

rss.xml is a choice, as on the original; rss-all.xml and rss-full.xml have every public summary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shortscience.feeds.xml import element, in_chunks
from shortscience.lib.identifiers import Key, Scheme, bibtex_key
from shortscience.lib.markup import unmarked
from shortscience.pagestore.declare import stored
from shortscience.papers.models import Identifier
from shortscience.summaries.models import Authorship, Summary
from shortscience.summaries.querysets import LISTED_FROM_SCORE, SummaryQuerySet

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
LATEST = 100
# The original left out vote sums of 1 and less: programs pass on what stands in rss.xml.
RECOMMENDED_FROM_SCORE = 2
EXCERPT = 500
# Readers come back after an hour.
TTL_MINUTES = 60
# Rows in memory at a time; each chunk is read by itself, so that a slow reader holds nothing.
ROWS = 500

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"']+(?:\([^\s()]*\)[^\s<>()\[\]\"']*)*")


@dataclass(frozen=True, slots=True)
class Item:
    """A summary as the feeds tell it. Of an anonymous writer nothing gets here."""

    pk: int
    recent_at: datetime
    published_at: datetime | None
    edited_at: datetime | None
    text: str
    votes: int
    title: str
    key: str
    arxiv_id: str | None
    handle: str | None
    name: str
    licence: str
    level: str | None = None


@stored()
@require_safe
def latest(request: HttpRequest) -> HttpResponseBase:
    """The newest summaries that readers found good; while there are few, other listed ones too."""
    items = _recommended()
    newest = _newest(items)
    body = "".join(_feed(items, request, limit=EXCERPT, built=newest)).encode()
    answer = HttpResponse(body, content_type=CONTENT_TYPE)
    answer["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    if newest is not None:
        answer["Last-Modified"] = http_date(newest.timestamp())
    answer["Cache-Control"] = "public, max-age=300"
    # The entity tag alone decides: a changed score or a removed text leaves the date as it was.
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


@stored()
@require_safe
def everything(request: HttpRequest) -> StreamingHttpResponse:
    return _streamed(request, limit=EXCERPT)


@stored()
@require_safe
def full(request: HttpRequest) -> StreamingHttpResponse:
    return _streamed(request, limit=None)


def _streamed(request: HttpRequest, *, limit: int | None) -> StreamingHttpResponse:
    built = _newest(_items(_public().recent_first()[:1]))
    pieces = _feed(_all_public(), request, limit=limit, built=built)
    answer = StreamingHttpResponse(in_chunks(pieces), content_type=CONTENT_TYPE)
    answer["Cache-Control"] = f"public, max-age={TTL_MINUTES * 60}"
    return answer


def _public() -> SummaryQuerySet:
    found: SummaryQuerySet = Summary.objects.in_index_order().filter(paper__hidden_at__isnull=True)
    return found


def _recommended() -> list[Item]:
    listed = _public().filter(score__gte=LISTED_FROM_SCORE).recent_first()
    good = _items(listed.filter(score__gte=RECOMMENDED_FROM_SCORE)[:LATEST])
    if len(good) < LATEST:
        good += _items(listed.filter(score__lt=RECOMMENDED_FROM_SCORE)[: LATEST - len(good)])
    return sorted(good, key=lambda item: (item.recent_at, item.pk), reverse=True)


def _all_public() -> Iterator[Item]:
    """Yield every public summary, newest first, ROWS at a time; each chunk continues the order."""
    rows = _public().recent_first()
    chunk = _items(rows[:ROWS])
    while chunk:
        yield from chunk
        last = chunk[-1]
        after = Q(recent_at=last.recent_at, pk__lt=last.pk) | Q(recent_at__lt=last.recent_at)
        # The bound alone lets the database begin in the index where the last chunk ended.
        chunk = _items(rows.filter(after, recent_at__lte=last.recent_at)[:ROWS])


def _items(summaries: SummaryQuerySet) -> list[Item]:
    """Read the summaries in two queries; plain rows, since a feed can be all of them."""
    rows = list(
        summaries.values_list(
            "pk", "recent_at", "published_at", "edited_at", "text", "score", "is_anonymous",
            "paper_id", "joint_count", "licence", "level",
            "paper__title", "author__username", "author__display_name",
        )
    )  # fmt: skip
    keys: dict[int, list[Key]] = {}
    of_papers = Identifier.objects.filter(paper__in={row[7] for row in rows}).order_by("pk")
    for paper, scheme, value in of_papers.values_list("paper_id", "scheme", "value"):
        keys.setdefault(paper, []).append(Key(Scheme(scheme), value))
    joint = _further_names(row[0] for row in rows if row[8] and not row[6])
    return [_item_of(row, keys.get(row[7], []), joint.get(row[0], [])) for row in rows]


def _further_names(summaries: Iterable[int]) -> dict[int, list[str]]:
    """Return the names of those who wrote these with their first authors; none, no query."""
    names: dict[int, list[str]] = {}
    numbers = list(summaries)
    if numbers:
        for row in Authorship.objects.filter(summary__in=numbers).in_order():
            names.setdefault(row.summary_id, []).append(row.person.shown_name)
    return names


def _item_of(
    row: tuple[Any, ...],  # Any: columns differ
    keys: Sequence[Key],
    further: Sequence[str],
) -> Item:
    pk, recent_at, published_at, edited_at, text, score, is_anonymous, *rest = row
    paper, _joint_count, licence, level, title, handle, name = rest
    # Null too when the writer left.
    is_named = handle is not None and not is_anonymous
    return Item(
        pk=pk,
        recent_at=recent_at,
        published_at=published_at,
        edited_at=edited_at,
        text=unmarked(text),
        votes=score,
        title=title,
        key=bibtex_key(keys) or f"shortscience/{paper}",
        arxiv_id=next((key.value for key in keys if key.scheme == Scheme.ARXIV), None),
        handle=handle if is_named else None,
        # Not translated: programs compare it.
        name=", ".join([name or handle, *further]) if is_named else "Anonymous",
        licence=licence,
        level=level or None,
    )


def _feed(
    items: Iterable[Item],
    request: HttpRequest,
    *,
    limit: int | None,
    built: datetime | None,
) -> Iterator[str]:
    title = _("%(site)s Latest Summaries") % {"site": settings.SITE_NAME}
    base = settings.SITE_URL
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<rss version="2.0" xmlns:shortscience="{base}/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        f" {element('title', title)}\n {element('description', title)}\n"
        f" {element('link', f'{base}/')}\n"
        f' <atom:link href="{base}{request.path}" rel="self" type="application/rss+xml"/>\n'
        f" {element('ttl', TTL_MINUTES)}\n"
    )
    if built is not None:
        yield f" {element('lastBuildDate', _date(built))}\n"
    address = base + reverse("legacy-paper")
    for item in items:
        yield _item(item, address, limit)
    yield "</channel>\n</rss>\n"


def _item(item: Item, address: str, limit: int | None) -> str:
    link = f"{address}?bibtexKey={quote(item.key, safe='')}#{item.handle or 'anon'}"
    fields = [
        ("shortscience:arxivid", item.arxiv_id),
        ("shortscience:bibtexkey", item.key),
        ("shortscience:votes", item.votes),
        ("title", item.title),
        ("author", item.name),
        ("description", description(item.text, limit)),
        ("link", link),
        ("guid", link),
        ("pubDate", _date(item.published_at) if item.published_at else None),
        # Not of the original: last, where its readers do not look.
        ("dc:rights", item.licence),
        # Whom it is for: "new", "neighbour" or "expert".
        ("category", item.level),
    ]
    lines = "".join(f"\t{element(name, value)}\n" for name, value in fields if value is not None)
    return f"<item>\n{lines}</item>\n"


def description(source: str, limit: int | None) -> str:
    """Return the text as typed without web addresses: its first `limit` characters, or all.

    A short one is one line; a whole one keeps its lines, which are what Markdown is made of.
    """
    # Of a long text, what stands far behind the limit cannot reach into it.
    text = source if limit is None else source[: limit * 8]
    if "://" in text or "www." in text:
        text = _ADDRESS.sub("", text)
    if limit is None:
        return text.strip()
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _newest(items: Iterable[Item]) -> datetime | None:
    """Return when the newest of these texts was published or changed."""
    dates = (date for item in items for date in (item.published_at, item.edited_at) if date)
    return max(dates, default=None)


def _date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
