"""Replicas, with two real clusters in streaming replication and a real web process on them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clusters import Cluster, clusters, wait_until
from tests.config.web_process import Browser, WebProcess, web_process, with_cast

pytestmark = [pytest.mark.pure, pytest.mark.slow]

MAX_LAG_S = "3"


@dataclass
class Site:
    """A site on two clusters; its tests stop, lag and promote them, in the order they stand."""

    primary: Cluster
    replica: Cluster
    web: WebProcess
    sessions: dict[str, str]
    papers: list[str]

    def alice(self) -> Browser:
        return Browser(self.web.url, self.sessions["alice"])

    def bob(self) -> Browser:
        return Browser(self.web.url, self.sessions["bob"])

    def stranger(self) -> Browser:
        return Browser(self.web.url)

    def is_read_from_replica(self) -> bool:
        """Tell whether a page for bob asks the replica, and the primary for nothing on it."""
        with self.bob() as browser:
            before = self._asked()
            assert browser.get(self.papers[0]).status_code == 200
            after = self._asked()
        return after[0] == before[0] and after[1] > before[1]

    def _asked(self) -> tuple[int, int]:
        primary, replica = (
            one.statements("shortscience web", '"papers_paper"')
            for one in (self.primary, self.replica)
        )
        return primary, replica


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var: Path = tmp_path_factory.mktemp("site")
    with clusters() as named:
        primary, replica = named("primary"), named("replica")
        primary.create()
        sessions, papers = with_cast(var, primary.url)
        replica.follow(primary)
        # The replica stands in both: today it answers readers, tomorrow it may be the primary.
        both = f"127.0.0.1:{primary.port},127.0.0.1:{replica.port}"
        settings = {
            "DATABASE_URL": primary.url.replace(f"127.0.0.1:{primary.port}", both),
            "REPLICA_URLS": replica.url,
            "REPLICA_MAX_LAG_S": MAX_LAG_S,
        }
        with web_process(var, **settings) as web:
            yield Site(primary, replica, web, sessions, papers)


def test_readers_are_answered_by_the_replica(site: Site) -> None:
    assert wait_until(site.is_read_from_replica)


def test_a_writer_sees_his_write_at_once_though_the_replica_lags(site: Site) -> None:
    assert wait_until(site.is_read_from_replica)
    site.replica.ask("SELECT pg_wal_replay_pause()")

    with site.alice() as alice, site.bob() as bob, site.stranger() as stranger:
        page = alice.write(f"{site.papers[1]}/write", "The first idea, in one line.")
        again = alice.get(site.papers[1])

        assert (page.status_code, again.status_code) == (200, 200)
        assert "The first idea, in one line." in page.text
        assert "The first idea, in one line." in again.text
        assert site.replica.ask("SELECT count(*) FROM summaries_summary") == 0
        # What is stored for strangers is made from the primary.
        assert "The first idea, in one line." in stranger.get(site.papers[1]).text
        # Other members see it as soon as the replica is too far behind to be asked.
        assert wait_until(lambda: "The first idea" in bob.get(site.papers[1]).text)

    site.replica.ask("SELECT pg_wal_replay_resume()")
    assert wait_until(site.is_read_from_replica), "the replica is used again"


def test_who_wrote_and_was_signed_out_still_sees_it(site: Site) -> None:
    site.replica.ask("SELECT pg_wal_replay_pause()")
    try:
        with site.alice() as alice:
            alice.write(f"{site.papers[2]}/write", "Written, then signed out.")
            alice.cookies.delete("session")

            assert "Written, then signed out." in alice.get(site.papers[2]).text
            assert site.replica.ask("SELECT count(*) FROM summaries_summary") < 2
    finally:
        site.replica.ask("SELECT pg_wal_replay_resume()")


def test_nobody_sees_an_error_because_a_replica_is_stopped(site: Site) -> None:
    assert wait_until(site.is_read_from_replica)
    statuses: list[int] = []
    enough = threading.Event()

    def read() -> None:
        with site.bob() as browser:
            while not enough.is_set():
                statuses.append(browser.get(site.papers[0]).status_code)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    wait_until(lambda: len(statuses) > 10)
    site.replica.stop()
    after = len(statuses)
    wait_until(lambda: len(statuses) > after + 20)
    enough.set()
    for reader in readers:
        reader.join()

    assert len(statuses) > after + 20
    assert set(statuses) == {200}
    site.replica.start()
    assert wait_until(site.is_read_from_replica), "the replica is used again"


def test_without_the_primary_readers_read_and_a_text_comes_back(site: Site) -> None:
    assert wait_until(site.is_read_from_replica)
    text = "What I wrote for an hour: $x < y$ & “more”.\n\nAnd a second paragraph."
    with site.alice() as alice, site.bob() as bob, site.stranger() as stranger:
        form = alice.get(f"{site.papers[3]}/write")
        site.primary.stop()

        refused = alice.send_form(form, text=text)
        read = bob.get(site.papers[1])
        read_by_stranger = stranger.get(site.papers[5])

        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "The first idea, in one line." in read.text
        assert (read.status_code, read_by_stranger.status_code) == (200, 200)

        site.primary.start()
        assert wait_until(lambda: alice.send_form(refused).status_code == 200)
        assert site.primary.ask("SELECT text FROM summaries_summary ORDER BY id DESC") == text


def test_after_a_promotion_writes_go_on_without_a_restart(site: Site) -> None:
    assert wait_until(site.is_read_from_replica)
    with site.alice() as alice:
        form = alice.get(f"{site.papers[4]}/write")
        site.primary.stop()
        site.replica.promote()

        assert wait_until(
            lambda: alice.send_form(form, text="On the new primary.").status_code == 200
        )

        assert "On the new primary." in alice.get(site.papers[4]).text
    assert site.replica.ask("SELECT text FROM summaries_summary ORDER BY id DESC") == (
        "On the new primary."
    )
