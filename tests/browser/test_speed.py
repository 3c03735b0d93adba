"""What a browser feels: nothing moves, the text is there at once, nothing is fetched for nothing.

Counts and sizes decide here, never a stopwatch: times are printed and judged by nobody.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext
from tests.browser.site import Site
from tests.browser.test_journeys import sign_up

PAGES = {
    "home": "/",
    "paper": "/paper?bibtexKey=journals/corr/1502.03167",
    "venue": "/venue?key=conf/icml",
    "person": "/@margin-owl",
    "search": "/search?q=batch",
    "guide": "/guide",
    "sign-in": "/account/sign-in",
}
WIDTHS = (1280, 390)
# What moves less cannot be seen; Lighthouse calls ten times as much good.
SHIFT = 0.01
WATCH = """
    window.seen = {shifts: [], painted: [], tasks: []};
    const watch = (type, into) => new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) into(entry);
    }).observe({type, buffered: true});
    watch("layout-shift", (entry) => {
        if (entry.hadRecentInput) return;
        const moved = entry.sources.map(({node}) => node && (node.id || node.nodeName));
        window.seen.shifts.push({value: entry.value, moved});
    });
    watch("largest-contentful-paint", (entry) => window.seen.painted.push({
        tag: entry.element ? entry.element.tagName : "",
        text: entry.element ? entry.element.textContent.trim().slice(0, 60) : "",
        url: entry.url,
        at: entry.startTime,
    }));
    watch("longtask", (entry) => window.seen.tasks.push(entry.duration));
"""


def opened(reader: OpenContext, address: str, width: int) -> tuple[Page, dict[str, Any], list[str]]:
    """Open a page slowly enough that the font arrives late; return what was seen, and asked for."""
    page = reader(width=width).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "console",
        lambda line: asked.append(f"warning: {line.text}") if line.type == "warning" else None,
    )
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_function("window.seen.painted.length > 0")
    seen: dict[str, Any] = page.evaluate("window.seen")
    return page, seen, asked


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_and_the_text_is_there_at_once(
    reader: OpenContext, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for width in WIDTHS:
        page, seen, _ = opened(reader, PAGES[name], width)

        assert sum(shift["value"] for shift in seen["shifts"]) <= SHIFT, seen["shifts"]
        largest = seen["painted"][-1]
        # Text, not a picture that has to be fetched; and it was in what the server sent.
        assert largest["url"] == ""
        with urlopen(page.url) as answer:
            sent = " ".join(re.sub(r"<[^>]+>", "", answer.read().decode()).split())
        assert " ".join(largest["text"].split())[:20].replace("&", "&amp;") in sent, largest
        with capsys.disabled():
            longest = max(seen["tasks"], default=0)
            print(f"\n{name} at {width}: largest at {largest['at']:.0f} ms, task {longest:.0f} ms")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_what_it_shows_and_from_here_only(
    reader: OpenContext, site: Site, name: str
) -> None:
    page, _, asked = opened(reader, PAGES[name], 1280)

    assert [url for url in asked if not url.startswith(site.url)] == []
    has_formulas = page.locator("math").count() > 0
    assert any("woff2" in url for url in asked) == has_formulas
    assert page.locator("script:not([type=module]):not([defer])").count() == 0
    assert page.locator("link[rel=stylesheet]").count() == 1
    # Pictures in members' texts come from elsewhere, late and of any size.
    ours = page.locator("img:not(.prose img), iframe, video:not(.prose video)")
    assert ours.count() == ours.and_(page.locator("[width][height]")).count()


def test_scripts_come_only_with_what_they_improve(reader: OpenContext, site: Site) -> None:
    _, _, asked = opened(reader, "/guide", 1280)
    page, _ = sign_up(reader(), site, "quick")
    of_member: list[str] = []
    page.on("request", lambda request: of_member.append(request.url))
    page.goto("/", wait_until="networkidle")

    assert not [url for url in asked if re.search(r"/(votes|editor|share)\.", url)]
    assert [url for url in of_member if "/votes." in url]
    assert not [url for url in of_member if "/editor." in url]


def test_files_may_be_kept_for_ever_and_come_compressed(reader: OpenContext, site: Site) -> None:
    page = reader().new_page()
    page.goto("/")
    linked = page.eval_on_selector_all(
        "link[rel=stylesheet], script[src]", "found => found.map((it) => it.href || it.src)"
    )

    assert linked
    for address in linked:
        answer = page.request.get(
            urljoin(site.url, address), headers={"Accept-Encoding": "br, gzip"}
        )
        assert re.search(r"\.[0-9a-f]{12}\.(css|js)$", address)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding", "br") == "br"
