"""`shortscience maintenance`: one page instead of all, while something is mended."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from shortscience.config.terminal import say


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "maintenance",
        help="show one page instead of all, or end that",
        description="While it is on, every page says that the site is being looked after. Staff"
        " can sign in and look. All machines of the site follow within a second.",
    )
    add_switch(command)
    command.set_defaults(run=run)


def add_switch(command: argparse.ArgumentParser) -> None:
    """Describe what `readonly` and `maintenance` have in common."""
    command.add_argument("state", choices=("on", "off", "show"))
    command.add_argument(
        "--until", type=_moment, metavar="14:00", help="when it should be over (UTC)"
    )
    command.add_argument("--say", default="", metavar="SENTENCE", help="what people are told")


def run(arguments: argparse.Namespace) -> int:
    from shortscience.operations.actions import close_site, open_site

    return switch(arguments, on=close_site, off=open_site)


def switch(
    arguments: argparse.Namespace, *, on: Callable[..., None], off: Callable[[], None]
) -> int:
    """Switch as the arguments say, and tell how it is then."""
    from shortscience.config.database import require_ready

    require_ready()
    if arguments.state == "on":
        on(until=arguments.until, says=arguments.say)
    elif arguments.state == "off":
        off()
    say(_described())
    return 0


def _described() -> str:
    from shortscience.operations.mode import stored

    mode = stored()
    if mode.is_usual:
        return "The site is open: people read and write."
    until = f", until {mode.until:%Y-%m-%d %H:%M} UTC" if mode.until else ""
    what = "closed; staff can sign in" if mode.is_closed else "read-only"
    if mode.is_closed and mode.is_read_only:
        what = "closed and read-only"
    return f"The site is {what}{until}."


def _moment(text: str) -> datetime:
    """Return the next time a clock in UTC shows this; a date may stand before it."""
    now = datetime.now(UTC)
    try:
        if "T" in text or " " in text or "-" in text:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        moment = datetime.combine(now.date(), time.fromisoformat(text), UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; write 14:00 or 2026-05-01T14:00"
        ) from None
    return moment if moment > now else moment + timedelta(days=1)
