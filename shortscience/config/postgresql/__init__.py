"""How a process talks to PostgreSQL; as a package it is the engine that Django loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shortscience.config import process
from shortscience.lib.lazily import lazily

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = lazily("psycopg")

# Between machines of one site an open connection takes milliseconds; an answer "not now" must
# reach the reader within a second.
WAIT_FOR_CONNECTION_S = 0.7
# What a command may wait: it has nobody who looks at an empty page.
COMMAND_CONNECTS_WITHIN_S = 10
# libpq knows whole seconds, and from two on.
WEB_CONNECTS_WITHIN_S = 2
# A machine that is gone closes nothing: without this a query to it waits for a quarter of an hour.
SILENT_FOR_S = 10
# Whoever waits longer for a row waits for a fault of ours.
LOCK_WITHIN_S = 5
# No request thinks this long inside a transaction; one that does holds rows and old versions.
IDLE_IN_TRANSACTION_S = 30
# `init` asks for a table's lock this long, since all who come after it wait behind it.
INIT_LOCK_WITHIN_S = 2


def configured(
    url: str, *, pool_size: int, statement_timeout_s: float, is_replica: bool = False
) -> dict[str, Any]:  # Any: Django's own mixture
    """Return Django's description of this database for the kind of process that we are.

    The address is read by libpq itself: several hosts, sockets and all its options are possible.

    Raises:
        ValueError: it is no address of a PostgreSQL database.
    """
    try:
        options: dict[str, Any] = dict(psycopg.conninfo.conninfo_to_dict(url))
    except psycopg.ProgrammingError as wrong:
        raise ValueError(str(wrong).strip()) from wrong
    place = {
        "NAME": options.pop("dbname", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
    }
    if not all(port.isdecimal() for port in str(place["PORT"]).split(",") if port):
        raise ValueError(f"its port must be a number, not {place['PORT']}")
    if "," in place["HOST"] and not is_replica:
        # After a promotion the old primary may come back as a replica: never write to that one.
        options.setdefault("target_session_attrs", "read-write")
    is_web = process.kind == process.WEB
    limits = _limits(statement_timeout_s, is_web=is_web, is_replica=is_replica)
    # What the address itself says comes last, and so wins.
    options["options"] = " ".join([*limits, options.get("options", "")]).strip()
    options.setdefault("application_name", f"shortscience {process.kind}")
    within_s = WEB_CONNECTS_WITHIN_S if is_web else COMMAND_CONNECTS_WITHIN_S
    options.setdefault("connect_timeout", within_s)
    config = {"ENGINE": "shortscience.config.postgresql", **place, "OPTIONS": options}
    if not is_web:
        return config | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    options.setdefault("tcp_user_timeout", SILENT_FOR_S * 1000)
    options["pool"] = {
        "min_size": 1,
        "max_size": pool_size,
        "timeout": WAIT_FOR_CONNECTION_S,
        # It doubles its pauses otherwise, and would find the database minutes after it is back.
        "reconnect_timeout": 0.5,
    }
    # The pool keeps connections, and looks at each before it gives it to a request.
    return config | {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}


def _limits(statement_timeout_s: float, *, is_web: bool, is_replica: bool) -> list[str]:
    """Return what PostgreSQL is told for the session; imports and migrations may take hours."""
    limits: dict[str, object] = {}
    if is_web:
        limits["statement_timeout"] = int(statement_timeout_s * 1000)
        limits["lock_timeout"] = LOCK_WITHIN_S * 1000
        limits["idle_in_transaction_session_timeout"] = IDLE_IN_TRANSACTION_S * 1000
    elif process.kind == "init":
        limits["lock_timeout"] = INIT_LOCK_WITHIN_S * 1000
    if is_replica:
        limits["default_transaction_read_only"] = "on"
    return [f"-c {name}={value}" for name, value in limits.items()]
