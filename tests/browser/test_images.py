"""Pictures come into a text by pasting, dropping and choosing, and without scripts by a form."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import LOOKS, Look, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_drafts import FIELD, open_editor
from tests.browser.test_journeys import sign_up
from tests.images import pictures

# A chart, so that one sees on the pictures what happens to it.
CHART = Path(__file__).with_name("chart.png")
GIVE = """(box, [kind, data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type }));
  const options = { bubbles: true, cancelable: true };
  box.dispatchEvent(kind === "paste"
    ? new ClipboardEvent(kind, { ...options, clipboardData: given })
    : new DragEvent(kind, { ...options, dataTransfer: given }));
}"""


def give(box: Locator, kind: str, data: bytes, name: str = "loss.png") -> None:
    """Do what a browser does when somebody pastes or drops a picture."""
    box.evaluate(GIVE, [kind, base64.b64encode(data).decode(), name, "image/png"])


def are_shown(images: Locator) -> bool:
    """Whether each picture was loaded, in its place from the beginning."""
    return bool(
        images.evaluate_all(
            "all => all.length > 0 && all.every((one) => one.complete && one.naturalWidth > 0"
            " && one.getAttribute('width') && one.getAttribute('height'))"
        )
    )


def wait_until_shown(page: Page, where: str) -> None:
    images = page.locator(f"{where} img")
    expect(images.first).to_be_visible()
    images.first.scroll_into_view_if_needed()
    for _ in range(40):
        if are_shown(images):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"a picture in {where} was not loaded")


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=str)
def test_pasting_an_image(reader: OpenContext, site: Site, look: Look) -> None:
    context = reader(width=look.width, scheme=look.scheme)
    page, _ = sign_up(context, site, "ina")
    faults = watch(page)
    open_editor(page, "MobileNetV2")
    box = page.get_by_label(FIELD)
    box.fill("What they saw:")

    give(box, "paste", CHART.read_bytes())
    expect(page.get_by_text("The image is in your text.")).to_be_visible()
    expect(box).to_have_value(
        re.compile(r"What they saw:\n\n!\[\]\(/i/[a-z2-7]{26}-900x540.webp\)")
    )
    page.get_by_label("What it shows").fill("Loss falls with depth")
    page.get_by_label("Caption").fill("Figure 1: the loss, from the paper.")

    expect(box).to_have_value(
        re.compile(r"!\[Loss falls with depth\]\(/i/[^ ]+ \"Figure 1: the loss")
    )
    wait_until_shown(page, ".editor__preview")
    expect(page.locator(".editor__preview figcaption")).to_have_text(
        "Figure 1: the loss, from the paper."
    )
    assert_accessible(page)
    picture(page, f"image-pasted-{look}")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Go to your summary").click()
    wait_until_shown(page, ".summary")
    assert_accessible(page)
    picture(page, f"image-published-{look}")

    # A stranger sees it too, and nothing of who sent it; it is the small file on a phone.
    stranger = reader(width=look.width, scheme=look.scheme).new_page()
    stranger.goto(page.url.partition("#")[0])
    wait_until_shown(stranger, ".summary figure")
    used = stranger.locator(".summary figure img").first.evaluate("one => one.currentSrc")
    assert used.endswith("-s.webp")
    assert faults == []
    page.goto("/images")
    wait_until_shown(page, "main")
    assert_accessible(page)
    picture(page, f"images-{look}")


def test_several_are_dropped_and_one_is_refused(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(), site, "ida")
    open_editor(page, "Fast R-CNN")
    box = page.get_by_label(FIELD)

    give(box, "drop", pictures.png(60, 40), "one.png")
    expect(box).to_have_value(re.compile(r"-60x40\.webp\)"))
    give(box, "drop", pictures.SVG, "two.svg")
    expect(page.get_by_text("can carry programs")).to_be_visible()
    give(box, "drop", pictures.png(50, 30), "three.png")
    expect(box).to_have_value(re.compile(r"-60x40\.webp\)\s+!\[\]\(/i/[a-z2-7]+-50x30\.webp\)"))

    expect(page.get_by_text("can carry programs")).to_be_hidden()
    assert_accessible(page)
    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()


def test_the_toolbar_and_the_keyboard_choose_one(reader: OpenContext, site: Site) -> None:
    page, _ = sign_up(reader(), site, "ivy")
    open_editor(page, "Faster R-CNN")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Image", exact=True).click()
    chosen.value.set_files(FilePayload(name="a.png", mimeType="image/png", buffer=pictures.png()))

    expect(page.get_by_label(FIELD)).to_have_value(re.compile(r"!\[\]\(/i/"))
    expect(page.get_by_label("What it shows")).to_be_focused()


def test_a_lost_line_is_told_and_costs_nothing(reader: OpenContext, site: Site) -> None:
    context = reader()
    page, _ = sign_up(context, site, "ira")
    open_editor(page, "Mask R-CNN")
    box = page.get_by_label(FIELD)
    box.fill("Before the tunnel.")
    context.set_offline(True)

    give(box, "paste", pictures.png())

    expect(page.get_by_text("The site does not answer.")).to_be_visible()
    expect(box).to_have_value("Before the tunnel.")
    context.set_offline(False)


@pytest.mark.parametrize("width", [1280, 390])
def test_without_scripts_a_form_does_it(reader: OpenContext, site: Site, width: int) -> None:
    page, _ = sign_up(reader(width=width, scripts=False), site, "ilka")
    open_editor(page, "Fast R-CNN")
    page.get_by_label(FIELD).fill("Typed for an hour.")
    page.get_by_label("Anonymous").check()
    page.locator("#images > summary").click()
    page.get_by_label("A file").set_input_files(
        FilePayload(name="x.svg", mimeType="image/svg+xml", buffer=pictures.SVG)
    )
    page.get_by_role("button", name="Put it into the text").click()
    expect(page.get_by_text("can carry programs")).to_be_visible()
    expect(page.get_by_label(FIELD)).to_have_value("Typed for an hour.")
    picture(page, f"image-refused-{width}")

    page.get_by_label("A file").set_input_files(CHART)
    page.get_by_label("What it shows").fill("The loss")
    page.get_by_role("button", name="Put it into the text").click()

    expect(page.get_by_label(FIELD)).to_have_value(
        re.compile(r"Typed for an hour\.\s+!\[The loss\]\(/i/")
    )
    expect(page.get_by_label("Anonymous")).to_be_checked()
    expect(page.locator(".editor__preview img")).to_be_visible()
    picture(page, f"image-without-scripts-{width}")
