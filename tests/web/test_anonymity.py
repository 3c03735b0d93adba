"""Nobody but its writer learns who wrote an anonymous text: not by words, ids, counts or lists.

Whoever adds a page that shows summaries, comments or people adds its address to PAGES.
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
from shortscience.summaries.drafts import Seen, save_draft
from shortscience.summaries.models import Draft, Summary, SummaryRevision
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue

pytestmark = pytest.mark.django_db

# Addresses on which the text, its comment or a count of it may stand.
PAGES = [
    "/",
    "/?tab=recent",
    "/?tab=best&s=cs",
    "{paper}",
    "{paper}?order=new",
    "{paper}?a=alice",
    "{paper}?comments=all&cited=all",
    "{cited}",
    "{summary}",
    "{summary}/source",
    "{summary}/source?raw=1",
    "{summary}/share",
    "{summary}/history",
    "{summary}/history?before=9",
    "{summary}/r/1",
    "{summary}/r/2",
    "{summary}/compare?a=1&b=2",
    "/drafts",
    "/drafts/{draft_id}/delete",
    "{summary}/comment",
    "{comment}",
    "{comment}/reply",
    "/venues",
    "/v/icml",
    "/v/icml/2016",
    "/people",
    "/users",
    "/search?q=secret",
    "/search?q=Matter",
    "/paper?bibtexKey=conf/x/Matter16",
    "/paper?bibtexKey=conf/x/Matter16&a=alice",
    "/venue?key=conf/x&year=2016",
    "/export",
    "/log",
    "/about",
    "/rss.xml",
    "/rss-all.xml",
    "/rss-full.xml",
    "/sitemap.xml",
    "/report/summary/{summary_id}",
    "/report/comment/{comment_id}",
]
# Addresses about a person: they exist whether the person wrote something anonymous or not.
PERSON_PAGES = ["/@alice", "/@alice/avatar.svg", "/user?name=alice"]

SECRET = "A secret text about matter, see \\cite{conf/x/Cited16}."
REMARK = "A secret remark."


@dataclass
class Anonymous:
    """A summary and a comment that alice wrote anonymously."""

    paper: Paper
    cited: Paper
    summary: Summary
    comment: Comment
    draft: Draft

    def address(self, page: str) -> str:
        return page.format(
            paper=self.paper.get_absolute_url(),
            cited=self.cited.get_absolute_url(),
            summary=self.summary.get_absolute_url(),
            comment=self.comment.get_absolute_url(),
            summary_id=self.summary.pk,
            comment_id=self.comment.pk,
            draft_id=self.draft.pk,
        )

    def is_of(self, person: User | None) -> None:
        """Make somebody else the writer of both, changing nothing else."""
        Summary.objects.filter(pk=self.summary.pk).update(author=person)
        SummaryRevision.objects.filter(summary=self.summary).update(editor=person)
        Comment.objects.filter(pk=self.comment.pk).update(author=person)


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
    comment = make_comment(summary=summary, writer=alice, text=REMARK, anonymous=True)
    save_summary(
        writer=alice,
        paper=paper,
        text=SECRET,
        is_anonymous=True,
        base_version=1,
        note="A secret note.",
    )
    draft = save_draft(
        owner=alice,
        paper=paper,
        summary=summary,
        text="A secret draft.",
        fields={},
        base_version=2,
        seen=Seen(),
    )
    assert draft is not None
    return Anonymous(paper, cited, summary, comment, draft)


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
            return signed_in(make_user("bob"))
        case "moderator":
            return signed_in(make_user("mona", is_staff=True))
        case _:
            return Client()


def test_no_page_names_the_writer(reader: Client, item: Anonymous, alice: User) -> None:
    for url in map(item.address, PAGES):
        # The reader's own question may come back: it says nothing.
        answer = whole(reader, url).replace("a=alice", "a=").lower()

        told = [name for name in (alice.username, "liddell", alice.email) if name in answer]
        assert not told, url


def test_no_page_changes_with_the_writer(reader: Client, item: Anonymous, alice: User) -> None:
    urls = [item.address(page) for page in (*PAGES, *PERSON_PAGES)]
    by_alice = {url: whole(reader, url) for url in urls}

    item.is_of(make_user("somebody-else"))
    by_another = {url: whole(reader, url) for url in urls}
    item.is_of(None)
    by_nobody = {url: whole(reader, url) for url in urls}

    for url in urls:
        assert by_alice[url] == by_another[url] == by_nobody[url], url


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
