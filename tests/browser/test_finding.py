"""Finding a paper: searched, suggested, narrowed down, or fetched from elsewhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_journeys import sign_up
from tests.shared import shared
from tests.sources import upstream as moods
from tests.sources.upstream import Upstream

# The page is gone when we could look, so it writes down what it said.
REMEMBER_THE_BUTTON = """
addEventListener("submit", ({ target }) => setTimeout(() => {
  const button = target.querySelector("button");
  sessionStorage.said = `${button.textContent} ${button.disabled}`;
}))"""
FETCHED = "Inelastic effects in molecular transport junctions"


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_paper_is_chosen_by_keyboard_while_typing(reader: OpenContext, look: Look) -> None:
    page = reader(width=look.width, scheme=look.scheme).new_page()
    faults = watch(page)
    page.goto("/", wait_until="networkidle")
    box = page.get_by_role("combobox")
    options = page.get_by_role("option")

    box.press_sequentially("faster r-c")
    expect(options.first).to_contain_text("Faster R-CNN")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    picture(page, f"suggestions-{look}")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("faster r-c")
    box.press_sequentially("nn")
    expect(options.first).to_contain_text("Faster R-CNN")
    box.press("ArrowDown")
    box.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Faster R-CNN")
    assert faults == []


def test_a_suggestion_is_followed_by_pressing_it(reader: OpenContext) -> None:
    page = reader().new_page()
    page.goto("/venues", wait_until="networkidle")

    page.get_by_role("combobox").press_sequentially("mask r")
    page.get_by_role("option", name="Mask R-CNN").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Mask R-CNN")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_slip_is_put_right_and_results_are_narrowed_down(
    reader: OpenContext, scripts: bool
) -> None:
    page = reader(scripts=scripts).new_page()
    page.goto("/")
    page.locator("#site-search").fill("deep residaul learning")
    page.locator("#site-search").press("Enter")

    expect(page.locator("main")).to_contain_text("Did you mean")
    page.get_by_role("link", name="deep residual learning", exact=True).click()
    expect(page.locator(".result").first).to_contain_text("Deep Residual Learning")

    page.goto("/search?q=networks")
    page.get_by_text("How to search more exactly").click()
    if scripts:
        assert_accessible(page)
        picture(page, "search-help-1280-light")
    before = page.locator(".result").count()
    page.get_by_label("to", exact=True).fill("2014")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_label("to", exact=True)).to_have_value("2014")
    assert 0 < page.locator(".result").count() < before
    page.get_by_role("link", name="Newest").click()
    expect(page.get_by_label("to", exact=True)).to_have_value("2014")
    page.get_by_role("link", name="Without filters").click()
    expect(page.get_by_label("to", exact=True)).to_have_value("")


@pytest.mark.parametrize(
    ("scripts", "text", "title"),
    [
        (True, "https://arxiv.org/abs/1601.00001v1", FETCHED),
        (False, "10.1371/journal.pone.0033693", "Methylphenidate Exposure"),
    ],
    ids=["scripts", "no-scripts"],
)
def test_a_pasted_identifier_becomes_a_page(
    reader: OpenContext, site: Site, upstream: Upstream, scripts: bool, text: str, title: str
) -> None:
    shared("data/samples")

    page, _handle = sign_up(reader(scripts=scripts), site, "finn")
    faults = watch(page)

    # Scripts that only some pages need come after the page.
    page.goto("/papers/add", wait_until="networkidle")
    page.get_by_label("DOI, arXiv id, address or title").fill(text)
    if scripts:
        page.evaluate(REMEMBER_THE_BUTTON)
    page.get_by_role("button", name="Fetch", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.locator("main")).to_contain_text("Fetched.")
    if scripts:
        assert page.evaluate("sessionStorage.said") == "Fetching … true"
    assert faults == []


def test_what_is_not_found_is_told_in_sentences(
    reader: OpenContext, site: Site, upstream: Upstream
) -> None:
    shared("data/samples")
    upstream.feel("api.crossref.org", moods.fails(429, Retry_After="900"))
    first, _handle = sign_up(reader(), site, "gina")
    state = first.context.storage_state()
    for number, look in enumerate(LOOKS):
        context = reader(width=look.width, scheme=look.scheme)
        context.add_cookies(state["cookies"])  # type: ignore[arg-type]
        page = context.new_page()

        page.goto("/write?q=nothing of that name")
        assert_accessible(page)
        picture(page, f"write-nothing-{look}")
        page.goto("/papers/fetch")
        page.get_by_role("textbox", name="DOI, arXiv id").fill(f"10.1234/dead.{number}")
        page.get_by_role("button", name="Fetch", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Crossref does not answer.")
        assert_accessible(page)
        picture(page, f"fetch-dead-{look}")

        page.get_by_role("textbox", name="DOI, arXiv id").fill(f"conf/nips/Nobody{number}")
        page.get_by_role("button", name="Fetch", exact=True).click()
        expect(page.locator("#fetch-error")).to_contain_text("unknown to DBLP")
        assert_accessible(page)
        picture(page, f"fetch-unknown-{look}")

        page.goto("/papers/fetch")
        page.get_by_role("textbox", name="DOI, arXiv id").fill("attentional transfer for layouts")
        page.get_by_role("button", name="Fetch", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Which of these?")
        assert_accessible(page)
        picture(page, f"fetch-choices-{look}")
        page.goto("/papers/add")
        assert_accessible(page)
        picture(page, f"papers-add-{look}")
