"""Search: what it finds, in which order, and that nothing breaks it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.search import queries
from shortscience.search.queries import find
from shortscience.search.snippets import cut, marked, readable
from tests.factories import make_paper, make_summary
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
STRANGER = AnonymousUser()


def titles(text: str, order: str = "best") -> list[str]:
    return [hit.paper.title for hit in find(text, STRANGER, order=order).page.items]


def test_titles_come_before_authors_before_abstracts_before_texts() -> None:
    make_summary(make_paper("In its summary"), text="It is about residual networks.")
    make_paper("In its abstract", abstract="About residual networks.")
    make_paper("Somebody else’s", authors=("Residual Networks",))
    make_paper("Wide networks that are residual")
    make_paper("Residual networks behave like ensembles")
    make_paper("Residual Networks")

    assert titles("residual networks") == [
        "Residual Networks",
        "Residual networks behave like ensembles",
        "Wide networks that are residual",
        "Somebody else’s",
        "In its abstract",
        "In its summary",
    ]


def test_every_word_must_be_there_in_title_or_authors() -> None:
    make_paper("Deep Residual Learning", authors=("Kaiming He",))
    make_paper("Deep Learning", authors=("Somebody",))

    assert titles("he residual deep") == ["Deep Residual Learning"]
    assert titles("he residual shallow") == []


@pytest.mark.parametrize("text", ["dollár", "Dollár", "DOLLÁR"])
def test_names_with_accents_are_found(text: str) -> None:
    make_paper("Piotr’s toolbox", authors=("Piotr Dollár",))

    assert titles(text) == ["Piotr’s toolbox"]


@pytest.mark.parametrize(
    "text", ["GALOIS-THEORIE", "über galois", "uber galois", "β-vae", "beta vae"]
)
def test_case_accents_and_formulas_of_titles_do_not_matter(text: str) -> None:
    make_paper("Über Galois-Theorie und $\\beta$-VAE")

    assert titles(text) == ["Über Galois-Theorie und $\\beta$-VAE"]


def test_orders() -> None:
    make_paper("Networks of old", year=1990)
    make_paper("Networks of today", year=2026)
    make_summary(make_paper("Networks explained", year=2000))

    assert titles("networks", "newest")[0] == "Networks of today"
    assert titles("networks", "summaries")[0] == "Networks explained"
    assert titles("networks", "no such order")[0] == "Networks explained"


@pytest.mark.parametrize(
    "text",
    [
        "1512.03385",
        "arXiv:1512.03385v1",
        "https://arxiv.org/abs/1512.03385",
        "10.48550/arXiv.1512.03385",
    ],
)
def test_an_identifier_leads_straight_to_the_paper(client: Client, text: str) -> None:
    paper = make_paper(keys=("1512.03385",))

    answer = client.get("/search", {"q": text})

    assert answer.status_code == 302
    assert answer["Location"] == paper.get_absolute_url()


def test_an_unknown_identifier_offers_to_add_the_paper(client: Client) -> None:
    html = client.get("/search", {"q": "10.1000/xyz"}).content.decode()

    assert "No paper here has the identifier 10.1000/xyz." in html
    assert "/papers/add?id=10.1000%2Fxyz" in html


def test_a_word_is_no_identifier() -> None:
    make_paper("Attention is all you need")

    assert titles("attention") == ["Attention is all you need"]


def test_hidden_papers_and_private_texts_are_not_found() -> None:
    make_summary(make_paper("Visible"), text="A secret gazelle.", private=True)
    hidden = make_paper("Hidden gazelle")
    Paper.objects.filter(pk=hidden.pk).update(hidden_at="2026-01-01T00:00:00Z")

    assert titles("gazelle") == []


def test_an_anonymous_text_is_quoted_without_its_writer(client: Client, alice: User) -> None:
    make_summary(make_paper(), writer=alice, anonymous=True, text="The unique okapi.")

    html = client.get("/search?q=okapi").content.decode()

    assert "unique <mark>okapi</mark>" in html
    assert "an anonymous summary" in html
    assert "alice" not in html


def test_the_name_of_an_anonymous_writer_finds_nothing(alice: User) -> None:
    make_summary(make_paper(), writer=alice, anonymous=True)

    assert titles("alice") == []


def test_marks_are_the_only_html_of_a_snippet(client: Client) -> None:
    make_summary(make_paper(), text="Before <b onclick=x>okapi</b> & after")

    html = client.get("/search?q=okapi").content.decode()

    assert "&lt;b onclick=x&gt;<mark>okapi</mark>&lt;/b&gt; &amp; after" in html


def test_a_snippet_begins_near_the_word() -> None:
    text = "word " * 200 + "okapi " + "word " * 200

    piece = cut(text, ["okapi"])

    assert piece.startswith("… word")
    assert piece.endswith("word …")
    assert len(piece) < 300
    assert marked("a&b okapi", ["okapi"]) == "a&amp;b <mark>okapi</mark>"


def test_markdown_becomes_a_line_of_words() -> None:
    source = "## Idea\n\n- **bold** [code](https://example.org/x)\n> `y` \\cite{conf/x/Y} $x_1$"

    assert readable(source) == "Idea bold code y $x_1$"


def test_nothing_asked_nothing_found(client: Client) -> None:
    html = client.get("/search").content.decode()

    assert "leads straight to the paper" in html
    assert "/papers/add" not in html


def test_a_page_after_the_end_says_so(client: Client) -> None:
    make_paper("Networks")

    assert (
        "The list ends before this page."
        in client.get("/search?q=networks&page=7").content.decode()
    )


def test_time_runs_out_quietly(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_paper("Networks")
    monkeypatch.setattr(queries, "TIME_LIMIT_S", 0)

    answer = client.get("/search?q=networks")

    assert answer.status_code == 200
    assert "Time ran out" in answer.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "\x00", "%", "_", "\\", "'", '"', "(", "*", "[[", "AND OR NOT", "--", ";", "%%%", "\ud800",
        "a" * 10_000, "a " * 5_000, "\u202e", "😀", "10.", "10.1/", "doi:", "@", "#", "?", "$",
        "\n", "shortscience/99999999999999999999", "é" * 400, "İ", "ß",
    ],
)  # fmt: skip
def test_odd_texts_find_something_or_nothing(text: str) -> None:
    make_paper("100% of \\ the % time_outs")

    find(text, STRANGER)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=80), page=st.integers(1, 5000))
def test_no_text_breaks_the_search(text: str, page: int) -> None:
    find(text, STRANGER, page=page)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=st.binary(max_size=60))
def test_no_address_breaks_the_page(client: Client, query: bytes) -> None:
    answer = client.get("/search", QUERY_STRING="q=" + query.decode("latin-1"))

    assert answer.status_code in (200, 302)


def test_percent_signs_are_letters() -> None:
    make_paper("Networks")

    for sign in ("%", "_", "%%"):
        assert titles(sign) == []


def test_searching_writes_nothing_and_costs_the_same_at_any_length(client: Client) -> None:
    for number in range(3):
        make_summary(make_paper(f"Networks {number}"))
    few = queries_of(client, "/search?q=networks")
    for number in range(27):
        make_summary(make_paper(f"Networks {number}"))
    many = queries_of(client, "/search?q=networks")

    assert few == many <= 8
