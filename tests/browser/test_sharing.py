"""Journeys of people who share texts with some: a group, a secret link, writing together."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture
from tests.browser.site import Site
from tests.browser.test_drafts import FIELD, open_editor
from tests.browser.test_journeys import sign_up

NARROW = LOOKS[3]


def link_on(page: Page) -> str:
    """Return the secret address that this page shows once."""
    return page.get_by_label("Copy it now").input_value()


@pytest.mark.parametrize(
    ("look", "scripts"),
    [(LOOKS[0], True), (NARROW, True), (NARROW, False)],
    ids=["wide", "narrow", "narrow-no-scripts"],
)
def test_a_lab_shares_a_text(reader: OpenContext, site: Site, look: Look, scripts: bool) -> None:
    def visit(name: str) -> tuple[Page, str]:
        context = reader(width=look.width, scheme=look.scheme, scripts=scripts)
        return sign_up(context, site, name)

    def check(page: Page) -> None:
        # axe is a script.
        if scripts:
            assert_accessible(page)

    ada, _handle = visit("ada")
    ada.goto(f"{site.url}/groups")
    check(ada)
    ada.get_by_role("link", name="Make a group").click()
    ada.get_by_label("Name").fill("Vision lab")
    ada.get_by_role("button", name="Make the group").click()
    ada.get_by_role("button", name="Make a link to join").click()
    address = link_on(ada)
    check(ada)

    bea, bea_is = visit("bea")
    bea.goto(address)
    check(bea)
    bea.get_by_role("button", name="Join").click()
    expect(bea.get_by_role("heading", name="Vision lab")).to_be_visible()

    open_editor(ada, "Fast R-CNN")
    ada.get_by_label(FIELD).fill("For the lab: it trains in one stage.")
    ada.get_by_label("The group “Vision lab”").check()
    picture(ada, f"sharing-editor-{look}-{scripts}")
    check(ada)
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.get_by_text("Saved. Only the group sees it.")).to_be_visible()

    bea.reload()
    expect(bea.get_by_text("it trains in one stage")).to_be_visible()
    picture(bea, f"sharing-group-{look}-{scripts}")
    check(bea)

    # A secret link, opened by somebody without an account.
    ada.get_by_role("link", name="Secret links").first.click()
    ada.get_by_role("button", name="Make a secret link").click()
    secret = link_on(ada)
    stranger = reader(width=look.width, scheme=look.scheme, scripts=scripts).new_page()
    answer = stranger.goto(secret)
    assert answer is not None
    assert answer.headers["referrer-policy"] == "no-referrer"
    expect(stranger.get_by_text("it trains in one stage")).to_be_visible()
    picture(stranger, f"sharing-link-{look}-{scripts}")
    check(stranger)
    ada.get_by_role("link", name="Back").click()
    check(ada)
    ada.get_by_role("button", name="Take back").click()
    gone = stranger.reload()
    assert gone is not None
    assert gone.status == 404

    # Writing it together.
    ada.get_by_role("link", name="Back to the summary").click()
    ada.get_by_role("link", name="Authors").click()
    ada.get_by_label("Handle").fill(bea_is)
    ada.get_by_role("button", name="Ask").click()
    picture(ada, f"sharing-authors-{look}-{scripts}")
    check(ada)
    bea.goto(f"{site.url}/groups")
    bea.get_by_role("link", name="Fast R-CNN").click()
    check(bea)
    bea.get_by_role("button", name="Accept").click()
    expect(bea.get_by_text("You are an author of this summary.")).to_be_visible()
    expect(bea.get_by_role("link", name="Edit")).to_be_visible()
