"""How a batch of records finds the papers that they may be, and stores them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shortscience.lib.identifiers import Key
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.querysets import any_of

if TYPE_CHECKING:
    from shortscience.papers.intake import Draft

# Rows a statement; SQLite's own limit of parameters is set by Django.
ROWS = 1000


class Shelf:
    """Asks the database, with a number of queries that does not grow with the batch."""

    # Look by `block_key`, too. A large load leaves that to `shortscience curate`.
    sees_changed_titles = True

    def careful(self) -> Shelf:
        """Return the shelf for a second try, after another writer came between."""
        return self

    def near(self, drafts: Sequence[Draft]) -> set[int]:
        """Return the ids of all papers that share an identifier or a title with a draft."""
        wanted = {key for draft in drafts for key in draft.keys}
        owners = Identifier.objects.filter(any_of(wanted)).values_list("paper_id", flat=True)
        titles = {draft.title_key for draft in drafts if draft.title_key}
        alike = Paper.objects.filter(title_key__in=titles).values_list("pk", flat=True)
        found = {*owners, *alike}
        if self.sees_changed_titles:
            blocks = {draft.block_key for draft in drafts if draft.block_key is not None}
            near = Paper.objects.filter(block_key__in=blocks, merged_into__isnull=True)
            found.update(near.values_list("pk", flat=True))
        return found

    def add(self, papers: Sequence[Paper]) -> None:
        """Store new papers; each gets its id."""
        Paper.objects.bulk_create(papers, batch_size=ROWS)

    def update(self, papers: Sequence[Paper], fields: Sequence[str]) -> None:
        """Store these fields of papers that changed."""
        Paper.objects.bulk_update(papers, fields, batch_size=ROWS)

    def name(self, keys: Sequence[tuple[Paper, Key]]) -> None:
        """Store further identifiers of papers that are stored."""
        Identifier.objects.bulk_create(
            [
                Identifier(paper=paper, scheme=key.scheme.value, value=key.value)
                for paper, key in keys
            ],
            batch_size=ROWS,
        )


class LookingShelf(Shelf):
    """For a look at what would become of records, which is taken back: only what tells that.

    Rewriting a thousand papers that a file knows more about takes seconds.
    """

    def update(self, papers: Sequence[Paper], fields: Sequence[str]) -> None:
        pass

    def name(self, keys: Sequence[tuple[Paper, Key]]) -> None:
        pass
