"""Nobody but its writer learns who wrote an anonymous text: not by words, ids, counts or lists.

What holds for every address there is, new ones included, is in `test_anonymity_everywhere`; here is
what is told by one page in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.discussion.models import Comment
from shortscience.papers.models import Paper
from shortscience.summaries.actions import save_summary
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue

pytestmark = pytest.mark.django_db

# Addresses about a person: they exist whether the person wrote something anonymous or not.
PERSON_PAGES = ["/@alice", "/@alice/avatar.svg", "/user?name=alice"]

SECRET = "A secret text about matter, see \\cite{conf/x/Cited16}. ::claim{id=c1}A secret claim.::"
REMARK = "A secret remark for @bob and @mona."


@dataclass
class Anonymous:
    """A summary and a comment that alice wrote anonymously."""

    paper: Paper
    cited: Paper
    summary: Summary
    comment: Comment


@pytest.fixture
def alice(db: None) -> User:
    # Names that stand in no other text.
    return make_user("alice", display_name="Alice Liddell-Hargreaves")


@pytest.fixture
def item(alice: User) -> Anonymous:
    cited = make_paper("Cited", keys=("conf/x/Cited16",))
    paper = make_paper(
        "Matter", keys=("conf/x/Matter16",), venue=make_venue("ICML", prefix="conf/x")
    )
    make_summary(paper, text="A text under a name.", writer=make_user("carol"))
    summary = make_summary(paper, writer=alice, text=SECRET, anonymous=True, score=2)
    # They are called before they come, so that their list tells of it.
    make_user("bob")
    make_user("mona", is_staff=True)
    comment = make_comment(
        summary=summary,
        writer=alice,
        text=REMARK,
        anonymous=True,
        question=True,
        passage="secret text about matter",
    )
    save_summary(
        writer=alice,
        paper=paper,
        text=SECRET,
        is_anonymous=True,
        base_version=1,
        note="A secret note.",
    )
    return Anonymous(paper, cited, summary, comment)


def whole(client: Client, url: str) -> str:
    """Return status, headers and body, without what is random in every answer."""
    response = client.get(url)
    # `getvalue` also reads what is streamed.
    content = response.getvalue().decode()
    text = f"{response.status_code} {sorted(response.headers.items())} {content}"
    random = r"""name="csrfmiddlewaretoken" value="[^"]*"|\('(?:Expires|X-Request-ID)', '[^']*'\)"""
    return re.sub(random, "RANDOM", text)


@pytest.fixture(params=["stranger", "member", "moderator"])
def reader(request: pytest.FixtureRequest, item: Anonymous) -> Client:
    match request.param:
        case "member":
            return signed_in(User.objects.get(username="bob"))
        case "moderator":
            return signed_in(User.objects.get(username="mona"))
        case _:
            return Client()


def test_asking_for_a_name_tells_nothing(reader: Client, item: Anonymous) -> None:
    url = item.paper.get_absolute_url()

    asked = whole(reader, f"{url}?a=alice").replace("a=alice", "a=X")
    unknown = whole(reader, f"{url}?a=xyzzy").replace("a=xyzzy", "a=X")

    assert asked == unknown


@pytest.mark.parametrize("page", PERSON_PAGES)
def test_a_persons_page_does_not_lead_to_the_text(
    reader: Client, item: Anonymous, page: str
) -> None:
    answer = whole(reader, page)

    assert "secret" not in answer.lower()
    assert item.paper.get_absolute_url() not in answer


def test_what_was_named_before_leaves_no_name_behind(item: Anonymous, alice: User) -> None:
    named = make_summary(make_paper("Second thoughts"), writer=alice, text="First under a name.")
    save_summary(
        writer=alice,
        paper=named.paper,
        text="Then without.",
        is_anonymous=True,
        base_version=named.version,
    )

    answer = whole(Client(), named.paper.get_absolute_url())

    assert "Then without." in answer
    assert "alice" not in answer


def test_counts_leave_anonymous_texts_out(item: Anonymous, alice: User) -> None:
    alice.refresh_from_db()

    assert alice.public_summaries == 0
    assert alice.sciscore == 0
