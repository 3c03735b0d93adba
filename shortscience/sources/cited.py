"""Papers that a summary cites and that we do not have: they are fetched after it was saved."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from shortscience.accounts.models import User
from shortscience.jobs.declare import declared
from shortscience.lib.errors import Refused
from shortscience.lib.identifiers import Key, Scheme, candidates
from shortscience.sources.fetching import RemovedHere, fetch, known, understood
from shortscience.summaries.actions import papers_by_key, rerender
from shortscience.summaries.models import Summary

log = logging.getLogger(__name__)

# Whose form says what they are: any word has the form of a key of BibSonomy.
_FETCHED = (Scheme.DOI, Scheme.ARXIV, Scheme.DBLP, Scheme.ACL, Scheme.PMLR)
# Other sites are asked in our name; a list of hundreds is an import.
MOST_AT_ONCE = 20
# A source that did not answer is asked again.
WAITS = (timedelta(minutes=1), timedelta(minutes=30), timedelta(hours=6))


class SourcesSilent(Exception):
    """A later try may hear more."""


def can_fetch(key: Key) -> bool:
    """Say whether a source may know the paper, and whether we ask any."""
    return bool(settings.SOURCES_ONLINE) and key.scheme in _FETCHED


def fetch_cited_later(summary: Summary) -> None:
    """Let the worker fetch what this summary cites and we do not have; call it after each save."""
    # Most texts cite what is here: their HTML tells, at no cost.
    has_unknown = "cite--unknown" in summary.html
    if has_unknown and summary.author_id is not None and _waiting(summary):
        fetch_cited.enqueue(summary_id=summary.pk)


@task()
@declared(
    idempotent=True,
    waits=WAITS,
    unique=lambda summary_id: str(summary_id),
    label=_("Papers that a summary cites"),
)
def fetch_cited(summary_id: int) -> int:
    """Fetch them and make the summary's references anew; return how many papers came.

    They count for the writer's day like papers that were fetched by hand.

    Raises:
        SourcesSilent: some source did not answer; what came is kept.
    """
    summary = Summary.objects.select_related("author").filter(pk=summary_id).first()
    if summary is None or summary.author is None:
        return 0
    keys = _waiting(summary)
    is_silent = _fetch(keys, summary.author)
    found = papers_by_key(keys)
    if found:
        rerender(summary)
    if is_silent:
        raise SourcesSilent
    return len(found)


def _waiting(summary: Summary) -> Sequence[str]:
    """Return the keys that lead to no paper yet and that a source may know."""
    unknown = summary.citations.filter(paper__isnull=True).order_by("position")
    keys = unknown.values_list("key", flat=True)
    asked = (key for key in keys if any(map(can_fetch, candidates(key))))
    return list(asked)[:MOST_AT_ONCE]


def _fetch(keys: Sequence[str], member: User) -> bool:
    """Ask for each; return whether a later try may find more."""
    is_silent = False
    for key in keys:
        wish = understood(key)
        try:
            if known(wish, member) is not None:
                continue
            fetched = fetch(wish, member=member)
        except RemovedHere:
            continue
        except Refused as refusal:
            log.info("a cited paper was not fetched: %s", refusal)
            return False
        is_silent = is_silent or (fetched.paper is None and bool(fetched.silent))
    return is_silent
