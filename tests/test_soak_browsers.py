"""Twenty readers at once in browsers of their own: `pytest -m benchmark -n 0 -s tests/test_soak_browsers.py`.

Each trains a table of its own several times on one server, watches, and every second one presses Stop.
"""

from __future__ import annotations

import asyncio
import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests.conftest import CHROMIUM_ARGUMENTS, ROOT, Watched, find_chromium, start_watched, stop_server

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]

SESSIONS, ROUNDS = 20, 2
TABLES = {"penguins": "species", "wine": "cultivar", "contraceptive": "method", "yeast": "localization_site"}
PATIENCE_MS = 300_000
MOST_STOP_S, MOST_MB, MOST_MB_A_SESSION = 1.0, 1000, 60
# Presses Stop and tells when (seconds since 1970), and the seconds until the page says "Stopping", and until it says
# that the server has heard it.
PRESS_STOP = """
() => new Promise((resolve, reject) => {
  const live = () => document.querySelector(".east-live[data-run]"), began = Date.now() / 1000;
  const stop = [...live().querySelectorAll("button")].find((button) => button.innerText.trim() === "Stop");
  if (!stop) return resolve(null);  // the training has ended by itself
  let said = null;
  // The view may be made anew meanwhile, so that it is looked for each time.
  const look = setInterval(() => {
    const status = live()?.dataset.status, seconds = Date.now() / 1000 - began;
    if (live()?.querySelector(".east-status")?.textContent !== "Training") said ??= seconds;
    if (["stopping", "judging", "stopped"].includes(status)) resolve([began, said ?? seconds, seconds]);
    else if (status === "finished") resolve(null);
    else if (seconds > 60) reject(new Error(`nobody heard Stop: the training is ${status}`));
    else return;
    clearInterval(look);
  }, 10);
  stop.click();
})
"""
# Of the matrices that are drawn: those far below the window are not.
CLASSES = """
() => [...document.querySelectorAll("[data-cell=hard]")].filter((node) => node.data).map((node) => node.data[0].x)
"""


class Pressed(NamedTuple):
    """A press of Stop: when, and the seconds until the page said "Stopping", and that the server had heard it."""

    at: float
    said_s: float
    confirmed_s: float


class Seen(NamedTuple):
    """One training as its reader saw it: the run's id, the classes of each hard matrix, and what became of Stop."""

    run: str
    classes: list[list[str]]
    pressed: Pressed | None


@dataclass
class Session:
    """A reader: the table, and what came of each round."""

    number: int
    table: str
    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def stops_early(self) -> bool:
        return self.number % 2 == 0


async def status(page: Page, *wanted: str) -> None:
    choices = ", ".join(f".east-live[data-run][data-status={each}]" for each in wanted)
    await page.locator(choices).first.wait_for(state="attached")


async def use(session: Session, browser: Browser, url: str) -> None:
    """Train, watch and stop, `ROUNDS` times."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: session.problems.append(str(error)))
    pace = "watch" if session.stops_early else "full"
    await page.goto(f"{url}/?sample={session.table}&seeds=1&pace={pace}")
    for number in range(ROUNDS):
        pressed: Pressed | None = None
        former = session.seen[-1].run if session.seen else ""
        await page.get_by_role("button", name="Train again" if number else "Train", exact=True).click()
        await page.locator(f".east-live[data-run]:not([data-run='{former}'])").wait_for(state="attached")
        await status(page, "running", "finished", "failed")
        await page.locator("[data-cell=hard] .heatmaplayer").first.wait_for(state="attached")
        await asyncio.sleep(2)
        if session.stops_early:
            times = await page.evaluate(PRESS_STOP)
            pressed = Pressed(*times) if times else None
        await status(page, "finished", "stopped", "failed")
        await page.locator("[data-cell=hard] .heatmaplayer").first.wait_for(state="attached")
        run = await page.locator(".east-live[data-run]").get_attribute("data-run")
        session.seen.append(Seen(str(run), await page.evaluate(CLASSES), pressed))
        alarms = page.locator("[data-testid=stException], [data-testid=stAlertContentError]")
        session.problems += await alarms.all_inner_texts()
    await context.close()


async def use_all(sessions: list[Session], watched: Watched) -> list[float]:
    """Let all sessions use the server at once; returns its memory in MB at times."""
    from playwright.async_api import async_playwright

    memory = [watched.memory_mb()]

    async def look() -> None:
        while True:
            await asyncio.sleep(1)
            memory.append(watched.memory_mb())

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        looking = asyncio.create_task(look())
        await asyncio.gather(*(use(session, browser, watched.server.url) for session in sessions))
        looking.cancel()
        await browser.close()
    return [*memory, watched.memory_mb()]


def in_line(watched: Watched, run: str) -> float:
    """Return the seconds that a run has waited for its turn."""
    entries = [entry for entry in watched.entries() if entry["run"] == run]
    places = [place for place, entry in enumerate(entries) if entry["ahead"]]
    return float(entries[places[-1] + 1]["at"] - entries[0]["at"]) if places else 0.0


def heard_at(watched: Watched, run: str) -> float:
    """Return when the server has heard that a run is to stop, in seconds since 1970."""
    return float(
        min(
            entry["at"] for entry in watched.entries() if (entry["run"], entry["status"]) == (run, "stopping")
        )
    )


def test_twenty_sessions_at_once_neither_fail_nor_mix_nor_wait_unfairly(tmp_path: Path) -> None:
    names = list(TABLES)
    sessions = [Session(number, names[number % len(names)]) for number in range(SESSIONS)]
    watched = start_watched(tmp_path)
    try:
        # In a thread of its own: other tests of the browser may have a loop in this one.
        with ThreadPoolExecutor(1) as pool:
            memory = pool.submit(lambda: asyncio.run(use_all(sessions, watched))).result()
    finally:
        stop_server(watched.server)
    waited = [sum(in_line(watched, seen.run) for seen in session.seen) for session in sessions]
    stopped = [(seen.run, seen.pressed) for session in sessions for seen in session.seen if seen.pressed]
    stops = {
        "the page said Stopping": [pressed.said_s for _, pressed in stopped],
        "the server had heard it": [heard_at(watched, run) - pressed.at for run, pressed in stopped],
        "the page showed that the server had": [pressed.confirmed_s for _, pressed in stopped],
    }
    late = {name: float(np.percentile(seconds, 95)) for name, seconds in stops.items()}
    lines = (
        f"{name} after {statistics.median(seconds):.2f} s (median of {len(seconds)}), {late[name]:.2f} s (95 %), "
        f"{max(seconds):.2f} s (longest);\n"
        for name, seconds in stops.items()
    )
    print(  # noqa: T201 -- the figures are what this file is for
        f"\n{SESSIONS} sessions, {ROUNDS} trainings each; from a press of Stop\n{''.join(lines)}"
        f"each waited in the line {statistics.mean(waited):.0f} s in all (mean), {max(waited):.0f} s (longest);\n"
        f"the server had {max(memory):.0f} MB at most, {memory[-1]:.0f} MB after"
    )
    assert [problem for session in sessions for problem in session.problems] == []
    runs = [seen.run for session in sessions for seen in session.seen]
    assert len(set(runs)) == SESSIONS * ROUNDS
    for session in sessions:
        frame = pd.read_csv(ROOT / "sample_data" / f"{session.table}.csv")
        own = sorted(map(str, frame[TABLES[session.table]].dropna().unique()))
        for seen in session.seen:
            assert seen.classes and all(sorted(map(str, shown)) == own for shown in seen.classes)
    # What is shown of it after that waits for the browsers' own drawing, all on the server's cores.
    assert max(list(late.values())[:2]) <= MOST_STOP_S, stops
    assert max(waited) <= 2 * statistics.mean(waited), sorted(waited)
    assert max(memory) < MOST_MB + SESSIONS * MOST_MB_A_SESSION
