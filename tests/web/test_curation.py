"""Pages on which papers and venues are put right: who gets in, what is kept, what it does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shortscience.accounts.models import User
from shortscience.moderation.merging import merge_papers
from shortscience.papers.models import DoubtfulPair, MetadataSuggestion, Paper, PaperNotice
from shortscience.venues.models import VenueKey
from tests.conftest import signed_in
from tests.factories import make_paper, make_summary, make_user, make_venue

pytestmark = pytest.mark.django_db


def address(name: str, paper: Paper, query: str = "") -> str:
    return reverse(name, args=[paper.pk, paper.slug]) + query


@pytest.fixture
def paper(db: None) -> Paper:
    return make_paper("Deep Residual Learning", keys=("1512.03385",), year=2015, source="arXiv")


# --- history ----------------------------------------------------------------------------------
def test_a_stranger_reads_who_told_each_field_and_what_was_changed(
    client: Client, paper: Paper, alice: User
) -> None:
    Paper.objects.filter(pk=paper.pk).update(
        provenance={"": ["arXiv", "2026-11-20"], "year": ["DBLP", "2026-11-21"]},
        versions=[[1, "2015-12-10"], [2, None]],
    )
    signed_in(alice).post(address("paper-correct", paper, "?field=year"), {"value": "2016"})

    page = client.get(address("paper-history", paper)).content.decode()

    assert "DBLP" in page
    assert "20 Nov 2026" in page
    assert "v2" in page
    assert "<del>2015</del><ins>2016</ins>" in page
    assert 'name="do"' not in page


def test_the_history_costs_the_same_for_one_change_or_thirty(
    client: Client, paper: Paper, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        MetadataSuggestion.objects.create(
            paper=paper, field="year", old=2015, new=1990 + n, by=make_user(),
            created_at=paper.created_at,
        )  # fmt: skip

    with django_assert_max_num_queries(6):
        client.get(address("paper-history", paper))


def test_notices_stand_on_the_papers_page(client: Client, paper: Paper) -> None:
    PaperNotice.objects.create(paper=paper, kind="retraction", doi="10.1000/r", source="Crossref")

    for page in (paper.get_absolute_url(), "/paper?bibtexKey=1512.03385"):
        html = client.get(page).content.decode()
        assert "Retracted" in html
        assert "https://doi.org/10.1000/r" in html
    assert "Retracted" not in client.get(make_paper().get_absolute_url()).content.decode()


# --- corrections ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("title", "Deep Residual Learning for Image Recognition", None),
        ("authors", "He, Kaiming\nJian Sun", ["Kaiming He", "Jian Sun"]),
        ("year", "2016", 2016),
        ("year", "", None),
        ("venue", "CVPR", "CVPR"),
        ("published_on", "2015-12-10", "2015-12-10"),
        ("abstract", "Told\r\nin two lines.", "Told\nin two lines."),
    ],
)
def test_a_moderator_corrects_each_field_at_once(
    mona: User, paper: Paper, field: str, typed: str, stored: Any
) -> None:
    answer = signed_in(mona).post(
        address("paper-correct", paper, f"?field={field}"), {"value": typed}
    )

    assert answer.status_code == 302
    done = MetadataSuggestion.objects.get()
    assert done.state == "applied"
    assert done.new == (typed if field == "title" else stored)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", "  "),
        ("title", "x" * 1001),
        ("authors", " "),
        ("year", "20199"),
        ("year", "０"),
        ("year", "two"),
        ("published_on", "2015-13-01"),
        ("published_on", "0001-01-01"),
        ("venue", "v" * 251),
        ("abstract", "a" * 10_001),
        ("abstract", "a\0b"),
        ("year", "2015"),
    ],
)
def test_what_cannot_be_right_is_told_and_kept_in_the_form(
    alice: User, paper: Paper, field: str, typed: str
) -> None:
    answer = signed_in(alice).post(
        address("paper-correct", paper, f"?field={field}"), {"value": typed, "note": "Page 1."}
    )

    html = answer.content.decode()
    assert answer.status_code in (400, 422)
    assert "Page 1." in html
    assert 'aria-invalid="true"' in html
    assert not MetadataSuggestion.objects.exists()


def test_two_members_are_enough(alice: User, bob: User, paper: Paper) -> None:
    for member in (alice, bob):
        signed_in(member).post(address("paper-correct", paper, "?field=year"), {"value": "2016"})

    paper.refresh_from_db()
    assert paper.year == 2016


def test_what_a_stranger_typed_survives_signing_in(
    client: Client, alice: User, paper: Paper
) -> None:
    here = address("paper-correct", paper, "?field=title")

    answer = client.post(here, {"value": "A better title", "note": "Page 1."})
    client.force_login(alice)

    assert "/account/" in answer["Location"]
    html = client.get(here).content.decode()
    assert "A better title" in html
    assert "Page 1." in html


def test_a_field_that_does_not_exist_is_not_found(alice: User, paper: Paper) -> None:
    assert signed_in(alice).get(address("paper-correct", paper, "?field=id")).status_code == 404


# --- staff ------------------------------------------------------------------------------------
@pytest.fixture
def doubt(paper: Paper) -> DoubtfulPair:
    other = make_paper("Deep Residual Learning", keys=("10.1000/other",), year=2016)
    return DoubtfulPair.objects.create(
        first=paper, second=other, reasons="same title; same authors; years apart"
    )


def test_members_see_none_of_the_staff_pages(
    alice: User, paper: Paper, doubt: DoubtfulPair
) -> None:
    client = signed_in(alice)
    pages = [reverse("staff-doubtful"), reverse("staff-suggestions"), address("paper-merge", paper)]

    assert {client.get(page).status_code for page in pages} == {403}
    assert client.post(reverse("staff-pair", args=[doubt.pk]), {"do": "first"}).status_code == 403
    assert not Paper.objects.filter(merged_into__isnull=False).exists()


def test_a_pair_is_shown_side_by_side_and_merged(mona: User, doubt: DoubtfulPair) -> None:
    client = signed_in(mona)
    page = client.get(reverse("staff-doubtful")).content.decode()

    assert "same title" in page
    assert page.count('class="compare__mark"') == 1
    client.post(reverse("staff-pair", args=[doubt.pk]), {"do": "second", "reason": "Preprint"})

    assert Paper.objects.get(pk=doubt.first_id).merged_into_id == doubt.second_id
    assert "No pair waits" in client.get(reverse("staff-doubtful")).content.decode()


def test_different_papers_are_not_asked_about_again(mona: User, doubt: DoubtfulPair) -> None:
    signed_in(mona).post(reverse("staff-pair", args=[doubt.pk]), {"do": "different"})

    doubt.refresh_from_db()
    assert (doubt.state, doubt.decided_by) == ("different", mona)


@pytest.mark.parametrize("sent", [{}, {"do": "first"}, {"do": "third", "reason": "x"}])
def test_a_merge_needs_a_button_and_a_reason(
    mona: User, doubt: DoubtfulPair, sent: dict[str, str]
) -> None:
    answer = signed_in(mona).post(reverse("staff-pair", args=[doubt.pk]), sent)

    assert answer.status_code == 422
    doubt.refresh_from_db()
    assert doubt.is_open


def test_ten_pairs_cost_the_same_as_one(
    mona: User, doubt: DoubtfulPair, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        DoubtfulPair.objects.create(
            first=make_paper(venue=make_venue(f"V{n}")), second=make_paper(), reasons="same title"
        )

    client = signed_in(mona)
    with django_assert_max_num_queries(9):
        page = client.get(reverse("staff-doubtful")).content.decode()
    assert page.count('class="case"') == 10
    assert "?page=2" in page


@pytest.mark.parametrize("named", ["10.1000/other", "/p/{pk}/any-slug", "https://x.org/p/{pk}"])
def test_any_paper_is_merged_by_a_key_or_its_address_and_parted_again(
    mona: User, paper: Paper, named: str
) -> None:
    other = make_paper("Another title of it", keys=("10.1000/other",))
    summary = make_summary(other)
    client, here = signed_in(mona), address("paper-merge", paper)
    named = named.format(pk=other.pk)

    assert "Another title of it" in client.get(here, {"other": named}).content.decode()
    client.post(here, {"other": named, "reason": "Its first title"})
    summary.refresh_from_db()
    assert summary.paper == paper
    history = client.get(address("paper-history", paper)).content.decode()
    assert "Its first title" in history
    merge = paper.merges.get()
    client.post(reverse("staff-undo-merge", args=[merge.pk]), {"reason": "No"})

    summary.refresh_from_db()
    assert summary.paper == other


@pytest.mark.parametrize("named", ["10.1000/unknown", "no key at all", "/p/99999999999999999999"])
def test_a_paper_that_is_not_here_is_said_so(mona: User, paper: Paper, named: str) -> None:
    html = signed_in(mona).get(address("paper-merge", paper), {"other": named}).content.decode()

    assert "We have no paper under this key or address." in html


def test_corrections_are_accepted_declined_and_reverted(
    mona: User, alice: User, paper: Paper
) -> None:
    member, client = signed_in(alice), signed_in(mona)
    member.post(address("paper-correct", paper, "?field=year"), {"value": "2016"})
    suggestion = MetadataSuggestion.objects.get()
    assert "2016" in client.get(reverse("staff-suggestions")).content.decode()
    decide = reverse("staff-suggestion", args=[suggestion.pk])

    client.post(decide, {"do": "accept", "back": "list"})
    paper.refresh_from_db()
    assert paper.year == 2016
    client.post(decide, {"do": "revert"})
    paper.refresh_from_db()
    assert paper.year == 2015
    assert client.post(decide, {"do": "decline"}).status_code == 409


# --- venues -----------------------------------------------------------------------------------
def test_a_moderator_edits_a_venue_and_is_told_whose_a_name_is(mona: User) -> None:
    venue, other = make_venue("ICML"), make_venue("NeurIPS")
    client, here = signed_in(mona), reverse("venue-edit", args=[venue.slug])
    sent = {
        "short_name": "ICML", "name": "International Conference on Machine Learning",
        "kind": "conference", "section": "cs", "homepage": "https://icml.cc",
        "names": "Machine Learning Conference", "prefixes": "conf/icml", "dois": "",
        "reason": "Its full name",
    }  # fmt: skip

    assert client.post(here, {**sent, "names": other.short_name}).status_code == 422
    assert client.post(here, {**sent, "homepage": "javascript:alert(1)"}).status_code == 422
    assert client.post(here, {**sent, "prefixes": "icml"}).status_code == 422
    assert client.post(here, sent).status_code == 302

    venue.refresh_from_db()
    assert (venue.homepage, venue.kind) == ("https://icml.cc", "conference")
    assert client.get(here).status_code == 200


def test_the_address_of_a_joined_venue_leads_on(client: Client) -> None:
    venue = make_venue("ICML")
    VenueKey.objects.create(venue=venue, scheme="slug", value="icml-old")

    assert client.get("/v/icml-old")["Location"] == venue.get_absolute_url()


def test_a_merged_paper_lets_nobody_write_on_its_old_page(
    mona: User, alice: User, paper: Paper
) -> None:
    keep = make_paper("Kept")
    merge_papers(keep=keep, drop=paper, by=mona, reason="One work")

    answer = signed_in(alice).post(
        reverse("summary-write", args=[paper.pk, paper.slug]), {"text": "What I think of it."}
    )

    assert answer.status_code == 302
    assert keep.summaries.count() == 1
