"""Storing papers by the million: the same decisions as any intake, the quickest statements.

Two shelves: `FastShelf` writes with COPY on PostgreSQL and prepared statements on SQLite;
`LoadShelf` remembers besides where every key is, so that a large load needs no index and the
indexes are built once, after it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection, models
from django.utils import timezone

from shortscience.lib.identifiers import Key
from shortscience.papers.matching import is_generic
from shortscience.papers.models import Identifier, Paper
from shortscience.papers.shelf import Shelf
from shortscience.papers.whereabouts import Whereabouts

if TYPE_CHECKING:
    from shortscience.papers.intake import Draft

# Some 600 MB of memory. A library with more keys is loaded with its indexes in place.
MOST_KEYS = 45_000_000
# Rows fetched at a time when the stored keys are read.
FETCHED = 10_000

Row = tuple[Any, ...]  # Any: what a column holds


class FastShelf(Shelf):
    """Writes rows without making SQL for each; reads as its parent does."""

    sees_changed_titles = False

    def add(self, papers: Sequence[Paper]) -> None:
        if not papers:
            return
        now = timezone.now()
        for pk, paper in zip(_reserved_ids(len(papers)), papers, strict=True):
            paper.pk = pk
            paper.created_at = paper.updated_at = now
            paper._state.adding = False
            paper._state.db = connection.alias
        names, row = _columns(Paper._meta.local_concrete_fields)
        _insert(Paper, names, map(row, papers))

    def update(self, papers: Sequence[Paper], fields: Sequence[str]) -> None:
        if not papers:
            return
        columns = [Paper._meta.get_field(name) for name in fields]
        names, row = _columns([field for field in columns if isinstance(field, models.Field)])
        table = connection.ops.quote_name(Paper._meta.db_table)
        assigned = ", ".join(f"{name} = %s" for name in names)
        # Table and columns are those of our own models.
        statement = f"UPDATE {table} SET {assigned} WHERE id = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(*row(paper), paper.pk) for paper in papers])

    def name(self, keys: Sequence[tuple[Paper, Key]]) -> None:
        # In the order of the unique index, so that neighbours go to the same page.
        rows = sorted((str(scheme), value, paper.pk) for paper, (scheme, value) in keys)
        names = [connection.ops.quote_name(name) for name in ("scheme", "value", "paper_id")]
        _insert(Identifier, names, rows)


class LoadShelf(FastShelf):
    """Knows by itself which papers have a key or a title; no index is asked."""

    # `shortscience curate` finds these once the indexes are there.
    sees_changed_titles = False

    def __init__(self) -> None:
        self.whereabouts = Whereabouts()

    @property
    def is_full(self) -> bool:
        return len(self.whereabouts) > MOST_KEYS

    def learn(self, told: Callable[[int], object] = lambda number: None) -> None:
        """Read the keys and titles that are stored; `told` hears how many more are known."""
        papers = Paper.objects.values_list("pk", "title_key", "year", "venue_id")
        for some in _pieces(papers.order_by("pk").iterator(chunk_size=FETCHED), FETCHED):
            for pk, title, year, venue in some:
                self._learn_title(pk, title, year, venue)
            told(len(some))
        keys = Identifier.objects.values_list("paper_id", "scheme", "value")
        for some in _pieces(keys.order_by("pk").iterator(chunk_size=FETCHED), FETCHED):
            for pk, scheme, value in some:
                self.whereabouts.add(f"{scheme}:{value}", pk)

    def careful(self) -> Shelf:
        return _AskingShelf(self.whereabouts)

    def near(self, drafts: Sequence[Draft]) -> set[int]:
        find = self.whereabouts.find
        found: set[int] = set()
        for draft in drafts:
            for scheme, value in draft.keys:
                found.update(find(f"{scheme}:{value}"))
            if draft.title_key:
                venue = draft.venue.pk if draft.venue else None
                found.update(find(_title_point(draft.title_key, draft.record.year, venue)))
        return found

    def add(self, papers: Sequence[Paper]) -> None:
        super().add(papers)
        self._learn(papers)

    def update(self, papers: Sequence[Paper], fields: Sequence[str]) -> None:
        super().update(papers, fields)
        self._learn(papers)

    def name(self, keys: Sequence[tuple[Paper, Key]]) -> None:
        super().name(keys)
        for paper, (scheme, value) in keys:
            self.whereabouts.add(f"{scheme}:{value}", paper.pk)

    def _learn(self, papers: Iterable[Paper]) -> None:
        for paper in papers:
            self._learn_title(paper.pk, paper.title_key, paper.year, paper.venue_id)

    def _learn_title(self, pk: int, title: str, year: int | None, venue: int | None) -> None:
        if title:
            self.whereabouts.add(_title_point(title, year, venue), pk)


class _AskingShelf(LoadShelf):
    """For the batch that met another writer: asks the database, and learns what it stores."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        self.whereabouts = whereabouts

    def near(self, drafts: Sequence[Draft]) -> set[int]:
        return Shelf.near(self, drafts)


def _title_point(title: str, year: int | None, venue: int | None) -> Hashable:
    """Return where equal titles meet: "Editorial" only within a venue's year, as `matching` says.

    Otherwise a batch with one editorial would have to read all there are.
    """
    return (title, year, venue) if is_generic(title) else title


def _columns(fields: Iterable[models.Field[Any, Any]]) -> tuple[list[str], Callable[[Paper], Row]]:
    """Return the quoted names of these columns, and what makes a paper's row of them."""
    known = [field for field in fields if not field.generated]
    names = [connection.ops.quote_name(field.column) for field in known]
    makers = [(field.attname, _maker(field)) for field in known]

    def row(paper: Paper) -> Row:
        return tuple(
            make(getattr(paper, name)) if make else getattr(paper, name) for name, make in makers
        )

    return names, row


def _maker(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return what turns a value into what the database driver takes; None for "as it is"."""
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        # All papers of a batch have the same.
        return lru_cache(maxsize=64)(connection.ops.adapt_datetimefield_value)
    if isinstance(field, models.DateField):
        return connection.ops.adapt_datefield_value
    return None


_encode = msgspec.json.Encoder().encode


def _json(value: Any) -> str:
    return _encode(value).decode()


def _insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    listed = ", ".join(names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({listed}) FROM STDIN"
            # psycopg's own cursor, since Django's has no COPY; its errors become Django's.
            with connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            # Table and columns are those of our own models.
            statement = f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(statement, list(rows))


def _reserved_ids(number: int) -> Sequence[int]:
    """Return ids for so many papers that no other writer gets."""
    table = Paper._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, number],
            )
            return [row[0] for row in cursor.fetchall()]
        # Inside the transaction there is no other writer.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        start = found[0] if found else 0
        return range(start + 1, start + number + 1)


def _pieces(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(rows)
    while piece := list(islice(rest, size)):
        yield piece
