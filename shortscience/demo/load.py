"""Put the demo library into the database, as if its readers had been here."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from shortscience.accounts.actions import change_profile
from shortscience.accounts.models import User
from shortscience.demo.content import (
    Library,
    Person,
    Summary,
    WrongContent,
    read_library,
    record_of,
)
from shortscience.demo.reports import load_reports
from shortscience.discussion.actions import add_comment
from shortscience.discussion.models import Comment
from shortscience.discussion.notes import Choice
from shortscience.images.actions import import_image
from shortscience.lib.markup import SourceRefused
from shortscience.lib.pictures import PictureAddress
from shortscience.papers.intake import take_in
from shortscience.papers.models import Paper
from shortscience.summaries import models as stored
from shortscience.summaries.actions import (
    RENDERED_FIELDS,
    follow,
    import_summary,
    write_html,
)
from shortscience.summaries.arrivals import settle
from shortscience.voting.actions import refresh_standing, rescore_all
from shortscience.voting.models import SummaryVote

# Nobody can sign in as a person of this origin: no password, no mail address.
ORIGIN = "demo"
# Votes come in over the days after publication; the files do not say when.
BETWEEN_VOTES = timedelta(hours=7)


def load(library: Library | None = None) -> dict[str, int]:
    """Store what of the library is not here yet; return how much of each there is in all.

    Done again, it changes nothing, except that a text that was rewritten is replaced.

    Raises:
        WrongContent: a file is wrong; nothing was stored.
    """
    content = library or read_library()
    with transaction.atomic():
        people = {person.handle: _person(person) for person in content.people}
        taken = take_in([record_of(paper) for paper in content.papers])
        papers = {paper.id: one.paper for paper, one in zip(content.papers, taken, strict=True)}
        for summary in content.summaries:
            row = _summary(summary, papers[summary.head.paper], people[summary.head.author])
            _comments(summary, row, people)
            _votes(summary, row, people)
        settle()
        rescore_all()
        refresh_standing()
    _images(content)
    reports = load_reports(people)
    return {
        "papers": len(papers),
        "people": len(people),
        "reports": reports,
        "summaries": len(content.summaries),
        "comments": sum(len(summary.head.comment) for summary in content.summaries),
        "votes": sum(
            len(summary.head.votes_up) + len(summary.head.votes_down)
            for summary in content.summaries
        ),
    }


def _person(person: Person) -> User:
    known = User.objects.by_handle(person.handle).first()
    if known is not None and known.origin != ORIGIN:
        raise WrongContent(
            f"people.toml: {person.handle} is a member of this site. The demo is for a new one."
        )
    user = known or User(username=person.handle, origin=ORIGIN)
    if known is None:
        user.set_unusable_password()
        user.save()
    if (user.display_name, user.about) != (person.display_name, person.about):
        change_profile(
            person=user, display_name=person.display_name, about=person.about, orcid_id=""
        )
    return user


def _summary(summary: Summary, paper: Paper, author: User) -> stored.Summary:
    known = stored.Summary.objects.filter(paper=paper, author=author).first()
    try:
        if known is None:
            known = import_summary(
                paper=paper,
                text=summary.text,
                author=author,
                is_anonymous=summary.head.anonymous,
                published_at=summary.head.published_at,
                origin="",
            )
        elif known.text != summary.text:
            written = write_html(known, summary.text)
            known.save(update_fields=["text", *RENDERED_FIELDS])
            follow(known, written)
    except SourceRefused as refused:
        raise WrongContent(f"{summary.file}: {refused}") from refused
    if known.level != summary.head.level:
        known.level = summary.head.level
        known.save(update_fields=["level"])
    return known


def _comments(summary: Summary, row: stored.Summary, people: dict[str, User]) -> None:
    placed: list[Comment] = []
    for comment in summary.head.comment:
        author = people[comment.author]
        known = Comment.objects.filter(summary=row, author=author, created_at=comment.at).first()
        placed.append(
            known
            or add_comment(
                writer=author,
                paper=row.paper,
                summary=row,
                parent=None if comment.reply_to is None else placed[comment.reply_to],
                text=comment.text,
                kind=Comment.Kind.QUESTION if comment.question else Comment.Kind.COMMENT,
                passage=Choice(comment.passage) if comment.passage else None,
                at=comment.at,
            )
        )
        if comment.accepted:
            Comment.objects.filter(pk=placed[-1].pk).update(accepted_at=comment.at)


def _votes(summary: Summary, row: stored.Summary, people: dict[str, User]) -> None:
    head = summary.head
    cast = [(name, SummaryVote.Value.UP) for name in head.votes_up]
    cast += [(name, SummaryVote.Value.DOWN) for name in head.votes_down]
    SummaryVote.objects.bulk_create(
        [
            SummaryVote(
                summary=row,
                voter=people[name],
                value=value,
                voted_at=head.published_at + number * BETWEEN_VOTES,
            )
            for number, (name, value) in enumerate(cast, start=1)
        ],
        ignore_conflicts=True,
    )


def _images(content: Library) -> None:
    for file in content.images:
        # What they were drawn from lies there too.
        address = PictureAddress.read(f"/i/{file.name}")
        if address is not None:
            import_image(address=address, data=file.read_bytes())
