"""Writes about comments."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import COMMENTS
from shortscience.lib import markup
from shortscience.lib.errors import Conflict, NotAllowed
from shortscience.lib.limits import check_limit
from shortscience.papers.models import Paper
from shortscience.summaries import counts
from shortscience.summaries.actions import cited_papers
from shortscience.summaries.models import Summary


def preview(*, text: str) -> markup.Rendered:
    """Return what saving this comment would show, made by the same code.

    Raises:
        markup.SourceRefused: the text cannot be kept; the sentence says why.
    """
    return markup.render_comment(text, resolve=cited_papers, id_prefix="preview-")


def add_comment(
    *,
    writer: Viewer,
    paper: Paper,
    text: str,
    summary: Summary | None = None,
    parent: Comment | None = None,
    is_anonymous: bool = False,
    at: datetime | None = None,
) -> Comment:
    """Store a comment on the paper, on one of its summaries, or in answer to a comment.

    Args:
        at: when it was written; now unless it comes from elsewhere.

    Raises:
        SignInFirst, NotAllowed: the person may not write here.
        markup.SourceRefused: the text cannot be kept; the sentence says why.
        Conflict: what it answers is gone.
        TooFast: too many comments in an hour.
    """
    member = require_member(writer)
    source = markup.check_source(text)
    with transaction.atomic():
        if parent is not None:
            parent = Comment.objects.select_for_update().get(pk=parent.pk)
            if parent.is_gone:
                raise Conflict(_("The comment you answer was removed. Your text is kept here."))
            paper, summary = parent.paper, parent.summary
        if summary is not None and not (summary.is_public or summary.is_by(member)):
            raise NotAllowed(_("This summary cannot be commented on."))
        if at is None:
            _check_pace(member)
        comment = Comment(
            paper=paper,
            summary=summary,
            parent=parent,
            author=member,
            is_anonymous=is_anonymous,
            created_at=at or timezone.now(),
        )
        _render_into(comment, source)
        comment.save()
        refresh_counts(comment)
    return comment


def edit_comment(*, editor: Viewer, comment: Comment, text: str) -> Comment:
    """Replace the text of one's own comment; it is marked as edited."""
    source = markup.check_source(text)
    with transaction.atomic():
        locked = _own(editor, comment)
        _render_into(locked, source)
        locked.edited_at = timezone.now()
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
    if locked.replies.exists():
        # Who wrote it goes with the text; only the place stays.
        locked.author = None
        locked.is_anonymous = False
        locked.save(update_fields=["text", "html", "deleted_at", "author", "is_anonymous"])
    else:
        locked.delete()
    refresh_counts(locked)


def refresh_counts(comment: Comment) -> None:
    """Count the standing comments of its summary and paper again."""
    if comment.summary is not None:
        standing = Comment.objects.filter(summary=comment.summary).standing().count()
        Summary.objects.filter(pk=comment.summary.pk).update(comment_count=standing)
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


def _render_into(comment: Comment, source: str) -> None:
    prefix = f"c{comment.pk or timezone.now().strftime('%s%f')}-"
    rendered = markup.render_comment(source, resolve=cited_papers, id_prefix=prefix)
    comment.text = source
    comment.html = rendered.html
    comment.has_math = rendered.has_math
    comment.renderer_version = markup.RENDERER_VERSION


def _check_pace(member: User) -> None:
    times = Comment.objects.filter(author=member).order_by("-created_at")
    check_limit(
        COMMENTS,
        times.values_list("created_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of comments for one hour. Your text is kept here."),
    )
