"""What is proven about the writer of a comment, and shown beside the name.

Stored with each comment, so that reading costs no work; made again whenever a proof comes or
goes, a paper is merged, and each night. Never for an anonymous comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from shortscience.accounts.models import Proof, User
from shortscience.discussion.models import Comment
from shortscience.lib.prepared import Prepared
from shortscience.papers.models import Identifier, Paper

_REPOSITORY = re.compile(r"\bgithub\.com/([A-Za-z0-9][A-Za-z0-9-]{0,38})/[\w.-]+", re.IGNORECASE)

Badge = Comment.Badge


def badge_of(person: User | None, paper: Paper) -> str:
    """Return what is proven of this person about this paper, or "".

    An author is whose proven ORCID iD is the iD of an author in the paper's own record; a
    maintainer is whose proven GitHub account owns a repository that the paper itself names. A
    name proves nothing.
    """
    proofs = {one.service: one.name for one in _PROOFS(person)} if person is not None else {}
    if not proofs:
        return ""
    if proofs.get(Proof.Service.ORCID) in (paper.author_orcids or ()):
        return Badge.AUTHOR
    owner = proofs.get(Proof.Service.GITHUB, "").lower()
    return Badge.MAINTAINER if owner and owner in owners_of_code(paper) else ""


def owners_of_code(paper: Paper) -> set[str]:
    """Return the owners, in lower case, of the repositories that the paper names: by its
    identifiers, or in the abstract that its authors wrote."""
    return {found[1].lower() for text in _own_words(paper) for found in _REPOSITORY.finditer(text)}


def award(comment: Comment) -> None:
    """Set the badge of a comment that is being written; it is not saved here."""
    comment.badge = "" if comment.is_anonymous else badge_of(comment.author, comment.paper)


def refresh_of(person: User) -> int:
    """Make the badges of this person's comments again; return how many changed."""
    return _refresh(Comment.objects.filter(author=person))


def refresh_on(paper: Paper) -> int:
    """Make the badges on this paper again; return how many changed."""
    return _refresh(Comment.objects.filter(paper=paper))


def recount() -> int:
    """Make all badges again; return how many were wrong."""
    return _refresh(Comment.objects.all())


_PROOFS = Prepared(lambda person: Proof.objects.filter(person=person).only("service", "name"))


def _refresh(comments: QuerySet[Comment]) -> int:
    """Look at those who may have a badge or have one: few people prove anything."""
    may_have = Q(is_anonymous=False, author__in=Proof.objects.values("person"))
    rows = comments.filter(may_have | ~Q(badge="")).select_related("author", "paper")
    changed = 0
    for comment in rows.order_by("pk").iterator(chunk_size=500):
        before = comment.badge
        award(comment)
        if comment.badge != before:
            Comment.objects.filter(pk=comment.pk).update(badge=comment.badge)
            changed += 1
    return changed


def _own_words(paper: Paper) -> Iterator[str]:
    links = Identifier.objects.filter(paper=paper, scheme="url")
    yield from links.values_list("value", flat=True)
    if not paper.abstract_by:
        yield paper.abstract
