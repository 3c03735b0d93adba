"""A real Chromium against a real site, in four looks; axe on every page that is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.site import Site, start, stop
from tests.sources.upstream import Upstream

PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A busy machine is slow, not wrong.
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Look:
    """A width and a colour scheme."""

    width: int
    scheme: Any

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"


LOOKS = [Look(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and skip it visibly where there is no Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The sources that the site asks, played from recorded answers."""
    found = Upstream()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[Site]:
    served, process = start(tmp_path_factory.mktemp("site"), sources=upstream.mirrors())
    yield served
    stop(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def reader(chromium: Browser, site: Site) -> Iterator[OpenContext]:
    """Open a browser profile of its own: `reader(width=390, scheme="dark", scripts=False)`."""
    opened: list[BrowserContext] = []

    def open_context(
        *, width: int = 1280, scheme: Any = "light", scripts: bool = True
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page as build output."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def assert_accessible(page: Page) -> None:
    """Zero violations by axe, and nothing to scroll sideways."""
    result = Axe().run(page)
    assert not result.response["violations"], result.generate_report()
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 0, f"{page.url} is {wider} px too wide"


def watch(page: Page) -> list[str]:
    """Return a list that fills with what a page must never do: errors, foreign requests."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "console",
        lambda line: faults.append(f"console: {line.text}") if line.type == "error" else None,
    )
    page.on(
        "request",
        lambda request: (
            faults.append(f"foreign request: {request.url}")
            if not request.url.startswith(("http://127.0.0.1:", "data:"))
            else None
        ),
    )
    return faults
