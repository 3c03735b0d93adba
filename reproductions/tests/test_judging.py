import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reproductions.harness.judging import judge, overall


def claim(**changes):
    return {
        "id": "c1",
        "kind": "effect",
        "metric": "a.x",
        "relation": ">",
        "margin": 1.0,
        "seeds": 5,
        "is_central": True,
        "reason": "too far",
        **changes,
    }


def units(values, arm="a", name="x"):
    return [
        {"arm": arm, "seed": seed, "status": "ok", "values": {name: float(value)}}
        for seed, value in enumerate(values)
    ]


def verdict(values, **changes):
    (found,) = judge([claim(**changes)], units(values))
    return found


@pytest.mark.parametrize(
    ("values", "relation", "status"),
    [
        ([2.0, 2.1, 2.2, 1.9, 2.0], ">", "reproduced"),
        ([2.0, 2.1, 2.2, 1.9, 2.0], "<", "not_reproduced"),
        ([0.0, 0.1, 0.2, -0.1, 0.0], ">", "not_reproduced"),
        ([0.0, 0.1, 0.2, -0.1, 0.0], "<", "reproduced"),
        ([0.0, 1.1, 2.2, 0.9, 2.0], ">", "inconclusive"),
        ([1.0, 1.0, 1.0, 1.0, 1.0], ">", "inconclusive"),
        ([2.0, 2.0, 2.0, 2.0, 2.0], ">", "reproduced"),
    ],
)
def test_an_effect_is_judged_by_its_interval(values, relation, status):
    assert verdict(values, relation=relation)["status"] == status


def test_a_ratio_is_judged_by_its_logarithm_and_told_as_a_ratio():
    found = verdict([2.0, 8.0, 4.0, 4.0, 4.0], kind="ratio", margin=1.5)

    assert found["mean"] == pytest.approx(4.0)
    low, high = found["interval"]
    assert low * high == pytest.approx(16.0)
    assert found["status"] == "reproduced"


def test_a_ratio_of_zero_is_inconclusive_and_says_why():
    found = verdict([2.0, 0.0, 4.0, 4.0, 4.0], kind="ratio")

    assert (found["status"], found["interval"], found["p"]) == ("inconclusive", None, None)
    assert "above zero" in found["note"]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([0.1, -0.1, 0.0, 0.05, 0.0], "reproduced"),
        ([1.5, -1.0, 0.0, 0.5, 0.0], "inconclusive"),
        ([3.1, 2.9, 3.0, 3.0, 3.2], "not_reproduced"),
        ([-3.1, -2.9, -3.0, -3.0, -3.2], "not_reproduced"),
        ([0.5] * 5, "reproduced"),
    ],
)
def test_equivalence_needs_the_whole_interval_within_the_margin(values, status):
    found = verdict(values, kind="equivalence", relation="==")

    assert found["status"] == status
    assert found["level"] == 0.9


@pytest.mark.parametrize(
    ("value", "relation", "status"),
    [
        (1.0, "<", "reproduced"),
        (1.1, "<", "not_reproduced"),
        (1.0, ">", "reproduced"),
        (0.9, ">", "not_reproduced"),
        (-1.0, "==", "reproduced"),
        (-1.1, "==", "not_reproduced"),
    ],
)
def test_an_exact_claim_allows_the_margin_itself_and_nothing_beyond(value, relation, status):
    found = verdict([value], kind="exact", relation=relation, seeds=1)

    assert found["status"] == status
    assert found["p"] is None


def test_one_seed_beyond_the_margin_breaks_an_exact_claim():
    assert verdict([0, 0, 0, 2, 0], kind="exact", relation="<")["status"] == "not_reproduced"


def test_fewer_seeds_than_the_rule_wants_decide_nothing():
    found = verdict([5.0, 5.1, 5.2, 5.1])

    assert found["status"] == "inconclusive"
    assert found["note"] == "4 of 5 seeds have a value"


def test_a_failed_unit_takes_its_seed_along():
    rows = units([5.0, 5.1, 5.2, 5.1, 5.0])
    rows[2] = {**rows[2], "status": "failed", "values": {}}

    (found,) = judge([claim()], rows)

    assert [one["seed"] for one in found["per_seed"]] == [0, 1, 3, 4]
    assert found["status"] == "inconclusive"


def test_a_diverged_unit_counts_with_the_values_it_has():
    rows = units([5.0, 5.1, 5.2, 5.1, 5.0])
    rows[2] = {**rows[2], "status": "diverged", "values": {"x": -100.0}}

    (found,) = judge([claim()], rows)

    assert found["n"] == 5
    assert found["status"] == "inconclusive"


def test_a_seed_without_a_number_is_named_and_nothing_is_decided():
    found = verdict([5.0, 5.1, 0.0, 5.1, 5.0], metric="1 / a.x", margin=-1.0)

    assert found["status"] == "inconclusive"
    assert found["per_seed"][2] == {"seed": 2, "value": None}
    assert "seed 2 has no value: division by zero" in found["note"]


def test_arms_are_paired_by_seed_and_only_where_both_have_it():
    rows = units([1, 2, 3]) + units([10, 20], arm="b")

    (found,) = judge([claim(metric="b.x - a.x", seeds=2)], rows)

    assert found["per_seed"] == [{"seed": 0, "value": 9.0}, {"seed": 1, "value": 18.0}]


def test_of_many_claims_a_weak_one_falls_to_holm_and_says_so():
    values = [0.2, 2.6, 1.9, 2.9, 2.4]
    alone = verdict(values, margin=0.6)
    many = judge([claim(id=f"c{i}", margin=0.6) for i in range(4)], units(values))

    assert alone["status"] == "reproduced"
    assert {one["status"] for one in many} == {"inconclusive"}
    assert "Holm" in many[0]["note"]


def test_what_was_not_attempted_keeps_its_reason_and_costs_the_others_nothing():
    both = [claim(), claim(id="c2", kind="out_of_reach")]

    found = judge(both, units([2.0, 2.1, 2.2, 1.9, 2.0]))

    assert found[1]["status"] == "not_attempted"
    assert found[1]["note"] == "too far"
    assert found[0]["p"] == found[0]["p_holm"]


def test_a_later_look_has_to_be_surer():
    rows = units([1.2, 2.6, 1.9, 2.9, 2.4])
    (first,), (third,) = judge([claim()], rows, 1), judge([claim()], rows, 3)

    assert (first["level"], third["level"]) == (0.95, 0.9833)
    assert third["interval"][0] < first["interval"][0]


def test_what_a_claim_says_about_itself_is_not_believed():
    forged = claim(status="reproduced", mean=99.0, p=0.0, interval=[98.0, 100.0])

    (found,) = judge([forged], units([0.0, 0.1, 0.2, -0.1, 0.0]))

    assert found["status"] == "not_reproduced"


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        (["reproduced", "reproduced"], "reproduced"),
        (["reproduced", "not_attempted"], "reproduced"),
        (["reproduced", "inconclusive"], "partly"),
        (["reproduced", "not_reproduced"], "partly"),
        (["inconclusive"], "partly"),
        (["not_reproduced", "inconclusive"], "not_reproduced"),
        (["not_attempted"], "not_attempted"),
        ([], "not_attempted"),
    ],
)
def test_one_word_for_the_central_claims(statuses, word):
    claims = [{"status": status, "is_central": True} for status in statuses]

    assert overall([*claims, {"status": "not_reproduced", "is_central": False}]) == word


@given(st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=5), st.floats(-1e3, 1e3))
def test_turning_everything_round_turns_nothing_else(values, margin):
    up = verdict(values, margin=margin)
    down = verdict([-value for value in values], margin=-margin, relation="<")

    assert up["status"] == down["status"]
    assert up["p"] == pytest.approx(down["p"], rel=1e-9)


@given(st.lists(st.floats(-1e308, 1e308), min_size=2, max_size=8), st.sampled_from(
    ["effect", "ratio", "equivalence", "exact"]))  # fmt: skip
@example([8.218407461553571e307, 8.218407461554505e307], "ratio")
@example([1.7976931348623157e308, 1.7976931348623157e308], "ratio")
def test_no_numbers_make_a_report_that_json_cannot_hold(values, kind):
    relation = "==" if kind == "equivalence" else ">"
    found = verdict(values, kind=kind, relation=relation, seeds=2)

    assert json.loads(json.dumps(found, allow_nan=False)) == found
