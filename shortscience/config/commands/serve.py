"""`shortscience serve`: the web server, the worker and the indexer, as one process tree."""

from __future__ import annotations

import argparse
import os
from typing import Any


def add_to(commands: Any) -> None:  # Any: argparse does not name its type
    command = commands.add_parser(
        "serve",
        help="run the site",
        description="Run the web server, the worker that sends mail and keeps the house, and the"
        " indexer of the search. Stop them with Ctrl-C or SIGTERM.",
    )
    command.add_argument("--host", help="address to listen on (default: 127.0.0.1, or HOST)")
    command.add_argument("--port", type=int, help="port to listen on (default: 8000, or PORT)")
    command.add_argument(
        "--workers", type=_at_least_one, help="web processes (default: 2, or WEB_WORKERS)"
    )
    command.add_argument(
        "--web-only", action="store_true", help="no worker and no indexer: they run by themselves"
    )
    command.set_defaults(run=run)
    worker = commands.add_parser("worker", description="Run the worker alone; `serve` does it.")
    worker.add_argument("--id", help="its name: of this name one runs at a time (default: of here)")
    worker.add_argument(
        "--queue", action="append", default=[], metavar="NAME", help="only jobs of this queue"
    )
    worker.set_defaults(run=run_worker)


def run(arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from shortscience.config.serve import serve

    port = arguments.port if arguments.port is not None else settings.PORT
    # The web processes and the worker read the settings anew: their links lead to this port.
    os.environ["PORT"] = str(port)
    return serve(
        host=arguments.host or settings.HOST,
        port=port,
        workers=arguments.workers or settings.WEB_WORKERS,
        web_only=arguments.web_only,
    )


def run_worker(arguments: argparse.Namespace) -> int:
    from shortscience.config.database import require_ready
    from shortscience.config.serve import worker_id
    from shortscience.config.worker import work

    require_ready()
    work(arguments.id or worker_id(), queues=arguments.queue)
    return 0


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
