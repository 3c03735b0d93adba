"""The library and reading lists, by their pages: journeys without scripts, and who sees what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shortscience.accounts.models import User
from shortscience.library.actions.lists import add_to_list, make_list
from shortscience.library.actions.saving import save_paper, write_on
from shortscience.library.models import ListItem, ReadingList, SavedPaper
from shortscience.membership.actions import Texts, leave
from shortscience.membership.export import data_of
from shortscience.moderation.actions import hide
from shortscience.papers.models import Paper
from shortscience.papers.rules import NEW_PAPERS
from tests.conftest import signed_in
from tests.factories import make_paper
from tests.queries import content_of, queries_of
from tests.web.pages import body

pytestmark = pytest.mark.django_db


def a_list(owner: User, *papers: Paper, name: str = "To read", public: bool = True) -> ReadingList:
    made = make_list(owner=owner, name=name, description="*Why* this.", is_public=public)
    add_to_list(by=owner, reading_list=made, papers=papers)
    return made


def saved(owner: User, paper: Paper, note: str = "", tags: str = "") -> SavedPaper:
    return write_on(member=owner, saved=save_paper(member=owner, paper=paper), note=note, tags=tags)


# --- saving -----------------------------------------------------------------------------------


def test_a_paper_is_saved_and_taken_out_on_its_page(alice: User) -> None:
    paper, client = make_paper("Residual"), signed_in(alice)
    address = f"{paper.get_absolute_url()}/save"
    assert "Save to your library" in body(client, paper.get_absolute_url())

    answer = client.post(address, {"do": "save"})
    assert answer.headers["Location"] == f"{paper.get_absolute_url()}#saving"
    assert "In your library" in body(client, paper.get_absolute_url())
    assert "Residual" in body(client, "/library")

    client.post(address, {"do": "unsave"})
    assert "Save it again" in body(client, paper.get_absolute_url())
    assert not SavedPaper.objects.exists()


def test_an_undo_brings_note_and_tags_back(alice: User) -> None:
    paper, client = make_paper("Residual"), signed_in(alice)
    saved(alice, paper, "My *note*.", "vision")
    address = f"{paper.get_absolute_url()}/save"

    client.post(address, {"do": "unsave", "next": "/library"})
    page = body(client, "/library")
    assert "Taken out:" in page
    assert "My" not in page
    client.post(address, {"do": "save", "next": "/library"})

    page = body(client, "/library")
    assert "<em>note</em>" in page
    assert "Taken out:" not in page


def test_an_undo_is_offered_for_a_while_and_for_that_paper_only(alice: User) -> None:
    paper, other, client = make_paper(), make_paper(), signed_in(alice)
    saved(alice, paper, "A note.")
    client.post(f"{paper.get_absolute_url()}/save", {"do": "unsave"})

    client.post(f"{other.get_absolute_url()}/save", {"do": "save"})
    assert SavedPaper.objects.get().note == ""

    session = client.session
    session["unsaved_paper"] = {
        "paper": paper.pk,
        "title": "x",
        "note": "Old.",
        "tags": [],
        "saved_at": timezone.now().isoformat(),
        "at": (timezone.now() - timedelta(minutes=11)).isoformat(),
    }
    session.save()
    assert "Taken out:" not in body(client, "/library")


def test_a_script_gets_only_the_papers_place(alice: User) -> None:
    paper, client = make_paper(), signed_in(alice)

    answer = client.post(
        f"{paper.get_absolute_url()}/save", {"do": "save"}, headers={"X-Fragment": "saving"}
    )

    assert answer.status_code == 200
    assert (
        answer.content.decode().startswith('<div class="saving"')
        or b"data-saving" in (answer.content[:400])
    )
    assert b"<html" not in answer.content


def test_a_stranger_sees_no_button_and_is_led_to_sign_in(client: Client) -> None:
    paper = make_paper()

    assert "data-saving" not in body(client, paper.get_absolute_url())
    answer = client.post(f"{paper.get_absolute_url()}/save", {"do": "save"})

    assert answer.status_code == 302
    assert "sign-in" in answer.headers["Location"]


def test_what_leads_elsewhere_after_saving_is_ignored(alice: User) -> None:
    paper, client = make_paper(), signed_in(alice)

    for where in ("https://evil.example", "//evil.example", "javascript:alert(1)"):
        answer = client.post(f"{paper.get_absolute_url()}/save", {"do": "save", "next": where})

        assert answer.headers["Location"].startswith(paper.get_absolute_url())


def test_a_note_is_edited_in_the_library_and_what_is_refused_stays_typed(alice: User) -> None:
    row, client = saved(alice, make_paper()), signed_in(alice)

    client.post(f"/library/{row.pk}", {"note": "$x^2$ matters", "tags": "Maths"})
    assert "<math" in body(client, "/library")
    answer = client.post(f"/library/{row.pk}", {"note": "y" * 5001, "tags": "one, two"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "at most 5000 characters" in page
    assert "y" * 5001 in page
    assert 'value="one, two"' in page
    row.refresh_from_db()
    assert row.note == "$x^2$ matters"


def test_the_library_narrows_by_tag_and_words(alice: User) -> None:
    saved(alice, make_paper("Alpha"), "About residuals.", "vision")
    saved(alice, make_paper("Beta"), "", "vision, c++")
    saved(alice, make_paper("Gamma residual"))
    client = signed_in(alice)

    def titles(query: str) -> list[str]:
        return re.findall(r"(Alpha|Beta|Gamma residual)</a></h3>", body(client, f"/library{query}"))

    assert titles("") == ["Gamma residual", "Beta", "Alpha"]
    assert titles("?tag=vision") == ["Beta", "Alpha"]
    assert titles("?tag=c%2B%2B") == ["Beta"]
    assert titles("?q=residual") == ["Gamma residual", "Alpha"]
    assert titles("?q=residual&tag=vision") == ["Alpha"]
    assert titles(f"?q={'x' * 300}") == ["Gamma residual", "Beta", "Alpha"]
    assert "Nothing in your library fits that." in body(client, "/library?q=zzz")


def test_a_long_library_is_read_page_by_page(alice: User) -> None:
    for n in range(60):
        save_paper(member=alice, paper=make_paper(f"Paper {n:02}"))
    client, address, seen = signed_in(alice), "/library", []

    while address:
        page = body(client, address)
        seen += re.findall(r"(Paper \d\d)</a></h3>", page)
        older = re.search(r'href="([^"]*)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else ""

    assert seen == [f"Paper {n:02}" for n in reversed(range(60))]


def test_a_removed_paper_keeps_its_note_and_says_so(alice: User, mona: User) -> None:
    paper = make_paper("Bad one")
    saved(alice, paper, "My words.")
    hide(moderator=mona, target=paper, reason="Spam")

    page = body(signed_in(alice), "/library")

    assert "A moderator removed this paper." in page
    assert "My words." in page


# --- lists ------------------------------------------------------------------------------------


def test_a_paper_is_added_to_a_list_and_to_a_new_one(alice: User) -> None:
    paper, client = make_paper("Residual"), signed_in(alice)
    made = a_list(alice)
    address = f"{paper.get_absolute_url()}/list"

    client.post(address, {"reading_list": made.pk, "name": ""})
    client.post(address, {"reading_list": "", "name": "Thesis"})

    assert set(ReadingList.objects.holding(paper).values_list("name", flat=True)) == {
        "To read",
        "Thesis",
    }
    page = body(client, paper.get_absolute_url())
    assert "In your lists:" in page
    assert "<option" not in page.split("data-saving", 1)[1].split("</details>", 1)[0]
    assert client.post(address, {}).status_code == 400


def test_a_list_is_put_in_order_without_scripts(alice: User) -> None:
    papers = [make_paper(title) for title in ("One", "Two", "Three")]
    made, client = a_list(alice, *papers), signed_in(alice)
    first = made.items.get(paper=papers[0])

    def send(**fields: object) -> Any:
        return client.post(f"{made.get_absolute_url()}/arrange", {"item": first.pk, **fields})

    assert send(do="down").headers["Location"].endswith(f"#item-{first.pk}")
    send(do="comment", comment="Read §2 <b>first</b>.")
    page = body(client, made.get_absolute_url())
    assert re.findall(r"(One|Two|Three)</a></h3>", page) == ["Two", "One", "Three"]
    assert "Read §2 &lt;b&gt;first&lt;/b&gt;." in page
    assert send(do="nonsense").status_code == 400
    send(do="remove")
    assert "One" not in re.findall(
        r"(One|Two|Three)</a></h3>", body(client, made.get_absolute_url())
    )


def test_a_long_list_is_put_in_order_across_its_pages(alice: User) -> None:
    papers = [make_paper(f"Paper {n:02}") for n in range(1, 54)]
    made, client = a_list(alice, *papers), signed_in(alice)
    items = list(ListItem.objects.of(made).in_order())
    second = body(client, f"{made.get_absolute_url()}?page=2")
    assert f'data-above="{items[49].pk}"' in second
    assert re.findall(r"(Paper \d\d)</a></h3>", second) == ["Paper 51", "Paper 52", "Paper 53"]

    answer = client.post(
        f"{made.get_absolute_url()}/arrange",
        {"item": items[52].pk, "do": "place", "behind": items[49].pk},
        headers={"X-Fragment": "arrange"},
    )

    assert answer.status_code == 204
    second = body(client, f"{made.get_absolute_url()}?page=2")
    assert re.findall(r"(Paper \d\d)</a></h3>", second) == ["Paper 53", "Paper 51", "Paper 52"]
    assert client.get(f"{made.get_absolute_url()}?page=3").status_code == 404


def test_a_list_is_renamed_and_deleted_after_a_question(alice: User) -> None:
    made, client = a_list(alice, make_paper()), signed_in(alice)

    answer = client.post(
        f"{made.get_absolute_url()}/edit", {"name": "Better", "about": "", "is_public": "on"}
    )
    assert answer.headers["Location"] == f"/lists/{made.pk}/better"
    assert client.get(f"/lists/{made.pk}/to-read").headers["Location"].endswith("/better")
    assert "Delete “Better”?" in body(client, f"/lists/{made.pk}/better/delete")
    client.post(f"/lists/{made.pk}/better/delete")

    assert not ReadingList.objects.exists()


def test_a_public_list_is_read_by_strangers_without_cookie_or_token(
    client: Client, alice: User, mona: User
) -> None:
    shown, removed = make_paper("Shown"), make_paper("Removed")
    made = a_list(alice, shown, removed)
    hide(moderator=mona, target=removed, reason="Spam")

    answer = client.get(made.get_absolute_url())

    page = answer.content.decode()
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in page
    assert "<em>Why</em> this." in page
    assert "Shown" in page
    assert "Removed" not in page
    assert made.name in body(client, "/@alice")
    assert made.name in body(client, shown.get_absolute_url())
    assert "others do not see it here" in body(signed_in(alice), made.get_absolute_url())


def test_a_private_list_is_to_others_as_one_that_never_was(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    paper = make_paper()
    made = a_list(alice, paper, name="Secret plan", public=False)
    absent = made.get_absolute_url().replace(f"/{made.pk}/", "/999999/")
    ends = ["", "/papers.bib", "/edit", "/delete", "/arrange"]

    def told(viewer: Client, address: str, send: Callable[..., Any]) -> tuple[Any, ...]:
        answer = send(address, {"name": "x", "item": 1, "do": "up"})
        text = answer.content.decode().replace(str(made.pk), "N").replace("999999", "N")
        text = re.sub(r'value="[^"]{60,}"|[0-9a-f]{16,}', "", text)
        where = answer.headers.get("Location", "").replace(f"{made.pk}", "N").replace("999999", "N")
        return answer.status_code, where, text

    for viewer in (client, signed_in(bob), signed_in(mona)):
        for end in ends:
            for send in (viewer.get, viewer.post):
                there = told(viewer, made.get_absolute_url() + end, send)
                assert there == told(viewer, absent + end, send)
        for page in ("/@alice", paper.get_absolute_url()):
            assert "Secret plan" not in body(viewer, page)
        assert viewer.get(f"/report/reading_list/{made.pk}").status_code in (302, 404)
    assert "Secret plan" not in body(signed_in(mona), f"/staff/act/reading_list/{made.pk}")


def test_a_reported_list_is_hidden_from_all_but_its_owner(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    paper = make_paper()
    made = a_list(alice, paper, name="Buy pills")
    signed_in(bob).post(f"/report/reading_list/{made.pk}", {"reason": "spam", "note": ""})
    staff = signed_in(mona)
    assert "Buy pills" in body(staff, "/staff/reports")

    staff.post(f"/staff/act/reading_list/{made.pk}", {"do": "hide", "reason": "Advertising"})

    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.get(f"{made.get_absolute_url()}/papers.ris").status_code == 404
    assert "Buy pills" not in body(client, "/@alice")
    assert "Buy pills" not in body(client, paper.get_absolute_url())
    assert "A moderator hid this list" in body(signed_in(alice), made.get_absolute_url())
    assert "Advertising" in body(client, "/log")
    assert "Buy pills" in body(staff, "/staff/reports?show=hidden")


# --- import -----------------------------------------------------------------------------------

ENTRY = "@article{{k{n}, title={{A distinct title {word}}}, author={{Ada Writer{n}}}, year=2015}}\n"
WORDS = ["apples", "bridges", "clouds", "dragons", "engines", "forests", "gardens", "harbours"]


def entries(count: int) -> str:
    return "".join(
        ENTRY.format(n=n, word=f"{WORDS[n % 8]} {WORDS[n // 8 % 8]} {n}") for n in range(count)
    )


def sent(client: Client, text: str | bytes | None, **fields: str) -> Any:
    data: dict[str, Any] = {"name": "Imported", "about": "Mine.", **fields}
    if text is not None:
        payload = text.encode() if isinstance(text, str) else text
        data["file"] = SimpleUploadedFile("refs.bib", payload)
    return client.post("/lists/new", data)


def test_a_bib_file_becomes_a_list_of_known_and_new_papers(alice: User) -> None:
    known = make_paper("Deep Residual Learning", keys=("10.1109/cvpr.2016.90",))
    text = "@misc{x, title={Deep residual learning}, doi={10.1109/CVPR.2016.90}}\n" + entries(3)

    answer = sent(signed_in(alice), text)

    made = ReadingList.objects.get()
    assert answer.headers["Location"] == made.get_absolute_url()
    papers = [item.paper for item in ListItem.objects.of(made).in_order()]
    assert papers[0] == known
    assert [paper.added_by for paper in papers[1:]] == [alice] * 3
    assert made.description == "Mine."


def test_pasted_bibtex_does_as_well_and_nothing_makes_an_empty_list(alice: User) -> None:
    client = signed_in(alice)

    sent(client, None, bibtex=entries(2), name="Pasted")
    sent(client, None, name="Empty")

    counts = {made.name: made.items.count() for made in ReadingList.objects.all()}
    assert counts == {"Pasted": 2, "Empty": 0}


def test_what_is_beyond_the_day_is_listed_with_line_and_reason(alice: User) -> None:
    known = make_paper("Known one", keys=("10.1000/known",))
    text = entries(NEW_PAPERS.count + 2)
    text += (
        "@misc{x, title={Known one}, doi={10.1000/known}}\n@article{broken, author={No Title}}\n"
    )

    page = sent(signed_in(alice), text).content.decode()

    made = ReadingList.objects.get()
    assert made.items.count() == NEW_PAPERS.count + 1
    assert made.items.filter(paper=known).exists()
    assert Paper.objects.filter(added_by=alice).count() == NEW_PAPERS.count
    for line in (31, 32, 34):
        assert f"Line {line}:" in page
    assert "a day takes 30 new papers" in page


def test_a_second_import_on_the_same_day_adds_no_new_paper(alice: User) -> None:
    client = signed_in(alice)
    sent(client, entries(NEW_PAPERS.count))

    answer = sent(client, entries(NEW_PAPERS.count + 5), name="Second")

    assert ReadingList.objects.get(name="Second").items.count() == NEW_PAPERS.count
    assert "5 entries stayed out" in answer.content.decode()


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "This file is empty."),
        (b"\x89PNG\r\n\x00\x00", "This is no text file."),
        ("@misc{a, title={x}}".encode("utf-16"), "This is no text file."),
        (b"just words", "No entry could be used"),
        (b"@article{x, author={A B}}", "No entry could be used"),
        (b"x" * 10_000_000, "This file has 10 MB"),
        (entries(2001), "These are 2001 entries"),
    ],
    ids=["empty", "binary", "utf-16", "words", "no-title", "10-mb", "too-many"],
)
def test_a_file_that_is_none_is_refused_in_a_sentence_and_stores_nothing(
    alice: User, payload: bytes | str, sentence: str
) -> None:
    answer = sent(signed_in(alice), payload)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="Imported"' in page
    assert "Mine." in page
    assert not ReadingList.objects.exists()
    assert not Paper.objects.exists()


def test_a_name_that_is_taken_stores_nothing_and_keeps_what_was_typed(alice: User) -> None:
    a_list(alice, name="Imported")

    answer = sent(signed_in(alice), entries(2))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "You have a list called “Imported” already." in page
    # A browser fills no file in again: its text stands in the box.
    assert "A distinct title apples" in page
    assert not Paper.objects.exists()


def test_a_paper_of_three_thousand_authors_is_a_paper(alice: User) -> None:
    names = " and ".join(f"Ada Writer{n}" for n in range(3000))

    sent(signed_in(alice), f"@article{{big, title={{The collaboration}}, author={{{names}}}}}")

    assert len(Paper.objects.get().authors) == 3000


def test_removed_papers_come_back_by_no_import(alice: User, mona: User) -> None:
    hide(moderator=mona, target=make_paper("Gone", keys=("10.1000/gone",)), reason="Spam")

    answer = sent(signed_in(alice), "@misc{x, title={Gone}, doi={10.1000/gone}}")

    assert "A moderator removed this paper" in answer.content.decode()
    assert not ReadingList.objects.exists()


def test_who_was_signed_out_finds_what_was_typed(client: Client, alice: User) -> None:
    answer = client.post("/lists/new", {"name": "Kept", "about": "Text.", "bibtex": "@misc{a,"})
    assert "sign-in" in answer.headers["Location"]
    client.force_login(alice)

    page = body(client, "/lists/new")

    assert 'value="Kept"' in page
    assert "@misc{a," in page


# --- files, leaving, cost -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "kind", "begins"),
    [
        ("bib", "text/x-bibtex; charset=utf-8", b"@"),
        ("json", "application/vnd.citationstyles.csl+json", b"["),
        ("ris", "application/x-research-info-systems", b"TY  - "),
    ],
)
def test_files_have_names_kinds_and_only_what_was_asked_for(
    client: Client, alice: User, ending: str, kind: str, begins: bytes
) -> None:
    tagged, other = make_paper("Tagged one"), make_paper("Other one")
    saved(alice, tagged, "My secret note.", "To read")
    saved(alice, other)
    made = a_list(alice, other)
    member = signed_in(alice)

    mine = member.get(f"/library/papers.{ending}?tag=to+read")
    public = client.get(f"{made.get_absolute_url()}/papers.{ending}")

    assert mine.headers["Content-Type"] == public.headers["Content-Type"] == kind
    assert f'filename="to-read.{ending}"' in mine.headers["Content-Disposition"]
    assert f'filename="to-read.{ending}"' in public.headers["Content-Disposition"]
    assert mine.streaming
    text, shown = content_of(mine), content_of(public)
    assert text.startswith(begins)
    assert b"Tagged one" in text
    assert b"My secret note." in text
    assert b"Other one" not in text
    assert b"Other one" in shown
    assert b"secret" not in shown
    assert member.get("/library/papers.exe").status_code == 404


def test_who_leaves_takes_everything_along(alice: User, mona: User) -> None:
    paper = make_paper("Residual")
    saved(alice, paper, "A note.", "x")
    made = a_list(alice, paper, name="My list")
    hide(moderator=mona, target=made, reason="Spam")
    data = data_of(alice)

    leave(person=alice, texts=Texts.DISOWN)

    assert data["saved_papers"][0]["note"] == "A note."
    assert data["saved_papers"][0]["tags"] == ["x"]
    assert data["reading_lists"][0]["name"] == "My list"
    assert data["reading_lists"][0]["papers"][0]["paper_title"] == "Residual"
    assert not SavedPaper.objects.exists()
    assert not ReadingList.objects.exists()
    assert not ListItem.objects.exists()


def test_pages_cost_the_same_for_few_rows_as_for_many(client: Client, alice: User) -> None:
    made, member = a_list(alice), signed_in(alice)

    def more(count: int) -> None:
        papers = [
            make_paper(keys=(f"10.1000/{timezone.now().timestamp()}{n}",)) for n in range(count)
        ]
        add_to_list(by=alice, reading_list=made, papers=papers)
        for n, paper in enumerate(papers):
            saved(alice, paper, "A note.", f"tag {n}")
        a_list(alice, *papers, name=f"List of {count}")

    def costs() -> list[int]:
        pages = ["/library", made.get_absolute_url(), f"{made.get_absolute_url()}/papers.ris"]
        own = [queries_of(member, page) for page in [*pages, "/library/papers.bib"]]
        return own + [queries_of(client, page) for page in pages[1:]]

    more(3)
    few = costs()
    more(12)

    assert costs() == few
    assert max(few) <= 9


def test_nobody_else_reads_a_library(client: Client, bob: User, alice: User) -> None:
    row = saved(alice, make_paper(), "Mine alone.")

    assert client.get("/library").status_code == 302
    assert client.get(f"/library/{row.pk}").status_code == 302
    assert signed_in(bob).get(f"/library/{row.pk}").status_code == 404
    assert "Mine alone." not in body(signed_in(bob), "/library")
    assert not SavedPaper.objects.of(AnonymousUser()).exists()
