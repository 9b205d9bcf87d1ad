"""The lesson in a real browser: by keyboard alone, in both themes, ready when it has been answered, offline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.browser_driver import address, button, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser

STEPS = 7
ANSWERS = (3, 1, 3, 2, 2, 2, 3)
MOST_TABS = 60
READY_S = 2.0
FOCUSED = """() => {
    const node = document.activeElement;
    const label = (node.innerText || node.getAttribute('aria-label') || '').trim();
    return [node.tagName, node.type || '', label.slice(-40)].join('|');
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what has the focus is of a tag, a type or a label."""
    seen = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        seen.append(found)
        if wanted in found.split("|") or found.endswith(f"\n{wanted}"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted!r}, only {seen}")


def stage(page: Page) -> None:
    page.locator(".east-live[data-progress] .main-svg").first.wait_for()


def test_the_lesson_is_walked_to_its_end_by_keyboard_alone(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="light")
    page.goto(f"{server.url}/lesson?lesson=why_the_metric")
    for number, answer in enumerate(ANSWERS, start=1):
        page.get_by_role("heading", name=f"{number}. ", level=3).wait_for()
        page.locator("input[type=radio]").first.wait_for(state="attached")
        tab_to(page, "radio")
        page.keyboard.press("Space")
        for _ in range(answer - 1):
            page.keyboard.press("ArrowDown")
        until(lambda: button(page, "Show me").is_enabled())
        tab_to(page, "Show me")
        page.keyboard.press("Enter")
        stage(page)
        page.get_by_text("As you expected").wait_for()
        if number == 3:
            tab_to(page, "range")
            page.keyboard.press("End")
            page.locator('.east-live[data-progress="1.0"]').wait_for()
            page.emulate_media(color_scheme="dark")
        if number < STEPS:
            tab_to(page, "Next")
            page.keyboard.press("Enter")
    tab_to(page, "Play with it on the Train page")
    page.keyboard.press("Enter")
    page.locator('.east-live[data-status="finished"]').wait_for()
    until(lambda: "/train" in address(page) and "network=standard" in address(page))


@pytest.mark.benchmark
def test_a_step_whose_training_is_there_shows_within_two_seconds(page: Page, server: Server) -> None:
    took = []
    for number in (4, 5):  # of one training
        page.goto(f"{server.url}/lesson?lesson=why_the_metric&step={number}")
        page.locator("[data-testid=stRadio] label").nth(1).click()
        until(lambda: button(page, "Show me").is_enabled())
        began = time.monotonic()
        button(page, "Show me").click()
        stage(page)
        took.append(time.monotonic() - began)
    assert took[1] < READY_S
