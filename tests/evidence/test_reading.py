"""What a report may not say about itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shortscience.evidence.reading import SCHEMA, BadReport, read
from shortscience.evidence.reading import schema as schema_file
from shortscience.evidence.reading.parsing import MAX_DEPTH, canonical, parse_json, sha256_of
from tests.evidence.reports import (
    IN,
    OUT,
    Json,
    a_claim,
    as_bytes,
    report_of,
    settled,
)

pytestmark = pytest.mark.pure

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text("utf-8"))
METHODS = Path(__file__).parents[2] / "reproductions/src/reproductions/methods"
REAL = sorted(METHODS.glob("*/results/report.json"))


def faults_of(report: Json) -> str:
    with pytest.raises(BadReport) as refused:
        read(as_bytes(report))
    return "\n".join(refused.value.faults)


def test_a_report_that_adds_up_is_read_and_has_one_name_however_it_is_spaced():
    report = report_of()

    reading = read(as_bytes(report))
    tight = read(json.dumps(report, separators=(",", ":")).encode())

    assert reading.overall == "reproduced"
    assert reading.sha256 == tight.sha256 == sha256_of(report)
    assert reading.canonical == canonical(report)


# --- what follows from the units --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("status", "not_reproduced", "says “not reproduced”; by its own rule"),
        ("mean", 0.5, "says mean 0.5"),
        ("sd", 0.0, "says sd 0"),
        ("interval", [0.02, 0.03], "says the interval 0.02 to 0.03"),
        ("interval", None, "says the interval nothing"),
        ("p", 1e-9, "says p 1e-09"),
        ("p_holm", None, "says p_holm nothing"),
        ("level", 0.5, "says level 0.5"),
        ("n", 50, "says n = 50"),
        ("per_seed", [], "values per seed do not follow"),
    ],
)
def test_a_forged_result_is_refused_with_what_the_units_give(name, value, says):
    report = report_of()
    report["claims"][0][name] = value

    assert says in faults_of(report)


def test_a_forged_outcome_is_refused():
    report = report_of()
    report["overall"] = "not_reproduced"

    assert "says “not reproduced”; its claims give “reproduced”" in faults_of(report)


def test_a_status_that_was_typed_into_a_failed_claim_is_refused():
    report = report_of(arms={"out": IN, "inside": OUT})
    assert report["claims"][0]["status"] == "not_reproduced"
    report["claims"][0]["status"] = report["overall"] = "reproduced"

    assert "Claim c1 says “reproduced”; by its own rule the units give" in faults_of(report)


def test_a_margin_that_was_moved_after_the_run_shows_in_the_hash():
    report = report_of(claims=[a_claim(margin=0.5)])
    rule = report["claims"][0]
    rule["margin"] = 0.0
    hashes = report["hashes"].copy()

    assert "not that of config, arms and rules" in faults_of(report | {"hashes": hashes})


# --- units ------------------------------------------------------------------------------------


def change(report: Json, how: Callable[[Json], object]) -> Json:
    changed = deepcopy(report)
    how(changed)
    return settled(changed)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda r: r["units"].pop(), "has no unit for [4]"),
        (lambda r: r["units"][0].update(arm="other"), "says that it is other/0"),
        (lambda r: r["units"][0].update(arm="x", id="x/0"), "an arm that this version does not"),
        (lambda r: r["units"][0].update(seed=9, id="out/9"), "a seed that its arm does not name"),
        (lambda r: r["units"].append(r["units"][0]), "The unit out/0 is there 2 times"),
        (lambda r: r["units"][0].update(status="failed"), "failed and has values"),
        (lambda r: r["units"][0].update(values={}), "ran and has no values"),
        (lambda r: r["units"][0].update(status="diverged"), "none of its values is the worst"),
        (lambda r: r.update(worst={}) or r["units"][0].update(status="diverged"), "no worst"),
        (lambda r: r["arms"][0].update(seeds=[0, 1, 2, 3, 4, 77]), "does not name: [77]"),
        (lambda r: r["arms"].append(dict(r["arms"][0])), "The arm out is there 2 times"),
    ],
)
def test_units_that_are_not_those_of_the_run_are_refused(how, says):
    assert says in faults_of(change(report_of(), how))


def test_a_unit_that_diverged_counts_as_the_worst_that_was_named():
    def diverges(report: Json) -> None:
        report["units"][0].update(status="diverged", values={"accuracy": 0.0})

    reading = read(as_bytes(change(report_of(), diverges)))

    assert reading.verdicts[0].per_seed[0] == (0, pytest.approx(-0.88))
    assert reading.verdicts[0].status == "inconclusive"


def test_a_unit_that_failed_leaves_the_claim_open():
    def fails(report: Json) -> None:
        report["units"][0].update(status="failed", values={}, series={}, error="out of memory")

    reading = read(as_bytes(change(report_of(), fails)))

    assert reading.verdicts[0].status == "inconclusive"
    assert reading.verdicts[0].note == "4 of 5 seeds have a value"


# --- claims -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"metric": "third.accuracy"}, "about the arm third, which the report does not have"),
        ({"metric": "out.speed"}, "about out.speed, which no unit measured"),
        ({"metric": "1 + 1"}, "reads no value of any arm"),
        ({"metric": "out.accuracy if 1 else 0"}, "cannot be read"),
        ({"metric": "__import__('os').getcwd()"}, "cannot be read"),
        ({"metric": "out.accuracy ** 9 ** 9"}, "cannot be read"),
        ({"metric": "(" * 80 + "out.accuracy" + ")" * 80}, "cannot be read"),
        ({"metric": "-" * 100 + "out.accuracy"}, "nested too deeply"),
        ({"kind": "equivalence"}, "needs == and a margin above zero"),
        ({"relation": "=="}, "needs a direction"),
        ({"kind": "ratio", "margin": 0.0}, "needs a margin above zero"),
        ({"seeds": 1}, "an interval needs two"),
        ({"kind": "out_of_reach"}, "gives no reason"),
    ],
)
def test_a_rule_that_decides_nothing_is_refused(rule, says):
    assert says in faults_of(report_of(claims=[a_claim(**rule)]))


def test_the_same_claim_twice_is_refused():
    assert "The claim c1 is there 2 times" in faults_of(report_of(claims=[a_claim(), a_claim()]))


def test_a_rule_that_asks_for_no_seed_is_refused_since_nothing_would_decide():
    report = report_of()
    report["claims"][0].update(kind="exact", seeds=0)

    assert "Expected `int` >= 1" in faults_of(report)


def test_a_division_by_zero_leaves_the_claim_open_and_says_so():
    metric = "out.accuracy / (inside.accuracy - 0.88)"

    reading = read(as_bytes(report_of(claims=[a_claim(metric=metric)])))

    assert reading.verdicts[0].status == "inconclusive"
    assert "seed 0 has no value: division by zero" in reading.verdicts[0].note


def test_what_was_not_attempted_says_why_and_decides_nothing():
    claim = a_claim(kind="out_of_reach", metric="", reason="Needs ImageNet-1k.")

    reading = read(as_bytes(report_of(claims=[claim])))

    assert (reading.verdicts[0].status, reading.overall) == ("not_attempted", "not_attempted")
    assert reading.verdicts[0].note == "Needs ImageNet-1k."


# --- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused_and_told_what_to_write_instead(word):
    text = as_bytes(report_of()).replace(b'"cpu_s": 1.5', f'"cpu_s": {word}'.encode(), 1)

    with pytest.raises(BadReport, match=rf"{word} is not a number.*worst"):
        read(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"a": 1e999}', "too large"),
        ('{"a": ' + "9" * 5000 + "}", "too large"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "deeper"),
        ("[" * 50_000, "deeper"),
        ('"\\u0000"', "control character"),
        ('"\\ud800"', "half a character"),
        ("[1, 2", "line 1"),
        ("[" + "0," * 600_000 + "0]", "more than 500000 values"),
    ],
)
def test_json_that_would_hurt_is_refused(text, says):
    with pytest.raises(BadReport, match=says):
        parse_json(text.encode())


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda r: r.update(extra=1), "unknown field `extra`"),
        (lambda r: r.pop("env"), "missing required field `env`"),
        (lambda r: r.update(schema="repro-report/2"), "repro-report/2"),
        (lambda r: r["units"][0].update(seed="0"), "units[0].seed"),
        (lambda r: r["units"][0].update(cpu_s=-1), "cpu_s"),
        (lambda r: r["code"].update(sha256="abc"), "code.sha256"),
        (lambda r: r["code"].update(commit="main"), "code.commit"),
        (lambda r: r.update(reproduction="../../etc"), "reproduction"),
        (lambda r: r["config"].update(look=4), "look"),
    ],
)
def test_what_the_format_does_not_know_is_refused_with_its_place(how, says):
    report = report_of()
    how(report)

    assert says in faults_of(report)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda r: r["hashes"].update(env="0" * 64), "not that of env.exact"),
        (lambda r: r["code"].update(sha256="0" * 64), "not that of its list of files"),
        (lambda r: r["checks"][0].update(ok=False), "against its own numbers"),
        (lambda r: r["time"].update(ended="2025-01-01T00:00:00Z"), "ended before it started"),
        (lambda r: r["time"].update(ended="2026-13-01T00:00:00Z"), "no times"),
        (lambda r: r["figures"][0]["lines"][0].update(y=[1]), "lists of different lengths"),
    ],
)
def test_what_does_not_agree_with_itself_is_refused(how, says):
    report = report_of()
    how(report)

    assert says in faults_of(report)


def test_an_environment_without_a_version_of_torch_is_refused():
    def forgets(report: Json) -> None:
        del report["env"]["exact"]["torch"]

    assert "which version of torch" in faults_of(change(report_of(), forgets))


def test_a_thousand_faults_are_told_in_forty_sentences():
    report = report_of()
    for unit in report["units"]:
        unit["id"] = "x"
    report["units"] *= 50

    faults = faults_of(report).splitlines()

    assert len(faults) == 41
    assert faults[-1].startswith("There are ")


# --- the statistics, as another library computes them -----------------------------------------


@pytest.mark.parametrize("case", GOLDEN["claims"], ids=lambda case: case["name"])
def test_numbers_are_those_of_another_library(case):
    arms = case["arms"]
    claims = [a_claim(f"c{n}", **rule) for n, rule in enumerate(case["rules"])]
    seeds = list(range(len(next(iter(arms.values())))))

    reading = read(as_bytes(report_of(arms=arms, seeds=seeds, claims=claims, look=case["look"])))

    for verdict, expected in zip(reading.verdicts, case["expected"], strict=True):
        assert verdict.status == expected["status"]
        for name in ("mean", "sd", "p", "p_holm", "level"):
            found, wanted = getattr(verdict, name), expected[name]
            assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-9)), name
        interval = expected["interval"]
        assert verdict.interval == (interval and pytest.approx(tuple(interval), rel=1e-9))
    assert reading.overall == case["overall"]


@pytest.mark.parametrize("row", GOLDEN["student"], ids=lambda row: f"t={row[0]}, df={row[1]}")
def test_tails_of_the_t_distribution_agree_to_eleven_digits(row):
    from shortscience.evidence.reading.student import quantile, two_sided

    t, df, p, level, expected = row

    assert two_sided(t, df) == pytest.approx(p, rel=1e-10)
    assert quantile(level, df) == pytest.approx(expected, rel=1e-11)


# --- the schema -------------------------------------------------------------------------------


def test_the_published_schema_is_what_the_types_say():
    assert schema_file.as_text() == SCHEMA


def _variants() -> list[tuple[str, Callable[[Json], object]]]:
    return [
        ("whole", lambda r: None),
        ("without env", lambda r: r.pop("env")),
        ("unknown key", lambda r: r["units"][0].update(extra=1)),
        ("text for a number", lambda r: r["time"].update(wall_s="1")),
        ("negative time", lambda r: r["time"].update(wall_s=-1)),
        ("no claims", lambda r: r.update(claims=[])),
        ("wrong kind", lambda r: r["claims"][0].update(kind="bound")),
        ("null mean", lambda r: r["claims"][0].update(mean=None)),
        ("three ends", lambda r: r["claims"][0].update(interval=[1, 2, 3])),
        ("bad slug", lambda r: r.update(reproduction="Sup Con")),
        ("bad hash", lambda r: r["data"][0].update(sha256="x")),
        ("seed below zero", lambda r: r["units"][0].update(seed=-1)),
        ("half a seed", lambda r: r["units"][0].update(seed=0.5)),
        ("true for a seed", lambda r: r["units"][0].update(seed=True)),
        ("a confirmation", lambda r: r.update(confirms=dict(_CONFIRMS))),
        ("a bad confirmation", lambda r: r.update(confirms=_CONFIRMS | {"how": "believe"})),
        ("loose facts", lambda r: r["env"]["loose"].update(anything={"a": [1]})),
        ("nested exact fact", lambda r: r["env"]["exact"].update(x={"a": 1})),
        ("no series", lambda r: r["units"][0].update(series={})),
        ("a gap in a series", lambda r: r["units"][0].update(series={"loss": [1, None]})),
        ("a text in a series", lambda r: r["units"][0].update(series={"loss": ["1"]})),
        ("a name with a dot", lambda r: r["units"][0].update(values={"a.b": 1})),
        ("year of the dinosaurs", lambda r: r["paper"].update(year=-65_000_000)),
        ("a list", lambda r: r.update(paper=[])),
    ]


_CONFIRMS = {"report": "a" * 64, "how": "replay", "user": "alice"}


@pytest.mark.parametrize(("name", "how"), _variants())
def test_schema_and_types_agree(name, how):
    report = report_of()
    how(report)
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA))

    is_valid = validator.is_valid(report)

    try:
        read(as_bytes(report))
        is_read = True
    except BadReport as refused:
        is_read = not refused.faults[0].startswith("The format says otherwise")
    assert is_valid == is_read, name


# --- the reports of our own methods -----------------------------------------------------------


@pytest.mark.skipif(not REAL, reason="no method has a report yet")
def test_there_are_reports_of_our_own_to_read():
    assert REAL


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.parts[-3])
def test_each_report_of_our_own_methods_adds_up_and_keeps_to_the_schema(path: Path):
    payload = path.read_bytes()

    reading = read(payload)

    assert reading.report.reproduction.replace("-", "_") == path.parts[-3]
    data: Any = json.loads(payload)
    jsonschema.Draft202012Validator(json.loads(SCHEMA)).validate(data)


@pytest.mark.parametrize("value", [8.3e307, 1.7976931348623157e308])
def test_a_ratio_at_the_end_of_the_numbers_gives_a_report_of_numbers(value: float) -> None:
    rule = a_claim(kind="ratio", metric="out.accuracy / inside.accuracy", unit="×")
    arms = {"out": [value, value * 0.999999, value, value, value], "inside": [1.0] * 5}

    report = report_of(arms=arms, claims=[rule])

    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert read(as_bytes(report)).overall == report["overall"]
