"""Claims in a browser: marked in the editor, proposed from chosen words, taken over at a press."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_drafts import FIELD, open_editor
from tests.browser.test_journeys import open_paper, sign_up

SENTENCE = "It is nine times faster."


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=str)
def test_a_claim_is_marked_and_leads_to_its_line(
    reader: OpenContext, site: Site, look: Look
) -> None:
    context = reader(width=look.width, scheme=look.scheme)
    page, _handle = sign_up(context, site, "ada")
    faults = watch(page)
    open_editor(page, "Mask R-CNN")
    text = page.get_by_label(FIELD)
    text.fill(SENTENCE)
    text.press("Control+a")
    page.get_by_role("button", name="claim", exact=True).click()
    page.keyboard.type("speed-up")
    expect(text).to_have_value(f'::claim{{id=c1 metric="speed-up" value="" unit=""}}{SENTENCE}::')

    text.press_sequentially(" ", delay=0)
    expect(page.locator("[data-part=html] .claim-mark")).to_have_text(SENTENCE)
    text.fill(f"::claim{{id=c1 metrik=x}}{SENTENCE}::")
    expect(page.locator("[data-part=problems]")).to_contain_text("“metrik” is not known here")
    assert_accessible(page)
    picture(page, f"claim-editor-{look}")

    text.fill(f'::claim{{id=c1 metric="speed-up" value="≥ 9"}}{SENTENCE}::')
    page.get_by_role("button", name="Publish").click()
    page.locator(".summary", has_text=SENTENCE).locator(".claim-chip").first.click()
    line = page.locator(".claim:target")
    expect(line).to_contain_text(SENTENCE)
    expect(line).to_contain_text("speed-up ≥ 9")
    assert_accessible(page)
    picture(page, f"claim-line-{look}")

    line.get_by_role("link", name="Untested").click()
    expect(page.locator("h1")).to_have_text(SENTENCE)
    page.get_by_label("Your comment").fill("On what machine?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comments")).to_contain_text("On what machine?")
    assert_accessible(page)
    picture(page, f"claim-{look}")
    assert faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_proposal_is_taken_over_with_one_press(
    reader: OpenContext, site: Site, scripts: bool
) -> None:
    title = "Fast R-CNN"
    writer_context = reader()
    writer, handle = sign_up(writer_context, site, "wanda")
    open_editor(writer, title)
    writer.get_by_label(FIELD).fill("Once *more*: the features are shared. Nothing else.")
    writer.get_by_role("button", name="Publish").click()
    expect(writer.locator("main")).to_contain_text("Published")
    address = writer.url

    page, _other = sign_up(reader(width=390, scripts=scripts), site, "otto")
    open_paper(page, title)
    summary = page.locator(f"[id='{handle}']")
    if scripts:
        summary.locator(".prose p").first.click(click_count=3)
    summary.get_by_role("link", name="Propose a claim").click()
    statement = page.get_by_label("What the paper says, in one sentence")
    if scripts:
        expect(statement).to_have_value("Once more: the features are shared. Nothing else.")
    statement.fill("the features are shared.")
    assert_accessible(page) if scripts else None
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator("main")).to_contain_text("proposed")

    writer.goto(address)
    writer.get_by_role("button", name="Take over into my summary").first.click()
    expect(writer.get_by_text("Marked in your summary.")).to_be_visible()
    writer.get_by_role("link", name="Edit your summary").click()
    expect(writer.get_by_label(FIELD)).to_have_value(
        "Once *more*: ::claim{id=c1}the features are shared.:: Nothing else."
    )
