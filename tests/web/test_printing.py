"""A reading list and the best of a year as one page to be printed."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from shortscience.accounts.models import User
from shortscience.library.actions.lists import add_to_list, comment_on_item, make_list
from shortscience.library.models import ListItem, ReadingList
from shortscience.papers.models import Paper
from shortscience.venues.models import Venue
from shortscience.web.onpaper import on_paper
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_venue

pytestmark = pytest.mark.django_db


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.fixture
def icml() -> Venue:
    return make_venue()


def listed(owner: User, *papers: Paper, is_public: bool = True) -> ReadingList:
    made = make_list(owner=owner, name="Norms", is_public=is_public)
    add_to_list(by=owner, reading_list=made, papers=papers)
    return made


def test_the_best_of_a_year_are_printed_best_first_and_whole(client: Client, icml: Venue) -> None:
    long = f"The lead. {'Word and word. ' * 80}\n\n$x^2$\n\nThe end of it."
    make_summary(make_paper("Liked less", venue=icml, year=2016), text="Short.", score=1)
    make_summary(make_paper("Liked more", venue=icml, year=2016), text=long, score=2)
    make_summary(make_paper("Another year", venue=icml, year=2015), text="Not here.")

    page = body(client, "/v/icml/2016/print")

    assert page.index("Liked more</h2>") < page.index("Liked less</h2>")
    assert "The end of it." in page
    assert "<math" in page
    assert "Not here." not in page
    assert 'content="noindex, follow"' in page
    assert "/v/icml/2016/print" in body(client, "/v/icml/2016")


def test_each_text_tells_its_writer_licence_and_address(
    client: Client, alice: User, icml: Venue
) -> None:
    named = make_summary(make_paper("Named", venue=icml, year=2016), writer=alice, level="new")
    anonymous = make_summary(make_paper("Nameless", venue=icml, year=2016), anonymous=True)

    page = body(client, "/v/icml/2016/print")

    assert f"Summary by {alice.shown_name}" in page
    assert "for those new to the field" in page
    assert f"{settings.SITE_URL}/s/{named.pk} · CC BY 4.0" in page
    assert f"{settings.SITE_URL}/s/{anonymous.pk} · CC BY 4.0" in page
    assert "Summary by an anonymous reader" in page


def test_what_is_not_there_is_not_printed(client: Client, icml: Venue) -> None:
    make_summary(make_paper("One", venue=icml, year=2016))
    make_paper("Nobody read it", venue=icml, year=2014)

    for address in ("/v/icml/1999/print", "/v/none/2016/print", "/v/icml/2014/print"):
        assert client.get(address).status_code == 404, address


def test_a_list_is_printed_in_its_order_with_its_remarks(client: Client, alice: User) -> None:
    first, second, bare = make_paper("First"), make_paper("Second"), make_paper("Bare")
    make_summary(second, text="Not so good.")
    make_summary(second, text="The best of it.", score=1)
    make_summary(first, text="On the first.")
    made = listed(alice, first, second, bare)
    item = ListItem.objects.get(reading_list=made, paper=second)
    comment_on_item(by=alice, item=item, comment="Begin here.")

    page = body(client, f"{made.get_absolute_url()}/print")

    assert page.index("First</h2>") < page.index("Second</h2>") < page.index("Bare</h2>")
    assert "Begin here." in page
    assert "The best of it." in page
    assert "Not so good." not in page
    assert "Nobody has summarised this paper yet." in page
    assert f"{made.get_absolute_url()}/print" in body(client, made.get_absolute_url())


def test_a_private_list_is_printed_by_its_owner_only(
    client: Client, alice: User, bob: User
) -> None:
    address = f"{listed(alice, make_paper('One'), is_public=False).get_absolute_url()}/print"

    assert client.get(address).status_code == 404
    assert signed_in(bob).get(address).status_code == 404
    assert "One</h2>" in body(signed_in(alice), address)


def test_private_texts_are_in_no_print(alice: User) -> None:
    paper = make_paper()
    make_summary(paper, text="For all.")
    make_summary(paper, writer=alice, text="Notes to self.", private=True)

    page = body(signed_in(alice), f"{listed(alice, paper).get_absolute_url()}/print")

    assert "For all." in page
    assert "Notes to self." not in page


def test_a_print_costs_the_same_for_any_number_of_papers(
    client: Client, alice: User, icml: Venue, django_assert_max_num_queries: object
) -> None:
    papers = [make_paper(f"Paper {number}", venue=icml, year=2016) for number in range(5)]
    for paper in papers:
        make_summary(paper)
    address = f"{listed(alice, *papers).get_absolute_url()}/print"

    with django_assert_max_num_queries(5):  # type: ignore[operator]
        client.get(address)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get("/v/icml/2016/print")


@pytest.mark.parametrize(
    ("html", "printed"),
    [
        ('<a class="cite" href="/p/12/some-title#x">A</a>', '<a class="cite" href="{}/p/12">A</a>'),
        ('<a href="/guide">A</a>', '<a href="{}/guide">A</a>'),
        ('<a href="#s1.x">A</a>', '<a href="#s1.x">A</a>'),
        ('<a href="https://a.b/c">A</a>', '<a href="https://a.b/c">A</a>'),
        (
            '<a href="https://a.b" rel="x">https://a.b</a>',
            '<a class="bare" href="https://a.b" rel="x">https://a.b</a>',
        ),
    ],
)
def test_links_carry_addresses_that_can_be_typed(html: str, printed: str) -> None:
    assert on_paper(html) == printed.format(settings.SITE_URL)
