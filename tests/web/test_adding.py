"""Adding papers: what is right is taken, what is not is told, and nothing typed is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.papers.models import Paper
from shortscience.papers.rules import MAX_ENTRIES, NEW_PAPERS
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_paper, make_summary, make_venue

pytestmark = pytest.mark.django_db

ADD = "/papers/add"
ENTRY = """@inproceedings{DBLP:conf/cvpr/HeZRS16,
  author    = {Kaiming He and Xiangyu Zhang},
  title     = {Deep Residual Learning for Image Recognition},
  booktitle = {{CVPR}},
  year      = {2016},
  doi       = {10.1109/CVPR.2016.90}
}
"""
TYPED = {
    "title": "Deep Residual Learning",
    "authors": "Kaiming He\nZhang, Xiangyu",
    "year": "2016",
    "venue": "CVPR",
    "identifier": "1512.03385",
    "abstract": "Deeper networks are harder to train.",
}


@pytest.fixture
def browser(alice: User) -> Client:
    return signed_in(alice)


def entries(count: int) -> str:
    return "\n".join(
        f"@article{{k{n}, title={{A study of matter number {n}}}, author={{A. Writer{n}}},"
        f" year={{2019}}}}"
        for n in range(count)
    )


# --- BibTeX -----------------------------------------------------------------------------------


def test_one_entry_leads_to_its_paper(browser: Client, alice: User) -> None:
    answer = browser.post(ADD, {"bibtex": ENTRY})

    paper = Paper.objects.get()
    assert answer["Location"] == paper.get_absolute_url()
    assert (paper.title, paper.year, paper.added_by) == (
        "Deep Residual Learning for Image Recognition",
        2016,
        alice,
    )
    assert (
        "Added. Nobody has summarised it yet." in browser.get(answer["Location"]).content.decode()
    )


def test_an_entry_that_we_have_leads_to_the_paper_we_have(browser: Client) -> None:
    paper = make_paper(
        "Deep Residual Learning for Image Recognition", keys=("10.1109/CVPR.2016.90",)
    )

    answer = browser.post(ADD, {"bibtex": ENTRY}, follow=True)

    assert answer.redirect_chain[-1][0] == paper.get_absolute_url()
    assert "We have this paper." in answer.content.decode()
    assert Paper.objects.get().added_by is None


def test_several_entries_are_told_one_by_one_and_the_broken_stay(browser: Client) -> None:
    make_paper("Deep Residual Learning for Image Recognition", keys=("10.1109/CVPR.2016.90",))
    broken = "@article{old, title={Old}, year={20199}}\n@misc{x, note={y}}"
    text = f"{ENTRY}{entries(2)}\n{broken}"

    answer = browser.post(ADD, {"bibtex": text})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 papers added." in page
    assert "We have these" in page
    assert "Line 10:" in page
    assert "The year “20199” cannot be right." in page
    assert "Line 11:" in page
    assert "@misc{x, note={y}}</textarea>" in page
    assert Paper.objects.count() == 3


def test_what_is_no_bibtex_is_told_and_stays(browser: Client) -> None:
    answer = browser.post(ADD, {"bibtex": "Dear site, please add <b>my</b> paper"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not BibTeX" in page
    assert "please add &lt;b&gt;my&lt;/b&gt; paper</textarea>" in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 500_001, "@article{a, title={A\0B}}"])
def test_a_paste_that_cannot_be_read_is_marked(browser: Client, text: str) -> None:
    answer = browser.post(ADD, {"bibtex": text})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert "id_bibtex_error" in page
    assert not Paper.objects.exists()


def test_more_entries_than_a_page_can_tell_of_are_refused_whole(browser: Client) -> None:
    answer = browser.post(ADD, {"bibtex": entries(MAX_ENTRIES + 1)})

    assert answer.status_code == 422
    assert f"{MAX_ENTRIES + 1} entries" in answer.content.decode()
    assert not Paper.objects.exists()


def test_a_collaboration_of_thousands_is_one_paper(browser: Client) -> None:
    names = " and ".join(f"Person{n} Number{n}" for n in range(3000))

    browser.post(ADD, {"bibtex": f"@article{{a, title={{A large one}}, author={{{names}}}}}"})

    assert len(Paper.objects.get().authors) == 3000


# --- typed ------------------------------------------------------------------------------------


def test_a_typed_paper_is_added_with_all_it_says(browser: Client) -> None:
    venue = make_venue("CVPR")

    browser.post(ADD, TYPED)

    paper = Paper.objects.get()
    assert (paper.title, paper.authors, paper.year, paper.venue, paper.abstract) == (
        "Deep Residual Learning",
        ["Kaiming He", "Xiangyu Zhang"],
        2016,
        venue,
        "Deeper networks are harder to train.",
    )
    assert {"1512.03385"} <= set(paper.identifiers.values_list("value", flat=True))
    venue.refresh_from_db()
    assert venue.paper_count == 1


@pytest.mark.parametrize(
    "identifier",
    ["1512.03385", "https://arxiv.org/pdf/1512.03385v2", "doi:10.48550/arXiv.1512.03385"],
)
def test_an_identifier_that_we_know_settles_it(browser: Client, identifier: str) -> None:
    paper = make_paper(keys=("1512.03385",))

    answer = browser.post(ADD, {"identifier": identifier})

    assert answer["Location"] == paper.get_absolute_url()
    assert Paper.objects.count() == 1


def test_a_removed_paper_does_not_come_back(browser: Client) -> None:
    make_paper(keys=("1512.03385",), hidden_at=timezone.now())

    answer = browser.post(ADD, TYPED)

    assert answer.status_code == 422
    assert "A moderator removed this paper" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Type the title of the paper."),
        ("title", "<b> </b>", "Type the title of the paper."),
        ("title", "x" * 100_000, "A title has at most 1,000 characters."),
        ("title", "a\0b", "invisible character"),
        ("authors", "", "Type at least one author."),
        ("authors", " ,;\n", "Type at least one author."),
        ("authors", "\n".join(["A B"] * 6001), "No paper has that many authors."),
        ("authors", "x" * 300, "too long for a name"),
        ("year", "0", "The year 0 cannot be right."),
        ("year", "20199", "The year 20199 cannot be right."),
        ("year", "-5", "The year -5 cannot be right."),
        ("year", str(date.today().year + 3), "cannot be right"),
        ("year", "soon", "Type the year with four digits."),
        ("identifier", "see my homepage", "We cannot read this as an identifier."),
        ("identifier", "javascript:alert(1)", "We cannot read this as an identifier."),
        ("venue", "x" * 251, "too long for a name"),
        ("abstract", "x" * 10_001, "at most 10,000 characters"),
    ],
)
def test_a_wrong_field_says_so_and_the_rest_stays(
    browser: Client, field: str, value: str, sentence: str
) -> None:
    answer = browser.post(ADD, {**TYPED, field: value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'aria-describedby="id_{field}' in page
    assert f"id_{field}_error" in page
    assert "Deeper networks" in page or field == "abstract"
    assert not Paper.objects.exists()


def test_a_title_is_kept_as_text_without_markup(browser: Client) -> None:
    browser.post(
        ADD, {**TYPED, "title": "On <i>p</i>\tvalues <script>alert(1)</script> \x07 &amp; more"}
    )

    title = Paper.objects.get().title
    assert title.startswith("On p values")
    assert "\x07" not in title
    page = browser.get(Paper.objects.get().get_absolute_url()).content.decode()
    assert "<script>alert" not in page


# --- who and how many -------------------------------------------------------------------------


def test_a_stranger_signs_in_first_and_finds_what_was_typed(client: Client, alice: User) -> None:
    cache.clear()
    assert client.get(ADD)["Location"] == f"{reverse('account_login')}?next={ADD}"

    answer = client.post(ADD, {"bibtex": ENTRY})
    back = client.post(answer["Location"], {"login": "alice", "password": PASSWORD})["Location"]
    page = client.get(back).content.decode()

    assert back == ADD
    assert "This is the text you sent before signing in." in page
    assert "Deep Residual Learning for Image Recognition}" in page
    assert not Paper.objects.exists()


def test_a_day_takes_so_many_new_papers_of_one_person(browser: Client, alice: User) -> None:
    for _ in range(NEW_PAPERS.count):
        make_paper(added_by=alice)

    answer = browser.post(ADD, TYPED)

    page = answer.content.decode()
    assert answer.status_code == 429
    assert 86_000 < int(answer["Retry-After"]) <= 86_401
    assert "A day takes 30 new papers of one person" in page
    assert "Deeper networks" in page
    assert Paper.objects.count() == NEW_PAPERS.count


def test_papers_that_we_have_cost_nothing_of_a_day(browser: Client, alice: User) -> None:
    for _ in range(NEW_PAPERS.count):
        make_paper(added_by=alice)
    make_paper("Deep Residual Learning for Image Recognition", keys=("10.1109/CVPR.2016.90",))

    assert browser.post(ADD, {"bibtex": ENTRY}).status_code == 302


def test_a_paste_goes_in_whole_or_not_at_all(browser: Client, alice: User) -> None:
    for _ in range(NEW_PAPERS.count - 4):
        make_paper(added_by=alice)

    too_many = browser.post(ADD, {"bibtex": entries(5)})
    just_right = browser.post(ADD, {"bibtex": entries(4)})

    assert too_many.status_code == 429
    assert just_right.status_code == 200
    assert Paper.objects.filter(added_by=alice).count() == NEW_PAPERS.count


def test_a_paste_larger_than_a_day_is_told_its_size(browser: Client) -> None:
    answer = browser.post(ADD, {"bibtex": entries(NEW_PAPERS.count + 1)})

    assert answer.status_code == 422
    assert "Send them in parts" in answer.content.decode()
    assert not Paper.objects.exists()


def test_yesterday_does_not_count(browser: Client, alice: User) -> None:
    for _ in range(NEW_PAPERS.count):
        make_paper(added_by=alice)
    Paper.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))

    assert browser.post(ADD, TYPED).status_code == 302


def test_a_cite_that_waited_finds_the_new_paper(browser: Client) -> None:
    summary = make_summary(text=r"As in \cite{1512.03385}.")

    browser.post(ADD, TYPED)

    summary.refresh_from_db()
    assert Paper.objects.get(title="Deep Residual Learning").get_absolute_url() in summary.html


def test_what_was_searched_stands_in_the_form(browser: Client) -> None:
    page = browser.get(ADD, {"id": "2401.00001", "title": "A <b>title</b>"}).content.decode()

    assert 'value="2401.00001"' in page
    assert 'value="A &lt;b&gt;title&lt;/b&gt;"' in page
