"""Every page that may be stored, before and after every write: never another one than Django's."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from shortscience.pagestore import triggers
from shortscience.pagestore.declare import rule_of
from shortscience.pagestore.wsgi import PageStore
from tests.pagestore.reader import Answer, Counted, ask
from tests.pagestore.world import World, writes

OURS = {"ETag", "Vary", "Cache-Control", "Content-Length", "X-Request-ID"}
# Pages of papers, people and venues that a vote on one text does not concern.
FEW = 8


def stored_views() -> set[object]:
    found: set[object] = set()

    def walk(resolver: URLResolver) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                walk(entry)
            elif isinstance(entry, URLPattern) and rule_of(entry.callback) is not None:
                found.add(entry.callback)

    walk(get_resolver())
    return found


def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in OURS}
    return answer.status, headers, answer.body


@pytest.mark.django_db(transaction=True)
def test_no_write_leaves_a_page_that_is_older(store: PageStore, django: Counted) -> None:
    world, plain = World.make(), WSGIHandler()
    addresses = world.addresses()
    for address in addresses:
        ask(store, address)
    all_stored = len(store.store)

    wrong, kept, stored = [], {}, {}
    for name, write in writes():
        stored[name] = len(store.store)
        write(world)
        kept[name] = 0
        for address in addresses:
            before = django.asked
            given = ask(store, address)
            if django.asked == before:
                kept[name] += 1
                if told(given) != told(ask(plain, address)):
                    wrong.append((name, address))

    assert wrong == []
    # So that it says something: pages were stored, and writes left what they do not concern.
    assert all_stored >= len(addresses) - 4
    assert kept["a_vote"] >= FEW
    assert kept["a_comment_changed"] >= FEW
    assert kept["a_profile_changed"] >= FEW
    assert kept["a_report"] == stored["a_report"]


@pytest.mark.django_db(transaction=True)
def test_every_stored_view_is_among_the_pages_that_are_tried() -> None:
    tried = {resolve(address.partition("?")[0]).func for address in World.make().addresses()}

    assert stored_views() <= tried


@pytest.mark.pure
def test_every_table_is_watched_or_known_to_be_on_no_page() -> None:
    known = triggers.watched_tables() | triggers.UNWATCHED
    unknown = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in triggers.UNWATCHED_APPS
        and model._meta.db_table not in known
    ]

    assert unknown == []


@pytest.mark.pure
def test_what_the_triggers_name_is_there() -> None:
    for watched in triggers.WATCHED:
        model = next(m for m in apps.get_models() if m._meta.db_table == watched.table)
        columns = {field.column for field in model._meta.local_concrete_fields}

        assert columns >= {*watched.hidden, *watched.numbers, *watched.for_all}, watched.table
        assert not set(watched.hidden) & {*watched.numbers, *watched.for_all}, watched.table
