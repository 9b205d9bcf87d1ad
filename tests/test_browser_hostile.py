"""Sixty hostile names of columns, classes, files and runs, in a real Chromium: each is seen as it is written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser_driver import button, go_to, mark, until
from tests.conftest import Server, open_tab, start_server, stop_server
from tests.hostile_journey import FILE_NAME, RENAMED, changed, table
from tests.hostile_names import HOSTILE_NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SECTIONS = (
    "Scores",
    "What if",
    "Class by class",
    "Matrices",
    "Metric × metric",
    "β frontier",
    "Network size",
)
RUNS_A_FORMULA = re.compile(r"[=+@]|-(?!\d)")

# What Streamlit makes of escaped names in each kind of place, one page for all of them.
PLACES = """
import sys
sys.path.insert(0, {root!r})
import pandas as pd
import streamlit as st
from pages.shared.words import literal
from tests.hostile_names import HOSTILE_NAMES
for name in HOSTILE_NAMES:
    st.markdown(f"before {{literal(name)}} after")
    st.caption(literal(name))
st.error(literal(HOSTILE_NAMES[1]))
st.markdown("\\n".join(f"- **{{literal(name)}}** :gray[({{literal(name)}})]" for name in HOSTILE_NAMES))
st.markdown("| a | b |\\n|---|---|\\n" + "\\n".join(f"| {{literal(name)}} | 1 |" for name in HOSTILE_NAMES))
st.table(pd.DataFrame({{"a": [literal(name) for name in HOSTILE_NAMES]}}, index=[literal(n) for n in HOSTILE_NAMES]))
for place, name in enumerate(HOSTILE_NAMES[:20]):
    st.button(literal(name), key=f"button{{place}}")
st.markdown("all drawn")
"""


def settled(page: Page) -> None:
    """Wait until the page's script has come to its end and the browser has drawn what it sent."""
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(300)


def seen(page: Page) -> None:
    """Unfold everything, and find every name as it is written."""
    settled(page)
    for fold in page.locator("details:not([open]) > summary").all():
        if fold.is_visible():
            fold.click()
    settled(page)
    assert changed(page) == []


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A tab in which no name may ask for anything or speak."""
    problems: list[str] = []
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.on("request", lambda request: problems.append(request.url) if "stolen" in request.url else None)
    yield page
    assert problems == []


def test_an_escaped_name_is_seen_letter_by_letter_in_every_kind_of_place(
    browser: Browser, tmp_path: Path
) -> None:
    script = tmp_path / "places.py"
    script.write_text(PLACES.format(root=str(Path(__file__).parents[1])))
    server = start_server(tmp_path, script)
    try:
        with open_tab(browser) as tab:
            tab.goto(server.url)
            tab.get_by_text("all drawn", exact=True).wait_for()
            settled(tab)
            assert changed(tab) == []
            made = "[data-testid=stMarkdownContainer] :is(img, a, em, code, s, h1, h2, blockquote, .katex, [role=img])"
            tab.wait_for_timeout(1000)  # a block of code, say, is drawn late
            assert tab.locator(made).count() == 0
    finally:
        stop_server(server)


def journey(page: Page, server: Server, classes: int) -> list[str]:
    """Upload, train, compare, look closely and take away; returns the csv files that were downloaded."""
    page.goto(f"{server.url}/?epochs=3&seeds=2&rare=keep&pace=full")
    page.get_by_text("Or upload your own").click()
    file = {"name": FILE_NAME, "mimeType": "text/csv", "buffer": table(classes)}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_text("How the file was read").wait_for()
    seen(page)
    button(page, "Train").click()
    page.locator(".east-live[data-run]").wait_for()
    until(lambda: mark(page, "status") == "finished")
    page.get_by_text("are being judged").wait_for(state="detached")
    seen(page)
    assert page.locator(".east-plot a").count() == 0
    go_to(page, "Compare")
    for name in SECTIONS:
        page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()
        seen(page)
    _rename(page)
    go_to(page, "Microscope")
    page.get_by_text("Of the last run", exact=True).click()
    seen(page)
    go_to(page, "Take away")
    page.get_by_text("Or try it on the test rows").click()
    page.get_by_text("Against the training rows").wait_for()
    seen(page)
    return [_saved(page, label) for label in ("Predictions (csv)",)]


def _rename(page: Page) -> None:
    """Give the run a hostile name."""
    page.get_by_test_id("stButtonGroup").get_by_text("Past runs", exact=True).click()
    button(page, "Rename").first.click()
    page.get_by_label("New name").first.fill(RENAMED)
    page.keyboard.press("Enter")
    settled(page)
    page.keyboard.press("Escape")
    seen(page)
    assert page.get_by_text("zq79").first.is_visible()


def _saved(page: Page, label: str) -> str:
    with page.expect_download() as download:
        button(page, label).first.click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def _inert(text: str) -> None:
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any("zq" in cell for cell in cells)
    assert [cell for cell in cells if RUNS_A_FORMULA.match(cell)] == []


def test_a_table_of_hostile_names_goes_through_every_page_unread(watched: Page, server: Server) -> None:
    for text in journey(watched, server, classes=12):
        _inert(text)


@pytest.mark.benchmark
def test_sixty_hostile_classes_go_through_every_page_unread(watched: Page, server: Server) -> None:
    for text in journey(watched, server, classes=len(HOSTILE_NAMES)):
        _inert(text)
