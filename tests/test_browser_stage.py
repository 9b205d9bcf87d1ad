"""The stage in a real browser: all of it in one small window, its switches, and the picture it saves.

With EAST_PICTURES=1 the README's picture of it is written anew.
"""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser_driver import LONG, address, button, live, mark, start, step, stop, until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser

PICTURE = Path(__file__).parents[1] / ".github" / "train-page.png"
MOST_BYTES = 300_000
WIDTH, HEIGHT = 1280, 720

INSIDE = """() => {
  const main = document.querySelector('[data-testid=stMain]'), flaws = [];
  const seen = ['.east-line', '.east-keys', ...['regions', 'soft', 'hard', 'score', 'annealing']
    .map((key) => `.east-stage [data-cell=${key}]`), '.east-stage'];
  for (const name of seen) {
    const nodes = [...main.querySelectorAll(name)];
    if (!nodes.length) flaws.push(`${name} is not there`);
    for (const node of nodes) {
      const box = node.getBoundingClientRect();
      if (box.height < 12 || box.top < 0 || box.bottom > window.innerHeight || box.right > window.innerWidth)
        flaws.push(`${name}: ${Math.round(box.top)} to ${Math.round(box.bottom)}`);
    }
  }
  for (const plot of main.querySelectorAll('.east-stage .east-plot')) {
    const room = plot.getBoundingClientRect(), drawn = plot.querySelector('.main-svg')?.getBoundingClientRect();
    if (!drawn || Math.abs(drawn.height - room.height) > 2) flaws.push(`${plot.dataset.cell} is drawn in another size`);
  }
  if (main.scrollTop) flaws.push('it is scrolled');
  return flaws;
}"""


def finish(page: Page, server: Server, link: str = "") -> None:
    start(page, server, link)
    until(lambda: mark(page, "status") == "finished")
    page.get_by_text("The test rows are being judged", exact=False).wait_for(state="hidden")
    until(lambda: mark(page, "staged") == mark(page, "step"))


def test_the_finished_default_problem_is_seen_whole_in_a_small_window(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    picture = os.environ.get("EAST_PICTURES")
    finish(page, server, "" if picture else "?pace=full")  # the README shows the usual pace, which takes 15 s
    page.locator(".st-key-train_head strong").wait_for()
    until(lambda: page.evaluate(INSIDE) == [], 20)
    if picture:
        page.mouse.move(1, 1)
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        assert PICTURE.stat().st_size < MOST_BYTES


def test_a_run_under_way_and_a_paused_one_are_seen_whole(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    start(page, server, f"?{LONG}")
    until(lambda: step(page) > 5)
    until(lambda: page.evaluate(INSIDE) == [], 20)
    button(page, "Pause").click()
    button(page, "Resume").wait_for()
    until(lambda: page.evaluate(INSIDE) == [], 20)
    stop(page)


def regions(page: Page, arm: int) -> Any:
    return page.locator(".east-stage [data-cell=regions]").nth(arm).evaluate("node => node.data[0].z")


def test_regions_move_in_place_while_training(page: Page, server: Server) -> None:
    start(page, server, f"?{LONG}")
    plot = page.locator(".east-stage [data-cell=regions]").first
    plot.locator(".heatmaplayer image").first.wait_for(state="attached")
    plot.evaluate("node => { node.eastSame = true; }")
    before = [regions(page, arm) for arm in (0, 1)]
    for arm in (0, 1):
        until(lambda arm=arm: regions(page, arm) != before[arm])  # type: ignore[misc]
    assert plot.evaluate("node => node.eastSame && node.isConnected")
    stop(page)


def pressed(switch: Locator) -> bool:
    """Press a switch until it is on: one that is drawn anew meanwhile forgets it."""
    if not switch.is_checked():
        switch.press("Space")
    return switch.is_checked()


def test_where_the_arms_differ_and_the_projector_are_switched_by_keyboard(page: Page, server: Server) -> None:
    finish(page, server, "?pace=full&epochs=20")
    plot = page.locator(".east-stage [data-cell=regions]").first
    switch = page.get_by_role("switch", name="Where they differ")
    until(lambda: pressed(switch))
    until(lambda: "differ on" in str(plot.get_attribute("aria-label")) and "regions=differ" in address(page))
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    before = live(page).evaluate(size)
    page.get_by_role("switch", name="Projector").press("Space")
    page.get_by_test_id("stSidebar").wait_for(state="hidden")
    until(lambda: live(page).evaluate(size) > 1.1 * before)
    until(lambda: page.evaluate(INSIDE) == [], 20)
    page.get_by_role("switch", name="Projector").press("Space")
    page.get_by_test_id("stSidebar").wait_for()


def test_the_stage_is_saved_as_one_picture(page: Page, server: Server, tmp_path: Path) -> None:
    finish(page, server, "?pace=full&epochs=20")
    saved = {}
    for kind, begins in (("SVG", b"<svg"), ("PNG", b"\x89PNG\r\n\x1a\n")):
        with page.expect_download() as waiting:
            button(page, f"Save as {kind}").click()
        saved[kind] = tmp_path / waiting.value.suggested_filename
        assert saved[kind].stem == f"Four-overlapping-Gaussians-label-step-{step(page)}-of-100"
        assert saved[kind].suffix == f".{kind.lower()}"
        waiting.value.save_as(saved[kind])
        data = saved[kind].read_bytes()
        assert data.startswith(begins) and len(data) > 20_000
    other = page.context.new_page()
    other.goto(saved["SVG"].as_uri())
    assert other.locator("svg svg.main-svg").count() >= 8
    words = other.locator("svg").first.text_content() or ""
    for wanted in ("EAST", "Cross-entropy", "predicted wrongly", "best for Macro F1", "best reachable"):
        assert wanted in words
    other.close()


TOO_WIDE = """() => [...document.querySelectorAll('.east-stage .east-plot, .east-stage header, .east-line *')]
  .filter((node) => node.getBoundingClientRect().right > window.innerWidth)
  .map((node) => `${node.dataset.cell ?? node.className}: ${node.getBoundingClientRect().right}`)"""


def test_the_stage_narrows_to_one_column_on_a_phone(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    start(page, server, f"?{LONG}&losses=east,east_paper")  # a name as long as a phone is wide
    until(lambda: step(page) > 2)
    button(page, "Pause").click()
    page.get_by_role("slider", name="Replay").wait_for()
    time.sleep(0.5)
    width = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390
    assert page.evaluate(TOO_WIDE) == []
    stop(page)


POINTED = """node => node.data.filter((trace) => trace.mode === 'markers').flatMap((trace) => trace.x.map((x, place) =>
  [trace.name, trace.text?.[place] ?? trace.name, trace.selectedpoints?.includes(place) ?? null]))"""
DIMMED = """node => [...node.querySelectorAll('.scatterlayer .point')].filter(
  (point) => parseFloat(getComputedStyle(point).opacity) < 0.5).length"""
FRAME = """node => (node.layout.shapes ?? []).map((shape) => [shape.x0, shape.x1, shape.y0, shape.y1])"""


def middle_of(page: Page, plot: Locator, across: float, down: float) -> bool:
    """Move the pointer to the middle of a matrix's cell, by its place; False while the figure is drawn anew."""
    box = plot.locator(".nsewdrag").bounding_box()
    if box is None:
        return False
    page.mouse.move(box["x"] + across * box["width"] - 2, box["y"] + down * box["height"])
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    return True


def shows(page: Page, matrix: Locator, other: Locator, regions: Locator, cell: tuple[int, int]) -> bool:
    """Point at a cell; whether its rows alone are lit up and the other matrix frames it.

    To be asked again: a figure that is drawn anew forgets the pointer.
    """
    true, predicted = cell
    if not middle_of(page, matrix, (predicted + 0.5) / 4, (true + 0.5) / 4):
        return False
    page.wait_for_timeout(500)
    wanted = ("ABCD"[true], "ABCD"[predicted])
    rows = regions.evaluate(POINTED)
    only = [on for *_, on in rows] == [(name, taken) == wanted for name, taken, _ in rows]
    dark = sum((name, taken) != wanted for name, taken, _ in rows)
    box = [predicted - 0.5, predicted + 0.5, true - 0.5, true + 0.5]
    framed = other.evaluate(FRAME) == [box, box] and matrix.evaluate(FRAME) == []
    return only and framed and 0 < dark < len(rows) and regions.evaluate(DIMMED) == dark


def frames(page: Page, row: Locator, matrix: Locator) -> bool:
    """Point at a row; whether its cell is framed."""
    box = row.bounding_box()
    if box is None:
        return False
    for aside in (1, 0):
        page.mouse.move(box["x"] + box["width"] / 2 + aside, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    return bool(matrix.evaluate(FRAME))


def test_pointing_at_a_cell_lights_its_rows_and_at_a_row_frames_its_cell(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    finish(page, server, "?pace=full&epochs=20")
    stage = page.locator(".east-stage")
    regions = [stage.locator("[data-cell=regions]").nth(arm) for arm in (0, 1)]
    hard, soft = (stage.locator(f"[data-cell={key}]").first for key in ("hard", "soft"))
    for true, predicted in ((3, 0), (1, 1)):  # D taken for A, and B for what it is
        until(functools.partial(shows, page, hard, soft, regions[0], (true, predicted)), 30)
        assert all(on is None for *_, on in regions[1].evaluate(POINTED))  # the other arm's stay
    page.mouse.move(2, 2)
    until(lambda: regions[0].evaluate(DIMMED) == 0 and soft.evaluate(FRAME) == [], 10)
    crosses = regions[0].locator(".scatterlayer .point").filter(visible=True)
    data = regions[0].evaluate(POINTED)
    place = next(place for place, (name, taken, _) in enumerate(data) if name != taken)
    until(functools.partial(frames, page, crosses.nth(place), hard), 20)
    assert hard.evaluate(FRAME) == soft.evaluate(FRAME)
    said = str(regions[0].locator(".hoverlayer").text_content())
    left, _, top, _ = hard.evaluate(FRAME)[0]
    truth, taken = ("ABCD"[round(edge + 0.5)] for edge in (top, left))
    assert said.startswith(f"{truth}, right" if truth == taken else f"{truth}, predicted as {taken}")
    page.mouse.move(2, 2)
    until(lambda: hard.evaluate(FRAME) == [], 10)
