"""The index on disk: damage is seen, and what is current is always whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from shortscience.papers.outbox import changed
from shortscience.search import engine, store
from shortscience.search.results import find
from tests.factories import make_paper
from tests.search.conftest import Look, put

pytestmark = pytest.mark.django_db


def files(suffix: str) -> list[Path]:
    folder = store.current()
    assert folder is not None
    return sorted((folder / "papers").glob(f"*{suffix}"))


@pytest.fixture
def filled(look: Look) -> Look:
    for n in range(5):
        changed([make_paper(f"Residual networks {n}").pk])
    look()
    return look


def test_a_whole_index_has_no_damage(filled: Look) -> None:
    folder = store.current()
    assert folder is not None
    assert store.damage_in(folder / "papers") == ""


@pytest.mark.parametrize("suffix", [".idx", ".term", ".pos", ".fast"])
def test_one_wrong_byte_is_seen(filled: Look, suffix: str) -> None:
    path = files(suffix)[0]
    content = bytearray(path.read_bytes())
    content[0] ^= 255
    put(path, bytes(content))

    assert store.damage_in(path.parent) == path.name


@pytest.mark.parametrize("suffix", [".idx", ".term", "meta.json"])
def test_cut_and_missing_files_are_seen(filled: Look, suffix: str) -> None:
    path = files(suffix)[0]
    if suffix == "meta.json":
        path.unlink()
    else:
        put(path, path.read_bytes()[:-5])

    assert store.damage_in(path.parent) == path.name


def test_a_damaged_index_is_built_anew_while_the_database_answers(filled: Look) -> None:
    assert not find("residual", AnonymousUser()).is_plain
    for path in files(".term"):
        put(path, b"nonsense")
    (store.current() or Path()).joinpath("papers", "meta.json").write_text("{")
    engine.close()

    meanwhile = find("residual", AnonymousUser())
    filled()
    after = find("residual", AnonymousUser())

    assert (meanwhile.is_plain, meanwhile.total) == (True, 5)
    assert (after.is_plain, after.total) == (False, 5)


def test_another_format_is_not_read_but_built_anew(filled: Look) -> None:
    folder = store.current()
    assert folder is not None
    store.write_state(folder, store.State(format="0-tantivy-0.1"))
    engine.close()

    assert find("residual", AnonymousUser()).is_plain
    from shortscience.search.indexer import Indexer

    Indexer().look()
    assert not find("residual", AnonymousUser()).is_plain
    assert store.current() != folder


def test_an_older_generation_goes_when_a_new_one_is_whole(filled: Look) -> None:
    from shortscience.search.indexer import build

    old = store.current()
    new = build().folder

    assert store.current() == new
    assert old is not None
    assert not old.exists()


@pytest.mark.parametrize("content", ["", "../..", "g-missing", "x", "\x00"])
def test_odd_pointers_mean_no_index(var: Path, content: str) -> None:
    store.root().mkdir(parents=True)
    (store.root() / "current").write_text(content)

    assert store.current() is None
