"""The journey over the Compare page, in a real browser on a real server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from tests.browser_driver import address, button, go_to, live, mark, until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.conftest import Server


pytestmark = pytest.mark.browser


# What a reader would call cut off, wider than its place, or without words, as one line each.
FLAWS = """() => {
  const flaws = [], main = document.querySelector("[data-testid=stMain]");
  if (main.scrollWidth > main.clientWidth + 1) flaws.push("the page scrolls sideways");
  for (const plot of document.querySelectorAll("[data-cell]")) {
    const name = plot.dataset.cell, box = plot.getBoundingClientRect();
    const place = plot.parentElement.getBoundingClientRect();
    if (box.left < place.left - 1 || box.right > place.right + 1) flaws.push(`${name} is wider than its place`);
    if (!(plot.getAttribute("aria-label") || "").trim()) flaws.push(`${name} has no text alternative`);
    for (const text of plot.querySelectorAll("svg text")) {
      const own = text.getBoundingClientRect();
      if (own.width && (own.left < box.left - 1 || own.right > box.right + 1 || own.bottom > box.bottom + 1))
        flaws.push(`${name} cuts off "${text.textContent}"`);
    }
    const labels = [...plot.querySelectorAll(".ytick text")].map((text) => text.getBoundingClientRect());
    labels.sort((one, other) => one.top - other.top);
    labels.slice(1).forEach((label, place) => {
      if (label.top < labels[place].bottom - 4) flaws.push(`${name} has labels over each other`);
    });
  }
  return flaws;
}"""


ANSWER_MS = 15_000
"""A page that stands answers a click well within this; only the training and the first drawing take longer."""


def compare(page: Page, server: Server, link: str, file: Path | None = None) -> None:
    """Train to the end, and go to the Compare page."""
    page.goto(f"{server.url}/{link}")
    if file is not None:
        page.get_by_text("Or upload your own", exact=True).click()
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_text("classes of “answer”", exact=False).first.wait_for()
    button(page, "Train").click()
    live(page).wait_for()
    until(lambda: mark(page, "status") == "finished", 90)
    if file is None:
        assert link.removeprefix("?") in address(page), "another table was trained than the link says"
    go_to(page, "Compare")
    page.locator("[data-cell='square 1'] .main-svg").first.wait_for(state="attached")
    page.set_default_timeout(ANSWER_MS)


def drawn(page: Page, cell: str) -> list[dict[str, Any]]:
    """The traces that plotly has drawn in a cell."""
    plot = page.locator(f"[data-cell='{cell}']").first
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for(state="attached")
    traces: list[dict[str, Any]] = plot.evaluate("node => node.data.map((trace) => ({ ...trace }))")
    return traces


def section(page: Page, name: str) -> None:
    radio: Locator = page.get_by_role("radio", name=name, exact=True)
    radio.or_(button(page, name)).first.click()


def open_offsets(page: Page) -> None:
    """Show the sliders of the offsets that are set by hand."""
    section(page, "What if")
    page.get_by_text("Set an offset for each class by hand", exact=True).click()


def downloaded(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        button(page, name).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_what_the_page_shows_is_what_its_downloads_say(page: Page, server: Server, tmp_path: Path) -> None:
    compare(page, server, "?sample=penguins&seeds=2&epochs=30&pace=full")
    predictions = pd.read_csv(downloaded(page, "Predictions (csv)", tmp_path))
    told = json.loads(downloaded(page, "Statistics (json)", tmp_path).read_text())

    scores, judged = drawn(page, "scores"), told["arms"]
    for place, arm in enumerate(("east", "cross_entropy", "east+expected", "cross_entropy+expected")):
        parts = predictions[predictions["arm"] == arm].groupby("seed")
        expected = [f1_score(part["true"], part["predicted"], average="macro") for _, part in parts]
        assert scores[3 * place]["x"] == pytest.approx(expected, rel=1e-3)
        assert judged[arm]["scores"] == pytest.approx(expected)
        assert scores[3 * place + 2]["x"] == pytest.approx(judged[arm]["ci"], rel=1e-3)
    paired = drawn(page, "paired")
    assert paired[0]["x"] == pytest.approx(100 * np.array(told["paired"]["cross_entropy"]["ci"]), rel=1e-2)
    assert told["verdict"]["text"].split(". ")[0] in page.get_by_test_id("stMain").inner_text()

    section(page, "Matrices")
    (matrix,) = drawn(page, "matrix 0")
    parts = predictions[predictions["arm"] == "east"].groupby("seed")
    mean = np.mean(
        [confusion_matrix(p["true"], p["predicted"], labels=matrix["x"]) for _, p in parts], axis=0
    )
    assert np.array(matrix["customdata"])[..., 0] == pytest.approx(mean, abs=0.05)


def test_a_click_on_a_cell_shows_its_rows_and_a_slider_answers_at_once(page: Page, server: Server) -> None:
    compare(page, server, "?sample=penguins&seeds=1&epochs=30&pace=full")
    page.get_by_text("How sure that is, and in rows", exact=True).click()
    page.get_by_text("with one seed they do not cover other seeds", exact=False).wait_for()
    section(page, "Matrices")
    (matrix,) = drawn(page, "matrix 1")
    plot = page.locator("[data-cell='matrix 1'] .nsewdrag")
    box = plot.bounding_box()
    assert box is not None
    classes = len(matrix["x"])
    plot.click(position={"x": box["width"] * 0.5 / classes, "y": box["height"] * 0.5 / classes})
    count = round(np.array(matrix["customdata"])[0, 0, 0])
    page.get_by_text(f"{count} test rows fall there.", exact=False).wait_for()
    until(lambda: "cell=0%2C0%2C1" in address(page))

    open_offsets(page)
    before = drawn(page, "yours")[0]["z"]
    slider = page.get_by_test_id("stSlider").filter(has_text=f"“{matrix['x'][0]}”").get_by_role("slider")
    slider.focus()
    for _ in range(80):
        slider.press("ArrowRight")
    until(lambda: drawn(page, "yours")[0]["z"] != before)
    button(page, "No offsets").click()
    until(lambda: drawn(page, "yours")[0]["z"] == before)


def table_of(classes: int, file: Path) -> Path:
    """Write a table whose class names are up to 60 characters long and begin alike."""
    generator = np.random.default_rng(classes)
    names = [f"An answer that takes its time, as clerks' do, number {place}" for place in range(classes)]
    names = [name.ljust(60, "!") if place % 2 else name[-9:].strip() for place, name in enumerate(names)]
    kind = np.arange(30 * classes) % classes
    columns = {f"x{place}": kind * (place + 1) % 7 + generator.normal(size=len(kind)) for place in range(4)}
    pd.DataFrame({**columns, "answer": np.array(names)[kind]}).to_csv(file, index=False)
    return file


@pytest.mark.parametrize(("classes", "theme", "width"), [(2, "light", 1920), (26, "dark", 1280)])
def test_nothing_is_cut_off_and_every_chart_has_a_text_alternative(
    page: Page, server: Server, tmp_path: Path, classes: int, theme: Literal["light", "dark"], width: int
) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 1800})
    file = table_of(classes, tmp_path / f"answers{classes}.csv")
    compare(page, server, "?losses=east,east_paper,cross_entropy&seeds=2&epochs=8&pace=full", file)
    everywhere = ("square 1", "square 2")
    shown = {
        "Scores": ("scores", "paired"),
        "Class by class": ("classes",),
        "Matrices": ("matrix 0", "matrix 1", "difference"),
        "What if": ("decided cross_entropy", "decided east"),
        "Past runs": (),
    }
    for name, cells in shown.items():
        section(page, name)
        for cell in (*everywhere, *cells):
            drawn(page, cell)
        assert page.evaluate(FLAWS) == [], name
    open_offsets(page)
    for cell in ("yours", "change"):
        drawn(page, cell)
    assert page.evaluate(FLAWS) == [], "offsets"
