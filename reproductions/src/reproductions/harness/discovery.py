"""Finds experiments: the folders of `methods/`, or one anywhere else."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from reproductions.contract import Experiment
from reproductions.harness.errors import Problem

# The plain modules that are loaded now, with their files.
_outside_files: dict[str, tuple[str, int]] = {}

METHODS = Path(__file__).resolve().parents[1] / "methods"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an experiment is; enough for another process to load it.

    Attributes:
        folder: absolute.
        is_outside: not one of this package's.
    """

    folder: Path
    is_outside: bool = False

    @property
    def slug(self) -> str:
        return self.folder.name.replace("_", "-")

    @property
    def results(self) -> Path:
        return self.folder / "results"


def places() -> list[Place]:
    """Return the methods of this package by name."""
    return [Place(path.parent) for path in sorted(METHODS.glob("*/experiment.py"))]


def place_of(slug: str) -> Place:
    """Return where the method of this name is.

    Raises:
        Problem: there is none.
    """
    place = Place(METHODS / slug.replace("-", "_"))
    if not (place.folder / "experiment.py").is_file():
        known = ", ".join(one.slug for one in places()) or "none yet"
        raise Problem(f"There is no method {slug!r}. Known: {known}.")
    return place


def outside(folder: Path) -> Place:
    """Return a folder anywhere with its own `experiment.py`.

    Raises:
        Problem: it has none.
    """
    folder = folder.resolve()
    if not (folder / "experiment.py").is_file():
        raise Problem(f"{folder} has no experiment.py.")
    is_ours = folder.parent == METHODS
    return Place(folder, is_outside=not is_ours)


def load(place: Place) -> Experiment:
    """Return the experiment of this place.

    Raises:
        Problem: its code cannot be imported or has no `EXPERIMENT`.
    """
    return _experiment(place, module(place, "experiment"))


def module(place: Place, name: str) -> object:
    """Return one module of the place: "experiment", "bench" or "parity".

    Raises:
        Problem: it cannot be imported.
    """
    try:
        if not place.is_outside:
            return importlib.import_module(f"reproductions.methods.{place.folder.name}.{name}")
        return _outside_module(place.folder, name)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise Problem(f"{place.folder.name}/{name}.py cannot be loaded: {what}") from error


def _outside_module(folder: Path, name: str) -> object:
    # Its files import each other by their plain names: those of another folder, or as they were
    # before they were changed, must go.
    files = {path.stem: (str(path), path.stat().st_mtime_ns) for path in folder.glob("*.py")}
    if files != _outside_files:
        for stem in files.keys() | _outside_files.keys():
            sys.modules.pop(stem, None)
        _outside_files.clear()
        _outside_files.update(files)
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return importlib.import_module(name)


def _experiment(place: Place, found: object) -> Experiment:
    experiment = getattr(found, "EXPERIMENT", None)
    if not isinstance(experiment, Experiment):
        raise Problem(f"{place.folder.name}/experiment.py has no EXPERIMENT = Experiment(…).")
    return experiment
