# SQL here is made of the constants below and of the names of our own tables and columns.
# ruff: noqa: S608
"""Triggers that note each change of what pages show, in the transaction of the change.

They are the one place that no write can go around: bulk statements, the admin, `check --repair`
and an operator's SQL are noted like an action. `WATCHED` says for each table whose pages a row
belongs to; what is in no list here keeps the pages that read it out of the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from shortscience.changes.models import Change

# The source of what may matter to every page.
EVERYTHING = "*"
# What is added to a table's name when only numbers changed that its own pages print.
NUMBERS = "#"

_PREFIX = "page_"
_LOG = Change._meta.db_table


@dataclass(frozen=True, slots=True)
class Watched:
    """A table that pages read, and to whose pages a row of it belongs.

    `paper`, `person` and `venue` are SQL for their numbers; `{row}` is OLD or NEW.
    """

    table: str
    paper: str = "NULL"
    last_paper: str = "NULL"
    person: str = "NULL"
    venue: str = "NULL"
    # Shown on no page: a change of these alone is none.
    hidden: tuple[str, ...] = ()
    # Only shown on pages of the thing itself and in lists that read the whole table.
    numbers: tuple[str, ...] = ()
    # A change of these may put rows on pages that do not hold them yet.
    for_all: tuple[str, ...] = ()
    # Further papers whose pages print this row: SQL that selects their numbers by this column.
    also_papers: str = ""
    also_by: str = "id"
    # Further persons whose pages print this row: SQL that selects their numbers; `{row}` as above.
    also_people: str = ""
    on: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")


_NAMED_WRITER = "CASE WHEN {row}.is_anonymous THEN NULL ELSE {row}.author_id END"


def _paper_of_version(version: str) -> str:
    """Return SQL for the paper of a version of a reproduction."""
    return (
        "(SELECT r.paper_id FROM evidence_reproduction r JOIN evidence_reproductionversion v"
        f" ON v.reproduction_id = r.id WHERE v.id = {version})"
    )


def _paper_of_report(report: str) -> str:
    return _paper_of_version(f"(SELECT version_id FROM evidence_report WHERE id = {report})")


WATCHED = (
    # New papers and new keys are millions at a time in an import. They are told in runs by the
    # outbox of the search, which whoever adds one writes in the same transaction.
    Watched(
        "papers_paper",
        paper="{row}.id",
        venue="{row}.venue_id",
        hidden=("updated_at", "created_at", "title_key", "block_key", "added_by_id"),
        # Other pages say of a paper how many summaries it has.
        numbers=("comment_count", "claim_count"),
        for_all=("hidden_at",),
        on=("UPDATE", "DELETE"),
    ),
    Watched("papers_identifier", paper="{row}.paper_id", on=("UPDATE", "DELETE")),
    Watched("papers_indexchange", paper="{row}.first", last_paper="{row}.last", on=("INSERT",)),
    Watched("papers_papernotice", paper="{row}.paper_id"),
    Watched("papers_metadatasuggestion", paper="{row}.paper_id"),
    Watched("papers_papermerge", paper="{row}.keep_id"),
    Watched(
        "venues_venue",
        venue="{row}.id",
        hidden=("edited_at",),
        numbers=("paper_count", "summarised_count"),
    ),
    Watched("venues_venuekey", venue="{row}.venue_id"),
    Watched("venues_venueyear", venue="{row}.venue_id"),
    Watched(
        "accounts_user",
        person="{row}.id",
        hidden=("password", "last_login", "email", "is_superuser", "ban_reason", "unseen_mentions"),
        numbers=(
            *("about", "about_html", "orcid", "public_summaries"),
            *("sciscore", "settled_papers", "settled_votes", "site_mean"),
        ),
    ),
    Watched(
        "summaries_summary",
        paper="{row}.paper_id",
        person=_NAMED_WRITER,
        venue="(SELECT venue_id FROM papers_paper WHERE id = {row}.paper_id)",
        hidden=("version", "fingerprint", "renderer_version"),
        # The papers it cites name it.
        also_papers="SELECT paper_id FROM summaries_citation"
        " WHERE summary_id = {by} AND paper_id IS NOT NULL",
        also_people="SELECT person_id FROM summaries_authorship"
        " WHERE summary_id = {row}.id AND {row}.joint_count > 0 AND NOT {row}.is_anonymous",
    ),
    Watched(
        "summaries_citation",
        paper="{row}.paper_id",
        also_papers="SELECT paper_id FROM summaries_summary WHERE id = {by}",
        also_by="summary_id",
    ),
    Watched(
        "summaries_summaryrevision",
        paper="(SELECT paper_id FROM summaries_summary WHERE id = {row}.summary_id)",
    ),
    Watched(
        "summaries_authorship",
        paper="(SELECT paper_id FROM summaries_summary WHERE id = {row}.summary_id)",
        # The others' pages name this one.
        person="(SELECT CASE WHEN is_anonymous THEN NULL ELSE author_id END"
        " FROM summaries_summary WHERE id = {row}.summary_id)",
        also_people="SELECT a.person_id FROM summaries_authorship a JOIN summaries_summary s"
        " ON s.id = a.summary_id WHERE s.id = {row}.summary_id AND NOT s.is_anonymous"
        " UNION SELECT {row}.person_id FROM summaries_summary s"
        " WHERE s.id = {row}.summary_id AND NOT s.is_anonymous",
    ),
    Watched("summaries_sectioncount"),
    Watched(
        "claims_claim",
        paper="{row}.paper_id",
        venue="(SELECT venue_id FROM papers_paper WHERE id = {row}.paper_id)",
        hidden=("renderer_version",),
    ),
    Watched(
        "claims_claimversion",
        paper="(SELECT paper_id FROM claims_claim WHERE id = {row}.claim_id)",
    ),
    Watched(
        "claims_claimmerge",
        paper="(SELECT paper_id FROM claims_claim WHERE id = {row}.keep_id)",
    ),
    Watched("evidence_reproduction", paper="{row}.paper_id"),
    Watched("evidence_reproductionversion", paper=_paper_of_version("{row}.id")),
    Watched("evidence_testedclaim", paper=_paper_of_version("{row}.version_id")),
    Watched(
        "evidence_report",
        paper=_paper_of_version("{row}.version_id"),
        person="{row}.uploader_id",
    ),
    Watched("evidence_reportdocument", paper=_paper_of_report("{row}.report_id")),
    Watched("evidence_finding", paper=_paper_of_report("{row}.report_id")),
    Watched("evidence_confirmation", paper=_paper_of_report("{row}.report_id")),
    Watched(
        "evidence_claimevidence",
        paper="(SELECT paper_id FROM claims_claim WHERE id = {row}.claim_id)",
    ),
    Watched(
        "evidence_standing",
        paper="(SELECT paper_id FROM claims_claim WHERE id = {row}.claim_id)",
    ),
    Watched("evidence_externalevidence", paper="{row}.paper_id"),
    Watched("discussion_comment", paper="{row}.paper_id", person=_NAMED_WRITER),
    Watched(
        "discussion_passage",
        paper="(SELECT paper_id FROM summaries_summary WHERE id = {row}.summary_id)",
    ),
    Watched(
        "voting_summaryvote",
        person="(SELECT CASE WHEN is_anonymous THEN NULL ELSE author_id END"
        " FROM summaries_summary WHERE id = {row}.summary_id)",
    ),
    Watched(
        "library_readinglist",
        person="{row}.owner_id",
        hidden=("created_at", "updated_at", "renderer_version"),
        also_papers="SELECT paper_id FROM library_listitem WHERE reading_list_id = {by}",
    ),
    Watched(
        "library_listitem",
        paper="{row}.paper_id",
        person="(SELECT owner_id FROM library_readinglist WHERE id = {row}.reading_list_id)",
    ),
    Watched("moderation_logentry"),
)

# Tables that no stored page is made from; one that reads them is made anew for each reader. A test
# holds that every table is in one of these lists.
UNWATCHED_APPS = frozenset(
    {"account", "admin", "auth", "changes", "contenttypes", "groups",
     "jobs", "sharing",
     "mfa", "operations", "sessions"}
)  # fmt: skip
UNWATCHED = frozenset(
    {"accounts_programkey", "accounts_proof", "accounts_user_groups",
     "accounts_user_user_permissions",
     "discussion_commentrevision", "discussion_mention", "discussion_mentionmute",
     "evidence_knowncode",
     "images_image", "images_imagefile", "library_papertag",
     "library_savedpaper", "moderation_report",
     "papers_doubtfulpair", "readership_dailysalt", "readership_readerday", "sources_followed",
     "summaries_draft"}
)  # fmt: skip

# Read whole by pages, but what they print of it is told by other means.
TOLD_OTHERWISE = frozenset({"site_cache"})


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger, named after what it does: an older one is seen to be another."""

    table: str
    moment: str  # "AFTER UPDATE"
    when: str
    body: tuple[str, ...]

    @property
    def name(self) -> str:
        text = "\n".join((self.table, self.moment, self.when, *self.body))
        mark = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
        return f"{_PREFIX}{self.table}_{mark}"


def watched_tables() -> frozenset[str]:
    return frozenset(watched.table for watched in WATCHED)


@cache
def triggers(vendor: str) -> tuple[Trigger, ...]:
    """Return all that belong on a database of this kind."""
    return tuple(trigger for watched in WATCHED for trigger in _of(watched, vendor))


def has_log(connection: BaseDatabaseWrapper) -> bool:
    return _LOG in connection.introspection.table_names()


def install(connection: BaseDatabaseWrapper) -> None:
    """Bring the triggers up to date; does nothing, and locks nothing, where they are."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if not _are_tables_there(connection, cursor):
            return
        there, wanted = _installed(cursor, connection.vendor), _wanted(connection.vendor)
        if there == wanted:
            return
        _drop(cursor, connection.vendor, there)
        for trigger in triggers(connection.vendor):
            for statement in _sql(trigger, connection.vendor):
                cursor.execute(statement)
        cursor.execute(_note_everything(connection.vendor))


def wrong_tables(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the tables on which a trigger is missing, off, altered, or one too many."""
    with connection.cursor() as cursor:
        there, wanted = _installed(cursor, connection.vendor), _wanted(connection.vendor)
    differ = {name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name)}
    return {found[name].table for name in differ for found in (there, wanted) if name in found}


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take all of them away: tables can then be altered. Who follows stops trusting the log."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        there = _installed(cursor, connection.vendor)
        if there:
            _drop(cursor, connection.vendor, there)
            cursor.execute(_note_everything(connection.vendor))


def _are_tables_there(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> bool:
    """Whether each table has the columns of today's models: false in the midst of migrations."""
    tables = set(connection.introspection.table_names(cursor))
    needed: list[type[Model]] = [Change, *map(_model_of, sorted(watched_tables()))]
    for model in needed:
        if model._meta.db_table not in tables:
            return False
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}" LIMIT 0')
        there = {column[0] for column in cursor.description}
        if not {field.column for field in model._meta.local_concrete_fields} <= there:
            return False
    return True


class _Made(NamedTuple):
    """A trigger as the catalogue of the database tells it."""

    table: str
    # SQLite: its statement. PostgreSQL: the text of its function.
    text: str
    # PostgreSQL only: which event, whether it has a condition, whether it is on.
    moment: int = 0
    has_condition: bool = False
    is_on: bool = True


# Of each row, after INSERT, DELETE, UPDATE: bits of PostgreSQL's pg_trigger.tgtype.
_MOMENTS = {"AFTER INSERT": 1 + 4, "AFTER DELETE": 1 + 8, "AFTER UPDATE": 1 + 16}


def _wanted(vendor: str) -> dict[str, _Made]:
    """Return what the catalogue says when all is right."""
    found = {}
    for one in triggers(vendor):
        if vendor == "sqlite":
            (text,) = _sql(one, vendor)
            found[one.name] = _Made(one.table, text)
        else:
            moment = _MOMENTS[one.moment]
            found[one.name] = _Made(one.table, _function(one), moment, bool(one.when))
    return found


def _installed(cursor: CursorWrapper, vendor: str) -> dict[str, _Made]:
    """Return our triggers that are there, also those that are off."""
    if vendor == "sqlite":
        cursor.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master"
            f" WHERE type = 'trigger' AND name LIKE '{_PREFIX}%'"
        )
    else:
        cursor.execute(
            "SELECT t.tgname, c.relname, p.prosrc, t.tgtype, t.tgqual IS NOT NULL,"
            " t.tgenabled IN ('O', 'A')"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            f" WHERE NOT t.tgisinternal AND t.tgname LIKE '{_PREFIX}%'"
            " AND pg_table_is_visible(c.oid)"
        )
    return {name: _Made(*rest) for name, *rest in cursor.fetchall()}


def _drop(cursor: CursorWrapper, vendor: str, there: dict[str, _Made]) -> None:
    for name, made in there.items():
        if vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute(f'DROP TRIGGER "{name}" ON "{made.table}"')
            cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')


def _note_everything(vendor: str) -> str:
    return _insert(vendor, EVERYTHING)


# --- their SQL --------------------------------------------------------------------------------


def _of(watched: Watched, vendor: str) -> Iterator[Trigger]:
    for event in watched.on:
        if event != "UPDATE":
            row = "NEW" if event == "INSERT" else "OLD"
            body = _notes(watched, vendor, rows=(row,))
            yield Trigger(watched.table, f"AFTER {event}", "", tuple(body))
            continue
        columns = _columns(watched)
        shown = [name for name in columns if name not in (*watched.hidden, *watched.numbers)]
        both = tuple(_notes(watched, vendor, rows=("NEW", "OLD")))
        yield Trigger(watched.table, "AFTER UPDATE", _differs(shown, vendor), both)
        if watched.numbers:
            only = f"{_differs(watched.numbers, vendor)} AND NOT ({_differs(shown, vendor)})"
            body = _notes(watched, vendor, rows=("NEW",), suffix=NUMBERS)
            yield Trigger(watched.table, "AFTER UPDATE", only, tuple(body))
        if watched.for_all:
            when = _differs(watched.for_all, vendor)
            yield Trigger(watched.table, "AFTER UPDATE", when, (_insert(vendor, EVERYTHING),))


def _notes(
    watched: Watched, vendor: str, *, rows: tuple[str, ...], suffix: str = ""
) -> Iterator[str]:
    """Yield the statements that note a change of a row: as it is, and what else it belonged to."""
    source = watched.table + suffix
    belongs = (watched.paper, watched.last_paper, watched.person, watched.venue)
    now, *before = ([text.format(row=row) for text in belongs] for row in rows)
    yield _insert(vendor, source, *now)
    for old in before:
        pairs = [(new, was) for new, was in zip(now, old, strict=True) if new != was]
        if pairs:
            when = " OR ".join(_distinct(new, was, vendor) for new, was in pairs)
            yield _insert(vendor, source, *old, when=when)
    if watched.also_papers:
        by = [f"{row}.{watched.also_by}" for row in rows]
        for number, column in enumerate(by):
            also = watched.also_papers.format(by=column)
            when = _distinct(by[0], column, vendor) if number else ""
            yield _insert(vendor, source, "also.paper_id", frm=f"({also}) also", when=when)
    if watched.also_people:
        for row in rows:
            also = watched.also_people.format(row=row)
            yield _insert(vendor, source, "NULL", "NULL", "also.person_id", frm=f"({also}) also")


def _insert(vendor: str, source: str, *values: str, frm: str = "", when: str = "") -> str:
    """Return the statement that adds a row to the log; what is not said, its defaults say."""
    said = {"source": f"'{source}'"}
    if vendor != "sqlite":
        said["transaction"] = "pg_current_xact_id()::text::bigint"
    belongs = zip(("paper", "last_paper", "person", "venue"), values, strict=False)
    said |= {name: value for name, value in belongs if value != "NULL"}
    rest = (f" FROM {frm}" if frm else "") + (f" WHERE {when}" if when else "")
    columns = ", ".join(f'"{name}"' for name in said)
    return f"INSERT INTO {_LOG} ({columns}) SELECT {', '.join(said.values())}{rest}"


def _differs(columns: Iterable[str], vendor: str) -> str:
    each = (_distinct(f'NEW."{name}"', f'OLD."{name}"', vendor) for name in columns)
    return f"({' OR '.join(each)})"


def _distinct(one: str, other: str, vendor: str) -> str:
    return f"{one} {'IS NOT' if vendor == 'sqlite' else 'IS DISTINCT FROM'} {other}"


def _columns(watched: Watched) -> list[str]:
    """Return the columns that are written; what the database computes follows from them."""
    fields = _model_of(watched.table)._meta.local_concrete_fields
    return [field.column for field in fields if not field.generated]


@cache
def _models() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _model_of(table: str) -> type[Model]:
    return _models()[table]


def _function(trigger: Trigger) -> str:
    """Return the text of the function that PostgreSQL runs."""
    return f" BEGIN {_statements(trigger)} RETURN NULL; END "


def _statements(trigger: Trigger) -> str:
    return " ".join(f"{statement};" for statement in trigger.body)


def _sql(trigger: Trigger, vendor: str) -> Iterator[str]:
    when = f" WHEN ({trigger.when})" if trigger.when else ""
    head = f'CREATE TRIGGER "{trigger.name}" {trigger.moment} ON "{trigger.table}" FOR EACH ROW'
    if vendor == "sqlite":
        yield f"{head}{when} BEGIN {_statements(trigger)} END"
    else:
        yield (
            f'CREATE OR REPLACE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS'
            f" $${_function(trigger)}$$"
        )
        yield f'{head}{when} EXECUTE FUNCTION "{trigger.name}"()'
