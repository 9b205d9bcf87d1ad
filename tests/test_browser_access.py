"""Axe finds nothing serious on any page that an empty Streamlit page has not as well, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser_driver import button, go_to, live, mark, until
from tests.conftest import Server, start_server, stop_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

EMPTY = 'import streamlit as st\n\nst.title("Empty")\nst.button("Nothing")\n'
# Notes where the button stands when it is first seen; the page's style, which may load a moment later, gives the room
# above it.
FIRST_PLACE = """(() => {
  const look = () => {
    const button = [...document.querySelectorAll("button")].find((node) => node.innerText.endsWith("Train"));
    const box = button?.getBoundingClientRect();
    const main = document.querySelector(".stMainBlockContainer");
    if (box?.width && getComputedStyle(main).paddingTop === "51.2px") window.firstPlace = box.y;
    else requestAnimationFrame(look);
  };
  look();
})()"""
SERIOUS = {"serious", "critical"}
# The heading that each page shows once it is drawn.
PAGES = {
    "Compare": "Compare",
    "Microscope": "Microscope",
    "Take away": "Take away",
    "Data": "Train for the metric",
}


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    script = tmp_path / "empty.py"
    script.write_text(EMPTY, encoding="utf-8")
    served = start_server(tmp_path, script)
    yield served
    stop_server(served)


def violations(page: Page) -> dict[str, list[str]]:
    """The serious violations by rule, each with the elements it was found on."""
    found = Axe().run(page).response["violations"]
    return {
        rule["id"]: [f"{node['target']}: {node['html'][:160]}" for node in rule["nodes"]]
        for rule in found
        if rule["impact"] in SERIOUS
    }


def lasting(page: Page, allowed: set[str]) -> dict[str, list[str]]:
    """The violations that stay: what is drawn anew is pale for a moment."""
    found = violations(page)
    for _ in range(5):
        if set(found) <= allowed:
            break
        page.wait_for_timeout(2000)
        found = violations(page)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_violation_that_an_empty_page_has_not(
    page: Page, server: Server, empty_server: Server, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme)
    page.goto(empty_server.url)
    button(page, "Nothing").wait_for()
    allowed = set(violations(page))
    found: dict[str, dict[str, list[str]]] = {}
    page.add_init_script(FIRST_PLACE)
    page.goto(f"{server.url}/?seeds=2&epochs=5&pace=full")
    page.get_by_text("Split and columns", exact=True).wait_for()  # the first look is over
    assert button(page, "Train").evaluate("node => node.getBoundingClientRect().y") == page.evaluate(
        "firstPlace"
    )
    button(page, "Train").click()
    live(page).wait_for()
    until(lambda: mark(page, "status") == "finished")
    found["Train"] = lasting(page, allowed)
    for link, heading in PAGES.items():
        go_to(page, link)
        page.get_by_role("heading", level=1).filter(has_text=heading).wait_for()
        found[link] = lasting(page, allowed)
    own = [
        f"{name}, {rule}: {node}"
        for name, rules in found.items()
        for rule, nodes in rules.items()
        if rule not in allowed
        for node in nodes
    ]
    assert not own, "\n".join(own)
