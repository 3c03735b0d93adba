"""Units over a real Ray, started here; skipped visibly where Ray is not installed."""

import pytest

from reproductions.harness.engines import Ray

ray = pytest.importorskip("ray", reason="NOT TESTED: Ray is not installed")

# Ray's modules use what newer Pythons warn about; its sockets live as long as it does.
pytestmark = pytest.mark.filterwarnings("ignore")


def test_ray_finds_the_same_numbers_and_one_failure_costs_its_unit_alone(toy):
    toy.write(body='    if unit.id == "new/1": raise ValueError("not today")')
    alone = toy.run(is_fresh=True)

    spread = toy.run(is_fresh=True, engine=Ray(jobs=2))

    for one, other in zip(alone["units"], spread["units"], strict=True):
        assert {**one, "cpu_s": 0} == {**other, "cpu_s": 0}
