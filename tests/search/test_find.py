"""What the index finds, in which order, and that it shows nothing that is not public."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortscience.accounts.models import User
from shortscience.claims.actions import propose, withdraw
from shortscience.claims.models import Claim
from shortscience.claims.saying import Said
from shortscience.lib.sections import Section
from shortscience.moderation.actions import hide, restore
from shortscience.papers.intake import take_in
from shortscience.papers.models import Paper
from shortscience.papers.outbox import changed
from shortscience.papers.records import PaperRecord
from shortscience.search import audit, engine, queries
from shortscience.search.narrow import Narrow
from shortscience.search.related import related, works_of
from shortscience.search.results import Results, find
from shortscience.search.suggesting import suggested
from shortscience.summaries.actions import delete_summary, save_summary
from shortscience.voting.actions import vote_on_summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user, make_venue
from tests.queries import queries_of
from tests.search.conftest import Look

pytestmark = pytest.mark.django_db
STRANGER = AnonymousUser()


def paper(title: str, **fields: Any) -> Paper:
    """Return a paper of which the outbox knows."""
    made = make_paper(title, **fields)
    changed([made.pk])
    return made


def results(text: str, **how: Any) -> Results:
    found = find(text, STRANGER, **how)
    assert not found.is_plain, "the index was not used"
    return found


def titles(text: str, **how: Any) -> list[str]:
    return [hit.paper.title for hit in results(text, **how).page.items]


def test_titles_come_before_authors_before_abstracts_before_summaries(look: Look) -> None:
    make_summary(paper("In its summary"), text="It is about residual networks.")
    paper("In its abstract", abstract="About residual networks.")
    paper("Somebody else’s", authors=("Residual Networks",))
    paper("Wide networks that are residual")
    paper("Residual Networks")
    look()

    found = titles("residual networks")

    assert found[0] == "Residual Networks"
    assert found.index("Wide networks that are residual") < found.index("In its abstract")
    assert found.index("Somebody else’s") < found.index("In its abstract")
    assert found[-1] == "In its summary"


def test_summaries_and_votes_lift_among_equals(look: Look) -> None:
    paper("Networks of one kind")
    lifted = paper("Networks of some kind")
    paper("Networks of other kind")
    make_summary(lifted, score=2)
    look()

    assert titles("networks kind")[0] == "Networks of some kind"


def test_fields_years_and_exclusions(look: Look) -> None:
    cvpr = make_venue("CVPR", name="Computer Vision and Pattern Recognition")
    paper("Deep Residual Learning", authors=("Kaiming He",), year=2016, venue=cvpr)
    paper("Residual Attention", authors=("Fei Wang",), year=2017, venue=cvpr)
    paper("Residual dense", authors=("Yulun Zhang",), year=2018)
    look()

    assert titles("residual author:he") == ["Deep Residual Learning"]
    assert titles('author:"Kaiming He"') == ["Deep Residual Learning"]
    assert titles('author:"K. He"') == ["Deep Residual Learning"]
    assert titles("residual year:2017") == ["Residual Attention"]
    assert set(titles("residual year:2017..")) == {"Residual dense", "Residual Attention"}
    assert titles("residual year:..2016") == ["Deep Residual Learning"]
    assert set(titles("residual venue:cvpr")) == {"Deep Residual Learning", "Residual Attention"}
    assert titles('venue:"computer vision" attention') == ["Residual Attention"]
    assert set(titles("residual -attention")) == {"Deep Residual Learning", "Residual dense"}
    assert titles("residual -venue:cvpr") == ["Residual dense"]
    assert titles("residual 2018")[0] == "Residual dense"
    assert titles("title:attention") == ["Residual Attention"]
    assert len(titles("-attention")) == 2


def test_has_summary_follows_what_is_public(look: Look, alice: User) -> None:
    told = paper("Told")
    paper("Untold")
    make_summary(told, writer=alice)
    look()
    assert titles("has:summary") == ["Told"]
    assert titles("-has:summary") == ["Untold"]
    assert titles("has:reproduction") == []

    summary = told.summaries.get()
    save_summary(writer=alice, paper=told, text="x y", is_private=True, base_version=1)
    look()
    assert titles("has:summary") == []

    delete_summary(summary=summary, by=alice)
    look()
    assert titles("has:summary") == []


def test_has_follows_the_statuses_of_claims(look: Look, alice: User) -> None:
    tested, open_one = paper("Tested networks"), paper("Open networks")
    claims = [
        propose(by=alice, paper=each, said=Said(f"It says {each.pk}."))
        for each in (tested, open_one)
    ]
    Claim.objects.filter(pk=claims[0].pk).update(status="reproduced")
    changed([tested.pk])
    look()

    assert titles("has:reproduced") == ["Tested networks"]
    assert titles("has:untested") == ["Open networks"]
    assert titles("networks", narrow=Narrow(has=("reproduced",))) == ["Tested networks"]
    facets = {facet.name: facet.choices for facet in results("networks").facets}
    assert {(c.value, c.papers) for c in facets["has"]} == {("reproduced", 1), ("untested", 1)}
    found = queries.find("networks", STRANGER, narrow=Narrow(has=("untested",)))
    assert [hit.paper.title for hit in found.page.items] == ["Open networks"]

    withdraw(by=alice, claim=claims[1])
    look()
    assert titles("has:untested") == []


def test_phrases_stand_side_by_side_in_titles_abstracts_and_summaries(look: Look) -> None:
    paper("Triplet loss for faces")
    paper("Loss of a triplet")
    paper("In abstract", abstract="We use the triplet loss.")
    paper("Not in abstract", abstract="The loss of each triplet.")
    make_summary(paper("In summary"), text="It has a triplet **loss**.")
    look()

    assert set(titles('"triplet loss"')) == {"Triplet loss for faces", "In abstract", "In summary"}
    assert len(titles("triplet loss")) == 5


@pytest.mark.parametrize(
    "text",
    ["ÜBER galois", "uber galoistheories", "beta vae", "β-VAE", "galois theory", "vae dollar"],
)
def test_case_accents_formulas_hyphens_and_number_do_not_matter(look: Look, text: str) -> None:
    paper("Über Galois-Theories und $\\beta$-VAE", authors=("Piotr Dollár",))
    paper("Galois theory")
    look()

    assert "Über Galois-Theories und $\\beta$-VAE" in titles(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("residul networks", "residual networks"),
        ("residaul networks", "residual networks"),
        ("ressidual netwroks", "residual networks"),
        ("convolutonal residual", "convolutional residual"),
    ],
)
def test_slips_are_put_right_and_said(look: Look, typed: str, meant: str) -> None:
    for n in range(3):
        paper(f"Residual networks, convolutional, part {n}")
    build_words(look)

    found = results(typed)

    assert found.has_all == 3
    assert found.corrected == meant
    assert results(typed, as_typed=True).corrected == ""


def test_words_being_typed_are_completed(look: Look) -> None:
    for n in range(3):
        paper(f"Residual networks part {n}")
    build_words(look)

    assert len(titles("residual netw", typing=True)) == 3
    assert len(titles("resid", typing=True)) == 3
    assert len(titles("residual netw")) == 3, "finished or not: no word of ours begins otherwise"


def build_words(look: Look) -> None:
    """Let the indexer count words: it does so by itself only after many papers."""
    from shortscience.search.indexer import build

    look()
    build()
    look()


def test_papers_that_lack_a_word_come_after_those_with_all(look: Look) -> None:
    paper("Deep residual learning of images")
    paper("Deep residual learning")
    look()

    found = results("deep residual learning images")

    assert [hit.paper.title for hit in found.page.items] == [
        "Deep residual learning of images",
        "Deep residual learning",
    ]
    assert (found.has_all, found.total) == (1, 2)


def test_orders(look: Look) -> None:
    paper("Networks of old", year=1990)
    paper("Networks of today", year=2026)
    paper("Networks without a year", year=None)
    make_summary(paper("Networks explained", year=2000))
    look()

    assert titles("networks", order="newest")[0] == "Networks of today"
    assert len(titles("networks", order="newest")) == 4
    assert titles("networks", order="summaries")[0] == "Networks explained"


def test_facets_count_what_is_found_and_lead_there(look: Look) -> None:
    icml, nips = make_venue("ICML"), make_venue("NeurIPS")
    for n in range(3):
        paper(f"Networks {n}", venue=icml, year=2015)
    make_summary(paper("Networks", venue=nips, year=2016))
    look()

    facets = {facet.name: facet.choices for facet in results("networks").facets}

    assert [(c.label, c.papers) for c in facets["venue"]] == [("ICML", 3), ("NeurIPS", 1)]
    assert [(c.label, c.papers) for c in facets["year"]] == [("2016", 1), ("2015", 3)]
    assert [(c.label, c.papers) for c in facets["has"]] == [("Summaries", 1)]
    assert len(titles(facets["venue"][0].query)) == 3
    assert len(titles(facets["year"][0].query)) == 1


def test_filters_leave_what_they_say_and_count_their_own_kind_without_themselves(
    look: Look,
) -> None:
    icml, nips = make_venue("ICML"), make_venue("NeurIPS")
    for year in (2014, 2015, 2016):
        paper(f"Networks of {year}", venue=icml, year=year)
    paper("Networks elsewhere", venue=nips, year=2016, section=Section.BIO)
    make_summary(paper("Networks told", venue=nips, year=2020))
    look()

    both = results("networks", narrow=Narrow(venues=("icml", "neurips")))
    late = results("networks", narrow=Narrow(venues=("icml",), first=2015, last=2016))

    assert both.total == 5
    assert {hit.paper.title for hit in late.page.items} == {"Networks of 2015", "Networks of 2016"}
    venues = {facet.name: facet.choices for facet in late.facets}["venue"]
    assert [(c.value, c.papers, c.is_chosen) for c in venues] == [
        ("icml", 2, True),
        ("neurips", 1, False),
    ]
    assert titles("networks", narrow=Narrow(has=("summary",))) == ["Networks told"]
    assert titles("networks", narrow=Narrow(sections=("bio",))) == ["Networks elsewhere"]
    assert titles("networks", narrow=Narrow(first=2020)) == ["Networks told"]
    assert titles("networks", narrow=Narrow(last=2014)) == ["Networks of 2014"]
    assert titles("networks", narrow=Narrow(venues=("no-such",))) == []


def test_the_filters_are_a_form_that_remembers(look: Look, client: Client) -> None:
    icml = make_venue("ICML")
    for n in range(30):
        paper(f"Networks {n}", venue=icml, year=2015)
    look()

    html = client.get(
        "/search?q=networks&venue=icml&from=2010&to=20199&has=x&section=<b>&order=newest"
    ).content.decode()

    assert 'name="venue" value="icml" checked> ICML <span class="num">30</span>' in html
    assert 'name="from" inputmode="numeric" maxlength="4" size="4" value="2010"' in html
    assert 'name="to" inputmode="numeric" maxlength="4" size="4" value=""' in html
    assert '<input type="hidden" name="order" value="newest">' in html
    assert "venue=icml&amp;from=2010" in html
    assert "page=2" in html
    assert "Without filters" in html


def test_what_is_being_typed_suggests_papers(look: Look, client: Client) -> None:
    known = paper("Deep Residual Learning", keys=("1512.03385",), authors=("Kaiming He",))
    for n in range(12):
        paper(f"Residual networks {n}", authors=("Ann Onym",))
    hidden = paper("Deep residual secrets")
    Paper.objects.filter(pk=hidden.pk).update(hidden_at="2026-01-01T00:00:00Z")
    build_words(look)

    def options(text: str) -> list[str]:
        html = client.get("/search/suggest", {"q": text}).content.decode()
        return re.findall(r'data-href="([^"]*)"', html)

    assert options("deep resid") == [known.get_absolute_url()]
    assert options("kaiming h") == [known.get_absolute_url()]
    assert options("arXiv:1512.03385") == [known.get_absolute_url()]
    assert len(options("residual")) == 8
    assert options("d") == options("") == options("10.1000/none") == []


def test_without_an_index_beginnings_of_titles_are_suggested(
    var: Path, client: Client, db: None
) -> None:
    engine.close()
    known = make_paper("Deep Residual Learning")
    make_paper("Residual deep learning")

    html = client.get("/search/suggest?q=deep resid").content.decode()

    assert re.findall(r'data-href="([^"]*)"', html) == [known.get_absolute_url()]


def test_suggesting_costs_few_queries(look: Look, client: Client) -> None:
    for n in range(12):
        paper(f"Residual networks {n}", venue=make_venue(f"V{n}"))
    look()

    assert queries_of(client, "/search/suggest?q=residual net") <= 4
    assert queries_of(client, "/search?q=residual&venue=v1&has=summary&section=cs") <= 8


def test_pages_hold_all_results_once(look: Look) -> None:
    for n in range(45):
        paper(f"Networks number{n}")
    look()

    pages = [titles("networks", page=n) for n in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({title for page in pages for title in page}) == 45


def test_hidden_papers_leave_the_index_and_come_back(look: Look, mona: User) -> None:
    shown = paper("A gazelle")
    look()
    assert titles("gazelle") == ["A gazelle"]

    hide(moderator=mona, target=shown, reason="spam")
    look()
    assert titles("gazelle") == []

    restore(moderator=mona, target=shown, reason="no spam")
    look()
    assert titles("gazelle") == ["A gazelle"]


def test_hidden_and_private_summaries_are_not_found(look: Look, mona: User) -> None:
    summary = make_summary(paper("One"), text="An okapi.")
    make_summary(paper("Two"), text="An okapi.", private=True)
    look()
    assert titles("okapi") == ["One"]

    hide(moderator=mona, target=summary, reason="spam")
    look()
    assert titles("okapi") == []


def test_the_name_of_an_anonymous_writer_finds_nothing(look: Look, alice: User) -> None:
    make_summary(paper("Somebody’s"), writer=alice, anonymous=True)
    look()

    assert titles("alice") == []


def test_votes_papers_and_texts_reach_the_index(look: Look) -> None:
    summary = make_summary(make_paper("Something"), text="About okapis.")
    take_in([PaperRecord(title="Another thing entirely", authors=("Ann Onym",), year=2020)])
    vote_on_summary(voter=make_user(), summary=summary, value=1)

    assert look() > 0
    assert look() == 0, "nothing changed since"
    assert titles("okapis") == ["Something"]
    assert titles("another entirely") == ["Another thing entirely"]
    assert list(audit.differing()) == []


def test_related_papers_share_telling_words(look: Look) -> None:
    for n in range(30):
        paper(f"Common words of common papers {n}")
    one = paper("Zebras and okapis in savannas", abstract="Zebras meet okapis.")
    two = paper("Savannas: okapis without zebras")
    look()

    assert related(one) == [two.pk]
    assert related(paper("???")) == []


def test_works_of_an_author_with_venues_and_years(look: Look) -> None:
    icml = make_venue("ICML")
    old = paper("Old", authors=("Yoshua Bengio", "Ann Onym"), year=1999, venue=icml)
    new = paper("New", authors=("Yoshua Bengio",), year=2020)
    paper("Other", authors=("Samy Bengio",), year=2020)
    look()

    works = works_of("yoshua bengio")

    assert works.papers == [new.pk, old.pk]
    assert works.total == 2
    assert works.venues == {"icml": 1}
    assert works.years == {2020: 1, 1999: 1}
    assert works_of("Y. Bengio").total == 2
    assert works_of("").total == 0


def test_the_page_says_what_it_shows(look: Look, client: Client) -> None:
    for n in range(3):
        make_summary(paper(f"Residual networks {n}"), text="They <b>are</b> residual networks.")
    build_words(look)

    html = client.get("/search?q=residul networks").content.decode()

    assert "Did you mean" in html
    assert "residual networks</em>" in html
    assert "&lt;b&gt;are" in html
    assert "<mark>residual</mark>" in html
    assert "plain search" not in html
    assert "Filters" in html


def test_without_an_index_the_database_answers_and_says_so_to_the_staff(
    var: Path, client: Client, mona: User
) -> None:
    engine.close()
    make_paper("Residual networks")

    html = client.get("/search?q=residual").content.decode()
    staff = signed_in(mona).get("/search?q=residual").content.decode()

    assert "<mark>Residual</mark> networks" in html
    assert "plain search" not in html
    assert "plain search" in staff


@pytest.mark.parametrize(
    "text",
    [
        "\x00", "%", "\\", "'", '"', "(", "*", "[[", "AND OR NOT", "--", "year:", "-year:2015",
        "author:", 'author:""', "venue:*", "has:", "-", "- -", "title:-", "a" * 10_000,
        "a " * 5_000, "-a " * 300, "\ud800", "\u202e", "😀", "é" * 400, "İ", "ß", "深度学习",
        "year:0000..9999", "year:9999..", "2015", "2015 2016", "the of and", "\"the of\"",
        "a b c d e f g", "author:a", "author:\"a b\"", "author:\"1 2\"", "x-y-z", "id:5",
    ],
)  # fmt: skip
def test_odd_texts_find_something_or_nothing(look: Look, text: str) -> None:
    paper("100% of the time", authors=("A. B.",))
    look()

    for order in ("best", "newest"):
        for typing in (True, False):
            results(text, order=order, typing=typing)
    suggested(text, STRANGER)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["author:", "year:", "2015", "..", '"', "-", "deep", "resdual", " ", "has:summary",
                 "venue:icml", "é", "深", "$", "\\", "the", "network", "1", ":"]
            )
        ).map("".join),
    ),
    page=st.integers(1, 5000),
    order=st.sampled_from(["best", "newest", "summaries", ""]),
)  # fmt: skip
def test_no_text_breaks_the_index(look: Look, text: str, page: int, order: str) -> None:
    if not Paper.objects.exists():
        paper("Deep residual networks", venue=make_venue("ICML"))
        look()

    results(text, page=page, order=order, typing=True)
