"""A paper's page: its facts, its summaries and who may see which, its addresses."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.papers.bibtex import as_bibtex
from shortscience.summaries.actions import delete_summary
from shortscience.summaries.models import Summary
from tests.conftest import signed_in
from tests.factories import make_comment, make_paper, make_summary, make_user, make_venue
from tests.web.pages import MAX_HTML_BYTES, body, bytes_without, element_ids, filled_paper

pytestmark = pytest.mark.django_db


def test_its_number_and_a_wrong_slug_lead_to_its_address(client: Client) -> None:
    paper = make_paper("Deep Things")

    for url in (f"/p/{paper.pk}", f"/p/{paper.pk}/other", f"/p/{paper.pk}/other?order=new"):
        response = client.get(url)
        assert response.status_code == 301
        assert response["Location"].startswith(f"/p/{paper.pk}/deep-things")
    assert response["Location"].endswith("?order=new")


@pytest.mark.parametrize("url", ["/p/{}", "/p/{}/hidden", "/p/{}/hidden/bibtex"])
def test_strangers_see_no_hidden_paper(client: Client, mona: User, url: str) -> None:
    paper = make_paper("Hidden", hidden_at=timezone.now())

    assert client.get(url.format(paper.pk)).status_code == 404
    assert signed_in(mona).get(url.format(paper.pk)).status_code in (200, 301)


def test_facts_that_are_known_are_told(client: Client) -> None:
    venue = make_venue("ICML", name="International Conference on Machine Learning")
    first = timezone.now().date() - timedelta(days=11 * 366)
    paper = make_paper("P", venue=venue, year=2015, source="arXiv", published_on=first)

    page = body(client, paper.get_absolute_url())

    assert '<a href="/v/icml/2015">International Conference on Machine Learning</a> 2015' in page
    assert "via arXiv" in page
    assert f'<time datetime="{first.isoformat()}">' in page
    assert "(11 years ago)" in page


def test_facts_that_are_not_known_are_left_out(client: Client) -> None:
    paper = make_paper("P", year=None, authors=())

    page = body(client, paper.get_absolute_url())

    assert "first published" not in page
    assert "None" not in page


def test_a_team_of_hundreds_is_shown_by_twenty(client: Client) -> None:
    paper = make_paper("P", authors=tuple(f"Author N{n}" for n in range(300)))
    make_summary(paper)

    page = body(client, paper.get_absolute_url())
    front = body(client, "/")

    assert "280 more authors" in page
    assert "Author N19 et al." in front
    assert "Author N20" not in front


def test_a_retold_abstract_says_who_told_it(client: Client) -> None:
    own = make_paper("Own", abstract="Told by them.")
    retold = make_paper("Retold", abstract="Told by us.", abstract_by="ShortScience")

    assert "not by the authors" not in body(client, own.get_absolute_url())
    assert "Told by ShortScience, not by the authors." in body(client, retold.get_absolute_url())


def test_without_a_summary_it_asks_for_one_and_is_not_indexed(client: Client) -> None:
    paper = make_paper()

    page = body(client, paper.get_absolute_url())

    assert "Nobody has summarised this paper yet." in page
    assert '<meta name="robots" content="noindex, follow">' in page


def test_with_a_summary_it_is_indexed_under_one_address(client: Client) -> None:
    paper = make_summary().paper

    page = body(client, f"{paper.get_absolute_url()}?order=new")

    assert "noindex" not in page
    canonical = f'<link rel="canonical" href="http://testserver{paper.get_absolute_url()}">'
    assert canonical in page


def test_old_links_find_summaries_and_comments(client: Client, alice: User) -> None:
    paper = make_paper()
    named = make_summary(paper, writer=alice)
    first = make_summary(paper, anonymous=True, score=2, text="First.")
    second = make_summary(paper, anonymous=True, text="Second.")
    for summary in (named, first, second):
        make_comment(summary=summary)

    ids = element_ids(body(client, paper.get_absolute_url()))

    expected = ["alice", "alicecomments", "anon", "anoncomments"]
    expected += [f"anon-{first.pk}", f"anon-{second.pk}comments"]
    assert set(expected) <= set(ids)
    assert ids.index(f"anon-{first.pk}") < ids.index("anon") < ids.index(f"anon-{second.pk}")


def test_no_two_elements_share_an_id(alice: User) -> None:
    paper = filled_paper(summaries=3, comments=6)
    make_comment(paper=paper)

    ids = element_ids(body(signed_in(alice), paper.get_absolute_url()))

    assert len(ids) == len(set(ids))


def test_best_first_unless_asked_for_the_newest(client: Client) -> None:
    paper = make_paper()
    make_summary(paper, text="Older and liked.", score=2)
    make_summary(paper, text="Newer.")

    best = body(client, paper.get_absolute_url())
    newest = body(client, f"{paper.get_absolute_url()}?order=new")

    assert best.index("Older and liked.") < best.index("Newer.")
    assert newest.index("Newer.") < newest.index("Older and liked.")


def test_one_persons_summary_alone(client: Client, alice: User) -> None:
    paper = make_paper()
    make_summary(paper, writer=alice, text="By alice.")
    make_summary(paper, text="By another.")

    page = body(client, f"{paper.get_absolute_url()}?a=ALICE")

    assert "By alice." in page
    assert "By another." not in page
    assert "See all 2 summaries" in page


@pytest.mark.parametrize("name", ["nobody-such", "", "\N{SNOWMAN}" * 300])
def test_an_unknown_name_shows_all(client: Client, name: str) -> None:
    paper = make_summary(text="By somebody.").paper

    response = client.get(paper.get_absolute_url(), {"a": name})

    assert "Nobody has summarised this paper under that name." in response.content.decode()
    assert "By somebody." in response.content.decode()


def test_ones_private_summary_is_in_pencil_and_for_oneself(
    client: Client, alice: User, bob: User
) -> None:
    paper = make_summary(text="Public.").paper
    make_summary(paper, writer=alice, private=True, text="Notes to self.")
    url = paper.get_absolute_url()

    mine = body(signed_in(alice), url)

    assert "summary--pencil" in mine
    assert "private: only you see this" in mine
    assert "Edit yours" in mine
    for page in (body(client, url), body(signed_in(bob), url), body(client, f"{url}?a=alice")):
        assert "Notes to self." not in page
        assert "alice" not in page.replace("?a=alice", "")


def test_a_hidden_summary_is_gone_for_strangers_and_marked_for_moderators(
    client: Client, mona: User
) -> None:
    summary = make_summary(text="Rude words.")
    Summary.objects.filter(pk=summary.pk).update(hidden_at=timezone.now())
    url = summary.paper.get_absolute_url()

    assert "Rude words." not in body(client, url)
    assert "hidden by a moderator" in body(signed_in(mona), url)


def test_who_cites_it_and_what_is_cited_here(client: Client) -> None:
    cited = make_paper("The cited one", keys=("1512.03385",))
    make_summary(cited, text="Own words.")
    citing = make_summary(make_paper("The citing one"), text="see \\cite{1512.03385}")
    make_summary(make_paper("In private"), text="see \\cite{1512.03385}", private=True)

    page = body(client, cited.get_absolute_url())
    other = body(client, citing.paper.get_absolute_url())

    assert f"{citing.paper.get_absolute_url()}#{citing.anchor}" in page
    assert "In private" not in page
    assert "Cited here" in other
    assert "The cited one" in other


def test_many_citing_summaries_are_one_link_away(client: Client) -> None:
    cited = make_paper(keys=("1512.03385",))
    for n in range(12):
        make_summary(make_paper(f"Citing {n:02}"), text="see \\cite{1512.03385}")
    url = cited.get_absolute_url()

    assert body(client, url).count(">Citing ") == 10
    assert "All 12" in body(client, url)
    assert body(client, f"{url}?cited=all").count(">Citing ") == 12


def test_where_to_read_it(client: Client) -> None:
    keys = ("1512.03385", "conf/cvpr/HeZRS16", "journals/corr/HeZRS15", "10.1109/CVPR.2016.90")
    paper = make_paper(keys=(*keys, "10.48550/arXiv.1512.03385"))

    page = body(client, paper.get_absolute_url())

    assert 'href="https://arxiv.org/abs/1512.03385"' in page
    assert 'href="https://doi.org/10.1109/cvpr.2016.90"' in page
    assert page.count("DBLP record") == 1
    assert "10.48550" not in page


def test_bibtex_can_be_downloaded(client: Client) -> None:
    venue = make_venue("CVPR", name="Computer Vision and Pattern Recognition")
    venue.kind = "conference"
    venue.save()
    paper = make_paper("Deep {Things}", keys=("1512.03385", "conf/cvpr/X16"), venue=venue)

    response = client.get(f"{paper.get_absolute_url()}/bibtex")

    assert response["Content-Type"] == "text/x-bibtex; charset=utf-8"
    text = response.content.decode()
    assert text == as_bibtex(paper)
    assert text.startswith("@inproceedings{conf/cvpr/X16,")
    assert "booktitle = {Computer Vision and Pattern Recognition}" in text
    assert "author = {Kaiming He and Xiangyu Zhang}" in text


def test_random_leads_to_a_public_summary_and_is_not_stored(client: Client) -> None:
    make_summary(private=True)
    public = make_summary()
    make_summary(private=True)

    response = client.get("/random")

    assert response.status_code == 302
    assert response["Location"] == public.get_absolute_url()
    assert "no-store" in response["Cache-Control"]


def test_random_on_a_fresh_site_is_the_front_page(client: Client) -> None:
    assert client.get("/random")["Location"] == "/"


def test_fifty_comments_are_drawn_and_the_rest_is_one_link_away(client: Client, bob: User) -> None:
    summary = make_summary()
    others = [make_user() for _ in range(2)]
    for n in range(55):
        comment = make_comment(summary=summary, writer=others[n % 2], text=f"Comment {n}.")
    url = summary.paper.get_absolute_url()

    page = body(client, url)

    assert "Comment 49." in page
    assert "Comment 50." not in page
    assert "All 55 comments" in page
    assert "Comment 54." in body(client, summary.get_absolute_url())
    assert client.get(f"/c/{comment.pk}")["Location"] == f"/s/{summary.pk}#c{comment.pk}"


def test_the_discussion_outlives_a_summary(client: Client, alice: User) -> None:
    summary = make_summary(writer=alice)
    make_comment(summary=summary, text="Still worth reading.")

    delete_summary(summary=summary, by=alice)
    page = body(client, summary.paper.get_absolute_url())

    assert "Still worth reading." in page
    assert "on a summary that its writer deleted" in page


def test_strangers_get_no_cookie(client: Client) -> None:
    response = client.get(filled_paper(1, 1).get_absolute_url())

    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content


def test_a_filled_page_costs_few_queries(
    client: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    url = filled_paper(summaries=10, comments=20).get_absolute_url()
    member = signed_in(alice)

    with django_assert_max_num_queries(6):
        assert client.get(url).status_code == 200
    with django_assert_max_num_queries(10):
        assert member.get(url).status_code == 200


def test_a_filled_page_is_small_without_its_texts(alice: User) -> None:
    paper = filled_paper(summaries=10, comments=20)

    page = body(signed_in(alice), paper.get_absolute_url())

    texts = [summary.html for summary in paper.summaries.all()]
    texts += [comment.html for comment in paper.comments.all()]
    assert bytes_without(page, texts) <= MAX_HTML_BYTES


def test_a_paper_of_the_future_has_no_age(client: Client) -> None:
    paper = make_paper(published_on=date(2999, 1, 1))

    assert "ago" not in body(client, paper.get_absolute_url())
