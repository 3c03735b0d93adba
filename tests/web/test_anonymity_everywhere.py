"""No answer about an anonymous item tells who wrote it: every address, method and reader.

The addresses come from the table in `test_urls`: whoever adds one gives it a real address there,
and it is asked here. Whatever in that world may be anonymous is made so, its writer is exchanged
underneath, and no answer to anybody else may change by a byte: no word, id, count, header, mail.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models, transaction
from django.test import Client, TestCase

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.groups.actions import accept, invite
from shortscience.groups.models import Group
from shortscience.summaries import counts
from shortscience.summaries.actions import save_summary
from shortscience.summaries.drafts import Seen, save_draft
from shortscience.summaries.models import Summary, SummaryRevision
from tests.conftest import signed_in
from tests.factories import make_user
from tests.web.test_urls import ANSWERS, addresses

pytestmark = pytest.mark.django_db

__all__ = ["addresses"]

# What these answer differs from one moment to the next, whoever wrote what.
VARYING = {
    "random": "It leads to any summary.",
    "metrics": "Numbers of the process.",
    "readyz": "How late the index is.",
    "healthz": "As above.",
}
# These are for those whom the writer chose to tell.
TOLD_ON_PURPOSE = {
    "author-join": "Who is asked to be an author learns who asks, before they answer.",
}
# More questions that an address answers, by its name. A new one of a page that lists texts is worth
# a line; the address itself is asked without.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "home": ("tab=recent", "tab=best&s=cs"),
    "paper": ("order=new", "a=alice", "comments=all&cited=all"),
    "summary-source": ("raw=1",),
    "summary-history": ("before=9",),
    "summary-compare": ("a=1&b=2",),
    "search": ("q=secret", "q=residual", "q=deep"),
    "search-suggest": ("q=deep",),
    "venue-year": ("list=papers",),
    "person": ("order=new",),
    "legacy-paper": ("bibtexKey=1512.03385", "bibtexKey=1512.03385&a=alice"),
    "legacy-user": ("name=alice",),
}
# What forms send: enough of everything that most of them do something. It is taken back each time.
SENT = {
    "text": "One more thing.",
    "value": "1",
    "do": "accept",
    "reason": "spam",
    "note": "",
    "name": "New",
    "handle": "alice",
    "lasts": "7",
    "theme": "dark",
    "order": "1",
}


class World:
    """Whatever may be anonymous is, and alice wrote it."""

    def __init__(self, alice: User) -> None:
        self.texts = list(Summary.objects.filter(author=alice))
        for text in self.texts:
            # A second version, so that there is a history.
            save_summary(
                writer=alice,
                paper=text.paper,
                text=f"{text.text}\n\nSecret.",
                is_anonymous=True,
                group=text.group,
                base_version=text.version,
                which=text.pk,
            )
            save_draft(
                owner=alice,
                paper=text.paper,
                summary=text,
                text="A secret draft.",
                fields={},
                base_version=2,
                seen=Seen(),
            )
        # All that a model calls anonymous: a new kind of item is found by its column.
        self.kinds = [
            model
            for model in apps.get_models()
            if any(field.name == "is_anonymous" for field in model._meta.concrete_fields)
        ]
        for model in self.kinds:
            rows = model._default_manager.all()
            rows.update(is_anonymous=True)
        SummaryRevision.objects.update(was_anonymous=True)
        counts.recount()

    def columns(self) -> Iterator[tuple[type[models.Model], str]]:
        """Yield each column that says whose an anonymous item is."""
        for model in self.kinds:
            for field in model._meta.concrete_fields:
                if field.related_model is User:
                    yield model, field.name
        yield SummaryRevision, "editor"

    def are_of(self, person: User | None) -> None:
        """Make somebody else the writer of everything anonymous, changing nothing else."""
        for model, column in self.columns():
            # Two of one person on one paper are told apart by a number that nobody sees.
            model._default_manager.update(**{column: person})


def whole(client: Client, name: str, url: str, method: str) -> str:
    """Return status, headers, body and mails; what was written is taken back."""
    mail.outbox = []
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = client.get(url) if method == "GET" else client.post(url, SENT)
            # `getvalue` also reads what is streamed.
            body = _readable(response.getvalue())
        transaction.set_rollback(True)
    client.cookies = cookies
    mails = [(m.to, m.subject, m.body, m.extra_headers) for m in mail.outbox]
    headers = sorted(response.headers.items())
    text = f"{response.status_code} {headers} {body} {mails}"
    random = (
        r"""name="csrfmiddlewaretoken" value="[^"]*"|\('(?:Expires|X-Request-ID)', '[^']*'\)"""
        # A secret that was just made, and the moment it ends.
        r'|id="secret-url" value="[\w-]{22}"'
        r"|/(?:join|invited|shared)/[\w-]{22}(?![\w-])|\d\d:\d\d UTC|T\d\d:\d\d:\d\d[^\"]*"
        r'|"made_at": "[^"]*"|[0-9a-f]{12}-[0-9a-f]{12}'
    )
    text = re.sub(random, "RANDOM", text)
    if method == "POST":
        # Numbers of rows that were made and taken back go on counting on PostgreSQL; times pass.
        text = re.sub(r"\d+", "N", text)
    return text


def _readable(content: bytes) -> str:
    if content[:2] != b"PK":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        return json.dumps({name: files.read(name).decode() for name in sorted(files.namelist())})


@pytest.fixture(autouse=True)
def nothing_asked_outside(settings: Any) -> None:
    """What a form names is looked for here only: other sites say nothing of our writers."""
    settings.SOURCES_ONLINE = False


@pytest.fixture
def world(addresses: dict[str, str], alice: User) -> World:
    return World(alice)


def _fellow(group: Group, alice: User) -> User:
    """Return another member of the group."""
    person = make_user("fellow")
    _made, token = invite(group=group, by=alice, lasts=timedelta(days=1))
    accept(token=token, by=person)
    return person


READERS = ("stranger", "member", "moderator", "fellow")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", READERS)
def test_no_answer_changes_with_the_writer(
    who: str, method: str, world: World, addresses: dict[str, str], alice: User
) -> None:
    client = _browser(who, alice)
    asked = list(questions(addresses, method))

    by_alice = {url: whole(client, name, url, method) for name, url in asked}
    world.are_of(make_user("somebody-else"))
    by_another = {url: whole(client, name, url, method) for name, url in asked}
    world.are_of(None)
    by_nobody = {url: whole(client, name, url, method) for name, url in asked}

    told = {
        url: difference(by_alice[url], by_another[url], by_nobody[url])
        for _name, url in asked
        if not by_alice[url] == by_another[url] == by_nobody[url]
    }
    assert told == {}


def test_every_kind_of_anonymous_item_is_in_the_world(world: World) -> None:
    missing = [model.__name__ for model in world.kinds if not model._default_manager.exists()]

    assert Summary in world.kinds
    assert Comment in world.kinds
    assert missing == [], "make one in `test_urls.addresses`"


def test_every_address_is_asked(addresses: dict[str, str]) -> None:
    asked = {name for name, _url in questions(addresses, "GET")}

    assert asked | VARYING.keys() | TOLD_ON_PURPOSE.keys() == ANSWERS.keys()


def test_the_test_finds_a_page_that_tells(world: World, addresses: dict[str, str]) -> None:
    """A page that names a writer is noticed: here one that is not anonymous."""
    Summary.objects.update(is_anonymous=False)
    client = Client()

    before = whole(client, "paper", addresses["paper"], "GET")
    world.are_of(make_user("somebody-else"))

    assert whole(client, "paper", addresses["paper"], "GET") != before


def questions(addresses: Mapping[str, str], method: str) -> Iterator[tuple[str, str]]:
    for name, url in addresses.items():
        if name in VARYING or name in TOLD_ON_PURPOSE:
            continue
        yield name, url
        if method == "GET":
            for question in QUESTIONS.get(name, ()):
                yield name, f"{url}?{question}"


def difference(*answers: str) -> str:
    """Return where the first two different answers part, for whoever has to mend it."""
    first, other = next((one, another) for one in answers for another in answers if one != another)
    at = next(
        (n for n, (a, b) in enumerate(zip(first, other, strict=False)) if a != b),
        min(len(first), len(other)),
    )
    start = max(0, at - 60)
    return f"…{first[start : at + 60]}… / …{other[start : at + 60]}…"


def _browser(who: str, alice: User) -> Client:
    match who:
        case "stranger":
            return Client()
        case "moderator":
            return signed_in(make_user("mona", is_staff=True))
        case "fellow":
            return signed_in(_fellow(Group.objects.get(), alice))
    return signed_in(make_user("bob"))
