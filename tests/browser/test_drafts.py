"""No way out of the editor loses a text: closed tabs, lost lines, two devices, no scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_journeys import open_paper, sign_up

FIELD = "Your summary, in Markdown with LaTeX"
NARROW = LOOKS[3]


def open_editor(page: Page, title: str) -> str:
    """Open the editor for a new summary of this paper; return its address."""
    open_paper(page, title)
    page.get_by_role("link", name="Write your summary").click()
    expect(page.get_by_label(FIELD)).to_be_visible()
    return page.url


def again(context: BrowserContext, page: Page, url: str) -> Page:
    """Close the tab without leaving the page, and open the address in a new one."""
    page.close()
    page = context.new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("look", [LOOKS[0], NARROW], ids=str)
def test_a_closed_tab_costs_nothing(reader: OpenContext, site: Site, look: Look) -> None:
    context = reader(width=look.width, scheme=look.scheme)
    page, handle = sign_up(context, site, "ada")
    url = open_editor(page, "Fast R-CNN")
    page.get_by_label(FIELD).fill("Typed for an hour.")
    page.get_by_label("Anonymous").check()
    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()

    page = again(context, page, url)
    faults = watch(page)
    page.reload()

    expect(page.get_by_label(FIELD)).to_have_value("Typed for an hour.")
    expect(page.get_by_label("Anonymous")).to_be_checked()
    expect(page.get_by_text("This is your draft of")).to_be_visible()
    assert_accessible(page)
    picture(page, f"draft-{look}")

    page.get_by_label(FIELD).fill("Typed for an hour, and more.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main")).to_contain_text("Published")
    page.goto("/drafts")
    expect(page.locator("main")).to_contain_text("Nothing is waiting.")
    assert faults == []

    page.goto(url)
    page.get_by_label(FIELD).fill("Typed for two hours.")
    page.get_by_label("What you changed").fill("One more hour")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Go to your summary").click()
    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_text("One more hour")).to_be_visible()
    assert_accessible(page)
    picture(page, f"history-{look}")
    page.get_by_role("button", name="Compare the two").click()
    expect(page.locator(".difference ins").first).to_contain_text("two hours")
    assert_accessible(page)
    picture(page, f"versions-{look}")
    page.get_by_role("link", name="Version 1", exact=True).click()
    expect(page.get_by_text("Old version of")).to_be_visible()
    assert_accessible(page)
    picture(page, f"old-version-{look}")
    assert handle not in page.locator("main").inner_text()


def test_what_was_typed_offline_is_sent_when_the_line_is_back(
    reader: OpenContext, site: Site
) -> None:
    context = reader()
    page, _ = sign_up(context, site, "bea")
    url = open_editor(page, "Mask R-CNN")
    page.get_by_label(FIELD).fill("Before the tunnel.")
    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()

    context.set_offline(True)
    page.get_by_label(FIELD).fill("Before the tunnel, and in it.")
    expect(page.get_by_text("Kept in this browser until the site answers")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()
    other = again(context, page, url)
    expect(other.get_by_label(FIELD)).to_have_value("Before the tunnel, and in it.")

    context.set_offline(True)
    other.get_by_label(FIELD).fill("The tab was closed in the tunnel.")
    expect(other.get_by_text("Kept in this browser until the site answers")).to_be_visible()
    other.close()
    context.set_offline(False)
    back = context.new_page()
    back.goto(url)

    # The draft on the server came from another editor than this text: its writer decides.
    expect(
        back.get_by_text(re.compile("This browser keeps another text|We put back"))
    ).to_be_visible()
    assert_accessible(back)


@pytest.mark.parametrize("status", [503, 507, 429])
def test_a_site_that_cannot_save_now_is_asked_again(
    reader: OpenContext, site: Site, status: int
) -> None:
    context = reader()
    page, _ = sign_up(context, site, "fay")
    open_editor(page, "Mask R-CNN")
    refused: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST" and not refused:
            refused.append(route.request.post_data or "")
            route.fulfill(status=status, headers={"Retry-After": "1"}, body="Not now.")
        else:
            route.continue_()

    page.route("**/write", answer)
    page.get_by_label(FIELD).fill("Typed on a bad day.")

    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()
    assert len(refused) == 1
    page.goto("/drafts")
    expect(page.locator("main")).to_contain_text("Mask R-CNN")


@pytest.mark.parametrize("look", [LOOKS[0], NARROW], ids=str)
def test_two_tabs_never_overwrite_each_other(reader: OpenContext, site: Site, look: Look) -> None:
    context = reader(width=look.width, scheme=look.scheme)
    first, _ = sign_up(context, site, "cleo")
    url = open_editor(first, "MobileNetV2")
    second = context.new_page()
    second.goto(url)
    first.get_by_label(FIELD).fill("Words from the first tab.")
    expect(first.get_by_text("Draft saved", exact=True)).to_be_visible()

    second.get_by_label(FIELD).fill("Words from the second tab.")
    second.get_by_role("button", name="Show both").click()

    expect(second.get_by_label(FIELD)).to_have_value("Words from the second tab.")
    expect(second.get_by_label("The other draft")).to_have_value("Words from the first tab.")
    expect(second.locator(".difference ins")).to_contain_text("second")
    assert_accessible(second)
    picture(second, f"two-drafts-{look}")
    second.get_by_label(FIELD).fill("Words from both tabs.")
    second.get_by_role("button", name="Save draft").click()
    expect(second.get_by_text("Your draft is saved.")).to_be_visible()
    expect(second.get_by_label(FIELD)).to_have_value("Words from both tabs.")


def test_a_session_that_ended_while_typing_costs_nothing(reader: OpenContext, site: Site) -> None:
    context = reader()
    page, handle = sign_up(context, site, "dina")
    url = open_editor(page, "Faster R-CNN")
    context.clear_cookies(name="session")

    page.get_by_label(FIELD).fill("Typed while signed out.")
    expect(page.get_by_text("Signed out: kept in this browser")).to_be_visible()
    page = again(context, page, url)
    page.get_by_label(re.compile("Name or mail")).fill(handle)
    page.get_by_label("Password").fill("correct horse battery")
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_text("We put back what you had not published.")).to_be_visible()
    expect(page.get_by_label(FIELD)).to_have_value("Typed while signed out.")


def test_without_scripts_a_draft_is_saved_listed_and_thrown_away(
    reader: OpenContext, site: Site
) -> None:
    page, _ = sign_up(reader(width=NARROW.width, scripts=False), site, "edda")
    open_editor(page, "Fast R-CNN")
    page.get_by_label(FIELD).fill("By the button.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_label(FIELD)).to_have_value("By the button.")

    page.goto("/drafts")
    picture(page, "drafts-390")
    page.get_by_role("link", name="Fast R-CNN", exact=True).click()
    expect(page.get_by_label(FIELD)).to_have_value("By the button.")
    page.get_by_role("link", name="Throw it away").click()
    page.get_by_role("button", name="Throw it away").click()

    expect(page.locator("main")).to_contain_text("Nothing is waiting.")
