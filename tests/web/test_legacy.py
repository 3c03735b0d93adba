"""The original site's addresses: every form that links to it use."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortscience.accounts.actions import import_writer
from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.venues.models import Venue, VenueKey
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_venue
from tests.queries import queries_of

pytestmark = pytest.mark.django_db

# The same paper, as five kinds of links name it.
KEYS = ("conf/cvpr/HeZRS16", "10.1109/cvpr.2016.90", "1512.03385", "hezrs_deep16", "hep-th/9901001")


@pytest.fixture
def paper() -> Paper:
    return make_paper("Deep Residual Learning", keys=KEYS)


@pytest.mark.parametrize(
    "query",
    [
        "bibtexKey=conf/cvpr/HeZRS16",
        "bibtexKey=conf%2Fcvpr%2FHeZRS16",
        "bibtexKey=conf%252Fcvpr%252FHeZRS16",
        "bibtexKey=10.1109/CVPR.2016.90",
        "bibtexKey=10.1109%2Fcvpr.2016.90",
        "bibtexKey=https://doi.org/10.1109/cvpr.2016.90",
        "bibtexKey=journals/corr/1512.03385",
        "bibtexKey=journals%2Fcorr%2F1512.03385",
        "bibtexKey=journals/corr/abs-1512-03385",
        "bibtexKey=1512.03385",
        "bibtexKey=1512.03385v1",
        "bibtexKey=hep-th/9901001",
        "bibtexKey=hep-th%2F9901001",
        "bibtexKey=hezrs_deep16",
        "bibtexkey=conf/cvpr/HeZRS16",
        "bibtexKey=%20conf/cvpr/HeZRS16+",
        "bibtexKey=conf/cvpr/HeZRS16&code=1486382113",
        "bibtexKey=conf/cvpr/HeZRS16&a=nobody",
        "bibtexKey=conf/cvpr/HeZRS16&a=%00nobody",
        "a=&bibtexKey=conf/cvpr/HeZRS16",
    ],
)
def test_every_form_of_a_key_is_answered_in_place(client: Client, paper: Paper, query: str) -> None:
    make_summary(paper)

    answer = client.get(f"/paper?{query}")

    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Deep Residual Learning" in html
    assert f'<link rel="canonical" href="http://testserver{paper.get_absolute_url()}">' in html
    assert "noindex" not in html
    assert "X-Robots-Tag" not in answer


def test_a_paper_without_public_summaries_is_203_and_not_for_robots(
    client: Client, paper: Paper
) -> None:
    make_summary(paper, private=True)

    answer = client.get("/paper?bibtexKey=conf/cvpr/HeZRS16")

    assert answer.status_code == 203
    assert answer["X-Robots-Tag"] == "noindex, follow"
    assert "Deep Residual Learning" in answer.content.decode()


def test_our_own_keys_are_answered_too(client: Client) -> None:
    paper = make_paper("Without any identifier")

    assert client.get(f"/paper?bibtexKey={quote(paper.legacy_key)}").status_code == 203


def test_a_plus_that_was_not_escaped_is_still_a_plus(client: Client) -> None:
    make_summary(make_paper(keys=("10.1000/a+b",)))

    assert client.get("/paper?bibtexKey=10.1000/a+b").status_code == 200
    assert client.get("/paper?bibtexKey=10.1000/a%2Bb").status_code == 200


def test_fragments_of_old_links_are_places_of_the_page(client: Client, paper: Paper) -> None:
    writer = import_writer(handle="readerone", display_name="", origin="shortscience.org")
    named = make_summary(paper)
    type(named).objects.filter(pk=named.pk).update(author=writer)
    make_comment(summary=named)
    make_summary(paper, anonymous=True)

    html = client.get("/paper?bibtexKey=1512.03385").content.decode()

    for place in ("readerone", "readeronecomments", "anon"):
        assert f'id="{place}"' in html, place


def test_a_name_shows_only_that_summary(client: Client, paper: Paper, alice: User) -> None:
    make_summary(paper, writer=alice, text="By Alice.")
    make_summary(paper, text="By somebody else.")

    html = client.get("/paper?bibtexKey=1512.03385&a=Alice").content.decode()

    assert "By Alice." in html
    assert "By somebody else." not in html


def test_a_name_does_not_tell_who_wrote_an_anonymous_text(
    client: Client, paper: Paper, alice: User, bob: User
) -> None:
    make_summary(paper, writer=alice, anonymous=True)

    def page(name: str) -> str:
        html = client.get(f"/paper?bibtexKey=1512.03385&a={name}").content.decode()
        return html.replace(name, "NAME")

    assert page("alice") == page("bobby") == page("bob")


def test_an_unknown_key_is_404_and_offers_to_add_the_paper(client: Client) -> None:
    answer = client.get("/paper?bibtexKey=conf/nips/Nobody99")

    html = answer.content.decode()
    assert answer.status_code == 404
    assert "conf/nips/Nobody99" in html
    assert "/papers/add?id=conf%2Fnips%2FNobody99" in html
    assert 'action="/search"' in html
    assert "private summary" not in html


def test_a_private_link_to_an_unknown_paper_is_explained(client: Client) -> None:
    html = client.get("/paper?bibtexKey=conf/nips/Nobody99&code=1486382113").content.decode()

    assert "private summary" in html


def test_a_key_is_printed_as_text(client: Client) -> None:
    html = client.get("/paper", {"bibtexKey": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert" not in html


@pytest.mark.parametrize("query", ["", "?bibtexKey=", "?bibtexKey=%20", "?bibtexKey=%00", "?x=1"])
def test_no_key_is_a_sentence(client: Client, query: str) -> None:
    answer = client.get(f"/paper{query}")

    assert answer.status_code == 400
    assert "names no paper" in answer.content.decode()


def test_a_hidden_paper_is_unknown_to_strangers(client: Client, paper: Paper) -> None:
    Paper.objects.filter(pk=paper.pk).update(hidden_at="2026-01-01T00:00:00Z")

    assert client.get("/paper?bibtexKey=1512.03385").status_code == 404


@pytest.fixture
def nips() -> Venue:
    venue = make_venue("NIPS", prefix="conf/nips")
    VenueKey.objects.create(venue=venue, scheme="doi", value="10.5555/nips")
    make_paper(venue=venue, year=2016)
    return venue


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("", "/venues"),
        ("?key=", "/venues"),
        ("?key=conf/nips", "/v/nips"),
        ("?key=conf/nips/", "/v/nips"),
        ("?key=CONF/NIPS", "/v/nips"),
        ("?key=conf%2Fnips&year=2016", "/v/nips/2016"),
        ("?key=conf/nips&year=1901", "/v/nips"),
        ("?key=conf/nips&year=x", "/v/nips"),
        ("?key=conf/nips/Somebody16", "/v/nips"),
        ("?key=10.5555/nips&year=2016", "/v/nips/2016"),
    ],
)
def test_venues_move_for_good(client: Client, nips: Venue, query: str, location: str) -> None:
    answer = client.get(f"/venue{query}")

    assert (answer.status_code, answer["Location"]) == (301, location)


def test_an_unknown_venue_is_not_found(client: Client, nips: Venue) -> None:
    assert client.get("/venue?key=conf/none").status_code == 404


def test_people_move_for_good(client: Client, alice: User) -> None:
    assert client.get("/user?name=Alice")["Location"] == "/@alice"
    assert client.get("/user?name=Alice").status_code == 301
    assert client.get("/users")["Location"] == "/people"
    assert client.get("/users").status_code == 301
    assert client.get("/user?name=nobody").status_code == 404
    assert client.get("/user").status_code == 400


def test_the_export_leads_members_to_theirs_and_explains_to_others(
    client: Client, alice: User
) -> None:
    assert signed_in(alice).get("/export")["Location"] == "/settings/export"
    html = client.get("/export").content.decode()
    assert "/rss-full.xml" in html


@pytest.mark.parametrize("address", ["/paper", "/venue", "/user", "/users", "/export"])
def test_old_addresses_are_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


_fuzz = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@_fuzz
@given(key=st.text(max_size=60), name=st.sampled_from(["bibtexKey", "bibtexkey", "a", "key"]))
def test_no_key_breaks_the_paper(client: Client, key: str, name: str) -> None:
    make_paper(keys=("1512.03385",)) if not Paper.objects.exists() else None

    value = quote(key, errors="surrogatepass")
    answer = client.get("/paper", QUERY_STRING=f"{name}={value}&bibtexKey=1512.03385")

    assert answer.status_code in (200, 203, 400, 404)


@_fuzz
@given(raw=st.binary(max_size=60))
def test_no_bytes_break_an_old_address(client: Client, raw: bytes) -> None:
    query = raw.decode("latin-1")

    for address in ("/paper", "/venue", "/user"):
        for name in ("bibtexKey", "key", "name"):
            answer = client.get(address, QUERY_STRING=f"{name}={query}&year={query}")
            assert answer.status_code in (200, 203, 301, 400, 404)


@pytest.mark.parametrize(
    "key", ["1512.03385", "shortscience/" + "9" * 400, "9" * 5000, "10.1/" * 99]
)
def test_long_numbers_break_nothing(client: Client, key: str) -> None:
    assert client.get("/paper", {"bibtexKey": key}).status_code == 404


def test_the_page_costs_the_same_with_many_summaries(client: Client, paper: Paper) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            make_summary(paper)

    more(3)
    few = queries_of(client, "/paper?bibtexKey=1512.03385")
    more(27)

    # More than the page itself takes: to find the paper by its key, and what was tried on it.
    assert queries_of(client, "/paper?bibtexKey=1512.03385") == few <= 10
