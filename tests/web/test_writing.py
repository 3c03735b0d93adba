"""The editor: nothing is published by accident, and no way out of it loses a text."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.lib.markup import MAX_SOURCE_BYTES
from shortscience.papers.models import Paper
from shortscience.summaries import actions
from shortscience.summaries.models import Summary
from shortscience.summaries.rules import NEW_SUMMARIES
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary

pytestmark = pytest.mark.django_db

TEXT = "Keep **x** and add:\n\n$$y = F(x) + x$$\n\n  - indented & <b>raw</b>"
SHOWN = "Keep **x** and add:\n\n$$y = F(x) + x$$\n\n  - indented &amp; &lt;b&gt;raw&lt;/b&gt;"


@pytest.fixture
def paper() -> Paper:
    return make_paper("Deep Residual Learning", keys=("1512.03385",))


@pytest.fixture
def browser(alice: User) -> Client:
    return signed_in(alice)


def address_of(paper: Paper) -> str:
    return f"{paper.get_absolute_url()}/write"


# --- opening ----------------------------------------------------------------------------------


def test_a_stranger_signs_in_first_and_comes_back(client: Client, paper: Paper) -> None:
    answer = client.get(address_of(paper))

    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?next={address_of(paper)}")


def test_the_editor_has_all_it_needs_without_scripts(browser: Client, paper: Paper) -> None:
    page = browser.get(address_of(paper)).content.decode()

    assert '<label class="visually-hidden" for="id_text">' in page
    assert 'name="preview" value="1"' in page
    assert "CC BY 4.0" in page
    assert 'href="/guide"' in page
    assert "Deep Residual Learning" in page


def test_who_has_a_summary_changes_it_instead(browser: Client, alice: User, paper: Paper) -> None:
    summary = make_summary(paper, writer=alice)

    answer = browser.get(address_of(paper))

    assert (answer.status_code, answer["Location"]) == (302, f"/s/{summary.pk}/edit")


def test_the_editor_of_a_stored_summary_holds_it(browser: Client, alice: User) -> None:
    summary = make_summary(writer=alice, text=TEXT, anonymous=True)

    page = browser.get(f"/s/{summary.pk}/edit").content.decode()

    assert f"{SHOWN}</textarea>" in page
    assert 'name="base_version" value="1"' in page
    assert 'id="id_anonymous" checked' in page
    assert (
        'value="public" class="" checked' in page
        or 'value="public" id="id_audience_0" checked' in page
    )


def test_nobody_edits_or_deletes_what_another_wrote(bob: User, alice: User) -> None:
    public, private = make_summary(writer=alice), make_summary(writer=alice, private=True)
    other = signed_in(bob)

    for what in ("edit", "delete"):
        assert other.get(f"/s/{public.pk}/{what}").status_code == 403
        assert other.post(f"/s/{public.pk}/{what}", {"text": "mine now"}).status_code == 403
        assert other.get(f"/s/{private.pk}/{what}").status_code == 404
        assert other.post(f"/s/{private.pk}/{what}", {"text": "mine now"}).status_code == 404
    assert set(Summary.objects.values_list("author", flat=True)) == {alice.pk}


def test_a_banned_member_cannot_write_and_keeps_the_text(alice: User, paper: Paper) -> None:
    browser = signed_in(alice)
    User.objects.filter(pk=alice.pk).update(banned_at=timezone.now())

    answers = [browser.get(address_of(paper)), browser.post(address_of(paper), {"text": TEXT})]

    assert not Summary.objects.exists()
    for answer in answers:
        assert answer.status_code in (302, 403)


# --- saving -----------------------------------------------------------------------------------


def test_publishing_leads_to_the_paper_and_links_the_text(browser: Client, paper: Paper) -> None:
    answer = browser.post(address_of(paper), {"text": TEXT, "base_version": ""})

    assert answer["Location"] == paper.get_absolute_url()
    page = browser.get(answer["Location"]).content.decode()
    assert f'Published. <a href="{paper.get_absolute_url()}#alice">' in page
    assert 'data-tags="published' in page


def test_an_anonymous_summary_is_not_named_in_the_address(browser: Client, paper: Paper) -> None:
    answer = browser.post(address_of(paper), {"text": TEXT, "anonymous": "on"})

    summary = Summary.objects.get()
    assert summary.is_anonymous
    page = browser.get(answer["Location"]).content.decode()
    assert f'Published. <a href="{paper.get_absolute_url()}#anon-{summary.pk}">' in page


def test_a_private_summary_says_that_only_its_writer_sees_it(browser: Client, paper: Paper) -> None:
    answer = browser.post(address_of(paper), {"text": TEXT, "audience": "private"}, follow=True)

    assert "Saved. Only you see it." in answer.content.decode()
    assert Summary.objects.get().is_private


def test_changing_replaces_the_text_and_counts_the_version(browser: Client, alice: User) -> None:
    summary = make_summary(writer=alice)

    browser.post(f"/s/{summary.pk}/edit", {"text": "Better.", "base_version": "1"})

    summary.refresh_from_db()
    assert (summary.text, summary.version) == ("Better.", 2)


def test_a_broken_formula_is_published_with_its_source(browser: Client, paper: Paper) -> None:
    answer = browser.post(address_of(paper), {"text": r"So $\frac{1}{2$ it is."})

    assert answer.status_code == 302
    assert r"\frac{1}{2" in Summary.objects.get().html


def test_saving_costs_a_bounded_number_of_queries(
    browser: Client, paper: Paper, django_assert_max_num_queries: Any
) -> None:
    make_summary(make_paper(keys=("1502.03167",)))

    with django_assert_max_num_queries(27):
        browser.post(address_of(paper), {"text": rf"{TEXT} and \cite{{1502.03167}}"})


def test_the_editor_costs_a_bounded_number_of_queries(
    browser: Client, alice: User, paper: Paper, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        browser.get(address_of(paper))
    summary = make_summary(paper, writer=alice)
    with django_assert_max_num_queries(5):
        browser.get(f"/s/{summary.pk}/edit")


# --- preview ----------------------------------------------------------------------------------


def test_preview_without_scripts_shows_the_page_and_saves_nothing(
    browser: Client, paper: Paper
) -> None:
    answer = browser.post(address_of(paper), {"text": TEXT, "preview": "1", "anonymous": "on"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<strong>x</strong>" in page
    assert "<math" in page
    assert "1 min to read" in page
    assert f"{SHOWN}</textarea>" in page
    assert 'id="id_anonymous" checked' in page
    assert not Summary.objects.exists()


def test_the_preview_is_what_the_page_will_show(browser: Client, paper: Paper) -> None:
    text = "A claim $x^2$.\n\n## Why\n\n- one\n- two\n\n> said\n\n| a | b |\n|---|---|\n| 1 | 2 |"

    fragment = browser.post("/write/preview", {"text": text}).content.decode()
    browser.post(address_of(paper), {"text": text})

    stored = Summary.objects.get()
    assert stored.html.replace(f"s{stored.pk}.", "preview-") in fragment
    assert "<html" not in fragment


def test_preview_is_for_members_only(client: Client, db: None) -> None:
    answer = client.post("/write/preview", {"text": TEXT})

    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert "signed out" in answer.content.decode()


def test_preview_of_what_cannot_be_kept_is_a_sentence(browser: Client) -> None:
    answer = browser.post("/write/preview", {"text": "a\0b"})

    assert answer.status_code == 422
    assert answer.content.decode() == "Line 1 holds an invisible control character (U+0000)."


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence", "shown"),
    [
        ("x" * (MAX_SOURCE_BYTES + 1), "the limit is 65,536 bytes", "x" * (MAX_SOURCE_BYTES + 1)),
        ("one\ntwo\0", "Line 2 holds an invisible control character", "one\ntwo\0"),
        ("bell \a rings", "invisible control character (U+0007)", "bell \a rings"),
        ("  \n ", "The text is empty", "  \n "),
    ],
)
def test_a_refused_text_stays_in_the_editor(
    browser: Client, paper: Paper, text: str, sentence: str, shown: str
) -> None:
    answer = browser.post(address_of(paper), {"text": text, "audience": "private"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'role="alert" tabindex="-1" autofocus' in page
    assert f"{shown}</textarea>" in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_text_error"' in page
    assert 'value="private" id="id_audience_1" checked' in page
    assert not Summary.objects.exists()


@pytest.mark.parametrize("address", ["write", "preview"])
def test_bytes_that_are_not_utf8_are_told(browser: Client, paper: Paper, address: str) -> None:
    url = address_of(paper) if address == "write" else "/write/preview"

    answer = browser.post(
        url, b"text=caf%E9+is+Latin-1", content_type="application/x-www-form-urlencoded"
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "not UTF-8" in page
    assert not Summary.objects.exists()
    if address == "write":
        assert "caf\ufffd is Latin-1</textarea>" in page


def test_half_a_character_is_not_utf8(browser: Client, paper: Paper) -> None:
    answer = browser.post(
        address_of(paper), b"text=%ED%A0%80", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 422


def test_real_letters_of_any_script_are_fine(browser: Client, paper: Paper) -> None:
    text = "Überraschung: 深層学習 🙂 \ufffd"

    answer = browser.post(
        address_of(paper), f"text={quote(text)}", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 302
    assert Summary.objects.get().text == text


def test_too_many_in_a_day_keeps_the_text_and_says_when(
    browser: Client, alice: User, paper: Paper
) -> None:
    others = [make_paper() for _ in range(NEW_SUMMARIES.count)]
    Summary.objects.bulk_create(Summary(author=alice, paper=other, text="x") for other in others)

    answer = browser.post(address_of(paper), {"text": TEXT})

    assert answer.status_code == 429
    assert 86_000 < int(answer["Retry-After"]) <= 86_401
    assert f"{SHOWN}</textarea>" in answer.content.decode()
    assert "The next one opens at" in answer.content.decode()


# --- two tabs ---------------------------------------------------------------------------------


def test_a_second_new_summary_shows_both_texts(browser: Client, alice: User, paper: Paper) -> None:
    make_summary(paper, writer=alice, text="same\nfrom the first tab\nend")

    answer = browser.post(address_of(paper), {"text": "same\nfrom the second tab\nend"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "You already have a summary of this paper." in page
    assert "same\nfrom the second tab\nend</textarea>" in page
    assert "same\nfrom the first tab\nend</textarea>" in page
    assert '<span class="visually-hidden">Stored: </span>first<' in page
    assert '<span class="visually-hidden">Yours: </span>second<' in page
    assert Summary.objects.get().text == "same\nfrom the first tab\nend"


def test_sending_the_conflict_again_replaces_on_purpose(
    browser: Client, alice: User, paper: Paper
) -> None:
    summary = make_summary(paper, writer=alice, text="first")
    actions.save_summary(writer=alice, paper=paper, text="elsewhere", base_version=1)

    answer = browser.post(
        f"/s/{summary.pk}/edit", {"text": "mine", "base_version": "1", "anonymous": "on"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed elsewhere since you opened it" in page
    assert 'name="base_version" value="2"' in page
    assert 'id="id_anonymous" checked' in page
    again = browser.post(
        f"/s/{summary.pk}/edit", {"text": "mine", "base_version": "2", "anonymous": "on"}
    )

    assert again.status_code == 302
    assert Summary.objects.get().text == "mine"


@pytest.mark.parametrize("version", ["", "garbage", "0", "-1", "9" * 30])
def test_a_strange_version_never_overwrites(browser: Client, alice: User, version: str) -> None:
    summary = make_summary(writer=alice, text="stored")

    answer = browser.post(f"/s/{summary.pk}/edit", {"text": "mine", "base_version": version})

    assert answer.status_code == 409
    assert Summary.objects.get().text == "stored"


def test_a_summary_deleted_in_another_tab_costs_no_text(browser: Client, alice: User) -> None:
    summary = make_summary(writer=alice)
    browser.post(f"/s/{summary.pk}/delete")

    answer = browser.post(f"/s/{summary.pk}/edit", {"text": TEXT, "base_version": "1"})

    assert answer.status_code == 404
    assert f"{SHOWN}</textarea>" in answer.content.decode()


# --- deleting ---------------------------------------------------------------------------------


def test_deleting_asks_first_and_leaves_the_thread(browser: Client, alice: User) -> None:
    summary = make_summary(writer=alice)
    comment = make_comment(summary=summary)

    page = browser.get(f"/s/{summary.pk}/delete").content.decode()
    assert "The comment below it stays" in page
    assert Summary.objects.exists()
    answer = browser.post(f"/s/{summary.pk}/delete", follow=True)

    assert "Your summary is deleted." in answer.content.decode()
    assert not Summary.objects.exists()
    comment.refresh_from_db()
    assert comment.outlived_summary


# --- choosing a paper -------------------------------------------------------------------------


def test_a_paper_is_found_by_title_and_by_identifier(client: Client, paper: Paper) -> None:
    for query in ("deep residual", "arXiv:1512.03385", "https://arxiv.org/abs/1512.03385v1"):
        page = client.get("/write", {"q": query}).content.decode()
        assert f'href="{address_of(paper)}"' in page, query


def test_a_paper_we_lack_can_be_added(client: Client, db: None) -> None:
    by_title = client.get("/write", {"q": "Nobody <b>wrote</b> this"}).content.decode()
    by_identifier = client.get("/write", {"q": "arXiv:2401.00001"}).content.decode()

    assert "Nobody &lt;b&gt;wrote&lt;/b&gt; this" in by_title
    assert 'href="/papers/add?title=Nobody%20%3Cb%3Ewrote%3C%2Fb%3E%20this"' in by_title
    assert 'href="/papers/add?id=arXiv%3A2401.00001"' in by_identifier


@pytest.mark.parametrize(
    "query", ["", " ", "\0", "x" * 5000, "%", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_no_search_text_breaks_the_page(client: Client, db: None, query: Any) -> None:
    assert client.get("/write", {"q": query}).status_code == 200
