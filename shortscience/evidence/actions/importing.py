"""Taking in what is described elsewhere: shown on the paper, without a status of ours."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shortscience.accounts.actions import require_member
from shortscience.accounts.models import User
from shortscience.accounts.querysets import Viewer
from shortscience.evidence.formats import Found, read_external
from shortscience.evidence.models import ExternalEvidence
from shortscience.evidence.papers import find
from shortscience.evidence.rules import IMPORTS, NoSuchPaper
from shortscience.lib.limits import check_limit
from shortscience.papers.models import Paper


def import_evidence(*, by: Viewer, payload: bytes, paper: Paper | None = None) -> ExternalEvidence:
    """Store what a `codecheck.yml` or a run crate says, under the name of who sends it.

    Args:
        paper: which it is about; else as the file names it.

    Raises:
        SignInFirst, NotAllowed: the person may not write.
        BadFile, BadReport: it is neither; the sentence says why.
        NoSuchPaper, SeveralPapers: its paper cannot be told.
        TooFast: too many in a day.
    """
    member = require_member(by)
    found = read_external(payload)
    about = paper or _paper_of(found)
    digest = hashlib.sha256(payload).hexdigest()
    with transaction.atomic():
        locked = Paper.objects.select_for_update(of=("self",)).get(pk=about.pk)
        there = ExternalEvidence.objects.on(locked).filter(sha256=digest).first()
        if there is not None:
            return there
        _check_pace(member)
        return ExternalEvidence.objects.create(
            paper=locked,
            format=found.format,
            sha256=digest,
            title=found.title,
            url=found.url,
            repository=found.repository,
            done_at=found.done_at,
            people=list(found.people),
            says=found.says,
            outputs=[dict(one) for one in found.outputs],
            uploader=member,
            uploaded_at=timezone.now(),
        )


def _paper_of(found: Found) -> Paper:
    for reference in found.paper_references:
        try:
            return find(doi=reference)
        except NoSuchPaper:
            continue
    return find(title=found.paper_title)


def _check_pace(member: User) -> None:
    times = ExternalEvidence.objects.filter(uploader=member).order_by("-uploaded_at")
    check_limit(
        IMPORTS,
        times.values_list("uploaded_at", flat=True),
        now=timezone.now(),
        sentence=_("That is a lot of files for one day. Send the others tomorrow."),
    )
