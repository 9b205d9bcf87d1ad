"""The journeys a reader takes, in a real browser on a real server."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from east.synthetic import DEFAULT_TEST_ROWS
from tests.browser_driver import (
    LONG,
    PATIENCE_MS,
    address,
    button,
    cells,
    go_to,
    live,
    mark,
    start,
    step,
    stop,
    until,
)
from tests.conftest import Server, start_watched, stop_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


def test_the_first_problem_train_watch_pause_step_resume_stop_compare(page: Page, server: Server) -> None:
    start(page, server, f"?{LONG}")
    before = {(arm, which): cells(page, arm, which) for arm in (0, 1) for which in ("soft", "hard")}
    until(lambda: step(page) > 20)
    for (arm, which), drawn in before.items():
        until(lambda arm=arm, which=which, drawn=drawn: cells(page, arm, which) != drawn)  # type: ignore[misc]
    button(page, "Pause").click()
    button(page, "Resume").wait_for()
    frozen = step(page)
    time.sleep(1.2)
    assert step(page) == frozen and mark(page, "status") == "paused"
    for taken in (1, 2, 3):
        button(page, "One step").click()
        until(lambda taken=taken: step(page) == frozen + taken)  # type: ignore[misc]
    button(page, "Resume").click()
    until(lambda: step(page) > frozen + 5)
    word = live(page).locator(".east-status")
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        button(page, "Stop").click(no_wait_after=True)
        until(lambda: word.inner_text() == "Stopping", 20)  # before the server has heard it
        assert mark(page, "status") == "running"
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    until(lambda: mark(page, "status") == "stopped")
    until(lambda: word.inner_text() == "Stopped", 20)
    last = step(page)
    time.sleep(1.2)
    assert step(page) == last
    go_to(page, "Compare")
    page.get_by_text(f"{DEFAULT_TEST_ROWS:,} test rows", exact=False).first.wait_for()


def test_an_uploaded_table_with_text_classes_and_missing_values_is_trained(
    page: Page, server: Server, tmp_path: Path
) -> None:
    generator = np.random.default_rng(7)
    names = ["north", "east", "south", "west"]
    lines = ["height,colour,weight,side"]
    for place in range(200):
        kind = place % 4
        height = "" if place % 9 == 0 else f"{kind + generator.normal():.3f}"
        colour = "" if place % 11 == 0 else str(generator.choice(["red", "green", "blue"]))
        lines.append(f"{height},{colour},{generator.normal():.3f},{names[kind]}")
    file = tmp_path / "directions.csv"
    file.write_text("\n".join(lines) + "\n")
    page.goto(f"{server.url}/?{LONG}")
    page.get_by_text("Or upload your own", exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("Missing values in", exact=False).wait_for()
    assert "height (23)" in page.get_by_test_id("stMain").inner_text()
    button(page, "Train").click()
    live(page).wait_for()
    until(lambda: step(page) > 0)
    before = [cells(page, arm, which) for arm in (0, 1) for which in ("soft", "hard")]
    assert len(before[0]) == 4
    for place, (arm, which) in enumerate((arm, which) for arm in (0, 1) for which in ("soft", "hard")):
        until(lambda arm=arm, which=which, place=place: cells(page, arm, which) != before[place])  # type: ignore[misc]
    button(page, "Pause").click()
    button(page, "Resume").wait_for()
    frozen = step(page)
    time.sleep(1.0)
    assert step(page) == frozen
    stop(page)


def test_a_page_switch_and_a_reload_keep_the_run(page: Page, server: Server) -> None:
    start(page, server, f"?sample=wine&{LONG}")
    run, seen = mark(page, "run"), step(page)
    go_to(page, "Data")
    page.get_by_text("What is in it", exact=True).wait_for()
    until(lambda: f"run={run}" in address(page) and "sample=wine" in address(page))
    go_to(page, "Train")
    until(lambda: step(page) > seen)
    assert mark(page, "run") == run
    until(lambda: f"run={run}" in address(page))
    seen = step(page)
    page.reload()
    live(page).wait_for()
    until(lambda: step(page) > seen)
    assert mark(page, "run") == run
    stop(page)


def test_the_scrubber_goes_back_to_any_moment_and_the_link_shows_it_elsewhere(
    page: Page, server: Server, browser: Browser
) -> None:
    start(page, server, "?sample=wine&epochs=200&pace=full")
    until(lambda: mark(page, "status") == "finished")
    scrubber = page.get_by_role("slider", name="Replay")
    # Only once it takes the focus: keys would go to another slider of the page before.
    until(lambda: scrubber.evaluate("node => (node.focus(), node === document.activeElement)"))
    scrubber.press("Home")
    until(lambda: step(page) == 0 and scrubber.input_value() == "0")
    for _ in range(5):
        scrubber.press("ArrowRight")
    assert scrubber.input_value() == "5"
    # The moments on the way are drawn and linked too; what counts is the one that was asked for last.
    wanted = int(str(scrubber.get_attribute("aria-valuetext")).removeprefix("step ").replace(",", ""))
    assert wanted > 0
    until(lambda: step(page) == wanted and f"at={wanted}&" in f"{address(page)}&")
    seen = cells(page, 0, "hard")
    other = browser.new_context().new_page()
    other.goto(address(page))
    live(other).wait_for()
    assert step(other) == step(page) == wanted
    assert cells(other, 0, "hard") == seen
    other.context.close()
    here = step(page)
    page.get_by_role("button", name="Replay").click()
    until(lambda: step(page) > here)
    page.get_by_role("button", name="Halt").click()


def test_the_scrubber_draws_moments_that_were_sent_ahead_while_the_server_stands_still(
    page: Page, server: Server
) -> None:
    start(page, server, "?sample=penguins&epochs=20&pace=full")
    until(lambda: mark(page, "status") == "finished")
    scrubber = page.get_by_role("slider", name="Replay")
    until(lambda: scrubber.evaluate("node => (node.focus(), node === document.activeElement)"))

    def here() -> bool:
        scrubber.press("ArrowLeft")  # moments come with an answer, once they are drawn
        mine = page.evaluate("() => window.eastFrames?.mark")
        return mine is not None and mine == mark(page, "frames")

    until(here)
    scrubber.press("Home")
    until(lambda: step(page) == 0 and "at=0&" in f"{address(page)}&")
    first = cells(page, 0, "hard")
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        scrubber.press("End")
        wanted = str(scrubber.get_attribute("aria-valuetext")).removeprefix("step ").replace(",", "")
        until(lambda: mark(page, "staged") == wanted and cells(page, 0, "hard") != first)
        until(lambda: "at=0&" in f"{address(page)}&")
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    until(lambda: mark(page, "step") == wanted and "at=0&" not in f"{address(page)}&")


def typed_into(page: Page, table: Locator, text: str) -> bool:
    """Type into the first cell; a grid that is still growing does not hear it."""
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 52)
    time.sleep(0.4)
    page.keyboard.type(text)
    time.sleep(0.2)
    page.keyboard.press("Enter")
    time.sleep(1.0)
    return "gain=" in address(page)


def test_gains_are_typed_into_a_table(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/train?sample=wine&metric=gain&{LONG}")
    button(page, "Train").wait_for()
    table = page.get_by_test_id("stDataFrame")
    table.locator("canvas").first.wait_for()
    until(lambda: typed_into(page, table, "7"))
    until(lambda: "gain=7%2C0%2C0%3B0%2C1%2C0%3B0%2C0%2C1" in address(page))
    button(page, "Train").click()
    live(page).wait_for()
    until(lambda: "Mean gain on validation" in page.get_by_test_id("stMain").inner_text())
    stop(page)


@pytest.mark.parametrize("clicks", [60, pytest.param(400, marks=pytest.mark.benchmark)])
def test_no_click_is_lost_and_none_is_done_twice(page: Page, server: Server, clicks: int) -> None:
    start(page, server, f"?sample=wine&{LONG}")
    button(page, "Pause").click()
    button(page, "Resume").wait_for()
    until(lambda: mark(page, "status") == "paused")
    before = step(page)
    for _ in range(20):
        button(page, "One step").click(no_wait_after=True)
    button(page, "One step").evaluate(
        """async (node, clicks) => {
             for (let click = 0; click < clicks; click++) { node.click(); await new Promise(go => setTimeout(go, 4)); }
           }""",
        clicks - 20,
    )
    until(lambda: step(page) == before + clicks, 60)
    time.sleep(1.0)
    assert step(page) == before + clicks
    stop(page)


def test_what_one_run_was_told_is_not_told_to_the_next(page: Page, server: Server) -> None:
    start(page, server, f"?sample=wine&{LONG}")
    former = mark(page, "run")
    stop(page)
    button(page, "Train again").click()
    until(lambda: mark(page, "run") != former and step(page) > 0)
    button(page, "Pause").click()
    until(lambda: mark(page, "status") == "paused")
    frozen = step(page)
    button(page, "One step").click()
    until(lambda: step(page) == frozen + 1)
    assert mark(page, "status") == "paused"
    stop(page)


def test_each_browser_sees_its_own_run_and_a_closed_tab_ends_its_run(
    browser: Browser, tmp_path: Path
) -> None:
    watched = start_watched(tmp_path, patience="4,8")
    try:
        tabs = [browser.new_context().new_page() for _ in range(2)]
        for tab in tabs:
            tab.set_default_timeout(PATIENCE_MS)
            start(tab, watched.server, "?sample=wine&epochs=2000&pace=slowest")
        left, kept = (mark(tab, "run") for tab in tabs)
        assert left != kept
        tabs[1].reload()
        live(tabs[1]).wait_for()
        assert mark(tabs[1], "run") == kept and left not in tabs[1].content()

        def statuses(run: str) -> list[str]:
            return [entry["status"] for entry in watched.entries() if entry["run"] == run]

        tabs[0].context.close()
        closed = time.time()
        until(lambda: statuses(left)[-1] == "stopped", 60)
        ended = next(
            entry["at"] for entry in watched.entries() if (entry["run"], entry["status"]) == (left, "stopped")
        )
        assert "paused" in statuses(left) and 7 <= ended - closed <= 40
        seen = step(tabs[1])
        until(lambda: step(tabs[1]) > seen)
        assert statuses(kept)[-1] == "running"
        stop(tabs[1])
        tabs[1].context.close()
    finally:
        stop_server(watched.server)


def test_zoom_survives_a_redraw(page: Page, server: Server) -> None:
    start(page, server, f"?sample=wine&{LONG}")
    plot = page.locator("[data-cell=gap]")
    plot.scroll_into_view_if_needed()
    plot.locator(".scatterlayer").wait_for(state="attached")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    page.mouse.up()
    zoomed = plot.evaluate("node => node.layout.xaxis.range")
    assert zoomed != [0, plot.evaluate("node => node.layout.xaxis.range[1]")]
    points = plot.evaluate("node => node.data.at(-1).x.length")
    until(lambda: plot.evaluate("node => node.data.at(-1).x.length") > points)
    assert plot.evaluate("node => node.layout.xaxis.range") == zoomed
    stop(page)
