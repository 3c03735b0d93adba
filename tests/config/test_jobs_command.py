"""`shortscience jobs`: look at later work from the terminal, retry or drop what was given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shortscience.config.cli import main
from shortscience.jobs.models import Job
from tests.config.site import shortscience

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "shortscience.jobs.backend.DatabaseBackend", "QUEUES": []}
    }


def dead(**changes: Any) -> Job:
    facts = {
        "task": "shortscience.config.tasks.housekeeping",
        "state": "dead",
        "error_class": "builtins.OSError",
        "error": "Traceback\nOSError: no disk",
        "starts": 2,
    }
    return Job.objects.create(**facts | changes)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["jobs", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_names_what_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    job = dead()

    assert main(["jobs"]) == 0

    out = capsys.readouterr().out
    assert "0 waiting, 0 running, 0 done, 1 dead" in out
    assert f"{job.pk}  dead  Housekeeping  OSError: no disk" in out


def test_programs_read_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    dead()
    Job.objects.create(task="tests.gone", state="done")

    open_ones, done = told(capsys, "list"), told(capsys, "list", "--state", "done")

    assert open_ones["counts"] == {"waiting": 0, "running": 0, "done": 1, "dead": 1}
    assert [job["state"] for job in open_ones["jobs"]] == ["dead"]
    assert [job["task"] for job in done["jobs"]] == ["tests.gone"]


def test_one_job_is_shown_with_its_error(capsys: pytest.CaptureFixture[str]) -> None:
    job = dead()

    assert main(["jobs", "show", str(job.pk)]) == 0

    out = capsys.readouterr().out
    assert "starts: 2" in out
    assert "Traceback" in out
    assert told(capsys, "show", str(job.pk))["traceback"].startswith("Traceback")


def test_dead_jobs_are_retried_one_by_one_and_dropped_all_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = dead(), dead()

    assert told(capsys, "retry", str(first.pk)) == {"jobs": [first.pk]}
    assert told(capsys, "drop", "--all") == {"jobs": [second.pk]}

    assert Job.objects.get().state == "waiting"


@pytest.mark.parametrize("act", ["show", "retry", "drop"])
def test_a_job_that_does_not_exist_is_named(act: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", act, "4711"]) == 1

    assert "There is no job 4711." in capsys.readouterr().err


def test_only_dead_jobs_are_retried(capsys: pytest.CaptureFixture[str]) -> None:
    job = dead(state="waiting")

    assert main(["jobs", "retry", str(job.pk)]) == 1

    assert "not among the dead" in capsys.readouterr().err


@pytest.mark.pure
@pytest.mark.parametrize("act", ["retry", "drop"])
def test_retry_and_drop_want_to_know_which(act: str, tmp_path: Path) -> None:
    assert shortscience("jobs", act, var=tmp_path).returncode == 2
