"""The command `shortscience`: everything an operator does, in one place.

Exit codes: 0 done, 1 refused or something is wrong (a sentence on stderr says what), 2 wrong use.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence

import shortscience
from shortscience.config import process
from shortscience.config.commands import (
    backup,
    code,
    curate,
    demo,
    doctor,
    export,
    imports,
    init,
    jobs,
    maintenance,
    manage,
    readonly,
    reindex,
    rerender,
    restore,
    serve,
    user,
)
from shortscience.config.terminal import Stop, complain

Command = Callable[[argparse.Namespace], int]

# Each module adds its own parser and says which function runs it.
COMMANDS = (
    init,
    serve,
    imports,
    curate,
    code,
    demo,
    export,
    rerender,
    reindex,
    jobs,
    readonly,
    maintenance,
    backup,
    restore,
    doctor,
    user,
    manage,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="shortscience",
        description="Run a ShortScience site: people explain research papers to each other.",
        epilog="Settings come from the environment or a file .env; see .env.example."
        " `shortscience COMMAND --help` tells more.",
    )
    top.add_argument("--version", action="version", version=shortscience.__version__)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Django's own commands have their own options, which are none of ours.
    if given[:1] == ["manage"]:
        chosen = argparse.Namespace(run=manage.run, command="manage", rest=given[1:])
    else:
        chosen = parser().parse_args(given)
    process.kind = chosen.command
    try:
        start_django()
        return int(chosen.run(chosen))
    except Stop as stop:
        complain(f"shortscience: {stop}")
        return stop.code
    except KeyboardInterrupt:
        complain("shortscience: stopped.")
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read our answer (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not (sentence := _that_passes(error)):
            raise
        complain(f"shortscience: {sentence}")
        return 1


def _that_passes(error: Exception) -> str:
    """Return what to do about a fault of the machine; "" for a mistake of ours."""
    from django.conf import settings

    if not settings.configured:
        return ""
    # Needs Django to be there.
    from shortscience.web.faults import Fault, fault_of

    fault = fault_of(error)
    if fault is Fault.FULL:
        return "The disk is full. What was written whole stays; make space and start it again."
    if fault is Fault.AWAY:
        said = str(error).strip().partition("\n")[0]
        return f"The database does not answer, or not in time: {said}. Start it again later."
    return ""


def start_django() -> None:
    """Read the settings and load the models.

    Raises:
        Stop: a setting has a value that cannot be; the sentence names it.
    """
    import django
    from django.core.exceptions import ImproperlyConfigured
    from environs import EnvError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortscience.config.settings")
    try:
        django.setup()
    except (ImproperlyConfigured, EnvError) as wrong:
        raise Stop(f"A setting is wrong: {wrong}") from wrong
