"""How the Train page looks in each state of a run, light and small or dark and large: nothing cut off or overlapping.

Screenshots go to the folder SCREENSHOTS, for eyes to look at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Server

from tests.browser_driver import LONG, PATIENCE_MS, address, button, live, mark, start, step, stop, until

pytestmark = pytest.mark.browser


class Screen(NamedTuple):
    """What a page is looked at with."""

    scheme: Literal["light", "dark"]
    width: int
    height: int


SMALL, LARGE = Screen("light", 1280, 3400), Screen("dark", 1920, 3000)

FLAWS = """() => {
  const flaws = [], main = document.querySelector('[data-testid=stMain]');
  if (main.scrollWidth > main.clientWidth) flaws.push(`the page is ${main.scrollWidth - main.clientWidth} px too wide`);
  const inside = (box, room) => box.left >= room.left - 2 && box.right <= room.right + 2
    && box.top >= room.top - 2 && box.bottom <= room.bottom + 2;
  const shared = (one, other) => Math.min(
    Math.min(one.right, other.right) - Math.max(one.left, other.left),
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top));
  for (const plot of document.querySelectorAll('.east-plot')) {
    const room = plot.getBoundingClientRect(), name = plot.dataset.cell;
    const texts = [...plot.querySelectorAll('svg text')].filter((node) => node.textContent.trim());
    if (!texts.length) flaws.push(`${name} has no text`);
    for (const node of texts) {
      if (!inside(node.getBoundingClientRect(), room)) flaws.push(`${name}: “${node.textContent}” is cut off`);
    }
    for (const axis of ['.xtick text', '.ytick text']) {
      const ticks = [...plot.querySelectorAll(axis)].map((node) => [node.textContent, node.getBoundingClientRect(),
        node.transform.baseVal.consolidate()?.matrix.b ?? 0]);
      for (let place = 1; place < ticks.length; place++) {
        const [text, box, turned] = ticks[place], [before, other] = ticks[place - 1];
        if (!turned && shared(box, other) > 2) flaws.push(`${name}: “${before}” and “${text}” overlap`);
      }
    }
  }
  for (const node of document.querySelectorAll('.east-cell p, .east-cell figcaption, .east-button, .east-fact')) {
    if (node.offsetParent && node.scrollWidth > node.clientWidth + 1) flaws.push(`“${node.textContent}” is cut off`);
  }
  return flaws;
}"""


@pytest.fixture
def page(page: Page) -> Page:
    page.set_viewport_size({"width": 1280, "height": 2300})
    return page


def drawn(page: Page) -> bool:
    """Whether every figure of the live view has been drawn."""
    return bool(
        page.evaluate(
            "() => [...document.querySelectorAll('.east-plot')].every((node) => node.querySelector('.cartesianlayer'))"
        )
    )


def brightness(page: Page) -> float:
    """The app's background, from 0 (black) to 255 (white)."""
    colour: str = page.get_by_test_id("stApp").evaluate("node => getComputedStyle(node).backgroundColor")
    return float(np.mean([float(part) for part in re.findall(r"[0-9.]+", colour)[:3]]))


def look(page: Page, folder: Path, name: str, *screens: Screen) -> None:
    """Load the page anew on each screen, find no flaw, and keep a screenshot; on all of them with SCREENSHOTS."""
    flaws: dict[Screen, Any] = {}
    for screen in (SMALL, LARGE) if "SCREENSHOTS" in os.environ else screens:
        page.emulate_media(color_scheme=screen.scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        page.reload()
        live(page).wait_for()
        until(lambda: drawn(page))
        page.get_by_test_id("stStatusWidget").wait_for(state="hidden")
        page.screenshot(path=folder / f"{name}-{screen.scheme}-{screen.width}.png")
        assert (brightness(page) < 100) == (screen.scheme == "dark")
        flaws[screen] = page.evaluate(FLAWS)
    assert not any(flaws.values()), flaws


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the screenshots go: SCREENSHOTS, or with the test's other files."""
    chosen = Path(os.environ.get("SCREENSHOTS", tmp_path))
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def many_classes(file: Path) -> Path:
    """Write a table of 26 classes whose names are 40 to 60 characters long."""
    generator = np.random.default_rng(3)
    lines = ["first,second,third,finding"]
    for kind in range(26):
        name = f"{chr(65 + kind)} long name of a finding as clinics really write {'them ' * 3}"[
            : 40 + kind % 21
        ].strip()
        name = name.ljust(40, "x")
        for _ in range(14):
            values = np.array([kind % 3, kind // 3 % 3, kind // 9]) + generator.normal(0, 0.4, 3)
            lines.append(",".join(f"{value:.3f}" for value in values) + f",{name}")
    file.write_text("\n".join(lines) + "\n")
    return file


def train(page: Page) -> None:
    button(page, "Train").click()
    live(page).wait_for(timeout=3 * PATIENCE_MS)  # the first training waits for PyTorch


def test_three_classes_in_training_paused_stepped_and_replayed(
    page: Page, server: Server, folder: Path
) -> None:
    start(page, server, f"?sample=wine&{LONG}")
    until(lambda: step(page) > 15)
    look(page, folder, "three-running", SMALL, LARGE)
    button(page, "Pause").click()
    button(page, "Resume").wait_for()
    before = step(page)
    button(page, "One step").click()
    until(lambda: step(page) == before + 1)
    stop(page)
    scrubber = page.get_by_role("slider", name="Replay")
    until(lambda: scrubber.evaluate("node => (node.focus(), node === document.activeElement)"))
    scrubber.press("Home")
    for _ in range(int(scrubber.get_attribute("max") or 0) // 2):
        page.keyboard.press("ArrowRight")
    until(lambda: f"at={step(page)}" in address(page) and 0 < step(page) < before)
    look(page, folder, "three-replay", LARGE)


def test_twenty_six_classes_with_long_names(page: Page, server: Server, folder: Path, tmp_path: Path) -> None:
    page.goto(f"{server.url}/?{LONG}")
    page.get_by_text("Or upload your own", exact=True).click()
    page.locator("input[type=file]").set_input_files(many_classes(tmp_path / "findings.csv"))
    page.get_by_text("26 classes", exact=False).first.wait_for()
    train(page)
    until(lambda: step(page) > 15)
    look(page, folder, "many-running", SMALL)
    stop(page)


def test_own_gains(page: Page, server: Server, folder: Path) -> None:
    page.goto(f"{server.url}/train?sample=wine&metric=gain&gain=7%2C0%2C0%3B0%2C1%2C0%3B0%2C0%2C1&{LONG}")
    train(page)
    until(lambda: step(page) > 15)
    stop(page)
    look(page, folder, "gains", LARGE)


def test_a_diverging_run_is_named_as_such(page: Page, server: Server, folder: Path) -> None:
    page.goto(f"{server.url}/train?sample=wine&seeds=1&rate=1000")
    train(page)
    until(lambda: mark(page, "status") == "failed")
    assert "Diverged" in live(page).inner_text()
    told = page.get_by_test_id("stMain").inner_text()
    assert "EAST (seed 0) diverged" in told and "a smaller learning rate" in told
    look(page, folder, "diverged", SMALL)
