"""People: only what stands under their name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.actions import change_profile, import_writer
from shortscience.accounts.models import User
from shortscience.summaries.models import Summary
from shortscience.voting.actions import refresh_standing
from shortscience.voting.models import SummaryVote
from shortscience.web.views.people import standing_of
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def settle_votes() -> None:
    """Let a week pass for every vote."""
    SummaryVote.objects.update(voted_at=timezone.now() - timedelta(days=7))


def test_writers_stand_best_first(client: Client, alice: User, bob: User) -> None:
    make_summary(writer=alice, score=1)
    make_summary(writer=bob, score=3)
    settle_votes()
    refresh_standing()

    html = page(client, "/people")

    assert html.index("/@bob") < html.index("/@alice")


def test_or_by_the_number_of_their_summaries(client: Client, alice: User, bob: User) -> None:
    make_summary(writer=alice)
    make_summary(writer=alice)
    make_summary(writer=bob, score=1)

    html = page(client, "/people?order=summaries")

    assert html.index("/@alice") < html.index("/@bob")


def test_who_wrote_nothing_public_under_their_name_is_not_listed(
    client: Client, alice: User, bob: User
) -> None:
    make_summary(writer=alice, anonymous=True)
    make_summary(writer=bob, private=True)

    html = page(client, "/people")

    assert "alice" not in html
    assert "bob" not in html
    assert "Nobody has written under their name yet." in html


def test_a_page_shows_the_person_and_their_texts(client: Client, alice: User) -> None:
    change_profile(
        person=alice,
        display_name="Alice A.",
        about="Reads *trains*.",
        orcid_id="0000-0002-1825-0097",
    )
    paper = make_paper("Deep Residual Learning", year=2016)
    make_summary(paper, writer=alice, score=2)
    make_comment(writer=alice)

    html = page(client, "/@alice")

    assert "Alice A." in html
    assert "@alice" in html
    assert "<em>trains</em>" in html
    assert 'href="https://orcid.org/0000-0002-1825-0097"' in html
    assert f'href="{paper.get_absolute_url()}#alice"' in html
    assert "1 public summary" in html
    assert "1 comment<" in html
    assert "member since" in html


def test_another_case_of_the_handle_leads_to_the_right_one(client: Client, alice: User) -> None:
    answer = client.get("/@ALICE")

    assert answer.status_code == 301
    assert answer["Location"] == "/@alice"


def test_nobody_has_no_page(client: Client) -> None:
    assert client.get("/@nobody-at-all").status_code == 404
    assert client.get("/@nobody-at-all/avatar.svg").status_code == 404


def test_a_banned_person_has_no_page_for_strangers(client: Client, alice: User, mona: User) -> None:
    User.objects.filter(pk=alice.pk).update(banned_at=timezone.now())

    assert client.get("/@alice").status_code == 404
    assert client.get("/@alice/avatar.svg").status_code == 404
    assert "this account is closed" in page(signed_in(mona), "/@alice")


def test_a_name_without_a_page_is_no_link(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice)
    User.objects.filter(pk=alice.pk).update(banned_at=timezone.now())

    for address in ("/", f"/s/{summary.pk}", summary.paper.get_absolute_url()):
        assert 'href="/@alice"' not in page(client, address), address
        assert "alice</span>" in page(client, address), address


def test_a_writer_of_the_original_site_is_no_member(client: Client) -> None:
    import_writer(handle="reader", display_name="Reader One", origin="shortscience.org")

    html = page(client, "/@reader")

    assert "wrote on ShortScience.org" in html
    assert "member since" not in html


def test_ones_own_page_leads_to_the_settings(alice: User) -> None:
    assert "/settings/profile" in page(signed_in(alice), "/@alice")


def test_anonymous_and_private_texts_leave_no_trace_even_for_their_writer(
    client: Client, alice: User
) -> None:
    make_summary(make_paper("Named"), writer=alice, score=1)
    settle_votes()
    refresh_standing()
    before = [page(client, "/@alice"), page(client, "/people"), page(signed_in(alice), "/@alice")]

    make_summary(make_paper("Secret one"), writer=alice, anonymous=True, score=3)
    make_summary(make_paper("Secret two"), writer=alice, private=True)
    make_comment(paper=make_paper(), writer=alice, anonymous=True)
    settle_votes()
    refresh_standing()
    refresh = User.objects.get(pk=alice.pk)
    after = [page(client, "/@alice"), page(client, "/people"), page(signed_in(alice), "/@alice")]

    assert refresh.public_summaries == 1
    assert [without_tokens(each) for each in after[::2]] == [
        without_tokens(each) for each in before[::2]
    ]
    assert "Secret" not in "".join(after)


def without_tokens(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)


def test_the_arithmetic_of_the_score_is_shown(client: Client, alice: User, bob: User) -> None:
    make_summary(writer=alice, score=4)
    make_summary(writer=alice, score=2)
    make_summary(writer=bob)
    settle_votes()
    refresh_standing()

    html = page(client, "/@alice")
    standing = standing_of(User.objects.get(pk=alice.pk))

    assert standing
    # Mean of 4, 2 and 0 over the site is 2; (5 * 2 + 6) / (5 + 2).
    assert (standing.papers, standing.votes, standing.mean) == (2, 6, 2.0)
    assert standing.score == pytest.approx(16 / 7, abs=1e-4)
    assert "2 papers with a vote sum of 6" in html
    assert "give 2.29" in html
    assert "Votes younger than 2 days and anonymous summaries are left out." in html


def test_votes_of_today_do_not_count_yet(client: Client, alice: User) -> None:
    make_summary(writer=alice, score=4)
    assert "It is counted within the hour." in page(client, "/@alice")

    refresh_standing()

    assert User.objects.get(pk=alice.pk).settled_papers == 0
    assert "No vote here is old enough" in page(client, "/@alice")


def test_summaries_by_rating_or_by_date(client: Client, alice: User) -> None:
    long_ago = timezone.now() - timedelta(days=900)
    make_summary(make_paper("The good old one"), writer=alice, score=2, published_at=long_ago)
    make_summary(make_paper("The new one"), writer=alice)

    best, newest = page(client, "/@alice"), page(client, "/@alice?order=new")

    assert best.index("The good old one") < best.index("The new one")
    assert newest.index("The new one") < newest.index("The good old one")


def test_an_undated_summary_prints_no_date(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice)
    Summary.objects.filter(pk=summary.pk).update(
        published_at=None, recent_at="1970-01-01T00:00:00Z"
    )

    assert "1970" not in page(client, "/@alice")


def test_the_avatar_is_a_harmless_picture(client: Client, alice: User) -> None:
    answer = client.get("/@alice/avatar.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert "Cookie" not in answer.get("Vary", "")
    again = client.get("/@alice/avatar.svg", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_pages_cost_the_same_at_any_length(client: Client, alice: User) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            make_summary(writer=alice)
            make_summary(writer=make_user())

    more(3)
    page(client, "/@alice")  # the mean of the site is kept for an hour
    few = [queries_of(client, "/people"), queries_of(client, "/@alice")]
    more(12)
    many = [queries_of(client, "/people"), queries_of(client, "/@alice")]

    assert few == many
    assert max(many) <= 8
