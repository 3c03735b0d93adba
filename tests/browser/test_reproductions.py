"""Reports in the browser: the page of one, sending one, and saying which claim it tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, OpenContext, assert_accessible, picture, watch
from tests.browser.site import Site
from tests.browser.test_journeys import sign_up
from tests.evidence.reports import as_bytes, report_of

PAGES = {"reproductions": "/reproductions", "reproductions-guide": "/reproductions/guide"}


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    # The demo library holds SupCon's own report, whose rules bind every report of that name.
    file.write_bytes(as_bytes(report_of(slug="supcon-on-digits")))
    return file


@pytest.mark.parametrize("name", PAGES)
def test_page(reader: OpenContext, name: str) -> None:
    for look in LOOKS:
        page = reader(width=look.width, scheme=look.scheme).new_page()
        faults = watch(page)
        page.goto(PAGES[name], wait_until="networkidle")

        assert_accessible(page)
        picture(page, f"{name}-{look}")
        assert faults == []
        page.context.close()


def test_a_report_is_sent_read_and_linked_to_a_claim(
    reader: OpenContext, site: Site, report_file: Path
) -> None:
    page, _handle = sign_up(reader(), site, "runner")
    faults = watch(page)

    page.goto("/reproductions")
    page.get_by_role("link", name="Send a report").click()
    assert_accessible(page)
    picture(page, "report-new")
    page.get_by_label("The file").set_input_files(report_file)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("status")).to_contain_text("computed again from its runs")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Supervised contrastive loss on 500 digits"
    )
    address = page.url
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.scheme)
        assert_accessible(page)
        picture(page, f"run-report-{look}")
    page.set_viewport_size({"width": 320, "height": 900})
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})

    page.get_by_role("article").get_by_role("link", name="Supervised Contrastive Learning").click()
    page.locator("#claims").get_by_role("link", name="Propose a claim").click()
    page.get_by_label("What the paper says, in one sentence").fill("The loss outside is better.")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("A report of this paper tests it").click()
    # The demo library may hold reports of the same paper: its own proposition is the one to choose.
    options = page.get_by_label("What was tested").locator("option")
    mine = options.filter(has_text="On 500 digits, the sum outside").get_attribute("value")
    page.get_by_label("What was tested").select_option(mine)
    page.get_by_role("button", name="Link it").click()

    expect(page.locator(".paper .status")).to_have_text("Reproduced")
    assert_accessible(page)
    picture(page, "claim-tested")
    page.get_by_role("region", name="Tested").get_by_role("link", name="Reproduced").click()
    assert page.url.split("#")[0] == address
    assert faults == []


def test_what_is_wrong_with_a_report_is_said(
    reader: OpenContext, site: Site, report_file: Path
) -> None:
    page, _handle = sign_up(reader(), site, "forger")
    report_file.write_bytes(report_file.read_bytes().replace(b'"mean": ', b'"mean": 1', 1))
    page.goto("/reproductions/new")

    page.get_by_label("The file").set_input_files(report_file)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("its units give")
    assert_accessible(page)
