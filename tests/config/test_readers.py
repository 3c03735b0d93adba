"""A real site with several processes: what was counted is in the database when it has stopped."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.config.site import shortscience
from tests.config.test_serve import START_WITHIN_S, wait
from tests.config.test_shutdown import Started

pytestmark = pytest.mark.slow

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
PAPER = """
from shortscience.summaries.models import Summary
print(Summary.objects.public().earliest("pk").paper.get_absolute_url())
"""
ROWS = """
import json
from shortscience.readership.models import DailySalt, ReaderDay
readers = list(ReaderDay.objects.values_list("readers", flat=True))
print(json.dumps([readers, DailySalt.objects.count()]))
"""


def python(var: Path, code: str) -> str:
    done = shortscience("manage", "shell", "-v", "0", "-c", code, var=var)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_stop_loses_no_reader(tmp_path: Path) -> None:
    var = tmp_path
    for command in ("init", "demo"):
        assert shortscience(command, var=var).returncode == 0
    address = python(var, PAPER)
    site = Started(var, BEHIND_PROXY="true")
    try:
        assert wait(site.answers, START_WITHIN_S), site.log.read_text()
        for number in range(24):
            sent = {"User-Agent": FIREFOX, "X-Forwarded-For": f"198.51.{number % 6}.7"}
            with urlopen(Request(f"http://127.0.0.1:{site.port}{address}", headers=sent)) as answer:
                assert answer.status == 200
    finally:
        site.process.terminate()
        site.process.wait(30)

    assert json.loads(python(var, ROWS)) == [[6], 1]
    assert "198.51" not in site.log.read_text()
    assert "Firefox" not in site.log.read_text()
