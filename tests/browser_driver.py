"""Drives the app in a real browser: buttons, the live view's marks and numbers, and waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.conftest import Server

PATIENCE_MS = 60_000
LONG = "epochs=2000&pace=slow"
"""A run that is still under way when it has been looked at from all sides, on a busy machine too."""


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def address(page: Page) -> str:
    """What the address bar says; Playwright's own `page.url` misses some changes that are no new entry."""
    return str(page.evaluate("location.href"))


def go_to(page: Page, name: str) -> None:
    """Go to a page by the sidebar."""
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()


def live(page: Page) -> Locator:
    """The live view of a run, once it draws figures."""
    return page.locator(".east-live[data-run]")


def mark(page: Page, name: str) -> str:
    return str(live(page).get_attribute(f"data-{name}"))


def step(page: Page) -> int:
    return int(mark(page, "step"))


def until(holds: Callable[[], object], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def cells(page: Page, arm: int, which: str) -> list[list[float]]:
    """The numbers that plotly has drawn in a matrix of the first (0) or second (1) arm."""
    plot = page.locator(f"[data-cell={which}]").nth(arm)
    plot.scroll_into_view_if_needed()
    plot.locator(".heatmaplayer image, .heatmaplayer path").first.wait_for(state="attached")
    drawn: list[list[float]] = plot.evaluate("node => node.data[0].z")
    return drawn


def start(page: Page, server: Server, link: str = "") -> None:
    page.goto(f"{server.url}/{link}")
    button(page, "Train").click()
    live(page).wait_for()
    until(lambda: step(page) > 0)


def stop(page: Page) -> None:
    button(page, "Stop").click()
    until(lambda: mark(page, "status") == "stopped")
