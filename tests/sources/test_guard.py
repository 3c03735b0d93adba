"""No address, redirect or name leads the client into a private network."""

from __future__ import annotations

from typing import Any

import httpcore
import pytest

from shortscience.sources import guard
from shortscience.sources.errors import SourceError, SourceRefused, SourceUnavailable
from shortscience.sources.http import Client
from shortscience.sources.pacing import Pace
from tests.sources import upstream as moods
from tests.sources.conftest import Clock
from tests.sources.upstream import Upstream

HOST = "api.crossref.org"
URL = f"https://{HOST}/works/1"


PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "0.0.0.0", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "not an address", "",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address: str) -> None:
    assert not guard.is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"]
)
def test_public_addresses_are(address: str) -> None:
    assert guard.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/x", "gopher://example.org/", "//example.org",
        "http://user:secret@example.org/", "http://user@example.org/", "http://example.org:22/",
        "https://example.org:80/", "http://example.org:8080/", "http:///x", "http://[::1/", "", "x",
        "http://example.org:99999/",
    ],
)  # fmt: skip
def test_other_protocols_ports_and_passwords_are_refused(url: str) -> None:
    with pytest.raises(SourceRefused):
        guard.check(url)


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/",
        "http://0/", "file:///etc/passwd", "ftp://127.0.0.1/", "http://me:pw@127.0.0.1/",
        "http://127.0.0.1:6379/", "https://10.0.0.1/", "gopher://127.0.0.1:70/",
    ],
)  # fmt: skip
def test_a_redirect_leads_nowhere_private(client: Client, upstream: Upstream, to: str) -> None:
    upstream.feel(HOST, moods.redirects(to))

    with pytest.raises(SourceRefused):
        client.get(URL)

    assert upstream.count(HOST) == 1


def test_a_redirect_within_the_mirror_is_followed(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.redirects(f"/{HOST}/elsewhere"), moods.says(b"here"))

    assert client.get(URL).body == b"here"


def test_a_redirect_to_another_source_gets_no_key(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.redirects("https://dblp.org/x"))
    upstream.feel("dblp.org", moods.says(b"there"))

    assert client.get(URL, secret={"x-api-key": "hush"}).body == b"there"
    assert upstream.asked[0][1]["x-api-key"] == "hush"
    assert "x-api-key" not in upstream.asked[1][1]


def test_circles_end(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.redirects(URL))

    with pytest.raises(SourceRefused, match="circles"):
        client.get(URL)

    assert upstream.count(HOST) == 6


class Recorder(httpcore.NetworkBackend):
    """Connects to nothing and remembers what it was to connect to."""

    def __init__(self) -> None:
        self.to: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *_args: Any, **_more: Any) -> Any:
        self.to.append((host, port))
        raise httpcore.ConnectError("nobody there")


def asking(addresses: list[list[str]], clock: Clock) -> tuple[Client, Recorder, list[str]]:
    """Return a client whose names are looked up in this list, one entry at each look-up."""
    recorder, looked_up = Recorder(), []

    def resolve(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return addresses[min(len(looked_up), len(addresses)) - 1]

    pace = Pace(clock.now, clock.sleep)
    return (
        Client(pace=pace, resolve=resolve, backend=recorder, sleep=clock.sleep),
        recorder,
        looked_up,
    )


def test_rebinding_a_name_does_not_lead_inside(sources_cache: None, clock: Clock) -> None:
    """A name that is public when it is checked and private when it is used."""
    client, recorder, looked_up = asking([["93.184.216.34"], ["127.0.0.1"]], clock)

    with pytest.raises(SourceRefused, match="private"):
        client.get("http://rebind.example/")

    # One look-up for each connection: what was checked is what was connected to.
    assert recorder.to == [("93.184.216.34", 80)]
    assert looked_up == ["rebind.example"] * 2


def test_a_host_with_one_private_address_is_refused(sources_cache: None, clock: Clock) -> None:
    client, recorder, _names = asking([["93.184.216.34", "10.0.0.1"]], clock)

    with pytest.raises(SourceRefused):
        client.get("https://mixed.example/")

    assert recorder.to == []


def test_a_public_host_is_connected_to_by_the_checked_address(
    sources_cache: None, clock: Clock
) -> None:
    client, recorder, _names = asking([["93.184.216.34", "2606:2800:220:1::1"]], clock)

    with pytest.raises(SourceUnavailable):
        client.get("https://good.example/")

    assert recorder.to[:2] == [("93.184.216.34", 443), ("2606:2800:220:1::1", 443)]


def test_a_mirror_is_trusted_by_its_port_only(client: Client, upstream: Upstream) -> None:
    upstream.feel(HOST, moods.redirects(f"http://127.0.0.1:{upstream.port + 1}/"))

    with pytest.raises(SourceRefused, match="ports"):
        client.get(URL)


def test_the_proxy_of_the_environment_is_not_used(
    upstream: Upstream, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    upstream.feel(HOST, moods.says(b"direct"))

    client = Client(pace=Pace(clock.now, clock.sleep), sleep=clock.sleep)

    assert client.get(URL).body == b"direct"
    client.close()


@pytest.mark.parametrize(
    "url", ["http://\x00/", "http://a b/", "http://" + "a" * 300 + "/", "http://ü\ud800/"]
)
def test_a_broken_address_is_an_error_of_ours(client: Client, url: str) -> None:
    with pytest.raises(SourceError):
        client.get(url, within_s=1)
