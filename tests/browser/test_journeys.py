"""What a person does, from signing up to deleting, in a real browser on a real site."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site

PASSWORD = "correct horse battery"
TEXT = r"""The idea: learn what is **added** to the input, not the output itself.

$$\mathcal{H}(x) = \mathcal{F}(x) + x$$

## What I doubt

- whether depth alone is the reason
"""
_numbers = count(1)


def sign_up(context: BrowserContext, site: Site, prefix: str) -> tuple[Page, str]:
    """Make an account with the code from the mail; return a signed-in page and the handle."""
    handle = f"{prefix}-{next(_numbers)}"
    page = context.new_page()
    page.goto("/account/sign-up")
    page.get_by_label("Name", exact=True).fill(handle)
    page.get_by_label("Mail address").fill(f"{handle}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Code").fill(site.code_mailed_to(f"{handle}@example.org"))
    page.locator("main form").first.get_by_role("button").first.click()
    expect(page.locator(".site-header")).to_contain_text(handle)
    return page, handle


def open_paper(page: Page, title: str) -> None:
    """Find the paper by its title and open it."""
    page.goto("/")
    page.locator("#site-search").fill(title)
    page.locator("#site-search").press("Enter")
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=str)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_sign_up_write_vote_comment_delete(
    reader: OpenContext, site: Site, look: Look, scripts: bool
) -> None:
    title = "Fast R-CNN" if scripts else "Faster R-CNN"
    options = {"width": look.width, "scheme": look.scheme, "scripts": scripts}
    alice, alice_handle = sign_up(reader(**options), site, "alice")
    faults = watch(alice)

    open_paper(alice, title)
    alice.get_by_role("link", name="Write your summary").click()
    alice.get_by_label("Your summary, in Markdown with LaTeX").fill(TEXT)
    if not scripts:
        alice.get_by_role("button", name="Preview").click()
    preview = alice.get_by_role("region", name="Preview")
    expect(preview.locator("math[display=block]")).to_be_visible()
    if scripts:
        assert_accessible(alice)
        picture(alice, f"write-{look}")
    alice.get_by_role("button", name="Publish").click()

    expect(alice.locator("main")).to_contain_text("Published")
    mine = alice.locator(f"[id='{alice_handle}']")
    expect(mine.locator(".prose")).to_contain_text("learn what is added")
    expect(mine.locator(".votes button").first).to_be_disabled()

    bob, _ = sign_up(reader(**options), site, "bob")
    open_paper(bob, title)
    summary = bob.locator(f"[id='{alice_handle}']")
    summary.get_by_role("button", name="Helpful", exact=True).click()
    summary = bob.locator(f"[id='{alice_handle}']")
    expect(summary.locator(".votes__score")).to_have_text("1")
    summary.get_by_role("button", name="Helpful", exact=True).click()
    expect(bob.locator(f"[id='{alice_handle}'] .votes__score")).to_have_text("0")

    bob.locator(f"[id='{alice_handle}']").get_by_role("link", name="Comment").first.click()
    bob.get_by_label("Your comment").fill("And what does $x$ cost?")
    bob.get_by_role("button", name="Comment").click()
    comment = bob.locator(".comment", has_text="And what does").first
    expect(comment.locator("math")).to_be_visible()
    comment.get_by_role("link", name="Delete").click()
    bob.get_by_role("button", name="Delete").click()
    expect(bob.locator(".comment", has_text="And what does")).to_have_count(0)

    open_paper(alice, title)
    alice.locator(f"[id='{alice_handle}']").get_by_role("link", name="Delete").click()
    alice.get_by_role("button", name="Delete").click()
    expect(alice.locator(f"[id='{alice_handle}']")).to_have_count(0)
    assert faults == []


def test_a_text_survives_an_expired_session(reader: OpenContext, site: Site) -> None:
    context = reader()
    page, handle = sign_up(context, site, "carol")
    open_paper(page, "Mask R-CNN")
    page.get_by_role("link", name="Write your summary").click()
    page.get_by_label("Your summary, in Markdown with LaTeX").fill("Written for an hour.")
    context.clear_cookies(name="session")

    page.get_by_role("button", name="Publish").click()
    page.get_by_label(re.compile("Name or mail")).fill(handle)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()

    field = page.get_by_label("Your summary, in Markdown with LaTeX")
    expect(field).to_have_value("Written for an hour.")
    assert_accessible(page)
    picture(page, "kept-text")


def test_two_tabs_keep_both_texts(reader: OpenContext, site: Site) -> None:
    context = reader()
    first, _ = sign_up(context, site, "dora")
    open_paper(first, "MobileNetV2")
    first.get_by_role("link", name="Write your summary").click()
    second = context.new_page()
    second.goto(first.url)
    first.get_by_label("Your summary, in Markdown with LaTeX").fill("From the first tab.")
    first.get_by_role("button", name="Publish").click()
    expect(first.locator("main")).to_contain_text("Published")

    second.get_by_label("Your summary, in Markdown with LaTeX").fill("From the second tab.")
    second.get_by_role("button", name="Publish").click()

    expect(second.locator("main")).to_contain_text("From the first tab.")
    expect(second.get_by_label("Your summary, in Markdown with LaTeX")).to_have_value(
        re.compile("From the second tab")
    )
    assert_accessible(second)
    picture(second, "conflict")


def test_the_site_is_used_by_keyboard_alone(reader: OpenContext) -> None:
    page = reader().new_page()
    page.goto("/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_theme_is_chosen_without_scripts(reader: OpenContext) -> None:
    page = reader(scripts=False).new_page()
    page.goto("/about")

    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/about")
