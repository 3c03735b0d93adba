"""Notes on passages: chosen by mouse and by keyboard, seen in the text, followed through edits."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from shortscience.lib.passages import read
from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_journeys import open_paper, sign_up

TEXT = r"""The layer learns what is **added** to its input, $y = F(x) + x$, and no more.

- One thing: it is deep 😀.
- Another: $$\sum_i x_i^2$$

| depth | error |
|---|---|
| 34 | 7.3 |

## Why

It is deep. Nobody knows why it works[^1].

[^1]: We asked.
"""
SELECT = """([selector, from, to]) => {
  const find = (words) => {
    const root = document.querySelector(selector);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      const at = node.data.indexOf(words);
      if (at >= 0) return [node, at];
    }
  };
  const [start, at] = find(from), [end, upto] = find(to);
  getSelection().setBaseAndExtent(start, at, end, upto + to.length);
}"""
READING = """async () => {
  const fetched = performance.getEntriesByType("resource");
  const script = fetched.find((one) => /notes[^/]*[.]js/.test(one.name));
  const { reading } = await import(script.name);
  const parts = reading(document.querySelector("[data-notes]"));
  return parts.map(([character]) => character).join("");
}"""


def publish(page: Page, title: str) -> str:
    """Write TEXT about this paper; return the address of the summary's own page."""
    open_paper(page, title)
    page.get_by_role("link", name="Write your summary").click()
    page.get_by_label("Your summary, in Markdown with LaTeX").fill(TEXT)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main")).to_contain_text("Published")
    mine = page.locator(".summary", has_text="The layer learns")
    source = mine.get_by_role("link", name="Source", exact=True).get_attribute("href")
    assert source is not None
    return source.removesuffix("/source")


@pytest.mark.parametrize(
    ("look", "title"),
    [(LOOKS[0], "Mask R-CNN"), (LOOKS[3], "Faster R-CNN")],
    ids=str,
)
def test_a_passage_is_chosen_commented_on_and_found_again(
    reader: OpenContext, site: Site, look: Look, title: str
) -> None:
    alice, _ = sign_up(reader(width=look.width, scheme=look.scheme), site, "ann")
    address = publish(alice, title)
    bob, handle = sign_up(reader(width=look.width, scheme=look.scheme), site, "ben")
    faults = watch(bob)
    bob.goto(address)

    # By mouse or finger: a selection that begins in the text and ends in a formula.
    bob.wait_for_selector(".notes-here", state="attached")
    bob.evaluate(SELECT, [".prose[data-notes]", "what is", "F"])
    expect(bob.locator(".notes-bar q")).to_have_text("what is added to its input, $y = F(x) + x$")
    picture(bob, f"note-chosen-{look}")
    bob.locator(".notes-bar button").click()
    expect(bob.locator("#comment-form blockquote")).to_contain_text("what is added")
    expect(bob.get_by_label("Your comment")).to_be_focused()
    bob.get_by_label("Your comment").fill("Is it? @" + handle)
    bob.get_by_role("button", name="Comment", exact=True).click()
    expect(bob.locator(".comment .passage__words").first).to_contain_text("what is added")

    # By keyboard alone: the button after a paragraph, then the form.
    bob.goto(address)
    here = bob.get_by_role("button", name="Comment on this paragraph")
    here.last.focus()
    bob.keyboard.press("Enter")
    expect(bob.get_by_label("Your comment")).to_be_focused()
    bob.keyboard.type("And here?")
    bob.keyboard.press("Tab")
    bob.keyboard.press("Space")
    expect(bob.get_by_label("This is a question")).to_be_checked()
    bob.get_by_role("button", name="Comment", exact=True).press("Enter")
    bob.wait_for_url("**/p/**")
    bob.goto(address)
    assert bob.evaluate("CSS.highlights.get('notes').size") == 2
    assert_accessible(bob)
    picture(bob, f"notes-{look}")

    # From the text to the note and back.
    bob.get_by_role("link", name=f"note by {handle}").first.press("Enter")
    expect(bob.locator(".comment:focus")).to_contain_text("Is it?")
    bob.locator(".comment:focus").get_by_role("button", name="Show in the text").first.click()
    expect(bob.locator(".prose p:focus")).to_contain_text("The layer learns")
    assert faults == []

    # The words are changed: the note says so and leads to the version that had them.
    alice.goto(f"{address}/edit")
    field = alice.get_by_label("Your summary, in Markdown with LaTeX")
    field.fill(TEXT.replace("what is **added** to", "all that is added to"))
    alice.get_by_role("button", name="Publish").click()
    expect(alice.locator("main")).to_contain_text("Published")
    alice.goto(address)
    expect(alice.locator(".passage__fate").first).to_contain_text("The text was changed since.")
    assert_accessible(alice)
    picture(alice, f"notes-changed-{look}")
    alice.locator(".passage__fate a").first.click()
    expect(alice.locator("main")).to_contain_text("what is added to its input")

    # The question waits on its page, and its writer's answer is accepted there.
    alice.goto("/questions")
    assert_accessible(alice)
    picture(alice, f"questions-{look}")
    alice.get_by_role("link", name="And here?").first.click()
    asked = alice.locator(".comment", has_text="And here?").last
    asked.get_by_role("link", name="Reply").click()
    alice.get_by_label("Your comment").fill(f"Here, @{handle}.")
    alice.get_by_role("button", name="Reply").click()
    alice.get_by_role("button", name="Accept this answer").click()
    expect(alice.locator(".comment--accepted")).to_contain_text("accepted answer")
    assert_accessible(alice)
    picture(alice, f"answered-{look}")
    bob.goto("/mentions")
    expect(bob.locator("main")).to_contain_text("Here, @")
    assert_accessible(bob)
    picture(bob, f"mentions-{look}")
    bob.get_by_role("button", name="I have seen them").click()
    expect(bob.locator(".menu__count")).to_have_count(0)


def test_script_and_server_read_the_same_text(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(), site, "cor")
    address = publish(page, "Batch Normalization")
    page.goto(address)
    page.wait_for_selector(".notes-here", state="attached")

    html = page.request.get(address).text()
    prose = html[html.index("data-notes=") :]
    prose = prose[prose.index(">") + 1 :]
    prose = prose[: prose.index('<ul class="actions">')].rsplit("</div>", 1)[0]

    assert page.evaluate(READING) == read(prose).text


def test_without_scripts_a_copied_passage_is_found(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(scripts=False, width=390), site, "dot")
    address = publish(page, "Fast R-CNN")
    page.goto(address)
    page.get_by_role("link", name="Comment on a passage of it").click()

    page.get_by_label("The passage").fill("is deep")
    page.get_by_label("Your comment").fill("How deep?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("main")).to_contain_text("2 times")
    expect(page.get_by_label("Your comment")).to_have_value("How deep?")
    picture(page, "note-form-no-scripts")

    page.get_by_label("The passage").fill("It is deep. Nobody")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".passage__words")).to_have_text("It is deep. Nobody")
    page.goto(address)
    expect(page.get_by_role("navigation", name="Notes, in the order of the text")).to_be_visible()
    notes = json.loads(page.request.get(f"{address}/notes.jsonld").text())
    assert notes["items"][0]["target"]["selector"][0]["exact"] == "It is deep. Nobody"
