"""The editor: typing, keys, the preview in step, cites, templates and checks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_drafts import FIELD, NARROW, open_editor
from tests.browser.test_journeys import sign_up

BOTH = pytest.mark.parametrize("look", [LOOKS[0], NARROW], ids=str)


def typed(page: Page) -> str:
    return page.get_by_label(FIELD).input_value()


def type_anew(page: Page, text: str) -> None:
    """Type as a person does, into an empty box."""
    box = page.get_by_label(FIELD)
    box.click()
    box.press("Control+a")
    box.press("Delete")
    box.press_sequentially(text)


@BOTH
def test_keys_and_buttons_type_the_signs_and_undo_takes_them_back(
    reader: OpenContext, site: Site, look: Look
) -> None:
    page, _ = sign_up(reader(width=look.width, scheme=look.scheme), site, "gus")
    faults = watch(page)
    open_editor(page, "Fast R-CNN")
    box = page.get_by_label(FIELD)
    bar = page.get_by_role("toolbar", name="Formatting")

    type_anew(page, "one")
    box.press("Control+a")
    box.press("Control+b")
    assert typed(page) == "**one**"
    box.press("Control+i")
    assert typed(page) == "***one***"
    box.press("Control+i")
    box.press("Control+b")
    assert typed(page) == "one"
    bar.get_by_role("button", name="List", exact=True).click()
    assert typed(page) == "- one"
    bar.get_by_role("button", name="Numbered list").click()
    assert typed(page) == "1. one"
    bar.get_by_role("button", name="Numbered list").click()
    assert typed(page) == "one"
    box.press("Control+a")
    box.press("Control+k")
    assert typed(page) == "[one](https://)"
    box.press("Control+z")
    assert typed(page) == "one"
    for name, words in {
        "Formula": "$one$", "Code": "`one`", "Quotation": "> one", "Heading": "## one",
    }.items():  # fmt: skip
        type_anew(page, "one")
        box.press("Control+a")
        bar.get_by_role("button", name=name).click()
        assert typed(page) == words
    type_anew(page, "Above")
    bar.get_by_role("button", name="Table").click()
    assert typed(page).startswith("Above\n\n| What | How much |\n| --- | ---: |")
    assert_accessible(page)
    picture(page, f"editor-table-{look}")
    assert faults == []


def test_the_toolbar_is_one_stop_and_arrows_walk_in_it(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(), site, "hal")
    open_editor(page, "Fast R-CNN")
    bar = page.get_by_role("toolbar", name="Formatting")

    bar.get_by_role("button", name="Bold").focus()
    page.keyboard.press("ArrowLeft")
    expect(bar.get_by_role("button").last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label(FIELD)).to_be_focused()


@BOTH
def test_tab_indents_and_nobody_is_caught_by_it(
    reader: OpenContext, site: Site, look: Look
) -> None:
    page, _ = sign_up(reader(width=look.width, scheme=look.scheme), site, "ida")
    open_editor(page, "Fast R-CNN")
    box = page.get_by_label(FIELD)

    page.get_by_role("button", name="Bold").focus()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    expect(page.get_by_text("Press Escape, then Tab")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).not_to_be_focused()

    type_anew(page, "- one\ntwo")
    assert typed(page) == "- one\n- two"
    box.press("Tab")
    assert typed(page) == "- one\n  - two"
    box.press("Shift+Tab")
    assert typed(page) == "- one\n- two"
    box.press("Enter")
    box.press("Enter")
    box.press_sequentially("after")
    assert typed(page) == "- one\n- two\nafter"
    type_anew(page, "9. nine\nten")
    box.press("Tab")
    assert typed(page) == "9. nine\n    10. ten"
    box.press("Escape")
    box.press("Tab")
    expect(box).not_to_be_focused()
    type_anew(page, "x")
    box.press("Shift+Tab")
    expect(box).not_to_be_focused()


def test_text_and_preview_scroll_in_step(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(), site, "jon")
    open_editor(page, "Fast R-CNN")
    box = page.get_by_label(FIELD)
    parts = [f"## Part {n}\n\n" + "Words that fill a line. " * 12 for n in range(30)]
    box.fill("\n\n".join(parts))
    expect(page.get_by_role("heading", name="Part 29")).to_be_attached()

    box.evaluate(
        "box => { box.dispatchEvent(new Event('wheel')); box.scrollTop = box.scrollHeight / 2 }"
    )

    middle = page.get_by_role("heading", name="Part 15")
    expect(middle).to_be_in_viewport()
    box.evaluate("box => (box.scrollTop = box.scrollHeight)")
    expect(page.get_by_role("heading", name="Part 29")).to_be_in_viewport()
    pane = page.get_by_label("Your text as others will see it")
    pane.hover()
    pane.evaluate("pane => (pane.scrollTop = 0)")
    expect(box).to_have_js_property("scrollTop", 0)


# --- citing -----------------------------------------------------------------------------------


@BOTH
def test_a_paper_is_cited_by_the_keyboard_alone(
    reader: OpenContext, site: Site, look: Look
) -> None:
    page, _ = sign_up(reader(width=look.width, scheme=look.scheme), site, "kay")
    faults = watch(page)
    open_editor(page, "Fast R-CNN")
    box = page.get_by_label(FIELD)
    papers = page.get_by_role("listbox", name="Papers to cite")

    type_anew(page, "It goes on from \\cite{faster r")
    first = papers.get_by_role("option", name="Faster R-CNN").first
    expect(first).to_be_visible()
    expect(page.get_by_text("arrows choose, Enter takes")).to_be_attached()
    expect(box).to_have_attribute("aria-controls", "id_text_papers")
    assert_accessible(page)
    picture(page, f"editor-cite-{look}")
    box.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "id_text_papers-0")
    box.press("Enter")
    assert typed(page).startswith("It goes on from \\cite{")
    assert typed(page).endswith("}")
    expect(papers).to_be_hidden()
    expect(box).not_to_have_attribute("aria-activedescendant", "id_text_papers-0")

    box.press_sequentially(", and @mask r")
    papers.get_by_role("option", name="Mask R-CNN").first.click()
    assert typed(page).count("\\cite{") == 2
    expect(page.locator(".editor__preview .references li")).to_have_count(2)

    box.press_sequentially(" @mask r")
    expect(papers).to_be_visible()
    box.press("Escape")
    expect(papers).to_be_hidden()
    box.press("Enter")
    assert typed(page).endswith("@mask r\n")

    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Go to your summary").click()
    listed = page.get_by_role("group", name="References").last
    expect(listed.get_by_role("listitem")).to_have_count(2)
    listed.get_by_role("link", name="Back to the text").first.click()
    assert "cite1" in page.url
    assert_accessible(page)
    picture(page, f"references-{look}")
    listed.get_by_role("link", name="Mask R-CNN").click()
    expect(page.get_by_role("heading", name="Cited by summaries")).to_be_visible()
    assert faults == []


@BOTH
def test_what_there_is_to_look_at_is_told_beside_its_line_and_stops_nobody(
    reader: OpenContext, site: Site, look: Look
) -> None:
    page, _ = sign_up(reader(width=look.width, scheme=look.scheme), site, "lea")
    faults = watch(page)
    open_editor(page, "Fast R-CNN")
    page.get_by_role("button", name="The idea in five lines").click()
    assert typed(page).startswith("**The problem:**")
    page.get_by_label(FIELD).press("Control+z")
    assert typed(page) == ""

    page.get_by_label(FIELD).fill(
        "Training is 9x faster, testing 231x faster.\n\nAs $\\foo{x}$ says.\n\n![](https://example.org/x.png)"
    )
    panel = page.get_by_role("region", name="To look at")
    expect(panel).to_contain_text("This formula cannot be shown.")
    expect(panel).to_contain_text("Say what it shows")
    expect(page.get_by_role("link", name="to look at")).to_be_visible()
    page.get_by_role("button", name="Bold").focus()
    expect(page.locator(".editor__mark")).to_contain_text("Unknown command")
    assert_accessible(page)
    picture(page, f"editor-checks-{look}")
    panel.get_by_role("link", name="Line 3").click()
    chosen = "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert page.get_by_label(FIELD).evaluate(chosen) == "As $\\foo{x}$ says."
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main")).to_contain_text("Published")
    assert faults == []


def test_without_scripts_everything_is_there(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(width=NARROW.width, scripts=False), site, "max")
    open_editor(page, "Fast R-CNN")
    page.get_by_role("button", name="Strengths and weaknesses").click()
    assert "## Strengths" in typed(page)

    page.get_by_label("Cite a paper").fill("faster r-cnn")
    page.get_by_label("Cite a paper").press("Enter")
    expect(page.get_by_role("button", name="Add Faster R-CNN").first).to_be_visible()
    picture(page, "editor-cite-by-hand-390")
    page.get_by_role("button", name="Add Faster R-CNN").first.click()
    assert typed(page).count("\\cite{") == 1
    page.get_by_label(FIELD).fill(typed(page) + "\n\nAs $\\foo$ says.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="To look at")).to_contain_text("Unknown command")
    expect(page.get_by_role("group", name="References")).to_be_visible()
    picture(page, "editor-no-scripts-390")
