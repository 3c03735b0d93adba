"""One summary alone, its source, ways to share it."""

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary
from tests.web.pages import body

pytestmark = pytest.mark.django_db

PAGES = ["/s/{}", "/s/{}/source", "/s/{}/source?raw=1", "/s/{}/share", "/s/{}/comment"]


@pytest.mark.parametrize("url", PAGES)
def test_a_private_summary_is_not_there_for_others(
    client: Client, alice: User, bob: User, url: str
) -> None:
    summary = make_summary(writer=alice, private=True)

    assert client.get(url.format(summary.pk)).status_code == 404
    assert signed_in(bob).get(url.format(summary.pk)).status_code == 404
    assert signed_in(alice).get(url.format(summary.pk)).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_a_hidden_summary_is_not_there_for_strangers(client: Client, mona: User, url: str) -> None:
    summary = make_summary()
    Summary.objects.filter(pk=summary.pk).update(hidden_at=timezone.now())

    assert client.get(url.format(summary.pk)).status_code == 404
    assert signed_in(mona).get(url.format(summary.pk)).status_code == 200


def test_alone_it_shows_its_paper_and_its_whole_thread(client: Client) -> None:
    summary = make_summary(make_paper("The paper"), text="The text.")
    make_summary(summary.paper, text="Another text.")
    make_comment(summary=summary, text="A remark.")
    make_comment(paper=summary.paper, text="Elsewhere.")

    page = body(client, summary.get_absolute_url())

    assert "The paper" in page
    assert "A remark." in page
    assert "Another text." not in page
    assert "Elsewhere." not in page


def test_the_source_is_what_was_typed(client: Client) -> None:
    text = "Tags <script>, $x < y$ & more."
    summary = make_summary(text=text)

    page = body(client, f"/s/{summary.pk}/source")
    raw = client.get(f"/s/{summary.pk}/source?raw=1")

    assert "Tags &lt;script&gt;, $x &lt; y$ &amp; more.</textarea>" in page
    assert raw.content.decode() == text
    assert raw["Content-Type"] == "text/markdown; charset=utf-8"
    assert raw["X-Content-Type-Options"] == "nosniff"
    assert raw["Content-Disposition"] == f'attachment; filename="summary-{summary.pk}.md"'


def test_it_can_be_shared_without_a_script(client: Client, alice: User) -> None:
    summary = make_summary(make_paper("Deep things", year=2016), writer=alice)
    url = f"http://testserver/s/{summary.pk}"

    page = body(client, f"/s/{summary.pk}/share")

    assert f'value="{url}" readonly' in page
    year = summary.published_at.year if summary.published_at else ""
    assert f"alice ({year}). Summary of “Deep things” (He and Zhang, 2016)." in page
    assert f"[Summary of “Deep things” by alice]({url})" in page


def test_a_private_summary_is_shared_with_a_warning(alice: User) -> None:
    summary = make_summary(writer=alice, private=True)

    assert "The link works for you only" in body(signed_in(alice), f"/s/{summary.pk}/share")


def test_ones_own_can_be_changed_and_others_reported(alice: User, bob: User) -> None:
    summary = make_summary(writer=alice)

    mine = body(signed_in(alice), f"/s/{summary.pk}")
    others = body(signed_in(bob), f"/s/{summary.pk}")

    assert f'href="/s/{summary.pk}/edit"' in mine
    assert f'href="/s/{summary.pk}/delete"' in mine
    assert f'href="/s/{summary.pk}/edit"' not in others
    assert f'href="/report/summary/{summary.pk}"' in others


def test_an_edited_summary_says_so(client: Client) -> None:
    summary = make_summary()
    Summary.objects.filter(pk=summary.pk).update(edited_at=timezone.now())

    assert "edited" in body(client, f"/s/{summary.pk}")


def test_a_text_of_another_site_says_where_it_comes_from_and_no_false_date(client: Client) -> None:
    summary = make_summary()
    Summary.objects.filter(pk=summary.pk).update(origin="shortscience.org", published_at=None)

    page = body(client, f"/s/{summary.pk}")

    assert "from shortscience.org" in page
    assert str(timezone.now().year) not in page


def test_comments_that_stayed_on_the_original_site_are_counted(client):
    summary = make_summary()
    Summary.objects.filter(pk=summary.pk).update(origin="shortscience.org", origin_comments=2)

    html = client.get(summary.get_absolute_url()).content.decode()

    assert "2 comments on shortscience.org" in html
