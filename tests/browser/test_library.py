"""The library as people use it: save in place, note, list, order by button and by dragging."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    LOOKS,
    Look,
    OpenContext,
    assert_accessible,
    picture,
    watch,
)
from tests.browser.site import Site
from tests.browser.test_journeys import open_paper, sign_up

TITLES = ["Mask R-CNN", "MobileNetV2", "FaceNet"]


def order(page: Page) -> list[str]:
    shown = page.locator(".library__row h3 a").all_inner_texts()
    return [next(title for title in TITLES if title in one) for one in shown]


def add_to_list(page: Page, *, new: str = "", known: str = "") -> None:
    page.get_by_text("Add to a list").click()
    if new:
        page.get_by_label("Name of a new list").fill(new)
    else:
        page.get_by_label("List", exact=True).select_option(label=known)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("In your lists:")).to_be_visible()


def test_papers_are_saved_and_listed_in_place_and_put_in_order(
    reader: OpenContext, site: Site
) -> None:
    page, _ = sign_up(reader(), site, "lena")
    faults = watch(page)
    for title in TITLES:
        open_paper(page, title)
        address = page.url
        page.get_by_role("button", name="Save to your library").click()
        expect(page.get_by_text("In your library")).to_be_visible()
        assert page.url == address
        if title == TITLES[0]:
            add_to_list(page, new="Vision")
        else:
            add_to_list(page, known="Vision")
        assert page.url == address

    page.get_by_role("link", name="Vision", exact=True).click()
    assert order(page) == TITLES
    down = page.locator(".library__row").first.get_by_role("button", name="down")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-arranged]")).to_have_text("Moved. It is now at place 2.")
    assert order(page) == [TITLES[1], TITLES[0], TITLES[2]]
    page.locator(".library__number").nth(2).drag_to(
        page.locator(".library__row").first, target_position={"x": 20, "y": 3}
    )
    expect(page.locator("[data-arranged]")).to_have_text("Moved. It is now at place 1.")
    page.reload()
    assert order(page) == [TITLES[2], TITLES[1], TITLES[0]]
    assert faults == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_pages_of_a_library(reader: OpenContext, site: Site, look: Look) -> None:
    page, handle = sign_up(
        reader(width=look.width, scheme=look.scheme), site, f"lib{look.width}{look.scheme[0]}"
    )
    faults = watch(page)
    page.goto("/library", wait_until="networkidle")
    assert_accessible(page)
    picture(page, f"library-empty-{look}")
    for title in TITLES[:2]:
        open_paper(page, title)
        page.get_by_role("button", name="Save to your library").click()
        expect(page.get_by_text("In your library")).to_be_visible()
        page.get_by_role("link", name="Add a note or tags").click()
        page.get_by_label("Note, for you alone").fill(f"Why **{title}**: $x^2 + y^2$ in one line.")
        page.get_by_label("Tags").fill("vision, to read")
        assert_accessible(page)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#saving math")).to_be_visible()
    assert_accessible(page)
    picture(page, f"library-paper-{look}")

    page.goto("/library", wait_until="networkidle")
    page.get_by_text("Edit note and tags").first.click()
    assert_accessible(page)
    picture(page, f"library-{look}")
    page.goto("/lists/new")
    page.get_by_label("Name of the list").fill("To read in winter")
    page.get_by_label("What it is about").fill("The *classics* of vision.")
    page.get_by_label("Everybody may read this list").check()
    page.get_by_label("Or paste BibTeX").fill(
        "@misc{a, title={Mask R-CNN}, eprint={1703.06870}, archiveprefix={arXiv}}\n"
        "@article{b, year=1}"
    )
    assert_accessible(page)
    picture(page, f"list-new-{look}")
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_text("Line 2:")).to_be_visible()
    assert_accessible(page)
    picture(page, f"list-imported-{look}")
    page.get_by_role("link", name="See the list").click()
    page.get_by_text("Add a remark").click()
    assert_accessible(page)
    picture(page, f"list-own-{look}")
    address = page.url
    assert [fault for fault in faults if "422" not in fault] == []

    stranger = reader(width=look.width, scheme=look.scheme).new_page()
    stranger.goto(address, wait_until="networkidle")
    assert_accessible(stranger)
    picture(stranger, f"list-{look}")
    stranger.goto(f"/@{handle}", wait_until="networkidle")
    expect(stranger.get_by_role("link", name="To read in winter")).to_be_visible()
    assert_accessible(stranger)


def test_all_of_it_works_without_scripts(reader: OpenContext, site: Site) -> None:
    signed, _ = sign_up(reader(), site, "noel")
    cookies = signed.context.cookies()
    context = reader(width=390, scripts=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/paper?bibtexKey=journals/corr/1502.03167")

    page.get_by_role("button", name="Save to your library").click()
    expect(page.get_by_text("In your library")).to_be_visible()
    page.get_by_text("Add to a list").click()
    page.get_by_label("Name of a new list").fill("Offline")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Offline").click()
    page.get_by_role("button", name="Take off").click()
    expect(page.get_by_text("No papers yet.")).to_be_visible()
    page.goto("/library")
    page.get_by_role("button", name="Take out").click()
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".library__row")).to_have_count(1)


def test_tags_that_one_uses_are_offered_for_the_next_word(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(), site, "tess")
    open_paper(page, TITLES[0])
    page.get_by_role("button", name="Save to your library").click()
    page.get_by_role("link", name="Add a note or tags").click()
    page.get_by_label("Tags").fill("vision, theory")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Add a note or tags").click()

    page.get_by_label("Tags").fill("theory, v")

    offered = page.locator("#your-tags option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "theory, vision")
