"""What every method of the package keeps to, and that each runs from end to end."""

import ast
import hashlib
import subprocess

import pytest

from reproductions.harness import consistency, discovery, expressions, provenance, publishing
from reproductions.harness import reports as written
from reproductions.harness.cache import data_folder
from reproductions.harness.checking import PARITY_LIMIT, parity_error, parity_of
from reproductions.harness.engines import Local
from reproductions.harness.errors import Problem
from reproductions.harness.runner import Order, fetch, plan, run
from reproductions.harness.work import perform

PLACES = discovery.places()
SMOKE = Order(preset="smoke", engine=Local(), is_quiet=True, is_fresh=True)

each = pytest.mark.parametrize("place", PLACES, ids=[place.slug for place in PLACES])


def with_data(place):
    experiment = discovery.load(place)
    try:
        fetch(experiment, data_folder())
    except Problem as missing:
        pytest.skip(f"NOT TESTED: {missing}")
    return experiment


@each
def test_the_experiment_is_consistent_and_explained(place):
    experiment = discovery.load(place)

    assert consistency.problems(experiment) == []
    assert experiment.slug == place.slug
    assert "gpu" in experiment.presets
    readme = (place.folder / "README.md").read_text("utf-8")
    assert publishing.START in readme
    assert publishing.END in readme


@each
def test_the_method_can_be_copied_with_at_most_a_file_beside_it(place):
    beside = [name[1:] for name in imports(place.folder / "method.py") if name.startswith(".")]

    assert len(beside) <= 1
    for name in ["method", *beside]:
        found = imports(place.folder / f"{name}.py")
        assert not [one for one in found if one.startswith("reproductions")]
        assert name == "method" or not [one for one in found if one.startswith(".")]


def imports(path):
    tree = ast.parse(path.read_text("utf-8"))
    return {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else ["." * node.level + (node.module or "")]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }


@each
def test_the_smoke_run_ends_in_a_report_that_adds_up(place):
    experiment = with_data(place)

    report = run(place, SMOKE)

    assert written.problems(report) == []
    assert [unit["error"] for unit in report["units"] if unit["status"] == "failed"] == []
    assert [check["name"] for check in report["checks"] if not check["ok"]] == []
    assert_seeds_matter(report)
    # What is too large for a smoke run is in the stored one.
    every = report["units"] + (publishing.stored(place) or {"units": []})["units"]
    found = {(unit["arm"], name) for unit in every for name in unit["values"]}
    for claim in experiment.claims:
        if claim.kind != "out_of_reach":
            assert expressions.names(claim.metric) <= found
    for figure in report["figures"]:
        assert figure["alt"]
        assert publishing.drawing.figure(figure).endswith("</svg>\n")


def assert_seeds_matter(report):
    by_arm = {}
    for unit in report["units"]:
        by_arm.setdefault(unit["arm"], []).append((unit["values"], unit["series"]))
    several = [found for found in by_arm.values() if len(found) > 1]
    assert not several or any(one != found[0] for found in several for one in found)


@each
def test_the_same_seed_gives_the_same_result(place):
    experiment = with_data(place)
    *_, task = plan(place, experiment, SMOKE, provenance.environment(), data_folder())

    first, second = perform(task), perform(task)

    assert first["error"] == ""
    assert {**first, "cpu_s": 0} == {**second, "cpu_s": 0}


@each
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_the_device_makes_no_difference(place, device):
    hook = parity_of(place)
    assert hook is not None, "there is no PARITY"
    if device == "cuda" and not provenance.torch.cuda.is_available():
        pytest.skip("NOT TESTED: there is no GPU")

    assert parity_error(place, with_data(place), hook, device) <= PARITY_LIMIT


@each
def test_the_stored_report_adds_up_and_is_of_this_code(place):
    report = publishing.stored(place)
    if report is None:
        pytest.skip("there is no stored report yet")

    assert not publishing.is_stale(report, place), "run it again: the code has changed since"
    assert report["config"]["preset"] in ("laptop", "gpu")
    assert report["code"]["is_clean"], "its rules were not committed before the run"
    for figure in report["figures"]:
        assert (place.results / f"figure-{figure['id']}.svg").is_file()


@each
def test_the_rules_of_the_stored_report_were_committed_before_its_run(place):
    report = publishing.stored(place)
    if report is None:
        pytest.skip("there is no stored report yet")
    code = report["code"]
    known = git(place, "merge-base", "--is-ancestor", code["commit"], "HEAD")
    if known.returncode != 0:
        # A history that was moved onto others keeps the code, not the commit's name.
        assert not publishing.is_stale(report, place)
        pytest.skip("the commit is not in this history; the hash of the code is that of the report")

    for name, sha256 in code["files"].items():
        folder = code["path"]
        if name.startswith(("parts/", "methods/")):
            folder = folder.rsplit("/", 2)[0]
        shown = git(place, "show", f"{code['commit']}:{folder}/{name}")
        assert hashlib.sha256(shown.stdout).hexdigest() == sha256, name
    assert code["committed_at"][:10] <= report["time"]["started"][:10]


RULE = ("id", "text", "kind", "metric", "relation", "margin", "seeds")


@each
def test_a_second_run_adds_up_and_has_the_rules_of_the_first(place):
    path = place.results / "again.json"
    if not path.is_file():
        pytest.skip("it was not run again")
    again, first = written.read(path), publishing.stored(place)

    assert (again["reproduction"], again["version"]) == (first["reproduction"], first["version"])
    assert again["code"]["is_clean"]
    rules = [{key: claim[key] for key in RULE} for claim in first["claims"]]
    assert [{key: claim[key] for key in RULE} for claim in again["claims"]] == rules
    if again["confirms"]:
        assert again["confirms"]["report"] == written.identity(first)
        assert not publishing.is_stale(again, place)


def test_the_table_of_methods_is_that_of_the_stored_reports():
    readme = (discovery.METHODS.parents[2] / "README.md").read_text("utf-8")

    table = publishing.overview({place: publishing.stored(place) for place in PLACES})

    assert table in readme, "run `reproduce table --write`"


def git(place, *arguments):
    return subprocess.run(
        ["git", "-C", str(place.folder), *arguments], capture_output=True, check=False
    )
