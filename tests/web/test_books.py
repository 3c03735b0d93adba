"""Lists and the best of a year, as books that anybody who sees them may take along."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from lxml import etree

from shortscience.accounts.models import User
from shortscience.library.actions.lists import add_to_list, change_list, comment_on_item, make_list
from shortscience.library.models import ListItem, ReadingList
from shortscience.moderation.actions import hide
from shortscience.papers.models import Paper
from shortscience.venues.models import Venue
from shortscience.web import books
from shortscience.web.views import books as views
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user, make_venue
from tests.queries import asked_by

pytestmark = pytest.mark.django_db

DC = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture
def venue() -> Venue:
    return make_venue("ICML")


@pytest.fixture
def paper(venue: Venue) -> Paper:
    return make_paper("Deep & <residual> nets", venue=venue, year=2016)


@pytest.fixture
def made(alice: User, paper: Paper) -> ReadingList:
    made = make_list(owner=alice, name="To read & keep", description="For *all*.", is_public=True)
    add_to_list(by=alice, reading_list=made, papers=[paper, make_paper("Without a summary")])
    return made


def book_of(made: ReadingList) -> str:
    return f"{made.get_absolute_url()}/book.epub"


def files_of(answer: Any) -> dict[str, str]:
    data = answer.content
    assert answer.status_code == 200, data[:500]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def creators(files: dict[str, str]) -> list[str | None]:
    return [
        one.text
        for one in etree.fromstring(files["EPUB/package.opf"].encode()).iter(f"{DC}creator")
    ]


def test_a_list_is_a_book_in_its_order(
    client: Client, made: ReadingList, paper: Paper, alice: User
) -> None:
    make_summary(paper, writer=alice, text="The idea: $y = x$.")
    comment_on_item(by=alice, item=ListItem.objects.earliest("pk"), comment="Begin here.")

    answer = client.get(book_of(made))

    assert answer.headers["Content-Type"] == "application/epub+zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="to-read-keep.epub"'
    files = files_of(answer)
    first, second = files["EPUB/paper-1.xhtml"], files["EPUB/paper-2.xhtml"]
    assert "<h1>Deep &amp; &lt;residual&gt; nets</h1>" in first
    assert "Begin here." in first
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML"' in first
    assert "CC BY 4.0" in first
    assert "Nobody has summarised this paper yet." in second
    assert "<em>all</em>" in files["EPUB/title.xhtml"]
    assert creators(files) == ["alice"]


def test_the_page_of_a_list_leads_to_its_book(client: Client, made: ReadingList) -> None:
    assert f'href="{book_of(made)}"' in client.get(made.get_absolute_url()).content.decode()


def test_an_anonymous_text_stays_so_in_a_book(
    client: Client, made: ReadingList, paper: Paper, bob: User
) -> None:
    summary = make_summary(paper, writer=bob, text="Nobody said this.", anonymous=True)
    by_bob = client.get(book_of(made)).content

    type(summary).objects.filter(pk=summary.pk).update(author=make_user("carol"))
    by_carol = client.get(book_of(made)).content

    files = files_of(client.get(book_of(made)))
    assert creators(files) == ["Anonymous"]
    assert "Summary by Anonymous" in files["EPUB/paper-1.xhtml"]
    assert by_bob == by_carol
    assert "bob" not in "".join(files.values())


def test_a_private_list_is_a_book_for_its_owner_only(
    client: Client, made: ReadingList, alice: User, bob: User
) -> None:
    change_list(by=alice, reading_list=made, name=made.name, description="", is_public=False)

    assert client.get(book_of(made)).status_code == 404
    assert signed_in(bob).get(book_of(made)).status_code == 404
    assert "EPUB/paper-1.xhtml" in files_of(signed_in(alice).get(book_of(made)))


def test_only_what_everybody_may_read_is_in_a_book(
    made: ReadingList, paper: Paper, alice: User, mona: User
) -> None:
    make_summary(paper, writer=alice, text="A private remark.", private=True)
    hidden = make_summary(paper, writer=make_user(), text="A hidden remark.")
    hide(moderator=mona, target=hidden, reason="spam")
    gone = make_paper("A paper that was removed")
    add_to_list(by=alice, reading_list=made, papers=[gone])
    hide(moderator=mona, target=gone, reason="no paper")

    text = "".join(files_of(signed_in(alice).get(book_of(made))).values())

    assert "remark" not in text
    assert "removed" not in text


def test_the_best_texts_of_a_paper_are_taken(
    client: Client, made: ReadingList, paper: Paper
) -> None:
    for score in (1, 3, 0, 2):
        make_summary(paper, text=f"A text with {score} votes.", score=score)

    text = files_of(client.get(book_of(made)))["EPUB/paper-1.xhtml"]

    places = [text.find(f"A text with {score} votes.") for score in (3, 2, 1)]
    assert places == sorted(places)
    assert min(places) > 0
    assert "A text with 0 votes." not in text


def test_the_best_of_a_year_are_a_book(client: Client, venue: Venue, paper: Paper) -> None:
    make_summary(paper, text="The better one.", score=2)
    make_summary(paper, text="The other one.")
    make_summary(make_paper("Of another year", venue=venue, year=2015), text="Older.")

    answer = client.get("/v/icml/2016/book.epub")
    page = client.get("/v/icml/2016").content.decode()

    files = files_of(answer)
    assert 'href="/v/icml/2016/book.epub"' in page
    assert "The better one." in files["EPUB/paper-1.xhtml"]
    assert "The other one." not in "".join(files.values())
    assert "EPUB/paper-2.xhtml" not in files
    assert "<dc:title>ICML 2016</dc:title>" in files["EPUB/package.opf"]


def test_a_year_without_summaries_is_no_book(client: Client, venue: Venue, paper: Paper) -> None:
    assert client.get("/v/icml/2016/book.epub").status_code == 404
    assert "book.epub" not in client.get("/v/icml/2016").content.decode()
    assert client.get("/v/icml/1999/book.epub").status_code == 404
    assert client.get("/v/none/2016/book.epub").status_code == 404


def test_a_book_changes_only_with_its_contents(
    client: Client, made: ReadingList, paper: Paper, alice: User
) -> None:
    make_summary(paper, writer=alice)
    first = client.get(book_of(made)).content

    assert client.get(book_of(made)).content == first
    make_summary(paper, text="One more.")
    assert client.get(book_of(made)).content != first


def test_pictures_of_ours_come_along_and_others_are_links(
    client: Client, made: ReadingList, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "LARGEST_PICTURE_BYTES", 100)
    small = default_storage.save("test/small.webp", ContentFile(b"a picture"))
    large = default_storage.save("test/large.webp", ContentFile(b"x" * 101))
    lines = [f"![Of {name}](/media/{name})" for name in (small, small, large, "test/none.webp")]
    make_summary(paper, text="Look:\n\n" + "\n\n".join(lines))

    files = files_of(client.get(book_of(made)))

    assert files["EPUB/picture-1.webp"] == "a picture"
    assert "EPUB/picture-2.webp" not in files
    page = files["EPUB/paper-1.xhtml"]
    assert page.count('src="picture-1.webp"') == 2
    assert f'href="http://testserver/media/{large}"' in page
    assert page.count("<img") == 2


def test_titles_with_odd_characters_make_a_book(client: Client, alice: User) -> None:
    paper = make_paper('A "title" with \x0b, \x01, ]]> & <b> and 𝒳')
    made = make_list(owner=alice, name="Odd \x0c & <", is_public=True)
    add_to_list(by=alice, reading_list=made, papers=[paper])
    make_summary(paper, text="Fine.")

    for name, text in files_of(client.get(book_of(made))).items():
        if name.endswith(("xhtml", "opf", "xml")):
            etree.fromstring(text.encode())


def test_a_member_makes_only_so_many_books_an_hour(
    alice: User, bob: User, made: ReadingList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "BOOKS_AN_HOUR", 2)
    client = signed_in(alice)

    answers = [client.get(book_of(made)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Try again later." in answers[-1].content.decode()
    assert signed_in(bob).get(book_of(made)).status_code == 200


def test_many_papers_cost_no_more_queries_than_few(client: Client, alice: User) -> None:
    def cost(papers: int) -> int:
        made = make_list(owner=alice, name=f"{papers} papers", is_public=True)
        for _ in range(papers):
            paper = make_paper()
            make_summary(paper, writer=alice)
            add_to_list(by=alice, reading_list=made, papers=[paper])
        return len(asked_by(client, book_of(made))[1])

    assert cost(2) == cost(12)
