"""Several processes that count at the same time, on both databases."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.site import Site, kinds, made

pytestmark = pytest.mark.slow

PAPERS = 12
PROCESSES = 4

START = """
import json, time
from datetime import date
from random import Random
from shortscience.lib.sketch import code_of, merged, unpacked
from shortscience.papers.models import Paper
from shortscience.readership.actions import add_readings, recount, salt_of
from shortscience.readership.models import ReaderDay
DAYS = (date(2026, 5, 1), date(2026, 5, 2))
def share(seed):
    dice = Random(seed)
    papers = sorted(Paper.objects.values_list("pk", flat=True))
    return {
        (paper, day): {code_of(dice.getrandbits(64)) for _ in range(dice.randint(1, 40))}
        for paper in dice.sample(papers, k=len(papers) - 2)
        for day in DAYS
    }
"""
FILL = f"""
names = [f"Paper {{n}}" for n in range({PAPERS})]
Paper.objects.bulk_create(Paper(title=name, title_key=name.lower()) for name in names)
"""
# In small pieces, so that they meet, and some of it twice, as after a failure.
WRITE = """
whole = share(SEED)
while time.time() < AT:
    time.sleep(0.001)
pieces = [dict(list(whole.items())[n::5]) for n in range(5)]
for piece in [*pieces, *reversed(pieces), whole]:
    add_readings(piece)
print(salt_of(DAYS[0], may_make=True).hex())
"""
COMPARE = f"""
shares = [share(seed) for seed in range({PROCESSES})]
keys = {{key for one in shares for key in one}}
wanted = {{key: merged(*(one.get(key, ()) for one in shares)) for key in keys}}
rows = ReaderDay.objects.all()
found = {{(row.paper_id, row.day): list(unpacked(bytes(row.sketch))) for row in rows}}
print(json.dumps([found == wanted, len(found), recount()]))
"""


@pytest.fixture(params=kinds())
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with made(request.param, tmp_path / "site") as one:
        assert one.run("init").returncode == 0
        assert one.python(START + FILL).returncode == 0
        yield one


def test_processes_that_write_at_once_lose_nobody_and_share_a_salt(site: Site) -> None:
    together = time.time() + 6
    codes = [f"{START}\nSEED, AT = {seed}, {together}\n{WRITE}" for seed in range(PROCESSES)]

    running = [site.start_python(code) for code in codes]
    said = [process.communicate(timeout=90)[0] for process in running]

    assert [process.returncode for process in running] == [0] * PROCESSES
    assert len(set(said)) == 1
    assert len(said[0].strip()) == 32
    is_same, rows, wrong = json.loads(site.python(START + COMPARE).stdout)
    assert is_same
    assert rows > PAPERS
    assert wrong == 0
