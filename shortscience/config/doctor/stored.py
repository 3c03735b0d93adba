"""Pages that are kept for strangers: whether each change of what they show is noted."""

from __future__ import annotations

from django.db import connection

from shortscience.config.doctor.finding import Finding, State, ok
from shortscience.pagestore import triggers


def noting(repairs: bool) -> list[Finding]:
    """Look whether each watched table has its triggers, unaltered and switched on.

    Without one of them pages are not kept, or, where one was altered, could be out of date.
    """
    wrong = sorted(triggers.wrong_tables(connection))
    if not wrong:
        return [ok("triggers")]
    if repairs:
        triggers.install(connection)
    state = State.MENDED if repairs else State.WRONG
    says = f"changes of {', '.join(wrong)} are not noted as they should be: pages may be old"
    return [Finding("triggers", state, says, len(wrong))]
