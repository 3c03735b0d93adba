"""Reading long texts: contents, keys, formulas that are heard and copied, levels, and paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    LOOKS,
    PICTURES,
    Look,
    OpenContext,
    assert_accessible,
    picture,
    watch,
)
from tests.browser.site import Site
from tests.browser.test_drafts import FIELD, open_editor
from tests.browser.test_journeys import sign_up

# Papers of the demo that nobody summarised.
UNREAD = {1280: "Identity Mappings in Deep Residual Networks", 390: "Layer Normalization"}
PAPER = "/paper?bibtexKey=journals/corr/1502.03167"
LONG = "\n\n".join(
    [
        "What the paper is about, in a paragraph that is as long as a first one should be. " * 6,
        *(
            f"## Part {number}: on $x_{number}$\n\nThe loss:\n\n$$\\sum_{{i=1}}^n x_{{i,{number}}}"
            f" = \\frac{{1}}{{2}}$$\n\n{'It goes on like this for a while. ' * 12}"
            for number in range(1, 5)
        ),
        "| Method | Accuracy |\n|---|---|\n| ours | 0.9 |",
        "```python\nprint('hello')\n```",
    ]
)


def names_in_the_tree(page: Page, role: str) -> list[str]:
    """Return what a screen reader is told: the names of Chromium's own tree."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    return [
        node.get("name", {}).get("value", "")
        for node in nodes
        if not node["ignored"] and node["role"]["value"] == role
    ]


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=str)
def test_a_long_text_is_read_with_keys_and_its_formulas_leave_as_tex(
    reader: OpenContext, site: Site, look: Look
) -> None:
    context = reader(width=look.width, scheme=look.scheme)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, _handle = sign_up(context, site, "ada")
    open_editor(page, UNREAD[look.width])
    page.get_by_label(FIELD).fill(LONG)
    page.get_by_label("Whom is it for?").select_option("new")
    assert_accessible(page)
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Go to your summary").click()
    faults = watch(page)
    page.reload()

    # Contents, and an address for each part.
    contents = page.get_by_role("navigation", name=re.compile("^Contents of summary"))
    expect(contents.get_by_role("link")).to_have_count(4)
    contents.get_by_role("link").nth(2).click()
    assert re.search(r"#s\d+\.part-3-on-x_?-?3$", page.url), page.url
    # Each formula is told in words.
    told = names_in_the_tree(page, "MathMLMath")
    assert "x sub 3" in told
    assert "sum from i equals 1 to n of x sub i, 3 end sub equals 1 over 2" in told
    expect(page.get_by_role("group", name="Table: Method, Accuracy")).to_be_visible()
    assert_accessible(page)
    picture(page, f"reading-{look}")

    # By the button, and by the keys alone.
    page.get_by_role("button", name="Copy the formula").first.click()
    picture(page, f"reading-copy-{look}")
    page.get_by_role("button", name="Copy as TeX").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith(r"\sum_{i=1}^n")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Copy as TeX")).to_be_hidden()
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy as MathML").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("<math xmlns=")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy the code").click()
    assert page.evaluate("navigator.clipboard.readText()") == "print('hello')\n"
    assert faults == []


def test_keys_go_from_text_to_text_and_never_take_what_is_typed(reader: OpenContext) -> None:
    page = reader().new_page()
    faults = watch(page)
    page.goto("/")

    page.keyboard.press("j")
    expect(page.locator(".entry").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".entry").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".entry").first).to_be_focused()
    page.keyboard.press("Control+j")
    expect(page.locator(".entry").first).to_be_focused()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page)
    picture(page, "keys-dialog")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()

    page.locator("#site-search").focus()
    page.keyboard.type("j?f")
    expect(page.locator("#site-search")).to_have_value("j?f")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert faults == []


def test_keys_can_be_turned_off(reader: OpenContext) -> None:
    page = reader().new_page()
    page.goto("/keys")
    page.get_by_label("Use these keys in this browser").uncheck()
    page.goto("/")

    page.keyboard.press("j")
    page.keyboard.press("?")
    page.wait_for_timeout(500)

    expect(page.locator("body")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_readers_choose_a_level_once(reader: OpenContext, look: Look) -> None:
    page = reader(width=look.width, scheme=look.scheme).new_page()
    faults = watch(page)
    page.goto(PAPER)
    levels = page.get_by_role("navigation", name="Summaries for")
    assert_accessible(page)
    picture(page, f"levels-{look}")
    levels.get_by_role("link", name="experts", exact=True).click()
    expect(page.locator("article.summary")).to_have_count(1)

    # The next paper, by a link that asks for nothing.
    page.goto("/search?q=deep+residual+learning")
    page.get_by_role("link", name=re.compile("Deep Residual Learning")).first.click()
    expect(page).to_have_url(re.compile(r"for=expert"))
    levels.get_by_role("link", name="everybody").click()
    page.goto(PAPER)
    expect(page.locator("article.summary")).not_to_have_count(1)
    assert "for=" not in page.url
    assert faults == []


@pytest.mark.parametrize("look", [*LOOKS, Look(320, "light")], ids=str)
def test_two_summaries_side_by_side(reader: OpenContext, look: Look) -> None:
    page = reader(width=look.width, scheme=look.scheme).new_page()
    page.goto(PAPER)
    page.get_by_role("link", name="Two side by side").click()

    assert_accessible(page)
    picture(page, f"side-by-side-{look}")
    first, second = (page.locator(".beside__one").nth(at).bounding_box() for at in (0, 1))
    assert first is not None
    assert second is not None
    assert (first["y"] == second["y"]) == (look.width > 1000)

    page.get_by_label("Second").select_option(index=2)
    page.get_by_role("button", name="Compare", exact=True).click()
    assert re.search(r"\?a=\d+&b=\d+", page.url)


def test_the_best_of_a_year_become_pages_of_paper(reader: OpenContext) -> None:
    page = reader().new_page()
    page.goto("/venue?key=conf/icml&year=2015")
    page.get_by_role("link", name="Print the best, or save them as PDF").click()
    assert_accessible(page)
    picture(page, "print-screen")

    PICTURES.mkdir(parents=True, exist_ok=True)
    path = Path(PICTURES / "print.pdf")
    page.pdf(path=path, prefer_css_page_size=True, tagged=True)

    made = path.read_bytes()
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") >= 2
    page.emulate_media(media="print")
    expect(page.locator(".sheet__source").first).to_contain_text("CC BY 4.0")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".sheet__how")).to_be_hidden()
