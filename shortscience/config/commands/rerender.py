"""`shortscience rerender`: make stored HTML again with today's renderer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shortscience.config.terminal import say

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

# Rows read at a time; each is written in its own transaction.
BATCH = 200


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "rerender",
        help="make stored HTML again with today's renderer",
        description="Render the texts that an older version rendered. Stopped in"
        " between, it goes on where it was.",
    )
    command.add_argument("--all", action="store_true", help="render every text again")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready

    require_ready()
    if arguments.all:
        # From now on they count as old, so that a stopped run goes on without --all.
        for rows, _redo_one in rendered_texts().values():
            rows.update(renderer_version=0)
    done = redo_old()
    say(f"Rendered {', '.join(f'{number:,} {name}' for name, number in done.items())}.")
    return 0


def redo_old() -> dict[str, int]:
    """Render what an older version rendered; return how many of each kind."""
    return {name: _redo(rows, redo, name) for name, (rows, redo) in rendered_texts().items()}


def rendered_texts() -> dict[str, tuple[QuerySet[Any], Callable[[Any], None]]]:
    """Return all rows that hold HTML, and what makes that of one again."""
    from shortscience.claims.actions import rerender_claim
    from shortscience.claims.models import Claim
    from shortscience.discussion.actions import rerender_comment
    from shortscience.discussion.models import Comment
    from shortscience.library.actions.lists import rerender_description
    from shortscience.library.actions.saving import rerender_note
    from shortscience.library.models import ReadingList, SavedPaper
    from shortscience.summaries.actions import rerender
    from shortscience.summaries.models import Summary

    return {
        "summaries": (Summary.objects.all(), rerender),
        "claims": (Claim.objects.all(), rerender_claim),
        "comments": (Comment.objects.all(), rerender_comment),
        "notes": (SavedPaper.objects.exclude(note=""), rerender_note),
        "lists": (ReadingList.objects.exclude(description=""), rerender_description),
    }


def _redo(rows: QuerySet[Any], redo: Callable[[Any], None], name: str) -> int:
    """Render all rows of an older renderer, in order; return how many."""
    from tqdm import tqdm

    from shortscience.lib.markup import RENDERER_VERSION

    old = rows.filter(renderer_version__lt=RENDERER_VERSION).order_by("pk")
    done, last = 0, 0
    with tqdm(desc=name, total=old.count(), disable=not sys.stderr.isatty()) as bar:
        while batch := list[Any](_after(old, last)):
            for row in batch:
                redo(row)
                last = row.pk
            done += len(batch)
            bar.update(len(batch))
    return done


def _after(rows: QuerySet[Model], pk: int) -> QuerySet[Model]:
    return rows.filter(pk__gt=pk)[:BATCH]
