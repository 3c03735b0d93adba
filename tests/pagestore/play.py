"""Plays random writes against a site that several processes serve, and compares what they answer.

A program of its own, since its database is not the one of the tests. Prints a line of JSON.
"""

# Models can be imported only after Django is set up.
# ruff: noqa: E402
from __future__ import annotations

import http.client
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections

from shortscience.accounts.actions import change_profile
from shortscience.accounts.models import User
from shortscience.config.serve import THREADS
from shortscience.config.statics import collect_if_changed
from shortscience.discussion.actions import add_comment, delete_comment, edit_comment
from shortscience.discussion.models import Comment
from shortscience.lib.errors import Refused
from shortscience.moderation import actions as moderation
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.papers.models import Paper, PaperMerge
from shortscience.summaries.actions import delete_summary, save_summary
from shortscience.summaries.models import Summary
from shortscience.voting.actions import vote_on_summary
from tests.config.site import free_port
from tests.pagestore.reader import ask
from tests.pagestore.world import World

SERVERS, WORKERS = 2, 2
# Pages that are compared after each write, each asked for once of each server.
COMPARED = 5


@dataclass
class Told:
    """What was seen."""

    writes: int = 0
    refused: int = 0
    compared: int = 0
    # Answers of the store, not of Django behind it.
    stored: int = 0
    raced: int = 0
    older: list[str] = field(default_factory=list)


def get(port: int, address: str) -> http.client.HTTPResponse:
    """Ask over a connection of its own, so that any worker may answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address, headers={"Host": "testserver"})
    answer = connection.getresponse()
    answer.content = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


@contextmanager
def served() -> Iterator[list[int]]:
    ports = [free_port() for _ in range(SERVERS)]
    servers = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                *("--host", "127.0.0.1", "--port", str(port), "--log-level", "error"),
                *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
                "shortscience.config.wsgi:application",
            ],
            stdout=sys.stderr,
        )
        for port in ports
    ]
    try:
        for port in ports:
            _wait_for(port)
        yield ports
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
        for server in servers:
            server.wait(30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if get(port, "/healthz").status == 200:
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


class Writes:
    """Random writes; what a person would be refused is no write."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self.people = [world.alice, world.bob, world.carol]
        self.mona = world.mona

    def one(self) -> None:
        names = [name for name in vars(Writes) if not name.startswith("_") and name != "one"]
        write: Callable[[], None] = getattr(self, self.dice.choice(sorted(names)))
        write()

    def vote(self) -> None:
        value = self.dice.choice((-1, 0, 1))
        vote_on_summary(voter=self._person(), summary=self._any(Summary), value=value)

    def write(self) -> None:
        writer, paper = self._person(), self._paper()
        mine = Summary.objects.written_by(writer).of(paper).first()
        save_summary(
            writer=writer,
            paper=paper,
            text=f"Text {self.dice.random()} cites \\cite{{1512.03385}}.",
            is_anonymous=self.dice.random() < 0.3,
            is_private=self.dice.random() < 0.2,
            base_version=mine.version if mine else None,
        )

    def delete(self) -> None:
        summary = self._any(Summary)
        delete_summary(summary=summary, by=summary.author)

    def comment(self) -> None:
        paper = self._paper()
        summaries = list(Summary.objects.of(paper))
        summary = self.dice.choice([None, *summaries])
        writer, text = self._person(), f"Comment {self.dice.random()}"
        add_comment(writer=writer, paper=paper, summary=summary, text=text)

    def edit(self) -> None:
        comment = self._any(Comment)
        edit_comment(editor=comment.author, comment=comment, text=f"Edit {self.dice.random()}")

    def erase(self) -> None:
        comment = self._any(Comment)
        delete_comment(by=comment.author, comment=comment)

    def hide(self) -> None:
        target = self._any(self.dice.choice((Summary, Comment, Paper)))
        act = self.dice.choice((moderation.hide, moderation.restore, moderation.restore))
        act(moderator=self.mona, target=target, reason="at random")

    def merge(self) -> None:
        merge = PaperMerge.objects.filter(undone_at=None).first()
        if merge is not None:
            undo_merge(merge=merge, by=self.mona, reason="at random")
        else:
            merge_papers(keep=self._paper(), drop=self._paper(), by=self.mona, reason="at random")

    def rename(self) -> None:
        name = f"Name {self.dice.randrange(100)}"
        change_profile(person=self._person(), display_name=name, about="", orcid_id="")

    def ban(self) -> None:
        act = self.dice.choice((moderation.ban, moderation.unban, moderation.unban))
        act(moderator=self.mona, person=self._person(), reason="at random")

    def by_hand(self) -> None:
        Paper.objects.filter(pk=self._paper().pk).update(year=self.dice.randrange(2000, 2020))

    def _person(self) -> User:
        person: User = User.objects.get(pk=self.dice.choice(self.people).pk)
        return person

    def _paper(self) -> Paper:
        paper: Paper = self._any(Paper)
        return paper

    def _any(self, model: Any) -> Any:  # Any: one of several models
        rows = list(model.objects.order_by("pk"))
        if not rows:
            raise Refused("there is none")
        return self.dice.choice(rows)


def compare(ports: list[int], world: World, dice: random.Random, steps: int, told: Told) -> None:
    """After each write every server must answer what Django makes now."""
    writes, made = Writes(world, dice), WSGIHandler()
    addresses = world.addresses()
    for port in ports:
        for address in addresses:
            get(port, address)
    for step in range(steps):
        try:
            writes.one()
            told.writes += 1
        except (Refused, AttributeError):
            told.refused += 1
        for address in dice.sample(addresses, COMPARED):
            right = ask(made, address)
            for port in ports:
                answer = get(port, address)
                told.compared += 1
                told.stored += answer.getheader("ETag") is not None and answer.status == 200
                if (answer.status, answer.content) != (right.status, right.body):  # type: ignore[attr-defined]
                    told.older.append(f"step {step}: {address}")


def race(ports: list[int], world: World, seconds: float, told: Told) -> None:
    """While names change all the time, nobody may be shown one older than the last commit."""
    # Alice wrote on this page and carol is named on it; both have a page of their own.
    pages = {"alice": ("/@alice", "/@alice?order=new"), "carol": ("/@carol", "/people")}
    User.objects.filter(username__in=pages).update(is_active=True, banned_at=None)
    User.objects.filter(username__in=pages).update(public_summaries=1)
    done = dict.fromkeys(pages, 0)
    until = time.monotonic() + seconds

    def rename(handle: str) -> None:
        while time.monotonic() < until:
            number = done[handle] + 1
            person = User.objects.get(username=handle)
            change_profile(
                person=person, display_name=f"{handle} no {number}.", about="", orcid_id=""
            )
            done[handle] = number
            time.sleep(0.01)
        connections.close_all()

    def read(port: int, seed: int) -> None:
        dice = random.Random(seed)
        while time.monotonic() < until:
            handle = dice.choice(sorted(pages))
            address = dice.choice(pages[handle])
            least = done[handle]
            answer = get(port, address)
            shown = re.search(rf"{handle} no (\d+)\.", answer.content.decode())  # type: ignore[attr-defined]
            told.raced += 1
            if least and (shown is None or int(shown[1]) < least):
                told.older.append(f"{address}: {shown and shown[1]} after {least}")

    threads = [threading.Thread(target=rename, args=(handle,)) for handle in pages]
    threads += [
        threading.Thread(target=read, args=(port, seed)) for port in ports for seed in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(seed: int, steps: int, seconds: float) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    collect_if_changed()
    world, told = World.make(), Told()
    with served() as ports:
        compare(ports, world, random.Random(seed), steps, told)
        race(ports, world, seconds, told)
    print(json.dumps(vars(told)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
