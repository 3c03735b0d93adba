"""The triggers: on every database that was migrated, and missed where they are not."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from shortscience.accounts.models import User
from shortscience.changes.actions import KEPT_FOR, prune
from shortscience.changes.models import Change
from shortscience.pagestore import triggers
from shortscience.pagestore.following import open_log
from shortscience.pagestore.wsgi import PageStore
from shortscience.papers.models import Paper
from tests.factories import make_paper, make_summary, make_user
from tests.pagestore.reader import Counted, ask


@pytest.fixture
def _put_back(transactional_db: None) -> object:
    yield
    triggers.install(connection)


def names() -> set[str]:
    with connection.cursor() as cursor:
        return set(triggers._installed(cursor, connection.vendor))


def noted() -> list[str]:
    return list(Change.objects.order_by("pk").values_list("source", flat=True))


@pytest.mark.django_db
def test_a_migrated_database_has_all_of_them() -> None:
    assert names() == {trigger.name for trigger in triggers.triggers(connection.vendor)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_put_back")
def test_without_them_nothing_is_stored_and_with_them_it_is_again(
    store: PageStore, django: Counted
) -> None:
    ask(store, "/guide")

    triggers.remove(connection)
    for _ in range(2):
        ask(store, "/guide")
    without = (django.asked, len(store.store))
    triggers.install(connection)
    for _ in range(2):
        ask(store, "/guide")

    assert without == (3, 0)
    assert (django.asked, len(store.store)) == (4, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_put_back")
def test_one_that_is_of_another_version_is_replaced(store: PageStore) -> None:
    name = triggers.triggers(connection.vendor)[0].name
    with connection.cursor() as cursor:
        there = triggers._installed(cursor, connection.vendor)
        triggers._drop(cursor, connection.vendor, {name: there[name]})
    log = open_log()
    was_kept = log.is_kept()

    triggers.install(connection)

    assert (was_kept, log.is_kept()) == (False, True)
    log.close()


@pytest.mark.django_db
def test_installing_them_again_does_nothing() -> None:
    before = noted()

    triggers.install(connection)

    assert noted() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_put_back")
def test_a_migration_takes_them_off_and_puts_them_on() -> None:
    try:
        call_command("migrate", "voting", "zero", verbosity=0)
        without_a_table = names()
    finally:
        call_command("migrate", verbosity=0)

    assert without_a_table == set()
    assert names() == {trigger.name for trigger in triggers.triggers(connection.vendor)}


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_taken_back_was_none() -> None:
    paper = make_paper("A title")
    log = open_log()
    log.changes()

    with transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(title="Another")
        transaction.set_rollback(True)

    assert list(log.changes()) == []
    log.close()


@pytest.mark.django_db(transaction=True)
def test_signing_in_and_saving_the_same_change_nothing() -> None:
    person, paper = make_user("alice"), make_paper("A title")
    log = open_log()
    log.changes()

    User.objects.filter(pk=person.pk).update(last_login="2026-01-01T00:00Z", password="x")
    paper.save()

    assert list(log.changes()) == []
    log.close()


@pytest.mark.django_db(transaction=True)
def test_the_log_never_names_the_writer_of_an_anonymous_text() -> None:
    writer = make_user("alice")
    Change.objects.all().delete()

    summary = make_summary(writer=writer, anonymous=True, score=1)

    assert Change.objects.filter(paper=summary.paper_id).exists()
    assert not Change.objects.filter(person=writer.pk).exists()


@pytest.mark.django_db
def test_old_rows_are_forgotten_and_young_ones_kept() -> None:
    Change.objects.create(source="something")
    Change.objects.filter(source="something").update(changed_at="2020-01-01T00:00Z")
    Change.objects.create(source="something else")

    assert prune() == 1

    assert KEPT_FOR.days == 1
    assert "something else" in noted()
