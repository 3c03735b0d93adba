import json
import os
import signal
import subprocess
import sys
import time

import pytest

from reproductions.harness import provenance
from reproductions.harness.engines import Pool
from reproductions.harness.errors import Problem
from reproductions.harness.reports import problems


def statuses(report):
    return {unit["id"]: unit["status"] for unit in report["units"]}


def test_a_run_gives_a_report_that_adds_up(toy):
    report = toy.run()

    assert problems(report) == []
    assert report["claims"][0]["status"] == "reproduced"
    # The noise is drawn from a stream of the seed, so it is the same in both arms and cancels.
    assert [one["value"] for one in report["claims"][0]["per_seed"]] == pytest.approx([1.0] * 5)
    assert report["overall"] == "reproduced"


def test_the_longest_arm_goes_first_and_the_report_keeps_the_order_of_arms(toy):
    report = toy.run()

    assert toy.ran[0] == "new/0"
    assert report["units"][0]["id"] == "old/0"


def test_the_pool_finds_the_same_numbers(toy):
    alone = toy.run(is_fresh=True)
    together = toy.run(is_fresh=True, engine=Pool(jobs=2))

    for one, other in zip(alone["units"], together["units"], strict=True):
        assert {**one, "cpu_s": 0} == {**other, "cpu_s": 0}


def test_a_second_run_does_nothing_twice(toy):
    first = toy.run()
    second = toy.run()

    assert len(toy.ran) == 10
    assert first["units"] == second["units"]


def test_more_seeds_use_what_is_there(toy):
    toy.run()
    toy.run(seeds=range(7))

    assert toy.ran[10:] == ["new/5", "new/6", "old/5", "old/6"]


@pytest.mark.parametrize("change", [{"dtype": "float64"}, {"is_fresh": True}])
def test_another_configuration_is_run_anew(toy, change):
    toy.run()
    toy.run(**change)

    assert len(toy.ran) == 20


def test_changed_code_is_run_anew(toy):
    toy.run()
    toy.write(body="    time.sleep(0)")
    toy.run()

    assert len(toy.ran) == 20


def test_a_unit_that_raises_is_recorded_and_the_others_go_on(toy):
    toy.write(body='    if unit.id == "new/1": raise ValueError("not today")')

    report = toy.run()

    assert statuses(report)["new/1"] == "failed"
    assert {unit["error"] for unit in report["units"]} == {"", "ValueError: not today"}
    assert report["claims"][0]["status"] == "inconclusive"
    assert problems(report) == []


def test_a_unit_that_failed_is_tried_again(toy):
    toy.write(
        body='    if unit.id == "new/1" and not (Path(__file__).parent / "go").exists(): 1 / 0'
    )
    toy.run()
    (toy.folder / "go").touch()

    report = toy.run()

    assert toy.ran[10:] == ["new/1"]
    assert set(statuses(report).values()) == {"ok"}


def test_a_process_that_dies_costs_its_unit_alone(toy):
    toy.write(body='    if unit.id == "new/1": os.kill(os.getpid(), signal.SIGKILL)')

    report = toy.run(engine=Pool(jobs=2))

    (dead,) = [unit for unit in report["units"] if unit["status"] != "ok"]
    assert (dead["id"], dead["error"]) == ("new/1", "its process died (exit code -9)")


def test_a_unit_past_its_deadline_is_stopped(toy):
    toy.write(body='    if unit.id == "new/1": time.sleep(600)')

    report = toy.run(engine=Pool(jobs=2, deadline_s=5), seeds=[1])

    assert statuses(report) == {"old/1": "ok", "new/1": "failed"}
    assert "took longer than 5 s" in json.dumps(report["units"])


@pytest.mark.parametrize(
    "body",
    [
        '    if unit.id == "new/1": return Outcome({"score": math.nan})',
        '    if unit.id == "new/1": return Outcome({"score": 5.0}, diverged=True)',
        '    if unit.id == "new/1": return Outcome({"score": math.inf, "other": 1.0})',
    ],
)
def test_a_unit_that_diverged_counts_with_the_worst_value(toy, body):
    report = toy.write(body=body).run()

    (unit,) = [unit for unit in report["units"] if unit["status"] == "diverged"]
    assert unit["values"]["score"] == -1.0
    assert problems(report) == []


def test_a_value_that_is_no_number_and_has_no_worst_is_a_failure(toy):
    toy.write(body='    if unit.id == "new/1": return Outcome({"score": 1.0, "odd": math.nan})')

    (unit,) = [unit for unit in toy.run()["units"] if unit["status"] != "ok"]

    assert unit["status"] == "failed"
    assert "odd" in unit["error"]


def test_holes_in_a_series_are_kept_as_holes(toy):
    toy.write(body='    return Outcome({"score": 1.0}, {"curve": [1.0, math.nan, math.inf]})')

    assert toy.run()["units"][0]["series"] == {"curve": [1.0, None, None]}


def test_global_random_numbers_are_those_of_the_seed(toy):
    toy.write(body="    return Outcome({'score': float(torch.rand(1))}, {'curve': [1.0, 2.0]})")

    report = toy.run()

    old, new = ([u["values"]["score"] for u in report["units"] if u["arm"] == arm]
                for arm in ("old", "new"))  # fmt: skip
    assert old == new
    assert len(set(old)) == 5


def test_figures_that_cannot_be_made_lose_no_result(toy):
    toy.write(body="    return Outcome({'score': 1.0})")

    with pytest.raises(Problem, match="figures of toy cannot be made: IndexError"):
        toy.run()
    assert len(toy.ran) == 10


def test_checks_that_raise_are_checks_that_failed(toy):
    path = toy.folder / "experiment.py"
    path.write_text(path.read_text().replace('[Check("twice", 0.0, 1e-9)]', "1 / 0"))

    (check,) = toy.run()["checks"]

    assert not check["ok"]
    assert "ZeroDivisionError" in check["name"]


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (', metric="new.score - older.score"', "reads the arm 'older'"),
        (', metric="import os"', "cannot be computed"),
        (', metric="1"', "reads no arm"),
        (", seeds=1", "needs two seeds"),
        (", is_central=False", "no claim is central"),
    ],
)
def test_an_experiment_that_contradicts_itself_is_not_run(toy, claim, why):
    path = toy.write(claim=claim).folder / "experiment.py"
    path.write_text(
        path.read_text()
        .replace('"new.score - old.score", ">", 0.5, metric=', "relation='>', margin=0.5, metric=")
        .replace('reason="too far")', 'reason="too far", is_central=False)')
    )

    with pytest.raises(Problem, match=why):
        toy.run()
    assert toy.ran == []


@pytest.mark.parametrize(
    ("order", "why"), [({"preset": "huge"}, "no preset 'huge'"), ({"device": "cuda"}, "no GPU")]
)
def test_what_cannot_be_run_is_said_in_a_sentence(toy, order, why):
    if order.get("device") == "cuda" and provenance.torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(Problem, match=why):
        toy.run(**order)


def test_after_an_interrupt_the_run_goes_on_where_it_was(toy):
    go = '(Path(__file__).parent / "go")'
    wait = f'    while unit.id == "new/3" and not {go}.exists(): time.sleep(.1)'
    toy.write(body=wait)
    command = [sys.executable, "-m", "reproductions.harness.cli", "run", "--preset", "smoke"]
    command += ["--from", str(toy.folder), "--jobs", "1"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Who runs these tests in the background may have Ctrl-C switched off for all they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while "new/3" not in toy.ran and time.monotonic() < deadline:
        time.sleep(0.1)

    os.killpg(process.pid, signal.SIGINT)
    _out, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert said == "Stopped. The same command goes on from here.\n"
    assert toy.ran == ["new/0", "new/1", "new/2", "new/3"]
    (toy.folder / "go").touch()
    toy.run()
    assert toy.ran[4] == "new/3"
    assert len(toy.ran) == 11


def test_results_from_before_the_commit_of_the_rules_do_not_count(toy):
    git = ["git", "-C", str(toy.folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    toy.run()
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "method.py", "experiment.py"], check=True)
    subprocess.run(
        [*git, "commit", "-q", "-m", "Rules", "--date", "2099-01-01T00:00:00"], check=True
    )

    report = toy.run()

    assert len(toy.ran) == 20
    assert report["code"]["is_clean"]
    assert report["code"]["swhid"].startswith("swh:1:dir:")
    assert len(report["code"]["commit"]) == 40
