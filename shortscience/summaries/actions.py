"""Writes about summaries."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.groups.models import Group
from shortscience.groups.rules import NotAMember
from shortscience.lib import markup, ranking
from shortscience.lib.fingerprint import fingerprint
from shortscience.lib.identifiers import Key, candidates
from shortscience.lib.licences import Licence
from shortscience.lib.limits import Times, check_limit
from shortscience.lib.plaintext import squeeze
from shortscience.lib.prepared import Prepared
from shortscience.lib.prepared_writes import update
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
    LicenceOnlyWider,
    NewestVersion,
    NoSuchVersion,
    NoteTooLong,
    NotYours,
    WrittenTogether,
)
from shortscience.summaries.seconds import renumber
from shortscience.summaries.signals import html_changed, text_written

_OWN_KEY = re.compile(r"shortscience/([1-9][0-9]{0,8})")


def papers_by_key(keys: Collection[str]) -> dict[str, Paper]:
    """Return the paper that each key of a `\\cite` means, in two queries for all of them.

    "shortscience/12" means the paper of that number, for which there may be no other key.
    """
    wanted: dict[Key, str] = {}
    for text in keys:
        for candidate in candidates(text):
            wanted.setdefault(candidate, text)
    found = _papers_by_number(keys)
    if not wanted:
        return found
    rows = Identifier.objects.filter(any_of(wanted)).select_related("paper").order_by("paper_id")
    known = {(row.scheme, row.value): row.paper for row in rows}
    for key, text in wanted.items():
        paper = known.get((key.scheme, key.value))
        if paper is not None and paper.hidden_at is None:
            found.setdefault(text, paper)
    return found


def _papers_by_number(keys: Collection[str]) -> dict[str, Paper]:
    numbers = {key: match[1] for key in keys if (match := _OWN_KEY.fullmatch(key))}
    if not numbers:
        return {}
    asked = Paper.objects.filter(pk__in=set(numbers.values())).select_related("merged_into")
    here = {str(paper.pk): paper.merged_into or paper for paper in asked}
    found = {key: here[number] for key, number in numbers.items() if number in here}
    return {key: paper for key, paper in found.items() if paper.hidden_at is None}


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


def as_read(source: str, *, id_prefix: str) -> markup.Rendered:
    """Return a checked text as HTML, with the papers that it cites today; nothing is stored."""
    return markup.render(source, resolve=cited_papers, id_prefix=id_prefix, claims={})


def problems_in(summary: Summary) -> tuple[markup.Problem, ...]:
    """Return what is wrong with the marks of claims in a stored text."""
    if markup.CLAIM not in summary.text:
        return ()
    return markup.render(summary.text, claims={}).problems


def save_summary(
    *,
    writer: Viewer,
    paper: Paper,
    text: str,
    is_anonymous: bool = False,
    is_private: bool = False,
    group: Group | None = None,
    licence: Licence | None = None,
    level: str | None = None,
    base_version: int | None = None,
    which: int | None = None,
    note: str = "",
    restored_from: int | None = None,
    draft: drafts.Seen | None = None,
) -> Summary:
    """Store the writer's summary of the paper, new or changed, and return it.

    Each change is kept as a version (`summaries.revisions`).

    Who sees it, under which name and licence is the first author's choice: of the others only
    the text is taken.

    Args:
        group: whose members alone see it.
        licence: None leaves it as it is.
        level: whom it is for (`Summary.Level`), "" for nobody in particular; None leaves it.
        which: the summary to change, where the person has two on the paper, or is a further
            author of one.
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
        NotAMember: the person is not in the group.
        LicenceOnlyWider: it was published under a licence that allows more.
    """
    member = require_member(writer)
    source = markup.check_source(text)
    note = squeeze(note)
    if len(note) > NOTE_MAX_LENGTH:
        raise NoteTooLong
    with transaction.atomic():
        # Two tabs at the same moment: the second waits here and then sees what the first wrote.
        if not _PAPER(paper):
            raise Paper.DoesNotExist
        texts = {text.pk: text for text in _TEXTS(member, paper)}
        mine = texts.get(which or 0) or _joint(member, paper, which)
        mine = mine or next(iter(texts.values()), None)
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
        # Already in hand: what follows must not read it again.
        mine.paper = paper
        if mine.is_led_by(member):
            mine.author = member
        is_change = mine.pk is not None
        if is_change:
            _check_changes(member)
            revisions.keep_first(mine)
        readers, counted = (mine.visibility, mine.group_id), _counted(mine)
        if mine.is_led_by(member):
            mine.is_anonymous = is_anonymous
            _show_to(mine, member, group=group, is_private=is_private)
            _license(mine, licence)
            if level is not None:
                mine.level = Summary.Level(level) if level else ""
        _store(mine, source, now=timezone.now())
        if is_change:
            revisions.keep(mine, editor=member, note=note, restored_from=restored_from)
        if len(texts) > 1:
            renumber(paper, member.pk)
        if readers != (mine.visibility, mine.group_id):
            counts.recount_comments_of(mine)
        if is_change and counted == _counted(mine):
            changed([paper.pk])
        else:
            counts.refresh(paper, people=[member, *mine.authors_except(member)])
    return mine


_PAPER = Prepared(
    lambda paper: Paper.objects.select_for_update(of=("self",)).only("pk").filter(pk=paper.pk)
)
_TEXTS = Prepared(
    lambda member, paper: (
        Summary.objects.select_for_update(of=("self",))
        .filter(author=member, paper=paper)
        .order_by("nth")
    )
)


def _counted(summary: Summary) -> tuple[bool, bool]:
    """Return what numbers of papers and people depend on."""
    return summary.is_for_all, summary.is_anonymous


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
        group=summary.group,
        base_version=base_version or 0,
        which=summary.pk,
        restored_from=number,
    )


@transaction.atomic
def withdraw_version(*, summary: Summary, number: int, by: Viewer, again: bool = False) -> None:
    """Take an older version out of others' sight, or bring it back with `again`.

    The history goes on telling that there was one, and when.

    Raises:
        NotYours: somebody else wrote it.
        NoSuchVersion: there is no version of that number.
        NewestVersion: it is what the summary says now.
    """
    locked = Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
    if not locked.is_by(require_member(by)):
        raise NotYours
    if number == locked.version:
        raise NewestVersion
    when = None if again else timezone.now()
    if not SummaryRevision.objects.filter(summary=locked, number=number).update(withdrawn_at=when):
        raise NoSuchVersion
    html_changed.send(Summary, summary=locked)


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
        WrittenTogether: it is others' work, too.
    """
    with transaction.atomic():
        locked = Summary.objects.select_for_update().get(pk=summary.pk)
        if not locked.is_by(by):
            raise NotYours
        if locked.joint_count:
            raise WrittenTogether
        # The foreign key lets go of the comments; this says on each why it hangs on the paper.
        locked.comments.update(outlived_summary=True)
        text_written.send(Summary, summary=locked, marks=None)
        locked.delete()
        if locked.author_id is not None:
            renumber(locked.paper, locked.author_id)
        counts.refresh(locked.paper, people=[locked.author] if locked.author else [])


def _joint(member: User, paper: Paper, which: int | None) -> Summary | None:
    """Return the summary that the person is a further author of, locked."""
    if which is None:
        return None
    rows = Summary.objects.select_for_update(of=("self",)).filter(pk=which, paper=paper)
    return rows.filter(authorships__person=member).first()


def _show_to(summary: Summary, member: User, *, group: Group | None, is_private: bool) -> None:
    """Set who reads the summary. Who left a group may leave a text there, not put one there."""
    if group is None or is_private:
        visibility = Summary.Visibility.PRIVATE if is_private else Summary.Visibility.PUBLIC
        summary.visibility, summary.group = visibility, None
        return
    if group.pk != summary.group_id and not Group.objects.visible_to(member).filter(pk=group.pk):
        raise NotAMember
    summary.visibility, summary.group = Summary.Visibility.GROUP, group


def _license(summary: Summary, licence: Licence | None) -> None:
    """Set the licence. What everybody got once, nobody takes back: see the decision record."""
    if licence is None:
        return
    if summary.published_at is not None and licence.is_narrower_than(Licence(summary.licence)):
        raise LicenceOnlyWider(Licence(summary.licence))
    summary.licence = licence


def _check_pace(member: User) -> None:
    times = Summary.objects.written_by(member).order_by("-created_at")
    check_limit(
        NEW_SUMMARIES,
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of new summaries for one day. Your text is kept here."),
    )


def _check_changes(member: User) -> None:
    check_limit(
        CHANGES,
        Times(lambda a, b: (one.saved_at for one in _CHANGES_OF(member, a, b) if one.saved_at)),
        now=timezone.now(),
        sentence=_("That is a lot of changes for one day. Your text is kept here."),
    )


_CHANGES_OF = Prepared(
    lambda editor, start, stop: (
        SummaryRevision.objects.filter(editor=editor, saved_at__isnull=False)
        .only("saved_at")
        .order_by("-saved_at")[start:stop]
    )
)


def _store(summary: Summary, source: str, *, now: datetime | None) -> None:
    """Render the text, write the row and its citations. `now` is None for imports."""
    is_new = summary.pk is None
    if is_new:
        # The ids in its HTML begin with its number, so that links to them last: it gets one here.
        summary.text = source
        summary.save()
    written = write_html(summary, source)
    summary.version += 1
    if now is not None:
        if summary.published_at is None and summary.is_for_all:
            summary.published_at = summary.recent_at = now
        elif not is_new:
            summary.edited_at = now
    summary.hot = ranking.hot(summary.score, summary.published_at)
    update(summary, _written_fields())
    follow(summary, written, is_new=is_new)


@cache
def _written_fields() -> list[str]:
    """Return all columns of a summary but its number and what the database makes itself."""
    fields = Summary._meta.concrete_fields
    return [one.name for one in fields if not one.primary_key and not one.generated]


class Written(NamedTuple):
    """What a text says besides its words."""

    # Every cited key in order, with the paper it means where we know it.
    cited: dict[str, Paper | None]
    marks: tuple[markup.ClaimMark, ...]


def follow(summary: Summary, written: Written, *, is_new: bool = False) -> None:
    """Make the rows that follow a stored text equal to it: its citations, its claims."""
    write_citations(summary, written.cited, is_new=is_new)
    text_written.send(Summary, summary=summary, marks=written.marks, is_new=is_new)
    if not is_new:
        # Last: who follows its claims may have put their addresses into the HTML.
        html_changed.send(Summary, summary=summary)


def write_html(
    summary: Summary, source: str, *, claims: Mapping[str, markup.ShownClaim] | None = None
) -> Written:
    """Fill the columns that are made from the source text, without saving."""
    known: dict[str, Paper] = {}

    def resolve(keys: Collection[str]) -> Mapping[str, markup.CitedPaper]:
        known.update(papers_by_key(keys))
        return as_cited(known)

    mark = fingerprint(source)
    rendered = markup.render(
        source,
        resolve=resolve,
        id_prefix=f"s{summary.pk}.",
        name=f"summary {summary.pk}",
        claims=claims or {},
    )
    summary.text = source
    summary.fingerprint = mark
    summary.lead_html = rendered.lead_html
    summary.rest_html = rendered.rest_html
    summary.lead_is_excerpt = rendered.has_more and rendered.rest_html == rendered.html
    summary.has_math = rendered.has_math
    summary.words = rendered.words
    summary.renderer_version = markup.RENDERER_VERSION
    return Written({key: known.get(key) for key in rendered.cites}, rendered.claims)


def write_citations(
    summary: Summary, cited: Mapping[str, Paper | None], *, is_new: bool = False
) -> None:
    """Make the citation rows equal to what the text cites now."""
    if not is_new:
        now = [(key[:300], paper.pk if paper else None) for key, paper in cited.items()]
        if [(row.key, row.paper_id) for row in _CITED(summary)] == now:
            return
        summary.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(summary=summary, key=key[:300], paper=paper, position=position)
        for position, (key, paper) in enumerate(cited.items())
    )


_CITED = Prepared(
    lambda summary: (
        Citation.objects.filter(summary=summary).only("key", "paper_id").order_by("position")
    )
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
        written = write_html(locked, locked.text)
        locked.save(update_fields=RENDERED_FIELDS)
        follow(locked, written)


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
