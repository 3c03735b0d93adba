"""What a task says about itself: whether it may run twice, when to try again, when it is due.

    @task()
    @declared(idempotent=True, waits=(timedelta(minutes=1), timedelta(hours=1)))
    def deliver(mail): ...

It stays a plain task of django-tasks: `deliver.enqueue(mail)`, `deliver.using(priority=5)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from django.utils.module_loading import import_string
from django_tasks.base import Task
from django_tasks.utils import get_module_path

from shortscience.lib.errors import Sentence

Function = TypeVar("Function", bound=Callable[..., Any])
# Any: the arguments of tasks are as different as tasks are.
Key = Callable[..., str]
Description = Callable[..., dict[str, str]]


class Timetable(Protocol):
    """When a scheduled task is due."""

    def after(self, moment: datetime) -> datetime:
        """Return the first time it is due after this moment."""


@dataclass(frozen=True, slots=True)
class Hourly:
    """Every hour at this minute."""

    minute: int = 0

    def after(self, moment: datetime) -> datetime:
        this_hour = moment.replace(minute=self.minute, second=0, microsecond=0)
        return this_hour if this_hour > moment else this_hour + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Nightly:
    """Every day at this time of the site's clock, which is UTC."""

    at: time

    def after(self, moment: datetime) -> datetime:
        today = datetime.combine(moment.date(), self.at, moment.tzinfo)
        return today if today > moment else today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a task's jobs are treated.

    Attributes:
        idempotent: running it twice does no harm. A job that is not is never repeated by
            itself: if its worker dies meanwhile, or it fails, a person looks first.
        waits: how long to wait before each further try after an error.
        gives_up_on: errors after which another try cannot help.
        unique: makes of the arguments a key; while a job with this key waits, enqueuing
            another returns that one.
        describe: makes of the arguments what staff may read; nothing is shown without it.
        every: when it is due by itself, without arguments.
        label: what people call it.
    """

    idempotent: bool = False
    waits: tuple[timedelta, ...] = ()
    gives_up_on: tuple[type[Exception], ...] = ()
    unique: Key | None = None
    describe: Description | None = None
    every: Timetable | None = None
    label: Sentence = ""

    def wait_after(self, failures: int, error: BaseException) -> timedelta | None:
        """Return how long to wait after so many earlier failures and this one; None: give up."""
        if failures >= len(self.waits) or isinstance(error, self.gives_up_on):
            return None
        return self.waits[failures]


class UnknownTask(ImportError):
    """The program has no such task: it was never begun."""


# What says nothing is treated with the most care.
UNDECLARED = Rules()
# While nodes are updated one after the other, an older one meets tasks that it does not know.
UNKNOWN = Rules(waits=(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)))

_declared: dict[str, Rules] = {}


def declared(
    *,
    idempotent: bool,
    waits: tuple[timedelta, ...] = (),
    gives_up_on: tuple[type[Exception], ...] = (),
    unique: Key | None = None,
    describe: Description | None = None,
    every: Timetable | None = None,
    label: Sentence = "",
) -> Callable[[Function], Function]:
    """Declare how jobs of a task are treated; goes below `@task()`. See `Rules`."""
    if waits and not idempotent:
        raise ValueError("Only an idempotent task can be tried again by itself.")
    rules = Rules(idempotent, waits, gives_up_on, unique, describe, every, label)

    def note(function: Function) -> Function:
        _declared[get_module_path(function)] = rules
        return function

    return note


def rules_of(path: str) -> Rules:
    """Return the rules of a task by its path; those of a task that is gone are the strictest."""
    if path not in _declared:
        try:
            task_at(path)
        except UnknownTask:
            return UNDECLARED
    return _declared.get(path, UNDECLARED)


def timetables() -> dict[str, Timetable]:
    """Return the scheduled tasks of all modules that are loaded."""
    return {path: rules.every for path, rules in _declared.items() if rules.every is not None}


@lru_cache(maxsize=500)
def task_at(path: str) -> Task[..., Any]:
    """Load a task by its path.

    Raises:
        UnknownTask: the program has none there.
    """
    try:
        found = import_string(path)
    except ImportError as error:
        raise UnknownTask(f"{path} cannot be loaded") from error
    if not isinstance(found, Task):
        raise UnknownTask(f"{path} is no task")
    return found
