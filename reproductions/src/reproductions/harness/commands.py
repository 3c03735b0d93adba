"""What each command of `reproduce` does; returns the exit code."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from reproductions.contract import PeerMissing
from reproductions.harness import (
    benching,
    checking,
    confirming,
    discovery,
    fetching,
    provenance,
    publishing,
    reports,
    runner,
    starting,
    terminal,
)
from reproductions.harness.cache import data_folder
from reproductions.harness.discovery import Place
from reproductions.harness.engines import Engine, Local, Pool, Ray
from reproductions.harness.errors import Problem

Options = argparse.Namespace


def list_methods(_options: Options) -> int:
    """Say which methods there are; one that cannot be loaded does not hide the others."""
    for place in discovery.places():
        try:
            print(f"{place.slug:28} {discovery.load(place).title}")
        except Problem as problem:
            print(f"{place.slug:28} {problem}")
    return 0


def show(options: Options) -> int:
    """Say what experiments claim and run."""
    for place in places(options):
        print(terminal.experiment(discovery.load(place)))
    return 0


def data(options: Options) -> int:
    """Fetch data sets: those of the methods named, or a data set by its name, or all."""
    experiments = [discovery.load(place) for place in _known_places(options)]
    wanted = fetching.needed(experiments)
    named = [name for name in options.slugs if name in fetching.DATA]
    wanted |= {name: fetching.DATA[name] for name in named}
    failed = 0
    for name, one in wanted.items():
        try:
            is_new = fetching.get(one, data_folder())
        except Problem as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            failed = 1
        else:
            if not options.quiet:
                print(f"{name}: {'fetched' if is_new else 'is here'}")
    return failed


def _known_places(options: Options) -> list[Place]:
    if options.folder is not None or options.all:
        return places(options)
    if not options.slugs:
        return discovery.places()
    return [discovery.place_of(slug) for slug in options.slugs if slug not in fetching.DATA]


def run(options: Options) -> int:
    """Run experiments, one after the other; one that cannot be run does not stop the others."""
    chosen = places(options)
    if options.out is not None and len(chosen) > 1:
        raise Problem("--out is for one method; without it each has its place.")
    failed = False
    for place in chosen:
        try:
            failed |= _run_one(place, options)
        except Problem as problem:
            print(problem, file=sys.stderr)
            failed = True
    return int(failed)


def _run_one(place: Place, options: Options) -> bool:
    """Run it, write and show its report; return whether a unit failed."""
    report = runner.run(place, order(options))
    out = options.out or runner.default_out(report["reproduction"], options.preset)
    return finish(report, out, options)


def finish(report: reports.Report, out: Path, options: Options) -> bool:
    """Write and show the report; return whether a unit failed."""
    try:
        reports.write(report, out)
    except OSError as error:
        raise Problem(f"The report cannot be written to {out}: {error.strerror}.") from error
    if not options.quiet:
        print(terminal.report(report))
        print(f"\nReport: {out}")
    broken = [unit for unit in report["units"] if unit["status"] == "failed"]
    for unit in broken:
        print(f"{unit['id']} failed: {unit['error']}", file=sys.stderr)
    return bool(broken)


def report(options: Options) -> int:
    """Put reports of runs into the folders of their methods: figures, table, report."""
    chosen = places(options)
    if options.report is not None and len(chosen) > 1:
        raise Problem("--report is for one method.")
    for place in chosen:
        slug = discovery.load(place).slug
        path = options.report or runner.default_out(slug, options.preset)
        if not path.is_file():
            raise Problem(f"There is no report {path}: `reproduce run {slug}` makes it.")
        made = publishing.publish(place, path, may_be_uncommitted=options.uncommitted)
        if not options.quiet:
            print(f"{slug}: {terminal.WORDS[made['overall']]}, {place.folder.name}/results")
    return 0


def table(options: Options) -> int:
    """Print all claims of all stored reports."""
    chosen = discovery.places()
    if options.folder is not None or options.slugs:
        chosen = places(options)
    found = {place: publishing.stored(place) for place in chosen}
    if options.write:
        publishing.write_overview(found, discovery.METHODS.parents[2] / "README.md")
        return 0
    print(publishing.overview(found) if options.markdown else publishing.table(found))
    return 0


def confirm(options: Options) -> int:
    """Repeat a report's run and say what that says about it."""
    first = reports.read(options.report)
    place = (
        discovery.outside(options.folder)
        if options.folder is not None
        else discovery.place_of(first["reproduction"])
    )
    how: confirming.How = "replay" if options.replay else "replicate"
    seeds = first["config"]["seeds"]
    if how == "replicate":
        seeds = confirming.fresh_seeds(options.user, reports.identity(first), len(seeds))
    again = replace(
        order(options),
        preset=first["config"]["preset"],
        look=first["config"]["look"],
        seeds=seeds,
        author=options.user,
        confirms=confirming.confirms(first, how, options.user),
        # Kept results would agree with themselves.
        is_fresh=options.replay or options.fresh,
    )
    second = runner.run(place, again)
    name = f"{how}-{reports.identity(first)[:8]}.json"
    out = options.out or runner.default_out(first["reproduction"], "").with_name(name)
    failed = finish(second, out, options)
    decision = confirming.decide(first, second)
    print(f"The {how} says: {decision.word}.")
    for reason in decision.reasons:
        print(f"  {reason}")
    return int(failed)


def check(options: Options) -> int:
    """Ask methods quick questions."""
    failed = 0
    for place in places(options):
        for answer in checking.check(place, device(options.device)):
            if answer.verdict == "FAILED":
                failed = 1
            if answer.verdict != "ok" or not options.quiet:
                print(f"{place.slug}: {answer.verdict:7} {answer.what}")
    return failed


def bench(options: Options) -> int:
    """Compare speeds; say what may be published, and save that if asked."""
    failed = 0
    for place in places(options):
        if (place.folder / "bench.py").is_file():
            failed |= _bench_one(place, options)
        elif not options.all:
            print(f"{place.slug} has no bench.py.")
    return failed


def _bench_one(place: Place, options: Options) -> int:
    benches = getattr(discovery.module(place, "bench"), "BENCHES", ())
    good, failed = [], 0
    print(f"reproduce bench {place.slug} · {provenance.machine()}")
    for one in benches:
        if options.only not in (None, one.id):
            continue
        load = provenance.load()
        try:
            speed = benching.measure(one, max(options.pairs, benching.MIN_PAIRS), options.threads)
        except PeerMissing as missing:
            print(f"  {one.id}: NOT MEASURED: {missing}")
            continue
        except Problem as problem:
            print(f"  {problem}", file=sys.stderr)
            failed = 1
            continue
        print(f"  {terminal.speed(speed, load)}")
        why_not = benching.why_not_publishable(speed, load)
        if why_not:
            print(f"  {one.id}: not to be published: {why_not}")
            failed |= int(options.save)
        else:
            good.append(speed)
    if options.save and good:
        benching.save(good, place.results / "perf.json")
    return failed


def init(options: Options) -> int:
    """Write a folder for a reproduction of one's own."""
    names = starting.start(options.folder)
    if not options.quiet:
        print(f"{options.folder}: {', '.join(names)}")
        print(f"Try: reproduce run --from {options.folder} --preset smoke")
    return 0


def places(options: Options) -> list[Place]:
    """Return the methods that the options name.

    Raises:
        Problem: they name none, or one that there is not.
    """
    if options.folder is not None:
        return [discovery.outside(options.folder)]
    if options.all:
        return discovery.places()
    if not options.slugs and Path("experiment.py").is_file():
        return [discovery.outside(Path())]
    if not options.slugs:
        raise Problem("Name a method (`reproduce list` shows them), or --all, or --from FOLDER.")
    return [discovery.place_of(slug) for slug in options.slugs]


def order(options: Options) -> runner.Order:
    """Return the run that the options ask for."""
    seeds = None
    if options.seeds is not None:
        seeds = list(range(options.start, options.start + options.seeds))
    elif options.start:
        raise Problem("--start needs --seeds.")
    return runner.Order(
        preset=options.preset,
        seeds=seeds,
        look=options.look,
        device=device(options.device),
        dtype=options.dtype,
        is_fresh=options.fresh,
        is_quiet=options.quiet,
        author=options.author,
        engine=engine(options),
    )


def device(name: str) -> str:
    """Return "cpu" or "cuda"."""
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def engine(options: Options) -> Engine:
    """Return who does the units."""
    if options.engine == "local":
        return Local()
    if options.engine == "ray":
        return Ray(options.ray_address, options.jobs)
    return Pool(options.jobs, options.deadline)
