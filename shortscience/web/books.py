"""Books to read offline: a reading list, or the best summaries of a venue's year, as EPUB."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shortscience.lib import epub
from shortscience.lib.licences import Licence
from shortscience.lib.xhtml import Place, as_xhtml, clean
from shortscience.library.models import ListItem, ReadingList
from shortscience.papers.models import Paper
from shortscience.summaries import authors
from shortscience.summaries.models import Summary
from shortscience.venues.models import Venue

# Of a list: a book that one can carry, made in a second or two.
MOST_PAPERS = 200
# Of a venue's year.
MOST_OF_A_YEAR = 50
# Of each paper of a list, the best.
SUMMARIES_EACH = 3
_TEXTS_AT_ONCE = 25
# Pictures of ours go along, as far as they have room; for the others there is a link.
LARGEST_PICTURE_BYTES = 2 * 1024 * 1024
PICTURES_BYTES = 20 * 1024 * 1024
_PICTURES = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A paper of the book, with the numbers of its summaries in order."""

    paper: Paper
    summaries: Sequence[int]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A summary as the book prints it. Of an anonymous one nothing points to its writer."""

    summary: Summary
    writers: str
    licence: str
    licence_url: str
    url: str
    xhtml: SafeString


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be in a book, read without its texts."""

    book: epub.Book
    parts: Sequence[Part]
    # The summaries of all parts, with their writers.
    summaries: Sequence[Summary]
    description_html: str = ""

    @property
    def papers(self) -> list[Paper]:
        return [part.paper for part in self.parts]


def of_list(made: ReadingList) -> Plan:
    """Return the book of a list that the reader may see: what everybody would see of it."""
    items = ListItem.objects.of(made).with_open_papers().in_order().for_list()[:MOST_PAPERS]
    rows = list(items)
    best = _best([item.paper_id for item in rows])
    parts = [Part(item.paper, best.get(item.paper_id, ()), item.comment) for item in rows]
    summaries = _without_texts(parts)
    book = _book(
        title=made.name,
        address=made.get_absolute_url(),
        papers=len(parts),
        summaries=summaries,
        changed=made.updated_at,
        compiler=made.owner.shown_name,
    )
    return Plan(book, parts, summaries, made.description_html)


def of_year(venue: Venue, year: int, best: Sequence[Summary]) -> Plan:
    """Return the book of these summaries, one of each paper."""
    for summary in best:
        # Already in hand, and whole: asking each paper for its name would read it again.
        summary.paper.venue = venue
    parts = [Part(summary.paper, (summary.pk,)) for summary in best]
    title = f"{venue.name} {year}" if year else venue.name
    address = f"{venue.get_absolute_url()}/{year}"
    summaries = _without_texts(parts)
    book = _book(title=title, address=address, papers=len(parts), summaries=summaries)
    return Plan(book, parts, summaries)


def as_file(plan: Plan) -> bytes:
    """Return the book as an EPUB file; texts are read a few papers at a time."""
    target = io.BytesIO()
    # Pictures are added while the pages are made; they are written after those.
    files = [epub.File("book.css", "text/css", _style())]
    pages = _pages(plan, _Pictures(files))
    epub.write(target, plan.book, pages, files, contents=_("Contents"))
    return target.getvalue()


# --- what it says about itself ----------------------------------------------------------------


def _without_texts(parts: Sequence[Part]) -> list[Summary]:
    """Return the summaries with what a book says of them besides their words."""
    numbers = [number for part in parts for number in part.summaries]
    columns = ("paper", "author", "is_anonymous", "joint_count")
    moments = ("created_at", "published_at", "edited_at")
    people = ("author__username", "author__display_name")
    rows = Summary.objects.select_related("author").only(*columns, *moments, *people)
    known = rows.in_bulk(numbers)
    authors.load(known.values())
    return [known[number] for number in numbers if number in known]


def _book(
    *,
    title: str,
    address: str,
    papers: int,
    summaries: Sequence[Summary],
    changed: datetime | None = None,
    compiler: str = "",
) -> epub.Book:
    names = dict.fromkeys(name for text in summaries for name in _names(text))
    moments = [text.edited_at or text.published_at or text.created_at for text in summaries]
    latest = max([*moments, *([changed] if changed else [])])
    site = settings.SITE_URL + address
    return epub.Book(
        identifier=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, site)}",
        title=clean(title),
        language=_language(),
        modified=latest,
        creators=[clean(name) for name in names],
        publisher=settings.SITE_NAME,
        source=site,
        description=_("Summaries of %(n)d research papers, written by people who read them.")
        % {"n": papers},
        rights=_(
            "Each summary is under the licence that stands beside it: name its writer, and say"
            " where it is from."
        ),
        compiler=clean(compiler),
    )


def _names(summary: Summary) -> list[str]:
    """Return the writers as everybody may know them."""
    return [person.shown_name for person in summary.named_authors] or [_("Anonymous")]


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _best(papers: Sequence[int]) -> Mapping[int, list[int]]:
    """Return {paper: its best public summaries}; the texts are read later."""
    ranked = Summary.objects.listed().filter(paper__in=papers).best_first()
    found: dict[int, list[int]] = {}
    for paper, number in ranked.values_list("paper_id", "pk"):
        of_paper = found.setdefault(paper, [])
        if len(of_paper) < SUMMARIES_EACH:
            of_paper.append(number)
    return found


# --- its pages --------------------------------------------------------------------------------


class _Pictures:
    """Takes pictures of the site into the book, each once."""

    def __init__(self, files: list[epub.File]) -> None:
        self.files = files
        self.room_bytes = PICTURES_BYTES
        self.names: dict[str, str | None] = {}

    def name_of(self, address: str) -> str | None:
        """Return the name in the book; None for what stays outside."""
        if address not in self.names:
            self.names[address] = self._taken(address)
        return self.names[address]

    def _taken(self, address: str) -> str | None:
        ending = PurePosixPath(address).suffix.lower()
        if not address.startswith(settings.MEDIA_URL) or ending not in _PICTURES:
            return None
        most = min(LARGEST_PICTURE_BYTES, self.room_bytes)
        try:
            with default_storage.open(unquote(address.removeprefix(settings.MEDIA_URL))) as file:
                content = file.read(most + 1)
        except (OSError, SuspiciousFileOperation, ValueError):
            return None
        if not content or len(content) > most:
            return None
        self.room_bytes -= len(content)
        name = f"picture-{len(self.files)}{ending}"
        self.files.append(epub.File(name, _PICTURES[ending], content))
        return name


def _pages(plan: Plan, pictures: _Pictures) -> Iterator[epub.Page]:
    place = Place("about-", settings.SITE_URL, plan.book.source, pictures.name_of)
    about = mark_safe(as_xhtml(plan.description_html, place)) if plan.description_html else ""  # noqa: S308
    yield _page(
        "title.xhtml", plan.book.title, "book/title.xhtml", book=plan.book, description=about
    )
    for start in range(0, len(plan.parts), _TEXTS_AT_ONCE):
        some = plan.parts[start : start + _TEXTS_AT_ONCE]
        texts = _texts([number for part in some for number in part.summaries], pictures)
        for number, part in enumerate(some, start=start + 1):
            here = [texts[pk] for pk in part.summaries if pk in texts]
            yield _page(
                f"paper-{number}.xhtml",
                part.paper.title,
                "book/chapter.xhtml",
                paper=part.paper,
                paper_url=settings.SITE_URL + part.paper.get_absolute_url(),
                remark=part.remark,
                texts=here,
            )


def _texts(numbers: Sequence[int], pictures: _Pictures) -> dict[int, Text]:
    rows = Summary.objects.listed().select_related("author").defer("text").in_bulk(numbers)
    authors.load(rows.values())
    return {number: _text(summary, pictures) for number, summary in rows.items()}


def _text(summary: Summary, pictures: _Pictures) -> Text:
    url = settings.SITE_URL + summary.get_absolute_url()
    place = Place(f"s{summary.pk}-", settings.SITE_URL, url, pictures.name_of)
    known = summary.licence in Licence.values
    return Text(
        summary=summary,
        writers=", ".join(_names(summary)),
        licence=Licence(summary.licence).label if known else summary.licence,
        licence_url=Licence(summary.licence).url if known else "",
        url=url,
        # Made from HTML that the renderer let through.
        xhtml=mark_safe(as_xhtml(summary.html, place)),  # noqa: S308
    )


def _page(name: str, title: str, template: str, **context: object) -> epub.Page:
    given = {"language": _language(), "page_title": title, **context}
    content = clean(render_to_string(template, given))
    return epub.Page(name, clean(title), content, has_math="<math " in content)


@cache
def _style() -> bytes:
    return (Path(__file__).parent / "book.css").read_bytes()
