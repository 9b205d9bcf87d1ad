"""Links to each page on a server that has just started, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser_driver import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["data", "train", "compare", "microscope", "report", "lesson"])
@pytest.mark.parametrize("query", ["", "?sample=penguins"])
def test_a_fresh_server_shows_the_page_of_a_deep_link_in_its_frame(
    page: Page, fresh_server: Server, path: str, query: str
) -> None:
    page.goto(f"{fresh_server.url}/{path}{query}")
    heading = {
        "data": "Train for the metric", "train": "Train", "compare": "Compare", "microscope": "Microscope",
        "report": "Take away", "lesson": "Why a metric",
    }[path]  # fmt: skip
    page.get_by_role("heading", name=heading, exact=path not in ("data", "lesson"), level=1).wait_for()
    links = page.get_by_test_id("stSidebarNavLink")
    until(
        lambda: (
            [link.inner_text().strip().split("\n")[-1] for link in links.all()]
            == ["Data", "Train", "Compare", "Microscope", "Take away", "Lesson"]
        )
    )
    if path == "data":
        name = "Palmer penguins" if query else "Made problem: two features, best decision known"
        until(lambda: page.get_by_role("combobox", name="Table").input_value() == name)
    if query:
        until(lambda: "sample=penguins" in page.url)
