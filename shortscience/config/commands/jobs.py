"""`shortscience jobs`: what is done later, and what was given up."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from shortscience.config.terminal import Stop, say

if TYPE_CHECKING:
    from shortscience.jobs.models import Job
    from shortscience.jobs.shown import Shown

STATES = ("waiting", "running", "done", "dead")
# Without being asked, what was done is left out.
OPEN_STATES = ("dead", "running", "waiting")
SHOWN = 50


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "jobs",
        help="look at later work; retry or drop what was given up",
        description="Mail, housekeeping and other work that is done later. A job that failed for"
        " good, or that may not run twice and lost its worker, is dead: look at it, then retry or"
        " drop it. Texts of mails and addresses are not shown.",
    )
    _with_json(command)
    command.set_defaults(run=run_list, state=None, limit=SHOWN)
    acts = command.add_subparsers(dest="act", metavar="ACT")
    listing = acts.add_parser("list", help="list jobs, the newest first (default)")
    listing.add_argument("--state", choices=STATES, help="only these (default: all but done)")
    listing.add_argument("--limit", type=int, default=SHOWN, help=f"how many (default: {SHOWN})")
    _with_json(listing)
    listing.set_defaults(run=run_list)
    showing = acts.add_parser("show", help="tell all of one job, its error too")
    showing.add_argument("id", type=int)
    _with_json(showing)
    showing.set_defaults(run=run_show)
    for act, what in (
        ("retry", "let dead jobs run again"),
        ("drop", "forget dead jobs"),
    ):
        one = acts.add_parser(act, help=what, description=f"{what.capitalize()}.")
        which = one.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="*", default=[])
        which.add_argument("--all", action="store_true", help="all dead jobs")
        _with_json(one)
        one.set_defaults(run=run_act)


def _with_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print it as JSON")


def run_list(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.jobs.models import Job
    from shortscience.jobs.shown import planned, shown_all

    require_ready()
    states = [arguments.state] if arguments.state else OPEN_STATES
    found = Job.objects.filter(state__in=states).newest_first()[: max(0, arguments.limit)]
    jobs, counts = shown_all(found), Job.objects.count_by_state()
    if arguments.json:
        schedule = [
            {"task": plan.task, "due_at": plan.due_at.isoformat(timespec="seconds")}
            for plan in planned()
        ]
        numbers = {state: counts.get(state, 0) for state in STATES}
        _say_json({"counts": numbers, "schedule": schedule, "jobs": [job.facts() for job in jobs]})
        return 0
    say(", ".join(f"{counts.get(state, 0):,} {state}" for state in STATES))
    for job in jobs:
        say(_line(job))
    for plan in planned():
        say(f"scheduled: {plan.label}, next {plan.due_at:%Y-%m-%d %H:%M} UTC")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.jobs.shown import shown

    require_ready()
    job = shown(_job(arguments.id))
    if arguments.json:
        _say_json({**job.facts(), "traceback": job.job.error if job.job.error_class else ""})
        return 0
    facts = job.facts()
    given = facts.pop("arguments")
    assert isinstance(given, dict)
    for name, value in {**facts, **given}.items():
        if value not in (None, ""):
            say(f"{name.replace('_', ' ')}: {value}")
    if job.job.error_class:
        say()
        say(job.job.error.rstrip())
    return 0


def run_act(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.jobs.actions import drop, retry
    from shortscience.jobs.models import Job
    from shortscience.lib.errors import Refused

    require_ready()
    act = {"retry": retry, "drop": drop}[arguments.act]
    jobs = list(Job.objects.dead()) if arguments.all else [_job(each) for each in arguments.id]
    for job in jobs:
        try:
            act(job=job)
        except Refused as refusal:
            raise Stop(f"Job {job.pk}: {refusal}") from refusal
    done = {"retry": "will run again", "drop": "forgotten"}[arguments.act]
    if arguments.json:
        _say_json({"jobs": [job.pk for job in jobs]})
    else:
        say(f"{len(jobs):,} {'job' if len(jobs) == 1 else 'jobs'} {done}.")
    return 0


def _job(number: int) -> Job:
    from shortscience.jobs.models import Job

    job = Job.objects.filter(pk=number).first()
    if job is None:
        raise Stop(f"There is no job {number}.")
    return job


def _line(shown: Shown) -> str:
    job = shown.job
    said = [f"{job.pk}", job.state, shown.label]
    if shown.arguments:
        said.append(", ".join(shown.arguments.values()))
    if job.percent is not None:
        said.append(f"{job.percent} %")
    said += [job.progress_note, shown.error]
    return "  ".join(part for part in said if part)


def _say_json(facts: object) -> None:
    say(json.dumps(facts, ensure_ascii=False, indent=2))
