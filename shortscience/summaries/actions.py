"""Writes about summaries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.lib import markup, ranking
from shortscience.lib.fingerprint import fingerprint
from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.limits import NewestFirst, check_limit
from shortscience.lib.plaintext import squeeze
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.outbox import changed
from shortscience.papers.querysets import any_of
from shortscience.summaries import counts, drafts, revisions
from shortscience.summaries.models import LONG_AGO, Citation, Summary, SummaryRevision
from shortscience.summaries.rules import (
    CHANGES,
    NEW_SUMMARIES,
    NOTE_MAX_LENGTH,
    AlreadyWritten,
    ChangedMeanwhile,
    NoSuchVersion,
    NoteTooLong,
    NotYours,
)
from shortscience.summaries.seconds import renumber


def papers_by_key(keys: Collection[str]) -> dict[str, Paper]:
    """Return the paper that each key of a `\\cite` means, in two queries for all of them."""
    wanted: dict[Key, str] = {}
    for text in keys:
        for candidate in candidates(text):
            wanted.setdefault(candidate, text)
    if not wanted:
        return {}
    rows = Identifier.objects.filter(any_of(wanted)).select_related("paper").order_by("paper_id")
    known = {(row.scheme, row.value): row.paper for row in rows}
    found: dict[str, Paper] = {}
    for key, text in wanted.items():
        paper = known.get((key.scheme, key.value))
        if paper is not None and paper.hidden_at is None:
            found.setdefault(text, paper)
    return found


def as_cited(found: Mapping[str, Paper]) -> dict[str, markup.CitedPaper]:
    """Return what the renderer prints for these papers."""
    return {
        key: markup.CitedPaper(
            url=paper.get_absolute_url(), label=paper.cite_label, title=paper.title
        )
        for key, paper in found.items()
    }


def cited_papers(keys: Collection[str]) -> Mapping[str, markup.CitedPaper]:
    """Return what the renderer prints for each key that we know."""
    return as_cited(papers_by_key(keys))


def preview(*, text: str) -> markup.Rendered:
    """Return the HTML that saving this text would show, made by the same code.

    Raises:
        markup.SourceRefused: the text cannot be kept; the sentence says why.
    """
    return as_read(markup.check_source(text), id_prefix="preview-")


def as_read(source: str, *, id_prefix: str) -> markup.Rendered:
    """Return a checked text as HTML, with the papers that it cites today; nothing is stored."""
    return markup.render(source, resolve=cited_papers, id_prefix=id_prefix)


def save_summary(
    *,
    writer: Viewer,
    paper: Paper,
    text: str,
    is_anonymous: bool = False,
    is_private: bool = False,
    base_version: int | None = None,
    which: int | None = None,
    note: str = "",
    restored_from: int | None = None,
    draft: drafts.Seen | None = None,
) -> Summary:
    """Store the writer's summary of the paper, new or changed, and return it.

    Each change is kept as a version (`summaries.revisions`).

    Args:
        which: the summary to change, where the person has two on the paper.
        base_version: the version this editor started from; None for a new summary.
        note: what the writer says about the change.
        restored_from: the number of the version whose text this is again.
        draft: what the open editor knows of the draft, which this text uses up; None leaves
            drafts alone.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        markup.SourceRefused: the text cannot be kept; the sentence says why.
        AlreadyWritten: a new summary, but the person has one (a second tab).
        ChangedMeanwhile: the stored one is newer than what the editor started from.
        drafts.DraftIsNewer: there is a draft that this editor has not shown.
        TooFast: too many new summaries, or changes, in a day.
        NoteTooLong: the note is no note any more.
    """
    member = require_member(writer)
    source = markup.check_source(text)
    note = squeeze(note)
    if len(note) > NOTE_MAX_LENGTH:
        raise NoteTooLong
    with transaction.atomic():
        # Two tabs at the same moment: the second waits here and then sees what the first wrote.
        Paper.objects.select_for_update().only("pk").get(pk=paper.pk)
        written = Summary.objects.select_for_update().filter(author=member, paper=paper)
        texts = {text.pk: text for text in written.order_by("nth")}
        mine = texts.get(which or 0) or next(iter(texts.values()), None)
        if mine is None:
            _check_pace(member)
            mine = Summary(author=member, paper=paper, section=paper.section, version=0)
        elif base_version is None:
            raise AlreadyWritten(mine)
        elif base_version != mine.version:
            raise ChangedMeanwhile(mine)
        if draft is not None:
            drafts.use_up(
                owner=member,
                paper=paper,
                summary=mine if mine.pk else None,
                source=source,
                seen=draft,
            )
        is_change = mine.pk is not None
        if is_change:
            _check_changes(member)
            revisions.keep_first(mine)
        mine.is_anonymous = is_anonymous
        mine.visibility = Summary.Visibility.PRIVATE if is_private else Summary.Visibility.PUBLIC
        _store(mine, source, now=timezone.now())
        if is_change:
            revisions.keep(mine, editor=member, note=note, restored_from=restored_from)
        if len(texts) > 1:
            renumber(paper, member.pk)
        counts.refresh(paper, people=[member])
    return mine


def restore_version(
    *, summary: Summary, number: int, base_version: int | None, by: Viewer
) -> Summary:
    """Publish the text of an older version again, as a new version; nothing else changes.

    Args:
        base_version: the version that the person saw to be the newest.

    Raises:
        NotYours: somebody else wrote it.
        NoSuchVersion: there is no version of that number.
        ChangedMeanwhile, TooFast: as in `save_summary`.
    """
    if not summary.is_by(by):
        raise NotYours
    old = revisions.numbered(summary, by, number)
    if old is None:
        raise NoSuchVersion
    return save_summary(
        writer=by,
        paper=summary.paper,
        text=old.text,
        is_anonymous=summary.is_anonymous,
        is_private=summary.is_private,
        base_version=base_version or 0,
        which=summary.pk,
        restored_from=number,
    )


def import_summary(
    *,
    paper: Paper,
    text: str,
    author: User | None,
    is_anonymous: bool,
    published_at: datetime | None,
    origin: str,
    origin_votes: int = 0,
    origin_comments: int = 0,
) -> Summary:
    """Store a text that was public elsewhere, with the date it had there or none.

    Counts are not refreshed: an import does that once, at its end, with `counts.recount`.

    Raises:
        markup.SourceRefused: the text cannot be kept.
    """
    source = markup.check_source(text)
    summary = Summary(
        paper=paper,
        author=author,
        is_anonymous=is_anonymous,
        section=paper.section,
        published_at=published_at,
        recent_at=published_at or LONG_AGO,
        origin=origin,
        origin_votes=origin_votes,
        origin_comments=origin_comments,
        version=0,
    )
    with transaction.atomic():
        _store(summary, source, now=None)
        changed([paper.pk])
    return summary


def delete_summary(*, summary: Summary, by: Viewer) -> None:
    """Erase the summary and its votes. Its thread stays on the paper: others wrote it.

    Raises:
        NotYours: somebody else wrote it.
    """
    with transaction.atomic():
        locked = Summary.objects.select_for_update().get(pk=summary.pk)
        if not locked.is_by(by):
            raise NotYours
        # The foreign key lets go of the comments; this says on each why it hangs on the paper.
        locked.comments.update(outlived_summary=True)
        locked.delete()
        if locked.author_id is not None:
            renumber(locked.paper, locked.author_id)
        counts.refresh(locked.paper, people=[locked.author] if locked.author else [])


def _check_pace(member: User) -> None:
    times = Summary.objects.written_by(member).order_by("-created_at")
    check_limit(
        NEW_SUMMARIES,
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of new summaries for one day. Your text is kept here."),
    )


def _check_changes(member: User) -> None:
    saved = SummaryRevision.objects.filter(editor=member, saved_at__isnull=False)
    times = saved.order_by("-saved_at").values_list("saved_at", flat=True)
    check_limit(
        CHANGES,
        cast("NewestFirst", times),
        now=timezone.now(),
        sentence=_("That is a lot of changes for one day. Your text is kept here."),
    )


def _store(summary: Summary, source: str, *, now: datetime | None) -> None:
    """Render the text, write the row and its citations. `now` is None for imports."""
    is_new = summary.pk is None
    cited = write_html(summary, source)
    summary.version += 1
    if now is not None:
        if summary.published_at is None and not summary.is_private:
            summary.published_at = summary.recent_at = now
        elif not is_new:
            summary.edited_at = now
    summary.hot = ranking.hot(summary.score, summary.published_at)
    summary.save()
    write_citations(summary, cited, is_new=is_new)


def write_html(summary: Summary, source: str) -> dict[str, Paper | None]:
    """Fill the columns that are made from the source text, without saving.

    Returns:
        Every cited key in order, with the paper it means where we know it.
    """
    known: dict[str, Paper] = {}

    def resolve(keys: Collection[str]) -> Mapping[str, markup.CitedPaper]:
        known.update(papers_by_key(keys))
        return as_cited(known)

    mark = fingerprint(source)
    # Two summaries on one page must not share ids; the row's id is not known before it is saved.
    rendered = markup.render(source, resolve=resolve, id_prefix=f"s{mark[:8]}-")
    summary.text = source
    summary.fingerprint = mark
    summary.lead_html = rendered.lead_html
    summary.rest_html = rendered.rest_html
    summary.lead_is_excerpt = rendered.has_more and rendered.rest_html == rendered.html
    summary.has_math = rendered.has_math
    summary.words = rendered.words
    summary.renderer_version = markup.RENDERER_VERSION
    return {key: known.get(key) for key in rendered.cites}


def write_citations(
    summary: Summary, cited: Mapping[str, Paper | None], *, is_new: bool = False
) -> None:
    """Make the citation rows equal to what the text cites now."""
    if not is_new:
        summary.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(summary=summary, key=key[:300], paper=paper, position=position)
        for position, (key, paper) in enumerate(cited.items())
    )


def resolve_citations(paper: Paper) -> int:
    """Link citations that waited for this paper, render their texts again; return how many."""
    names = {key.value for key in paper.keys} | {paper.legacy_key}
    names |= {f"journals/corr/{key.value}" for key in paper.keys if key.scheme == "arxiv"}
    waiting = Citation.objects.filter(key__in=names, paper__isnull=True).values_list(
        "summary_id", flat=True
    )
    summaries = list(Summary.objects.filter(pk__in=list(waiting)))
    for summary in summaries:
        rerender(summary)
    return len(summaries)


def rerender(summary: Summary) -> None:
    """Make the HTML again from the stored text with today's renderer and papers."""
    with transaction.atomic():
        locked = Summary.objects.select_for_update().get(pk=summary.pk)
        cited = write_html(locked, locked.text)
        locked.save(update_fields=RENDERED_FIELDS)
        write_citations(locked, cited)


RENDERED_FIELDS = [
    "lead_html",
    "rest_html",
    "lead_is_excerpt",
    "has_math",
    "words",
    "renderer_version",
    "fingerprint",
]


def move_section(paper: Paper) -> None:
    """Copy the paper's section to its summaries after it changed."""
    Summary.objects.of(paper).exclude(section=paper.section).update(section=paper.section)
