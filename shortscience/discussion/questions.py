"""Questions, and the one answer that is accepted."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.querysets import Viewer
from shortscience.discussion.models import Comment
from shortscience.discussion.rules import NotYourQuestion
from shortscience.lib.errors import Conflict, Refused


def may_accept(viewer: Viewer, question: Comment) -> bool:
    """Whether the viewer accepts answers to this question: who asked it, or who wrote the
    summary that it is about."""
    if not viewer.is_authenticated or not question.is_question or question.is_gone:
        return False
    summary = question.summary
    return question.is_by(viewer) or (summary is not None and summary.is_by(viewer))


@transaction.atomic
def accept_answer(*, by: Viewer, answer: Comment, is_accepted: bool = True) -> Comment:
    """Make this the accepted answer to its question, in place of any other; or take that back.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        Refused: it answers no question.
        NotYourQuestion: somebody else asked.
        Conflict: one of the two is gone.
    """
    member = require_member(by)
    if answer.parent_id is None:
        raise Refused(_("This is no answer to a question."))
    # One lock for all answers of a question: two people at once cannot accept two.
    locked = Comment.objects.select_for_update(of=("self",)).select_related("summary")
    question = locked.get(pk=answer.parent_id)
    if not question.is_question:
        raise Refused(_("This is no answer to a question."))
    if not may_accept(member, question):
        raise NotYourQuestion
    answer = Comment.objects.select_for_update().get(pk=answer.pk)
    if answer.is_gone:
        raise Conflict(_("This answer was removed meanwhile."))
    if is_accepted:
        question.replies.exclude(pk=answer.pk).filter(accepted_at__isnull=False).update(
            accepted_at=None
        )
    answer.accepted_at = timezone.now() if is_accepted else None
    answer.save(update_fields=["accepted_at"])
    return answer
