"""Writes about comments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.claims import counts as claim_counts
from shortscience.claims.models import Claim
from shortscience.discussion import badges, mentions, notes
from shortscience.discussion.models import Comment, CommentRevision, Passage
from shortscience.discussion.rules import COMMENTS, EditWindowOver
from shortscience.lib import markup
from shortscience.lib.errors import Conflict, NotAllowed
from shortscience.lib.limits import Times, check_limit
from shortscience.lib.prepared import Prepared
from shortscience.papers.models import Paper
from shortscience.summaries import counts
from shortscience.summaries.actions import cited_papers
from shortscience.summaries.models import Summary


def preview(*, text: str) -> markup.Rendered:
    """Return what saving this comment would show, made by the same code.

    Raises:
        markup.SourceRefused: the text cannot be kept; the sentence says why.
    """
    return _rendered(text, id_prefix="preview-")


def add_comment(
    *,
    writer: Viewer,
    paper: Paper,
    text: str,
    summary: Summary | None = None,
    claim: Claim | None = None,
    parent: Comment | None = None,
    is_anonymous: bool = False,
    kind: Comment.Kind = Comment.Kind.COMMENT,
    passage: notes.Choice | None = None,
    at: datetime | None = None,
) -> Comment:
    """Store a comment on the paper, a summary or a claim of it, or in answer to a comment.

    Args:
        passage: of the summary, which this is a note on.
        at: when it was written; now unless it comes from elsewhere.

    Raises:
        SignInFirst, NotAllowed: the person may not write here.
        markup.SourceRefused: the text cannot be kept; the sentence says why.
        Conflict: what it answers is gone.
        TooFast: too many comments in an hour, or people called in a day.
        TooManyMentions: people called in one comment.
        PassageRefused: the passage is not in the summary, or more than once.
    """
    member = require_member(writer)
    source = markup.check_source(text)
    with transaction.atomic():
        if parent is not None:
            parent = Comment.objects.select_for_update().get(pk=parent.pk)
            if parent.is_gone:
                raise Conflict(_("The comment you answer was removed. Your text is kept here."))
            paper, summary, claim = parent.paper, parent.summary, parent.claim
            kind, passage = Comment.Kind.COMMENT, None
        elif claim is not None:
            paper, summary = claim.paper, claim.summary
        if summary is not None and not summary.is_open_to(member):
            raise NotAllowed(_("This summary cannot be commented on."))
        if passage is not None and summary is not None:
            # An edit that is being saved waits, then follows this note; or it was before. Locked
            # before the comment's row refers to it, or two notes at once would wait for each other.
            summary = Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
        if at is None:
            _check_pace(member)
        comment = Comment(
            paper=paper,
            summary=summary,
            claim=claim,
            parent=parent,
            author=member,
            is_anonymous=is_anonymous,
            kind=kind,
            created_at=at or timezone.now(),
            **_audience(summary, parent),
        )
        called = _render_into(comment, source)
        badges.award(comment)
        comment.save()
        if passage is not None and summary is not None:
            notes.attach(comment, summary, passage)
        # A new one has called nobody before.
        if called:
            mentions.call(comment, called, quietly=at is not None)
        refresh_counts(comment)
    return comment


def _audience(summary: Summary | None, parent: Comment | None) -> dict[str, Any]:
    """Return who may read a new comment: those who read what it answers."""
    if parent is not None and parent.is_confidential:
        return {"is_confidential": True, "group_id": parent.group_id}
    if summary is not None and not summary.is_for_all:
        return {"is_confidential": True, "group_id": summary.group_id}
    return {}


def edit_comment(*, editor: Viewer, comment: Comment, text: str) -> Comment:
    """Replace the text of one's own comment; it is marked as edited, and what it said is kept.

    Raises:
        EditWindowOver: it is too old.
        SignInFirst, NotAllowed, Conflict: it is not one's own, or gone.
        markup.SourceRefused, TooManyMentions, TooFast: as for a new one.
    """
    source = markup.check_source(text)
    with transaction.atomic():
        locked = _own(editor, comment)
        if not locked.can_still_be_edited:
            raise EditWindowOver
        if source == locked.text:
            return locked
        now = timezone.now()
        CommentRevision.objects.create(
            comment=locked,
            text=locked.text,
            written_at=locked.edited_at or locked.created_at,
            replaced_at=now,
        )
        called = _render_into(locked, source)
        mentions.call(locked, called)
        locked.edited_at = now
        locked.save(update_fields=["text", "html", "has_math", "renderer_version", "edited_at"])
    return locked


@transaction.atomic
def delete_comment(*, by: Viewer, comment: Comment) -> None:
    """Erase the text of one's own comment. Its place stays while somebody answered it."""
    erase(_own(by, comment))


def erase(locked: Comment) -> None:
    """Erase a comment whoever asks; its row is locked by the caller's transaction."""
    locked.text = locked.html = ""
    locked.deleted_at = timezone.now()
    called = list(locked.mentions.values_list("person_id", flat=True))
    if locked.replies.exists():
        _empty(locked)
    else:
        locked.delete()
    mentions.refresh(called)
    refresh_counts(locked)


def _empty(locked: Comment) -> None:
    """Leave only its place: who wrote it, what it said before and what it was on go with it."""
    locked.author = None
    locked.is_anonymous = False
    locked.accepted_at = None
    locked.badge = ""
    locked.kind = Comment.Kind.COMMENT
    locked.save(
        update_fields=[
            *("text", "html", "deleted_at", "author", "is_anonymous"),
            *("accepted_at", "badge", "kind"),
        ]
    )
    Passage.objects.filter(comment=locked).delete()
    locked.mentions.all().delete()
    locked.revisions.all().delete()


def refresh_counts(comment: Comment) -> None:
    """Count the standing comments of its summary, claim or paper again."""
    if comment.claim is not None:
        claim_counts.recount_comments_of(Claim.objects.filter(pk=comment.claim.pk))
        # What a text does not say any more is listed as long as it is discussed.
        claim_counts.refresh(comment.claim.paper)
    elif comment.summary is not None:
        counts.recount_comments_of(comment.summary)
    else:
        counts.refresh(comment.paper)


def rerender_comment(comment: Comment) -> None:
    """Make the HTML again from the stored text with today's renderer and papers."""
    with transaction.atomic():
        locked = Comment.objects.select_for_update().get(pk=comment.pk)
        if locked.text:
            _render_into(locked, locked.text)
        locked.renderer_version = markup.RENDERER_VERSION
        locked.save(update_fields=["html", "has_math", "renderer_version"])


def _own(person: Viewer, comment: Comment) -> Comment:
    member = require_member(person)
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    if not locked.is_by(member):
        raise NotAllowed(_("Only its writer can change this."))
    if locked.is_gone:
        raise Conflict(_("This comment was removed already."))
    return locked


def _render_into(comment: Comment, source: str) -> tuple[str, ...]:
    """Fill the columns that are made from the source text; return the handles it calls."""
    prefix = f"c{comment.pk or timezone.now().strftime('%s%f')}-"
    rendered = _rendered(source, id_prefix=prefix)
    comment.text = source
    comment.html = rendered.html
    comment.has_math = rendered.has_math
    comment.renderer_version = markup.RENDERER_VERSION
    return rendered.mentions


def _rendered(source: str, *, id_prefix: str) -> markup.Rendered:
    return markup.render_comment(
        source, resolve=cited_papers, id_prefix=id_prefix, people=mentions.pages_of
    )


def _check_pace(member: User) -> None:
    check_limit(
        COMMENTS,
        Times(lambda start, stop: (one.created_at for one in _COMMENTS_OF(member, start, stop))),
        now=timezone.now(),
        sentence=_("That is a lot of comments for one hour. Your text is kept here."),
    )


_COMMENTS_OF = Prepared(
    lambda author, start, stop: (
        Comment.objects.filter(author=author).order_by("-created_at").only("created_at")[start:stop]
    )
)
