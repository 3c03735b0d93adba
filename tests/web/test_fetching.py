"""Fetching a paper by whatever names it: real HTTP to a local server that plays the sources."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.papers.rules import NEW_PAPERS
from shortscience.sources import fetching, http
from shortscience.sources.pacing import Pace
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_paper
from tests.sources import upstream as moods
from tests.sources.conftest import Clock, sources_cache, upstream
from tests.sources.upstream import Upstream
from tests.web.test_adding import entries

__all__ = ["sources_cache", "upstream"]

pytestmark = pytest.mark.django_db

FETCH = "/papers/fetch"
ARXIV = "export.arxiv.org"
S2 = "api.semanticscholar.org"
CROSSREF = "api.crossref.org"
DOI = "10.1371/journal.pone.0033693"
TITLE = "Inelastic effects in molecular transport junctions: The probe technique at high bias"


@pytest.fixture
def sources(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """The local upstream, asked by a client that never really sleeps."""
    clock = Clock()
    client = http.Client(pace=Pace(clock.now, clock.sleep), sleep=clock.sleep)
    monkeypatch.setattr(http, "client", lambda: client)
    cache.clear()
    yield upstream
    client.close()


@pytest.fixture
def browser(alice: User) -> Client:
    return signed_in(alice)


def crossref_says(title: str, *, doi: str = DOI, **more: Any) -> moods.Mood:
    work = {"DOI": doi, "title": [title], "type": "journal-article", **more}
    return moods.says(json.dumps({"message": work}).encode())


def crossref_finds(*titles: str) -> moods.Mood:
    items = [
        {"DOI": f"10.1234/{n}", "title": [title], "author": [{"family": f"Author{n}"}]}
        for n, title in enumerate(titles)
    ]
    return moods.says(json.dumps({"message": {"items": items}}).encode())


def page_of(answer: Any) -> str:
    html: str = answer.content.decode()
    return html


# --- what is known --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1512.03385",
        "https://arxiv.org/abs/1512.03385v1",
        "10.1109/CVPR.2016.90",
        "https://doi.org/10.1109/cvpr.2016.90",
        "Deep residual learning for image recognition",
        "@inproceedings{x, title={Deep residual learning}, doi={10.1109/CVPR.2016.90}}",
    ],
)
def test_a_known_paper_is_there_at_once_and_nobody_is_asked(
    sources: Upstream, browser: Client, text: str
) -> None:
    paper = make_paper(
        "Deep Residual Learning for Image Recognition",
        keys=("1512.03385", "10.1109/CVPR.2016.90"),
    )

    answer = browser.post(FETCH, {"text": text})

    assert answer["Location"] == paper.get_absolute_url()
    assert sources.asked == []


def test_a_removed_paper_stays_removed(sources: Upstream, browser: Client) -> None:
    paper = make_paper(keys=("1601.00001",))
    Paper.objects.filter(pk=paper.pk).update(hidden_at="2026-01-01T00:00:00Z")

    answer = browser.post(FETCH, {"text": "1601.00001"})

    assert answer.status_code == 403
    assert "A moderator removed this paper" in page_of(answer)
    assert sources.asked == []


def test_from_writing_it_leads_on_to_writing(sources: Upstream, browser: Client) -> None:
    paper = make_paper(keys=("1601.00001",))

    answer = browser.post(FETCH, {"text": "1601.00001", "then": "write"})

    assert answer["Location"] == f"{paper.get_absolute_url()}/write"


# --- by identifier --------------------------------------------------------------------------------


def test_an_arxiv_id_becomes_a_paper(sources: Upstream, browser: Client, alice: User) -> None:
    answer = browser.post(FETCH, {"text": "arXiv:1601.00001"})

    paper = Paper.objects.get()
    assert answer["Location"] == paper.get_absolute_url()
    assert (paper.title, paper.authors, paper.source) == (
        TITLE,
        ["Michael Kilgour", "Dvira Segal"],
        "arXiv",
    )
    assert paper.added_by == alice
    assert "1601.00001" in paper.identifiers.values_list("value", flat=True)
    assert "Fetched. Nobody has summarised it yet." in page_of(browser.get(answer["Location"]))


def test_the_second_who_asks_finds_it_here(sources: Upstream, browser: Client, bob: User) -> None:
    browser.post(FETCH, {"text": "1601.00001"})
    asked = len(sources.asked)

    signed_in(bob).post(FETCH, {"text": "https://arxiv.org/pdf/1601.00001"})

    assert Paper.objects.count() == 1
    assert len(sources.asked) == asked


def test_a_doi_becomes_a_paper(sources: Upstream, browser: Client) -> None:
    browser.post(FETCH, {"text": f"https://doi.org/{DOI}"})

    paper = Paper.objects.get()
    assert paper.source == "Crossref"
    assert DOI in paper.identifiers.values_list("value", flat=True)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("https://dblp.org/rec/journals/ws/JaschkeHSGS08.html", "DBLP"),
        ("https://openreview.net/forum?id=6ry6ibTKOx", "OpenReview"),
    ],
)
def test_addresses_of_other_sites_become_papers(
    sources: Upstream, browser: Client, text: str, source: str
) -> None:
    browser.post(FETCH, {"text": text})

    assert Paper.objects.get().source == source


def test_an_answer_that_does_not_name_what_was_asked_for_is_not_stored(
    sources: Upstream, browser: Client
) -> None:
    sources.feel(ARXIV, moods.fails(500))

    browser.post(FETCH, {"text": "1601.00001"})

    # The recorded answer of Semantic Scholar is about something else, and does not say so.
    assert not Paper.objects.exists()


def test_a_pasted_entry_is_filled_by_its_source(sources: Upstream, browser: Client) -> None:
    sources.feel(CROSSREF, crossref_says("The Title as Printed", volume="7"))

    browser.post(FETCH, {"text": f"@article{{x, title={{the title as printed}}, doi={{{DOI}}}}}"})

    paper = Paper.objects.get()
    assert paper.title == "The Title as Printed"
    assert paper.details["volume"] == "7"


def test_a_pasted_entry_whose_doi_is_of_something_else_is_refused(
    sources: Upstream, browser: Client
) -> None:
    sources.feel(
        CROSSREF,
        crossref_says("Frogs of Borneo", author=[{"family": "Frog", "given": "Fred"}]),
    )
    entry = f"@article{{x, title={{Deep learning of words}}, author={{Doe, J.}}, doi={{{DOI}}}}}"

    answer = browser.post(FETCH, {"text": entry})

    assert answer.status_code == 422
    assert f"{DOI} belongs to another paper: “Frogs of Borneo”" in page_of(answer)
    assert not Paper.objects.exists()


def test_an_entry_with_the_address_of_a_volume_is_not_its_first_paper(
    sources: Upstream, browser: Client
) -> None:
    make_paper("Frogs of Borneo", keys=("https://example.org/volume/7",))

    browser.post(
        FETCH,
        {
            "text": "@misc{x, title={Toads of Java}, author={Doe, Jo}, url={https://example.org/volume/7}}"
        },
    )

    assert Paper.objects.filter(title="Toads of Java").exists()


def test_several_entries_are_added_one_by_one(sources: Upstream, browser: Client) -> None:
    answer = browser.post(FETCH, {"text": entries(3)})

    assert "3 papers added." in page_of(answer)
    assert sources.asked == []


def test_an_answer_about_another_doi_is_not_stored(sources: Upstream, browser: Client) -> None:
    sources.feel(CROSSREF, crossref_says("Another paper", doi="10.1234/other"))

    answer = browser.post(FETCH, {"text": DOI})

    assert answer.status_code == 422
    assert "leads to something else: “Another paper”" in page_of(answer)
    assert "Is a digit of it wrong?" in page_of(answer)
    assert not Paper.objects.exists()


@pytest.mark.parametrize("text", ["1601.99999", "10.1234/unheard-of", "conf/nips/Nobody99"])
def test_an_unknown_identifier_is_said_and_stays_in_the_box(
    sources: Upstream, browser: Client, text: str
) -> None:
    answer = browser.post(FETCH, {"text": text})

    page = page_of(answer)
    assert answer.status_code == 422
    assert f"{text} is unknown to" in page
    assert "Is a digit of it wrong or missing?" in page
    assert f'value="{text}" aria-invalid="true"' in page
    assert not Paper.objects.exists()


def test_a_cut_identifier_finds_the_whole_one(sources: Upstream, browser: Client) -> None:
    make_paper("FaceNet", keys=("10.1109/CVPR.2015.7298682",))

    answer = browser.post(FETCH, {"text": "10.1109/CVPR.2015.729868"})

    assert "whose identifier begins so" in page_of(answer)
    assert "FaceNet" in page_of(answer)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste an identifier"),
        ("   ", "Paste an identifier"),
        ("1512.3385", "four digits, a full stop and five digits"),
        ("10.1109", "A DOI has a slash"),
        ("Transformers", "One word finds too many papers"),
        ("https://example.org/blog", "No source that we ask can know https://example.org/blog"),
        ("@article{x,\n author={Doe}}", "line 1"),
        ("a\0b", "invisible character"),
        ("x" * 60_000, "too long for one paper"),
    ],
)
def test_what_cannot_be_read_is_said_without_asking(
    sources: Upstream, browser: Client, text: str, sentence: str
) -> None:
    answer = browser.post(FETCH, {"text": text})

    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert sources.asked == []


# --- sources in bad moods -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mood",
    [
        moods.fails(500),
        moods.fails(429, Retry_After="900"),
        moods.breaks_off,
        moods.says(b"<html>captcha</html>"),
        moods.says(b"\xff\xfe garbage"),
        moods.sends_50_mb,
    ],
)
def test_a_dead_source_is_a_sentence_and_nothing_is_lost(
    sources: Upstream, browser: Client, mood: moods.Mood
) -> None:
    sources.feel(CROSSREF, mood)

    answer = browser.post(FETCH, {"text": DOI})

    page = page_of(answer)
    assert answer.status_code == 422
    assert 'notice__title">Crossref' in page
    assert "Nothing is lost" in page
    assert f'value="{DOI}"' in page
    assert not Paper.objects.exists()


def test_one_dead_source_of_two_costs_nothing(sources: Upstream, browser: Client) -> None:
    sources.feel(S2, moods.fails(500))

    browser.post(FETCH, {"text": "1601.00001"})

    assert Paper.objects.get().title == TITLE


def test_nobody_waits_longer_than_two_seconds(
    sources: Upstream, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WITHIN_S", 0.3)
    sources.feel(CROSSREF, moods.hangs)
    started = time.monotonic()

    answer = browser.post(FETCH, {"text": DOI})

    assert time.monotonic() - started < moods.HANGS_FOR_S / 2
    assert "Crossref: no answer yet. It is taken in when it comes." in page_of(answer)


@pytest.mark.django_db(transaction=True)
def test_what_answers_late_is_stored_later(
    sources: Upstream, browser: Client, monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    let_go = threading.Event()

    def waits(handler: Any) -> None:
        let_go.wait(5)
        moods.answers(handler)

    monkeypatch.setattr(fetching, "WITHIN_S", 0.3)
    sources.feel(CROSSREF, waits)
    answer = browser.post(FETCH, {"text": DOI})
    assert answer.status_code == 422
    assert not Paper.objects.exists()
    let_go.set()

    for thread in threading.enumerate():
        if thread.name == "ask Crossref":
            thread.join(5)
    paper = Paper.objects.get()
    assert paper.added_by == alice
    assert browser.post(FETCH, {"text": DOI})["Location"] == paper.get_absolute_url()


def test_a_closed_network_is_said_and_entries_are_still_taken(
    sources: Upstream, browser: Client, settings: Any
) -> None:
    settings.SOURCES_ONLINE = False

    page = page_of(browser.post(FETCH, {"text": DOI}))
    browser.post(FETCH, {"text": f"@article{{x, title={{A title of mine}}, doi={{{DOI}}}}}"})

    assert "This site does not ask other sites" in page
    assert "add it by hand" in page
    assert Paper.objects.get().title == "A title of mine"
    assert sources.asked == []


# --- by title -------------------------------------------------------------------------------------


def test_a_whole_title_becomes_its_paper(sources: Upstream, browser: Client) -> None:
    sources.feel(CROSSREF, crossref_finds("Something else", "Attention is almost all you need"))

    browser.post(FETCH, {"text": "attention is almost all you need"})

    assert Paper.objects.get().title == "Attention is almost all you need"


def test_several_candidates_are_shown_and_nothing_is_stored(
    sources: Upstream, browser: Client
) -> None:
    here = make_paper("Networks of deep residual layers", keys=("10.1234/1",))
    sources.feel(
        CROSSREF,
        crossref_finds("Deep residual networks for frogs", "Networks of deep residual layers"),
    )

    answer = browser.post(FETCH, {"text": "deep residual networks"})

    page = page_of(answer)
    assert answer.status_code == 200
    assert "Which of these?" in page
    assert "Deep residual networks for frogs" in page
    assert f'href="{here.get_absolute_url()}"' in page
    # What Semantic Scholar found has none of the words.
    assert "Mining association rules" not in page
    assert 'name="text" value="doi:10.1234/0"' in page
    assert Paper.objects.count() == 1


def test_a_chosen_candidate_is_fetched_by_its_identifier(
    sources: Upstream, browser: Client
) -> None:
    sources.feel(CROSSREF, crossref_says("Deep residual networks for frogs", doi="10.1234/0"))

    browser.post(FETCH, {"text": "doi:10.1234/0"})

    assert Paper.objects.get().title == "Deep residual networks for frogs"


def test_two_papers_of_one_title_are_never_guessed(sources: Upstream, browser: Client) -> None:
    sources.feel(CROSSREF, crossref_finds("The name of two works", "The name of two works"))

    page = page_of(browser.post(FETCH, {"text": "The name of two works"}))

    assert page.count("This one") == 2
    assert not Paper.objects.exists()


def test_a_title_that_nobody_knows_is_said(sources: Upstream, browser: Client) -> None:
    answer = browser.post(FETCH, {"text": "Entirely unheard of works"})

    assert answer.status_code == 422
    assert "No paper like “Entirely unheard of works” is known to" in page_of(answer)


# --- who may, and how often -----------------------------------------------------------------------


def test_a_stranger_signs_in_and_finds_the_box_filled(
    client: Client, sources: Upstream, alice: User
) -> None:
    answer = client.post(FETCH, {"text": "1601.00001"})
    assert answer["Location"].startswith("/account/sign-in")
    client.post("/account/sign-in", {"login": "alice", "password": PASSWORD})

    page = page_of(client.get(FETCH))

    assert 'value="1601.00001"' in page
    assert sources.asked == []
    assert not Paper.objects.exists()


def test_looking_asks_nobody(sources: Upstream, browser: Client) -> None:
    page = page_of(browser.get(FETCH, {"text": "1601.00001", "then": "write"}))
    browser.get("/search", {"q": "1601.00001"})

    assert 'value="1601.00001"' in page
    assert '<input type="hidden" name="then" value="write">' in page
    assert sources.asked == []


def test_new_papers_count_as_any_that_are_added(
    sources: Upstream, browser: Client, alice: User
) -> None:
    for n in range(NEW_PAPERS.count):
        make_paper(f"A study of matter {n}", added_by=alice)

    answer = browser.post(FETCH, {"text": "1601.00001"})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 80_000
    assert 'value="1601.00001"' in page_of(answer)
    assert Paper.objects.count() == NEW_PAPERS.count


def test_nobody_asks_other_sites_without_end(
    sources: Upstream, browser: Client, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "fetch_paper": "1/h/user"}
    browser.post(FETCH, {"text": "1601.99999"})

    answer = browser.post(FETCH, {"text": "1601.99998"})

    assert answer.status_code == 429
    assert "You asked for many papers within an hour." in page_of(answer)
    assert 'value="1601.99998"' in page_of(answer)


@pytest.mark.parametrize("text", ["\ud800", "\u202e10.1/x", "é" * 400, "@article{", "TY  - JOUR"])
def test_odd_texts_are_a_sentence(sources: Upstream, browser: Client, text: str) -> None:
    answer = browser.post(FETCH, {"text": text.encode("utf-8", "surrogatepass")})

    assert answer.status_code in (200, 400, 422)


# --- by person ------------------------------------------------------------------------------------

ORCID = "0000-0002-1825-0097"


def works(*listed: tuple[str, str]) -> moods.Mood:
    groups = [
        {
            "work-summary": [
                {
                    "title": {"title": {"value": title}},
                    "external-ids": {
                        "external-id": [
                            {
                                "external-id-type": "doi",
                                "external-id-value": doi,
                                "external-id-relationship": "self",
                            }
                        ]
                    },
                }
            ]
        }
        for title, doi in listed
    ]
    return moods.says(json.dumps({"group": groups}).encode())


def test_an_orcid_id_offers_the_works_of_its_owner(sources: Upstream, browser: Client) -> None:
    ours = make_paper("Learning to Rank Papers", keys=("10.1234/ours",))
    sources.feel(
        "pub.orcid.org",
        works(
            ("Learning to rank papers", "10.1234/ours"), ("A new theory of proofs", "10.1234/new")
        ),
    )

    answer = browser.post(FETCH, {"text": f"https://orcid.org/{ORCID}"})

    page = page_of(answer)
    assert f"listed at ORCID by {ORCID}" in page
    assert ours.get_absolute_url() in page
    assert 'value="doi:10.1234/new"' in page
    assert Paper.objects.count() == 1


def test_an_orcid_id_with_a_slip_asks_nobody(sources: Upstream, browser: Client) -> None:
    answer = browser.post(FETCH, {"text": "0000-0002-1825-0098"})

    assert answer.status_code == 422
    assert "is there a typo?" in page_of(answer)
    assert sources.asked == []


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        (moods.fails(404), "ORCID does not know 0000-0002-1825-0097"),
        (works(), "lists no work with a DOI"),
        (moods.fails(500), "ORCID does not answer"),
        (moods.says(b"{"), "ORCID: "),
    ],
    ids=["unknown", "empty", "broken", "garbled"],
)
def test_an_orcid_id_that_gives_nothing_is_a_sentence(
    sources: Upstream, browser: Client, mood: moods.Mood, says: str
) -> None:
    sources.feel("pub.orcid.org", mood)

    answer = browser.post(FETCH, {"text": ORCID})

    assert says in page_of(answer)
    assert answer.status_code == 422
