"""Which addresses we may ask: the public web, and nothing behind our own walls.

The name of a host is looked up once for each connection; the addresses that were checked are
the ones that are connected to. A name that changes its address in between (DNS rebinding)
changes nothing, and a redirect passes here again.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.utils.translation import gettext_lazy as _

from shortscience.sources.errors import SourceRefused

Origin = tuple[str, int]
# The host's name and port to the addresses it has.
Resolve = Callable[[str, int], list[str]]

_PORTS = {"http": 80, "https": 443}
# Addresses that carry an IPv4 address inside: what they lead to is not what they say.
_CARRIERS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")]
# Set aside by IANA, but public to Python before 3.13.
_SET_ASIDE = [ipaddress.ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24")]
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


def is_public(address: str) -> bool:
    """Tell whether the whole internet can reach this IP address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        is_carrier = ip.teredo is not None or any(ip in net for net in _CARRIERS)
        if is_carrier or ip.is_site_local or int(ip) < 1 << 32:
            return False
    if any(ip in net for net in _SET_ASIDE):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def check(url: str, trusted: Iterable[Origin] = ()) -> Origin:
    """Return the host and port of an address that we may ask.

    Raises:
        SourceRefused: another protocol or port, a name and password in it, or no host.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise SourceRefused(_("This is no address of the web.")) from None
    expected = _PORTS.get(parts.scheme)
    if expected is None or not _HOST.fullmatch(host):
        raise SourceRefused(_("Only addresses with http or https are asked."))
    if "@" in parts.netloc:
        raise SourceRefused(_("An address with a name or password in it is not asked."))
    if (host, port or expected) in set(trusted):
        return host, port or expected
    if port not in {None, expected}:
        raise SourceRefused(_("Only the usual ports of the web are asked."))
    return host, expected


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system knows them.

    Raises:
        OSError: there is no such host.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


_clock = threading.local()


@contextmanager
def deadline(at: float) -> Iterator[None]:
    """End every read, write and connection of this thread at this time (`time.monotonic`)."""
    _clock.at = at
    try:
        yield
    finally:
        _clock.at = None


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    at: float | None = getattr(_clock, "at", None)
    if at is None:
        return timeout
    left = at - time.monotonic()
    if left <= 0:
        raise error("the time for the whole request is over")
    return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose total time is limited, however slowly its bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only, and to the operator's own mirrors."""

    def __init__(
        self,
        trusted: Iterable[Origin] = (),
        *,
        resolve: Resolve = look_up,
        backend: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._trusted = frozenset(trusted)
        self._resolve = resolve
        self._backend = backend or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Look the host up, check every address it has, connect to one of these.

        Raises:
            SourceRefused: one of its addresses is not public.
            httpcore.ConnectError: it does not exist or none of its addresses answers.
        """
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            left = _left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._backend.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _TimedStream(stream)
        raise problem

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if (host, port) not in self._trusted and not all(map(is_public, found)):
            raise SourceRefused(_("This address leads into a private network."))
        return found


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a guarded backend; no proxy of the environment is used."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=20,
            max_keepalive_connections=5,
            keepalive_expiry=30,
            network_backend=backend,
        )
