"""Django's engine for PostgreSQL, which does not let every request wait for one that is away."""

from __future__ import annotations

import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout

# While it lasts, requests are told at once. One look a second finds the database when it is back.
PAUSE_S = 1.0
_away_until: dict[str, float] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    """Fails at once for a second after a connection could not be made in time.

    Without this, each thread of a stopped database's site would wait for its connection, and all
    other requests for these threads.
    """

    # Django's own property, which its types lack.
    pool: ConnectionPool[Any] | None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # Any: as Django has it
        if self.pool is None:
            return super().get_new_connection(conn_params)
        if time.monotonic() < _away_until.get(self.alias, 0.0):
            raise OperationalError("the database did not answer a moment ago")
        failures = self._failures()
        try:
            return super().get_new_connection(conn_params)
        except PoolTimeout:
            # Without a refusal all connections are in use: that is load, and no reason to pause.
            if self._failures() > failures:
                _away_until[self.alias] = time.monotonic() + PAUSE_S
            raise

    def _failures(self) -> int:
        """Return how many connections could not be made since the process began."""
        return int(self.pool.get_stats().get("connections_errors", 0)) if self.pool else 0
