"""The report in a real Chromium, offline: nothing is asked for, all is drawn, and no name is taken for markup."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from east.comparison import compare, summarise
from east.export import RunRecord, html_report
from tests.export_runs import HOSTILE, hostile_record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return hostile_record()


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The addresses that were asked for."""
    return []


@pytest.fixture(scope="module")
def page(
    browser: Browser, record: RunRecord, asked: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(html_report(record), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1100, "height": 1000}, offline=True)
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda said: problems.extend([said.text] if said.type == "error" else []))
    tab.on("dialog", lambda dialog: problems.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    tab.locator("body[data-drawn]").wait_for()
    yield tab
    context.close()
    assert not problems


def layout_of(page: Page, name: str) -> str:
    return str(
        page.locator(f"[data-figure='{name}']").evaluate(
            "node => JSON.stringify(node.data.map(t => t.z ?? t.y))"
        )
    )


def test_it_opens_offline_and_asks_for_nothing_but_itself(page: Page, asked: list[str]) -> None:
    assert [address for address in asked if not address.startswith(("data:", "blob:"))] == [page.url]


def test_every_figure_is_drawn_and_told(page: Page, tmp_path: Path) -> None:
    plots = page.locator(".plot")
    assert plots.count() >= 16
    for plot in plots.all():
        assert plot.locator(".trace, .hm image, .heatmaplayer image, .barlayer .point").count() > 0
        assert len(plot.get_attribute("aria-label") or "") > 20
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    page.screenshot(path=folder / "report.png", full_page=True)
    page.emulate_media(media="print")
    page.pdf(path=folder / "report.pdf")
    page.emulate_media(media="screen")
    assert (folder / "report.pdf").stat().st_size > 10_000


def test_the_scrubber_moves_the_replay_by_keyboard_and_mouse(page: Page, record: RunRecord) -> None:
    scrubber = page.get_by_role("slider", name="Moment of the training")
    moment = page.locator("#moment")
    last = record.history[-1]
    assert moment.inner_text() == f"step {last.step} of {last.total_steps}"
    late = {name: layout_of(page, name) for name in ("replay-soft-0", "replay-heaviside")}
    scrubber.focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.getElementById('moment').textContent.startsWith('step 0 ')")
    assert scrubber.get_attribute("aria-valuetext") == f"step 0 of {last.total_steps}"
    for name, before in late.items():
        page.wait_for_function(
            "([name, before]) => JSON.stringify(document.querySelector(`[data-figure='${name}']`).data"
            ".map(t => t.z ?? t.y)) !== before",
            arg=[name, before],
        )
    page.keyboard.press("ArrowRight")
    assert moment.inner_text() == f"step {record.history[1].step} of {last.total_steps}"
    scrubber.scroll_into_view_if_needed()
    box = scrubber.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = (
        record.history[(len(record.history) - 1) // 2].step,
        record.history[len(record.history) // 2].step,
    )
    assert int(moment.inner_text().split()[1]) in middle


def test_no_name_is_ever_markup(page: Page) -> None:
    assert page.evaluate("window.stolen") is None
    assert page.locator("main script, main img, main iframe, main a").count() == 0
    assert page.locator(".plot a").count() == 0
    for name in HOSTILE:
        assert page.get_by_role("rowheader", name=name, exact=True).count() >= 1
    ticks = page.locator("[data-figure='balance'] .ytick text").all_text_contents()
    assert "<b>bold</b>" in ticks and "&lt;i&gt;" in ticks


def test_its_numbers_are_those_of_the_comparison(page: Page, record: RunRecord) -> None:
    expected = summarise(compare(record.race))
    assert json.loads(page.locator("#result").text_content() or "") == json.loads(json.dumps(expected))
    text = page.locator("main").inner_text()
    for arm in expected["arms"].values():
        assert f"{arm['mean']:.4f}" in text and f"{arm['ci'][0]:.4f} to {arm['ci'][1]:.4f}" in text
    for pair in expected["paired"].values():
        assert f"{pair['difference']:+.4f}".replace("-", "−") in text
    assert expected["verdict"]["text"].split(". ")[0].split("'")[0] in text
