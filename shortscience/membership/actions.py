"""Leaving the site."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from shortscience.accounts.models import User
from shortscience.accounts.querysets import UserQuerySet
from shortscience.claims.actions import erase_proposals
from shortscience.claims.actions import forget_unpublished as forget_unpublished_claims
from shortscience.discussion.actions import erase
from shortscience.discussion.models import Comment
from shortscience.evidence.actions.leaving import disown_reports, erase_reports
from shortscience.images.removing import remove_unused_of
from shortscience.membership import sessions
from shortscience.moderation.models import LogEntry, Report
from shortscience.sharing.actions import leave_groups
from shortscience.summaries import authors
from shortscience.summaries.actions import delete_summary
from shortscience.summaries.models import Summary
from shortscience.summaries.querysets import SummaryQuerySet
from shortscience.summaries.revisions import forget_unpublished
from shortscience.voting.actions import rescore
from shortscience.voting.models import SummaryVote


class Texts(StrEnum):
    """What happens to the texts of somebody who leaves."""

    REMOVE = "remove"
    DISOWN = "disown"


def leave(*, person: User, texts: Texts) -> None:
    """Remove the account and everything that points to it; again does nothing.

    Votes are taken back and scores counted again. Public texts are erased, or stay under
    nobody's name; then nothing connects them to each other or to the person any more. A report that
    somebody confirmed stays either way, without the name. Private
    texts, versions that were private, drafts, and images that no text shows any more are erased
    either way. What others wrote stays, also in answer to erased texts.
    """
    sessions.end(person)
    with transaction.atomic():
        leaver = User.objects.select_for_update().filter(pk=person.pk).first()
        if leaver is None:
            return
        _take_back_votes(leaver)
        leave_groups(leaver)
        _leave_to_the_others(leaver)
        if texts is Texts.REMOVE:
            _erase_comments(leaver)
            erase_proposals(leaver)
            erase_reports(leaver)
            _erase_summaries(Summary.objects.written_by(leaver), leaver)
            Report.objects.filter(reporter=leaver).update(note="")
        else:
            private = Summary.objects.written_by(leaver)
            _erase_summaries(private.filter(visibility=Summary.Visibility.PRIVATE), leaver)
            changed = Summary.objects.written_by(leaver).filter(revisions__isnull=False)
            for summary in changed.distinct():
                forget_unpublished(summary)
                forget_unpublished_claims(summary)
            Summary.objects.written_by(leaver).update(author=None)
            Comment.objects.filter(author=leaver).update(author=None, badge="")
        disown_reports(leaver)
        # The one change that the log allows: what it said about the account no longer names it.
        gone = _("an account that was deleted since")
        LogEntry.objects.filter(person=leaver).update(about=gone)
        Report.objects.filter(person=leaver).update(about=gone)
        images = list(leaver.images.values_list("pk", flat=True))
        leaver.delete()
        # What texts of others still show stays under nobody's name.
        remove_unused_of(images)


def _leave_to_the_others(leaver: User) -> None:
    """Take the person off what was written together: it is the others' work, too."""
    together = Summary.objects.written_with(leaver).filter(joint_count__gt=0)
    for summary in together.order_by("pk"):
        authors.part(summary, leaver)


def _take_back_votes(leaver: User) -> None:
    votes = SummaryVote.objects.filter(voter=leaver)
    voted_on = list(votes.values_list("summary_id", flat=True))
    votes.delete()
    # In the order of their keys: two people who leave at once cannot wait for each other.
    for pk in sorted(voted_on):
        rescore(Summary.objects.select_for_update(of=("self",)).get(pk=pk))


def _erase_comments(leaver: User) -> None:
    # Newest first: an own answer goes before what it answers, so that no empty place stays.
    for comment in Comment.objects.select_for_update().filter(author=leaver).order_by("-pk"):
        erase(comment)


def _erase_summaries(summaries: SummaryQuerySet, leaver: User) -> None:
    for summary in summaries:
        delete_summary(summary=summary, by=leaver)


def forget_unconfirmed(person: User) -> bool:
    """Remove an account whose mail address was never confirmed; return whether it was one."""
    return _forget(_unconfirmed().filter(pk=person.pk)) > 0


def forget_stale(*, before: datetime) -> int:
    """Remove accounts made before then whose address was never confirmed; return how many.

    Their names and addresses are free again: a slip in the address costs nobody the name.
    """
    return _forget(_unconfirmed().filter(date_joined__lt=before))


def _unconfirmed() -> UserQuerySet:
    """Accounts that never signed in and could not: they wrote nothing and nobody knows them."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    waiting: UserQuerySet = User.objects.filter(
        ~Exists(confirmed), last_login__isnull=True, is_staff=False, is_active=True, origin=""
    )
    return waiting


def _forget(accounts: UserQuerySet) -> int:
    forgotten = 0
    for account in accounts:
        # Made by an import or a command rather than by signing up: it has written already.
        if not (account.summaries.exists() or account.comments.exists()):
            account.delete()
            forgotten += 1
    return forgotten
