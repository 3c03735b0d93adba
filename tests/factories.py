"""Makes rows for tests: fixed defaults, no randomness, by the same actions as the site.

Every function takes only what a test cares about.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count

from allauth.account.models import EmailAddress
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.discussion.actions import add_comment
from shortscience.discussion.models import Comment
from shortscience.discussion.notes import Choice
from shortscience.groups.models import Group
from shortscience.images.making import random_name
from shortscience.images.models import Image, ImageFile
from shortscience.lib.identifiers import candidates
from shortscience.lib.sections import Section
from shortscience.lib.titles import title_key
from shortscience.papers.models import Identifier, Paper
from shortscience.summaries import counts
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary
from shortscience.venues.models import Venue, VenueKey, VenueYear
from shortscience.voting.actions import vote_on_summary

_numbers = count(1)

PASSWORD = "a-long-password-for-tests"
TEXT = "The idea in one line: keep the **residual**, $y = F(x) + x$.\n\n## Why\n\nIt trains."


def make_user(handle: str = "", **fields: object) -> User:
    """Return a member who can sign in with PASSWORD."""
    handle = handle or f"member-{next(_numbers)}"
    user: User = User.objects.create_user(
        handle, email=f"{handle}@example.org", password=PASSWORD, **fields
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def make_venue(short_name: str = "ICML", *, name: str = "", prefix: str = "") -> Venue:
    venue = Venue.objects.create(
        slug=short_name.lower(), short_name=short_name, name=name or short_name
    )
    VenueKey.objects.create(venue=venue, scheme="name", value=title_key(short_name))
    if prefix:
        VenueKey.objects.create(venue=venue, scheme="prefix", value=prefix)
    return venue


def make_paper(
    title: str = "",
    *,
    keys: tuple[str, ...] = (),
    authors: tuple[str, ...] = ("Kaiming He", "Xiangyu Zhang"),
    year: int | None = 2016,
    venue: Venue | None = None,
    section: Section = Section.CS,
    **fields: object,
) -> Paper:
    """Return a paper; `keys` are written as people write them: "1512.03385", "conf/cvpr/X16"."""
    title = title or f"A paper about matter {next(_numbers)}"
    paper = Paper.objects.create(
        title=title,
        title_key=title_key(title),
        authors=list(authors),
        year=year,
        venue=venue,
        section=section,
        **fields,
    )
    rows = dict.fromkeys(key for text in keys for key in candidates(text))
    Identifier.objects.bulk_create(
        Identifier(paper=paper, scheme=key.scheme, value=key.value) for key in rows
    )
    if venue is not None and year is not None:
        row, _ = VenueYear.objects.get_or_create(venue=venue, year=year)
        row.paper_count += 1
        row.save()
        venue.paper_count += 1
        venue.save(update_fields=["paper_count"])
    return paper


def make_summary(
    paper: Paper | None = None,
    *,
    writer: User | None = None,
    text: str = TEXT,
    anonymous: bool = False,
    private: bool = False,
    group: Group | None = None,
    score: int = 0,
    published_at: datetime | None = None,
    level: str = "",
) -> Summary:
    """Return a saved summary; `score` votes are cast by that many new members."""
    summary = save_summary(
        writer=writer or make_user(),
        paper=paper or make_paper(),
        text=text,
        is_anonymous=anonymous,
        is_private=private,
        level=level,
        group=group,
    )
    if published_at is not None:
        summary.published_at = summary.recent_at = published_at
        summary.save(update_fields=["published_at", "recent_at"])
    for _ in range(abs(score)):
        vote_on_summary(voter=make_user(), summary=summary, value=1 if score > 0 else -1)
    summary.refresh_from_db()
    return summary


def make_comment(
    *,
    summary: Summary | None = None,
    paper: Paper | None = None,
    writer: User | None = None,
    text: str = "One thing to add.",
    parent: Comment | None = None,
    anonymous: bool = False,
    question: bool = False,
    passage: str = "",
) -> Comment:
    if summary is None and paper is None and parent is None:
        summary = make_summary()
    where = summary.paper if summary else paper or (parent.paper if parent else make_paper())
    return add_comment(
        writer=writer or make_user(),
        paper=where,
        summary=summary,
        parent=parent,
        text=text,
        is_anonymous=anonymous,
        kind=Comment.Kind.QUESTION if question else Comment.Kind.COMMENT,
        passage=Choice(passage) if passage else None,
    )


def recount() -> None:
    counts.recount()


def make_image(owner: User, *, is_hidden: bool = False) -> Image:
    """Return a finished image whose files are not there: for what only reads its rows."""
    now = timezone.now()
    file = ImageFile.objects.create(
        digest=random_name(),
        key=random_name(),
        width=1000,
        height=500,
        size_bytes=50_000,
        hidden_at=now if is_hidden else None,
    )
    return Image.objects.create(
        name=random_name(),
        owner=owner,
        file=file,
        width=1000,
        height=500,
        added_at=now,
        used_at=now,
    )
