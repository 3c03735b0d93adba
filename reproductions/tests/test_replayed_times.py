"""A replay repeats what was found, not how long it took."""

from __future__ import annotations

import copy

import pytest

from reproductions.harness.confirming import decide


def make_report(**values: float) -> dict:
    """Return as much of a report as a replay reads: one unit, no claims."""
    return {
        "reproduction": "one",
        "version": "1",
        "claims": [],
        "config": {
            "preset": "smoke", "settings": {}, "seeds": [0], "look": 1,
            "device": "cpu", "dtype": "float32",
        },
        "units": [{"id": "a/0", "arm": "a", "seed": 0, "status": "ok", "values": values}],
        "data": [],
        "code": {"sha256": "1"},
        "hashes": {"env": "2"},
        "confirms": {"report": "3", "how": "replay", "user": "bob"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "word"),
    [("train_cpu_s", "confirmed"), ("tree_5000_cpu_us", "confirmed"), ("accuracy", "disputed")],
)
def test_a_time_may_differ_and_a_finding_may_not(name, word):
    first = make_report(**{name: 1.0})
    second = copy.deepcopy(first)
    second["units"][0]["values"][name] = 1.5

    assert decide(first, second).word == word
