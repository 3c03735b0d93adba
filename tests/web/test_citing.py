"""Citing in the editor: finding papers, with a script and without; the references at the end."""

from __future__ import annotations

import pytest
from django.test import Client

from shortscience.accounts.models import User
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary

pytestmark = pytest.mark.django_db

SCRIPT = {"X-Requested-With": "fetch"}


def test_the_script_gets_options_that_carry_the_key(client: Client) -> None:
    make_paper("Batch Normalization", keys=("journals/corr/IoffeS15",))

    answer = client.get("/write/cite?q=batch", headers=SCRIPT).content.decode()

    assert 'role="option"' in answer
    assert 'data-key="journals/corr/IoffeS15"' in answer
    assert "<html" not in answer


def test_without_a_script_it_is_a_page_with_the_keys_to_copy(client: Client) -> None:
    make_paper("Batch Normalization", keys=("journals/corr/IoffeS15",))

    answer = client.get("/write/cite?q=batch").content.decode()

    assert "<code>\\cite{journals/corr/IoffeS15}</code>" in answer
    assert '<input class="input" id="cite-q"' in answer


def test_a_paper_without_a_key_that_a_cite_can_hold_is_cited_by_its_number(
    client: Client, alice: User
) -> None:
    odd = make_paper("Odd DOI", keys=("10.1002/(SICI)1097<1661::AID;1>3.0.CO",))
    bare = make_paper("No key at all")

    for paper in (odd, bare):
        answer = client.get(f"/write/cite?q={paper.title}", headers=SCRIPT).content.decode()
        assert f'data-key="shortscience/{paper.pk}"' in answer
        summary = make_summary(writer=alice, text=f"By \\cite{{shortscience/{paper.pk}}}.")
        assert paper.get_absolute_url() in summary.html


def test_an_identifier_that_is_not_here_is_offered_where_it_can_be_fetched(
    client: Client, settings: object
) -> None:
    settings.SOURCES_ONLINE = True  # type: ignore[attr-defined]
    answer = client.get("/write/cite?q=1512.03385", headers=SCRIPT).content.decode()
    assert 'data-key="1512.03385"' in answer
    assert "it is fetched when you save" in answer

    settings.SOURCES_ONLINE = False  # type: ignore[attr-defined]
    assert 'data-key="1512.03385"' not in client.get("/write/cite?q=1512.03385").content.decode()


@pytest.mark.parametrize("query", ["", "%00", "%ff%fe", "x" * 5000, "%22%3E%3Cscript%3E", "@"])
def test_nothing_that_is_typed_breaks_it(client: Client, query: str) -> None:
    for headers in ({}, SCRIPT):
        answer = client.get(f"/write/cite?q={query}", headers=headers)

        assert answer.status_code in (200, 400)
        assert b"<script>" not in answer.content


def test_without_a_script_papers_are_found_and_added_in_the_editor(alice: User) -> None:
    paper = make_paper("Fast R-CNN")
    make_paper("Batch Normalization", keys=("journals/corr/IoffeS15",))
    browser, address = signed_in(alice), f"{paper.get_absolute_url()}/write"
    typed = {"text": "Typed so far.", "anonymous": "on", "cite_query": "batch"}

    found = browser.post(address, {**typed, "find_cite": "1"}).content.decode()
    assert 'name="cite" value="journals/corr/IoffeS15"' in found
    assert "Typed so far.</textarea>" in found
    assert 'id="id_anonymous" checked' in found
    chosen = browser.post(address, {**typed, "cite": "journals/corr/IoffeS15"}).content.decode()
    assert "Typed so far. \\cite{journals/corr/IoffeS15}</textarea>" in chosen
    assert not Summary.objects.exists()


def test_enter_in_the_line_for_citing_publishes_nothing(alice: User) -> None:
    page = signed_in(alice).get(f"{make_paper().get_absolute_url()}/write").content.decode()

    form = page[page.index('<form class="editor"') :]
    first = form[form.index("<button") :]
    assert first.startswith('<button name="preview" value="by enter" tabindex="-1" hidden')


def test_a_new_editor_is_open_to_everybody_under_the_licence_of_the_site(alice: User) -> None:
    page = signed_in(alice).get(f"{make_paper().get_absolute_url()}/write").content.decode()

    assert 'name="audience" value="public" id="id_audience_0" checked' in page
    assert '<option value="CC-BY-4.0" selected>' in page


def test_a_template_is_added_to_what_is_there(alice: User) -> None:
    browser, address = signed_in(alice), f"{make_paper().get_absolute_url()}/write"

    page = browser.post(address, {"text": "Mine.\r\n", "template": "idea"}).content.decode()
    assert "\nMine.\n\n**The problem:** what" in page
    empty = browser.post(address, {"text": "", "template": "review"}).content.decode()
    assert ">\nIn short: what does the paper claim?" in empty
    unknown = browser.post(address, {"text": "Mine.", "template": "none such"})
    assert "Mine.</textarea>" in unknown.content.decode()
    assert not Summary.objects.exists()


def test_the_preview_button_shows_what_the_script_shows(alice: User) -> None:
    paper = make_paper("Fast R-CNN", abstract="We reach 84.6 % on it.")
    browser = signed_in(alice)
    text = {"text": "It reaches 84.1 % on it,\nas $\\foo$ says."}

    by_button = browser.post(f"{paper.get_absolute_url()}/write", {**text, "preview": "1"})
    by_script = browser.post(f"/write/preview?paper={paper.pk}", text)

    for answer in (by_button, by_script):
        page = answer.content.decode()
        assert "84.1 % is not in the abstract (there: 84.6 %)." in page
        assert "Unknown command &quot;\\foo&quot;." in page
        assert 'data-line="2"' in page
        assert " words · 1 min to read" in page


@pytest.mark.parametrize("number", ["", "0", "x", "-1", "99999999999999999999", "²", "1 or 1=1"])
def test_a_preview_about_no_paper_compares_with_none(alice: User, number: str) -> None:
    answer = signed_in(alice).post(f"/write/preview?paper={number}", {"text": "It is 84.1 %."})

    assert answer.status_code == 200
    assert "abstract" not in answer.content.decode()
