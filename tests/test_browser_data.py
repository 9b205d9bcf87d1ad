"""Messy tables of a reader's own, through the Data page in a real browser, each looked at and trained."""

from __future__ import annotations

import statistics
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest

from tests.browser_driver import address, button, go_to
from tests.tables_corpus.making import as_parquet, grid, million_rows, xlsx

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser

SCREENS: tuple[tuple[Literal["light", "dark"], int], ...] = (("dark", 1920), ("light", 1280))


def until(holds: Callable[[], object], seconds: float = 120.0) -> None:
    from playwright.sync_api import Error

    deadline = time.monotonic() + seconds

    def held() -> object:
        try:
            return holds()
        except (Error, LookupError, StopIteration):  # the page was drawn anew while it was read
            return False

    while not held():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def text(page: Page) -> str:
    return page.get_by_test_id("stMain").inner_text()


def upload(page: Page, server: Server, file: Path, data: bytes) -> None:
    """Give a file to the page and wait until it is the table in use."""
    file.write_bytes(data)
    page.goto(server.url)
    page.get_by_text("Or upload your own", exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("strong").get_by_text(file.name, exact=True).wait_for()
    settled(page)


def settled(page: Page) -> None:
    """Wait until the server has nothing more to say."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def choose(page: Page, label: str, option: str) -> None:
    wanted = page.get_by_role("option", name=option)

    def opened() -> bool:
        """A list that opens while its surroundings still move is closed again at once."""
        if not wanted.is_visible():
            page.get_by_role("combobox", name=label).click()
            time.sleep(0.4)
        return wanted.is_visible()

    until(opened)
    wanted.click()
    settled(page)


def open_concerns(page: Page) -> None:
    """Unfold what to look out for."""
    box = page.get_by_test_id("stExpander").filter(has_text="What to look out for")
    if not box.locator("details[open]").count():
        box.locator("summary").click()
    box.locator("details[open]").wait_for()


def clear(page: Page, label: str) -> None:
    """Take a choice back, so that it is found out again."""
    box = page.get_by_test_id("stSelectbox").filter(has_text=label)
    box.get_by_role("button", name="Clear").or_(box.locator("svg[title='Clear value']")).first.click()
    settled(page)


def facts(page: Page) -> list[list[str]]:
    """The rows of the table of columns, as assistive technology reads them."""
    page.get_by_test_id("stDataFrame").first.scroll_into_view_if_needed()
    rows = page.get_by_test_id("stDataFrame").first.locator("table[role=grid] tbody tr")
    rows.first.wait_for(state="attached")
    return [[cell.text_content() or "" for cell in row.locator("td").all()] for row in rows.all()]


def roles(page: Page) -> dict[str, str]:
    return {row[0]: row[2] for row in facts(page)}


def look(page: Page, folder: Path, name: str) -> None:
    """Take pictures of the whole page, dark on a large screen and light on a small one."""
    for scheme, width in SCREENS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 1900})
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("r")  # figures take the theme of the page they are drawn for
        time.sleep(0.7)
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], "the page is wider than the window"
        picture = folder / f"{name}-{scheme}-{width}.png"
        page.screenshot(path=picture)
        assert picture.stat().st_size > 20_000
    page.set_viewport_size({"width": 1280, "height": 900})


def trains(page: Page) -> list[str]:
    """Train until both arms have drawn their matrices; returns the classes in their order."""
    button(page, "Train").click()
    view = page.locator(".east-live[data-run]")
    view.wait_for()
    until(lambda: int(str(view.get_attribute("data-step"))) > 0)
    plot = page.locator("[data-cell=hard]").first
    plot.scroll_into_view_if_needed()
    plot.locator(".heatmaplayer image, .heatmaplayer path").first.wait_for(state="attached")
    names: list[str] = plot.evaluate("node => node.data[0].x")
    button(page, "Stop").click()
    until(lambda: view.get_attribute("data-status") == "stopped")
    return names


def german_csv() -> bytes:
    """Semicolons, decimal commas, grouped thousands and umlauts in Windows' Western code page."""
    generator = np.random.default_rng(3)
    lines = ["Größe;Gewicht;Umsatz;Straße;Güte"]
    for place in range(240):
        grade = ("gut", "mäßig", "ungenügend")[place % 3]
        height = "" if place % 16 == 0 else f"{170 + 9 * (place % 3) + generator.normal() * 5:.1f}"
        weight = f"{60 + generator.normal() * 8:.2f}"
        sales = f"{1 + place % 9}.{generator.integers(100, 999)},{generator.integers(10, 99)}"
        street = generator.choice(["Süd", "Köln", "Nord"])
        lines.append(f"{height};{weight};{sales};{street};{grade}".replace(".", ",", 0))
    body = [line.split(";") for line in lines[1:]]
    for row in body:
        row[0], row[1] = row[0].replace(".", ","), row[1].replace(".", ",")
    return "\r\n".join([lines[0], *(";".join(row) for row in body)]).encode("cp1252")


def test_semicolons_decimal_commas_and_umlauts_of_cp1252(page: Page, server: Server, tmp_path: Path) -> None:
    upload(page, server, tmp_path / "güte.csv", german_csv())
    wanted = {
        "Größe": "numeric",
        "Gewicht": "numeric",
        "Umsatz": "numeric",
        "Straße": "categorical",
        "Güte": "categorical",
    }
    until(lambda: roles(page) == wanted)
    assert "Missing values in Größe (15)." in text(page)
    assert "Likeliest: Güte." in text(page)
    page.get_by_text("How the file was read", exact=True).click()
    for told in ("encoding: cp1252", "delimiter: ';'", "decimal mark: ','"):
        page.get_by_text(told, exact=False).wait_for()
    look(page, tmp_path, "semicolon")
    # Read differently and back again: the same bytes, and the link tells of it.
    choose(page, "Decimal mark", "point .")
    until(lambda: roles(page)["Größe"] != "numeric")
    until(lambda: "decimal=." in address(page))
    clear(page, "Decimal mark")
    until(lambda: roles(page)["Größe"] == "numeric")
    assert trains(page) == ["gut", "mäßig", "ungenügend"]


def two_sheets() -> bytes:
    generator = np.random.default_rng(4)
    rows = 160
    orders = pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=rows, freq="2D").date,
            "amount": generator.normal(50, 12, rows).round(2),
            "pieces": generator.integers(1, 9, rows),
            "channel": generator.choice(["shop", "web", "phone"], rows),
            "returned": generator.choice(["no", "yes", "partly"], rows, p=[0.6, 0.25, 0.15]),
        }
    )
    summary: list[list[Any]] = [["Region", "Sum"], ["North", 3100.5], ["South", 2900]]
    return xlsx({"Summary": summary, "Orders": grid(orders)})


def test_a_workbook_of_two_sheets_with_dates(page: Page, server: Server, tmp_path: Path) -> None:
    upload(page, server, tmp_path / "orders.xlsx", two_sheets())
    until(lambda: list(roles(page)) == ["Region", "Sum"])
    page.get_by_text("How the file was read", exact=True).click()
    page.get_by_text("sheet: Summary", exact=False).wait_for()
    choose(page, "Sheet", "Orders")
    until(lambda: "160 rows, 5 columns" in text(page))
    until(lambda: roles(page).get("day") == "date")
    assert "sheet=Orders" in address(page)
    open_concerns(page)
    until(lambda: "day: it holds dates." in text(page))
    assert page.get_by_role("combobox", name="Column to predict").input_value() == "returned"
    look(page, tmp_path, "workbook")
    button(page, "Split by it").click()
    until(lambda: "The split is by 'day': the oldest rows train, the newest test." in text(page))
    assert "96 rows to train on, 32 to choose the best moment, 32 kept" in text(page)
    until(lambda: "time=day" in address(page))
    until(lambda: next(row for row in facts(page) if row[0] == "day")[1] == "time")
    assert trains(page) == ["no", "partly", "yes"]


def categoricals() -> bytes:
    generator = np.random.default_rng(5)
    rows = 300
    level = generator.choice([0, 1, 2], rows, p=[0.5, 0.3, 0.2])
    return as_parquet(
        pd.DataFrame(
            {
                "soil": pd.Categorical(generator.choice(["clay", "sand", "loam"], rows)),
                "rain": (level + generator.normal(size=rows)).round(3),
                "grade code": pd.Categorical(np.array(["g1", "g2", "g3"])[level]),
                "plot": [f"P{place:04d}" for place in generator.permutation(rows)],
                "harvest": pd.Categorical(
                    np.array(["low", "middling", "high"])[level], ["low", "middling", "high"], ordered=True
                ),
            }
        )
    )


def test_parquet_with_categoricals_and_a_column_that_gives_the_target_away(
    page: Page, server: Server, tmp_path: Path
) -> None:
    upload(page, server, tmp_path / "harvest.parquet", categoricals())
    wanted = {
        "soil": "categorical",
        "rain": "numeric",
        "grade code": "categorical",
        "plot": "ID-like",
        "harvest": "categorical",
    }
    until(lambda: roles(page) == wanted)
    assert "Likeliest: grade code. Its name suggests it" in text(page)
    choose(page, "Column to predict", "harvest")
    until(lambda: "2 columns to leave out" in text(page))
    open_concerns(page)
    until(lambda: "grade code: each of its values goes with one class of 'harvest' only" in text(page))
    look(page, tmp_path, "parquet")
    for left in (1, 0):
        button(page, "Leave it out").first.click()
        until(lambda left=left: button(page, "Leave it out").count() == left)  # type: ignore[misc]
    until(lambda: "exclude=" in address(page))
    uses = dict.fromkeys(["soil", "rain"], "feature") | dict.fromkeys(["grade code", "plot"], "left out")
    until(lambda: {row[0]: row[1] for row in facts(page)} == uses | {"harvest": "target"})
    assert trains(page) == ["low", "middling", "high"]


def one_row_class() -> bytes:
    generator = np.random.default_rng(6)
    kinds = np.array([*["oak"] * 90, *["ash"] * 60, *["elm"] * 30, "yew", *[""] * 9], dtype=object)
    lines = [
        f"{generator.normal():.3f},{generator.normal():.3f},{kind}" for kind in generator.permutation(kinds)
    ]
    return "\n".join(["bark,leaf,kind", *lines]).encode()


def test_a_class_of_one_row_and_rows_without_a_target_are_asked_about(
    page: Page, server: Server, tmp_path: Path
) -> None:
    upload(page, server, tmp_path / "trees.csv", one_row_class())
    assert button(page, "Train").is_disabled()
    assert "'kind': 9 of 190 rows have no target" in text(page)
    assert "one class has fewer than 3 rows: 'yew' (1)" in text(page)
    look(page, tmp_path, "rare")
    button(page, "Leave these rows out").first.click()
    until(lambda: "missing=leave_out" in address(page))
    assert button(page, "Train").is_disabled()
    until(lambda: button(page, "Keep").count() == 1)  # what was asked before is gone
    button(page, "Keep").click()
    until(lambda: button(page, "Train").is_enabled())
    assert "rare=keep" in address(page)
    for told in (
        "9 of 190 rows have no value in the target 'kind' and were left out, as asked.",
        "Classes of fewer than 3 rows were kept: 'yew' (1)",
    ):
        assert told in text(page)
    look(page, tmp_path, "rare-settled")
    assert trains(page) == ["ash", "elm", "oak", "yew"]


def test_a_link_about_an_upload_waits_for_it(page: Page, server: Server, tmp_path: Path) -> None:
    file = tmp_path / "trees.csv"
    asked = "?sample=upload&target=kind&missing=leave_out&rare=merge&delimiter=,"
    file.write_bytes(one_row_class())
    page.goto(f"{server.url}/{asked}")
    page.get_by_text("links hold no data", exact=False).wait_for()
    page.get_by_text("Or upload your own", exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("The 2 smallest classes were merged into 'other'", exact=False).wait_for()
    wanted: dict[str, Any] = {"missing": "leave_out", "rare": "merge", "sample": "upload"}
    for name, value in wanted.items():
        until(lambda name=name, value=value: f"{name}={value}" in address(page))  # type: ignore[misc]


class Pulse:
    """Asks the server for a sign of life again and again; `longest` is how long it once took to give one."""

    def __init__(self, server: Server) -> None:
        self.longest, self.count, self._ended = 0.0, 0, threading.Event()
        self._thread = threading.Thread(target=self._ask, args=(f"{server.url}/_stcore/health",), daemon=True)
        self._thread.start()

    def _ask(self, url: str) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            urllib.request.urlopen(url, timeout=30).read()
            self.longest, self.count = max(self.longest, time.monotonic() - began), self.count + 1
            time.sleep(0.02)

    def end(self) -> float:
        self._ended.set()
        self._thread.join()
        return self.longest


def answer_s(page: Page) -> float:
    """How long the page of one session takes to answer one change of a setting, in seconds."""
    seed = page.get_by_role("spinbutton", name="Seed of the split")
    began = time.monotonic()
    seed.press("ArrowUp")
    seed.press("Enter")
    until(lambda: f"split_seed={seed.input_value()}" in address(page))
    return time.monotonic() - began


@pytest.mark.benchmark
def test_a_million_rows_are_read_while_pages_stay_responsive(
    page: Page, server: Server, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "million.csv"
    million_rows().to_csv(file, index=False)
    other = browser.new_context().new_page()
    other.goto(f"{server.url}/?sample=wine")
    other.get_by_text("Split and columns", exact=True).click()
    idle = [answer_s(other) for _ in range(10)]
    page.goto(server.url)
    page.get_by_text("Or upload your own", exact=True).click()
    began = time.monotonic()
    page.locator("input[type=file]").set_input_files(file)
    reading = page.get_by_text("Reading million.csv", exact=False)
    reading.wait_for()
    arrived, pulse, busy = time.monotonic() - began, Pulse(server), []
    # Its own page goes on as well: another one of it can be opened, and the reading is found again.
    go_to(page, "Compare")
    page.get_by_role("heading", name="Compare", exact=True).wait_for()
    go_to(page, "Data")
    done = page.locator("strong").get_by_text("million.csv", exact=True)
    while not done.is_visible():
        busy.append(answer_s(other))
        assert time.monotonic() - began < 120
    took = time.monotonic() - began
    longest = pulse.end()
    other.context.close()
    assert "1,000,000 rows, 20 columns; missing values and classes are counted in all" in text(page)
    sys.stdout.write(
        f"\nthe file came in {arrived:.1f} s and was read and profiled {took - arrived:.1f} s later; meanwhile another "
        f"session's page answered {len(busy)} times in {statistics.median(busy):.2f} s (median), {max(busy):.2f} s at "
        f"most (idle: {statistics.median(idle):.2f} s, {max(idle):.2f} s), the server {pulse.count} times in "
        f"{longest:.2f} s at most"
    )
    assert len(busy) >= 3
    assert max(busy) < 3
    assert longest < 1
