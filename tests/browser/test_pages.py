"""Every page, in four looks: accessible, within the window, silent, from one host."""

from __future__ import annotations

import pytest

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

PAGES = {
    "home": "/",
    "recent": "/?tab=recent&s=cs",
    "best": "/?tab=best",
    "paper": "/paper?bibtexKey=journals/corr/1502.03167",
    "paper-with-table": "/paper?bibtexKey=1809.03113",
    "summary": "/s/1",
    "source": "/s/1/source",
    "share": "/s/1/share",
    "unknown-paper": "/paper?bibtexKey=conf/no/Such99",
    "paper-history": "/p/1/x/details",
    "side-by-side": "/p/1/supervised-contrastive-learning/compare-summaries",
    "claims": "/claims",
    "claim": "/claims/1",
    "questions": "/questions",
    "venue-print": "/v/icml/2015/print",
    "venues": "/venues",
    "venue": "/venue?key=conf/icml",
    "people": "/people",
    "person": "/@margin-owl",
    "search": "/search?q=batch",
    "search-start": "/search",
    "search-nothing": "/search?q=zzzzzz",
    "search-filters": "/search?q=networks&has=summary&from=2010&order=newest",
    "author": "/author/Kaiming%20He",
    "about": "/about",
    "guide": "/guide",
    "keys": "/keys",
    "log": "/log",
    "write": "/write",
    "export": "/export",
    "sign-in": "/account/sign-in",
    "sign-up": "/account/sign-up",
    "reset": "/account/password/forgotten",
    "not-found": "/no-such-page",
}
# Pages whose answer is not 200; the browser reports that as an error of its own.
REFUSING = {"unknown-paper", "not-found"}


@pytest.mark.parametrize("name", PAGES)
def test_page(reader: OpenContext, name: str) -> None:
    for look in LOOKS:
        page = reader(width=look.width, scheme=look.scheme).new_page()
        faults = watch(page)
        page.goto(PAGES[name], wait_until="networkidle")

        assert_accessible(page)
        picture(page, f"{name}-{look}")
        assert [f for f in faults if name not in REFUSING or "404" not in f] == []
        page.context.close()


def test_narrowest_phones_show_everything(reader: OpenContext) -> None:
    for name in (
        "home",
        "paper",
        "person",
        "venue",
        "search",
        "search-filters",
        "author",
        "sign-up",
        "guide",
    ):
        page = reader(width=320).new_page()
        page.goto(PAGES[name])

        assert_accessible(page)


# What a member sees, and a moderator too; {paper} is the address of one.
OF_MEMBERS = {
    "member-home": "/",
    "member-paper": "{paper}",
    "editor": "{paper}/write",
    "comment": "{paper}/comment",
    "add": "/papers/add",
    "report": "/report/summary/1",
    "settings": "/settings",
    "settings-keys": "/settings/keys",
    "report-new": "/reproductions/new",
    "settings-export": "/settings/export",
    "settings-delete": "/settings/delete",
    "mail": "/account/mail",
    "password": "/account/password",
    "sign-out": "/account/sign-out",
    "note": "/s/1/note",
    "claim-propose": "/s/1/claim",
    "mentions": "/mentions",
    "images": "/images",
    "cite-search": "/write/cite?q=batch",
    "groups": "/groups",
    "group-new": "/groups/new",
    "staff-images": "/staff/images",
    "staff-reports": "/staff/reports",
    "staff-hidden": "/staff/reports?show=hidden",
    "staff-people": "/staff/reports?show=people",
    "staff-case": "/staff/act/summary/1",
}


@pytest.mark.parametrize("look", [LOOKS[0], Look(320, "dark")], ids=str)
def test_pages_of_members(reader: OpenContext, site: Site, look: Look) -> None:
    page, handle = sign_up(reader(width=look.width, scheme=look.scheme), site, "mona")
    site.command("user", "staff", handle)
    page.goto(PAGES["paper"])
    paper = page.locator("link[rel=canonical]").get_attribute("href")
    faults = watch(page)

    for name, address in OF_MEMBERS.items():
        answer = page.goto(address.format(paper=paper), wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, address
        assert_accessible(page)
        picture(page, f"{name}-{look}")
    assert faults == []


# What only its writer sees of a summary; {summary} is its address.
OF_WRITERS = ("readers", "links", "authors", "edit", "delete")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pages_of_writers(reader: OpenContext, site: Site, look: Look) -> None:
    page, _ = sign_up(reader(width=look.width, scheme=look.scheme), site, "wilma")
    open_editor(page, "Fast R-CNN")
    page.get_by_label(FIELD).fill("One stage, trained at once.")
    page.get_by_role("button", name="Publish").click()
    link = page.locator("article.summary", has_text="One stage").get_by_role("link", name="Edit")
    summary = (link.first.get_attribute("href") or "").removesuffix("/edit")
    faults = watch(page)

    for name in OF_WRITERS:
        answer = page.goto(f"{site.url}{summary}/{name}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, name
        assert_accessible(page)
        picture(page, f"writer-{name}-{look}")
    assert faults == []


def test_a_printed_paper_is_the_text_alone(reader: OpenContext) -> None:
    page = reader().new_page()
    page.goto(PAGES["paper"])
    page.emulate_media(media="print")

    assert page.locator(".prose").first.is_visible()
    assert not page.locator(".site-header").is_visible()
    assert not page.locator(".votes").first.is_visible()


def test_formulas_use_our_own_font_and_only_where_there_are_formulas(reader: OpenContext) -> None:
    asked: list[str] = []
    page = reader().new_page()
    page.on("request", lambda request: asked.append(request.url))

    page.goto(PAGES["log"], wait_until="networkidle")
    assert not [url for url in asked if "woff2" in url]

    page.goto(PAGES["paper"], wait_until="networkidle")
    assert [url for url in asked if "stix-two-math" in url]


def test_the_front_page_as_the_readme_shows_it(reader: OpenContext) -> None:
    page = reader().new_page()
    page.goto("/", wait_until="networkidle")

    assert page.locator(".entry").count() == 10
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=PICTURES / "front-page.jpg",
        type="jpeg",
        quality=85,
        clip={"x": 0, "y": 0, "width": 1280, "height": 1330},
        full_page=True,
    )
