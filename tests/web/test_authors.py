"""Pages of authors and related papers, with an index and without one."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed
from shortscience.search import engine, store
from shortscience.search.authors import author_named
from shortscience.web.templatetags.reading import author_url
from tests.factories import make_paper, make_venue
from tests.queries import queries_of
from tests.search.conftest import Look, look, var
from tests.web.pages import body, titles

__all__ = ["look", "var"]

pytestmark = pytest.mark.django_db

BENGIO = "/author/Yoshua%20Bengio"


@pytest.fixture(params=["index", "database"])
def search(request: pytest.FixtureRequest, look: Look) -> Look:
    """Bring the index up to date, or let there be none."""

    def follow() -> int:
        changed(Paper.objects.values_list("pk", flat=True))
        if request.param == "index":
            return look()
        (store.root() / "current").unlink()
        engine.close()
        return 0

    return follow


def works() -> None:
    icml = make_venue("ICML")
    make_paper("Old", authors=("Yoshua Bengio", "Ann Onym"), year=1999, venue=icml)
    make_paper("New", authors=("Ann Onym", "YOSHUA BENGIO", "Jürgen Müller"), year=2020)
    make_paper("Newer", authors=("Yoshua Bengio",), year=2021, venue=icml)
    make_paper("Of a brother", authors=("Samy Bengio",), year=2020)


def test_the_works_of_a_name_newest_first(client: Client, search: Look) -> None:
    works()
    search()

    page = body(client, BENGIO)

    assert titles(page) == ["Newer", "New", "Old"]
    assert '<h1 class="paper__title">Yoshua Bengio</h1>' in page
    assert "3 papers" in page
    assert "with 2 others" in page
    assert '<a href="/author/Ann%20Onym">Ann Onym</a> <span class="num muted">2</span>' in page
    assert '<link rel="canonical" href="http://testserver/author/Yoshua%20Bengio">' in page
    assert "noindex" not in page


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("yoshua bengio", 3),
        ("Jürgen Müller", 1),
        ("JÜRGEN MÜLLER", 1),
        ("Bengio", 0),
        ("Nobody Here", 0),
        ("???", 0),
        ("\x00", 0),
        ("%", 0),
        ("a/b/c", 0),
        ("x" * 5000, 0),
    ],
)
def test_case_does_not_matter_and_parts_are_nobody(
    client: Client, search: Look, name: str, found: int
) -> None:
    works()
    search()

    author = author_named(name, AnonymousUser())

    assert (author.total if author else 0) == found
    assert client.get(author_url(name) or "/author/-").status_code == (200 if found else 404)


def test_initials_are_several_people_and_not_indexed(client: Client, look: Look) -> None:
    works()
    changed(Paper.objects.values_list("pk", flat=True))
    look()

    page = body(client, "/author/Y.%20Bengio")

    assert len(titles(page)) == 3
    assert "Initials are several people’s" in page
    assert "noindex, follow" in page


def test_a_name_with_few_papers_is_not_indexed(client: Client, search: Look) -> None:
    works()
    search()

    assert "noindex, follow" in body(client, "/author/Samy%20Bengio")


def test_years_and_venues_lead_to_the_search(client: Client, look: Look) -> None:
    works()
    changed(Paper.objects.values_list("pk", flat=True))
    look()

    page = body(client, BENGIO)
    by_venue = re.search(r'href="(/search\?q=[^"]*venue=icml)"', page)
    by_year = re.search(r'href="(/search\?q=[^"]*from=2020&amp;to=2020)"', page)

    assert by_venue is not None
    assert by_year is not None
    assert titles(re.sub("</?mark>", "", body(client, by_venue[1].replace("&amp;", "&")))) == [
        "Newer",
        "Old",
    ]
    assert titles(body(client, by_year[1].replace("&amp;", "&"))) == ["New"]


def test_hidden_papers_are_not_told_of(client: Client, search: Look) -> None:
    works()
    search()
    Paper.objects.filter(title="New").update(hidden_at="2026-01-01T00:00:00Z")

    page = body(client, BENGIO)

    assert titles(page) == ["Newer", "Old"]
    assert "Müller" not in page


def test_many_works_are_pages_and_cost_the_same(client: Client, search: Look) -> None:
    for n in range(60):
        make_paper(f"Work {n}", authors=("Yoshua Bengio",), year=1990)
    search()

    pages = [titles(body(client, f"{BENGIO}?page={n}")) for n in (1, 2, 3)]

    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({title for page in pages for title in page}) == 60
    assert "The list ends before this page." in body(client, f"{BENGIO}?page=9")
    assert queries_of(client, BENGIO) <= 5


def test_papers_link_to_their_authors(client: Client) -> None:
    team = tuple(f"Author N{n}" for n in range(300))
    paper = make_paper(authors=("Jürgen <b>", "A/C Team", *team))

    page = body(client, paper.get_absolute_url())

    assert '<a href="/author/J%C3%BCrgen%20%3Cb%3E">Jürgen &lt;b&gt;</a>' in page
    assert '<a href="/author/A/C%20Team">A/C Team</a>' in page
    assert page.count('href="/author/') == 20 + 80
    assert "Author N299" in page


def test_related_papers_are_at_the_side(client: Client, look: Look) -> None:
    for n in range(30):
        make_paper(f"Common words of common papers {n}")
    one = make_paper("Zebras and okapis in savannas", abstract="Zebras meet okapis.")
    two = make_paper("Savannas: okapis without zebras")
    changed(Paper.objects.values_list("pk", flat=True))
    assert "Related papers" not in body(client, one.get_absolute_url())
    look()

    page = body(client, one.get_absolute_url())

    assert "Related papers" in page
    assert two.get_absolute_url() in page
    assert queries_of(client, one.get_absolute_url()) <= 8
    Paper.objects.filter(pk=two.pk).update(hidden_at="2026-01-01T00:00:00Z")
    assert "Related papers" not in body(client, one.get_absolute_url())
