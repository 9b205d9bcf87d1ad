"""Past runs that outlast the server: listed, opened, resumed, renamed, pinned, exported and deleted in the app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from east.kept import KeptRuns, choose, open_run
from pages.shared import keeping, shelf
from tests.app_driver import (
    command,
    errors,
    opened,
    press,
    read,
    sound,
    training,
    until,
    uploaded,
    view,
    widget,
)
from tests.compare_driver import run_id, run_of, section
from tests.kept_runs import at_last, redefine_east


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptRuns]:
    """The kept runs of a home of the test's own."""
    monkeypatch.setenv("EAST_HOME", str(tmp_path))
    yield keeping.runs()


def stopped(**link: str) -> AppTest:
    """A session whose run has been stopped early, and is kept."""
    app = training(seeds="2", **link)
    until(app, lambda data: int(data["marks"]["step"]) >= 40)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    run, _ = run_of(app)
    assert keeping.let_go(run)
    return app


def forget(app: AppTest) -> str:
    """Let the server forget a run, as one that has died; returns its id."""
    name = run_id(app)
    run = shelf.store().get(name)
    assert run is not None
    shelf.store().drop(name)
    return name


def interrupted(**link: str) -> str:
    """Train, and let the server die at a step that is kept; returns the run's id."""
    app = training(seeds="2", **link)
    name = run_id(app)
    run = shelf.store().get(name)
    assert run is not None
    command(app, "pause")
    at_last(lambda: keeping.runs().list() and run.keeper.status_text.startswith("It is kept"))
    # What a dead program can no longer do: tell the end.
    run.keeper.ended = lambda *_: None  # type: ignore[method-assign]
    keeping.runs().release(name)
    shelf.store().drop(name)
    assert run.wait(20)
    return name


def click(app: AppTest, key: str) -> AppTest:
    (button,) = [button for button in app.button if button.key == key]
    return sound(button.click().run())


def words(app: AppTest) -> str:
    return " ".join(entry.value for entry in [*app.markdown, *app.caption]).replace("\\", "")


def past(**link: str) -> AppTest:
    return opened("compare", section="past", **link)


def test_a_run_of_a_server_that_is_gone_opens_as_it_was(kept: KeptRuns) -> None:
    app = stopped()
    _, outcome = run_of(app)
    name = forget(app)
    later = past()
    assert "wine" in words(later) and str(kept.folder) in words(later)
    click(later, f"kept_open_{name}")
    again, found = run_of(later)
    assert again.id == name
    for old, new in zip(outcome.lanes, found.lanes, strict=True):
        np.testing.assert_array_equal(old.test_probabilities, new.test_probabilities)
    assert "on 35 test rows" in words(later)
    section(later, "grid")
    sound(later.switch_page("pages/train/page.py").run())
    assert view(later)["strip"]["status"] == "stopped" and view(later)["replay"]
    sound(later.switch_page("pages/report/page.py").run())
    assert any(button.proto.label == "Report (html)" for button in later.get("download_button"))


def test_a_run_whose_loss_is_defined_differently_today_says_so(
    kept: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = forget(stopped())
    pages = {"microscope": "this page shows today's", "report": "would train with today's"}
    words = "EAST is defined differently today than when this run was trained"
    for expected in (False, True):
        app = click(past(), f"kept_open_{name}")
        for page, today in pages.items():
            sound(app.switch_page(f"pages/{page}/page.py").run())
            if page == "microscope":
                (probe,) = [each for each in app.segmented_control if each.label == "Row"]
                sound(probe.set_value("run").run())
            assert (f"{words}: " in told(app) and today in told(app)) is expected
        shelf.store().drop(name)
        redefine_east(monkeypatch)


def told(app: AppTest) -> str:
    return " ".join(entry.value for entry in app.info).replace("\\", "")


def test_the_link_of_a_run_finds_it_on_the_next_server(kept: KeptRuns) -> None:
    name = interrupted()
    entry = kept.find(name)
    later = opened("train", run=name)
    assert view(later)["strip"]["word"] == "Interrupted"
    assert f"interrupted at step {entry.step:,} of {entry.total_steps:,}" in told(later)


def test_an_interrupted_run_is_resumed_to_its_end(kept: KeptRuns) -> None:
    name = interrupted(epochs="40", pace="watch")
    step = kept.find(name).step
    later = past()
    assert f"interrupted at step {step:,}" in words(later)
    click(later, f"kept_resume_{name}")
    again = shelf.store().get(name)
    assert again is not None
    again.set_pace("full")
    assert again.wait(60) and again.state.status == "finished"
    assert keeping.let_go(again)
    assert kept.find(name).status == "finished"
    steps = [one.step for one in open_run(kept, name).history]
    assert steps == sorted(set(steps)) and steps[0] == 0


def test_a_run_that_the_server_is_too_small_for_is_not_resumed_and_stays_as_it_was(
    kept: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = interrupted()
    monkeypatch.setenv("EAST_MOST_STEPS", "20")
    click(past(), f"kept_resume_{name}")
    again = shelf.store().get(name)
    assert again is not None and again.wait(30)
    assert str(again.state.reason).startswith("This training would take too many steps here")
    assert kept.find(name).resumable


def test_a_run_is_renamed_pinned_exported_and_deleted(kept: KeptRuns) -> None:
    name = forget(stopped())
    app = past()
    widget_of(app, f"kept_name_{name}").set_value("My *first* run")
    sound(app.run())
    click(app, f"kept_pin_{name}")
    assert (kept.find(name).title, kept.find(name).pinned) == ("My *first* run", True)
    assert "My *first* run" in words(app)
    click(app, f"kept_export_{name}")
    assert [button.proto.label for button in app.get("download_button")] == ["Save the zip"]
    click(app, f"kept_delete_{name}")
    assert kept.list() == () and "0 runs" in words(app)


def widget_of(app: AppTest, key: str) -> Any:
    (found,) = [field for field in app.text_input if field.key == key]
    return found


def test_a_run_of_this_session_is_listed_once_and_renamed_in_both_places(kept: KeptRuns) -> None:
    app = stopped()
    name = run_id(app)
    section(sound(app.switch_page("pages/compare/page.py").run()), "past")
    assert not [button for button in app.button if button.key == f"kept_open_{name}"]
    widget_of(app, f"name_{name}").set_value("Here and there")
    sound(app.run())
    assert kept.find(name).title == "Here and there"
    click(app, f"delete_{name}")
    assert kept.list() == ()


def test_a_damaged_file_is_one_sentence_and_the_others_open(kept: KeptRuns) -> None:
    sound_one, broken = forget(stopped()), forget(stopped())
    data = kept.path(broken).read_bytes()
    kept.path(broken).write_bytes(data[: len(data) // 2])
    app = past()
    assert f"The file of this run is damaged: got {broken}.run; delete it." in words(app)
    click(app, f"kept_open_{sound_one}")
    assert run_id(app) == sound_one
    app = past()
    click(app, f"kept_delete_{broken}")
    assert [entry.run_id for entry in kept.list()] == [sound_one]


@pytest.mark.parametrize("how", ["said", "reached"])
def test_on_a_server_that_others_use_a_kept_run_opens_by_its_link_alone(
    kept: KeptRuns, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    name = forget(stopped())
    assert any(button.key == f"kept_open_{name}" for button in past().button)
    if how == "said":
        monkeypatch.setenv("EAST_SHARED", "1")
    else:
        said = st.get_option
        monkeypatch.setattr(
            st, "get_option", lambda option: "0.0.0.0" if option == "server.address" else said(option)
        )
    stranger = past()
    assert name not in " ".join(str(button.key) for button in stranger.button)
    assert "Kept on this computer" not in words(stranger) and str(kept.folder) not in words(stranger)
    assert run_id(opened("train", run=name)) == name


def test_nothing_is_kept_where_the_user_has_turned_it_off(
    kept: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = past()
    toggle = widget(app, "toggle", "Keep new runs")
    toggle.set_value(False)
    sound(app.run())
    assert not kept.settings.keep
    stopped()
    assert kept.list() == ()
    choose(kept.home, keep=True)
    monkeypatch.setenv("EAST_KEEP", "0")
    stopped()
    assert kept.list() == ()
    assert "EAST_KEEP" in words(past())


def test_a_full_store_keeps_no_more_and_offers_the_oldest(kept: KeptRuns) -> None:
    first, second = forget(stopped()), forget(stopped())
    kept.pin(first)
    choose(kept.home, most_gb=0.9 * kept.size() / 1e9)
    app = stopped()
    warnings = " ".join(entry.value for entry in app.warning).replace("\\", "")
    assert "Kept runs fill the room they may take" in warnings and "the training goes on" in warnings
    assert {entry.run_id for entry in kept.list()} == {first, second}
    app = past()
    click(app, "kept_delete_oldest")
    assert [entry.run_id for entry in kept.list()] == [first]


def test_resuming_an_uploaded_table_asks_for_it(kept: KeptRuns) -> None:
    rows = "\n".join(f"{place % 7},{place % 5},{'ab'[(place % 7) > 3]}" for place in range(200))
    data = f"x,y,kind\n{rows}\n".encode()
    app = uploaded("mine.csv", data)
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "running" and int(data["marks"]["step"]) > 0)
    name = run_id(app)
    run = shelf.store().get(name)
    assert run is not None
    command(app, "pause")
    at_last(lambda: run.keeper.status_text.startswith("It is kept"))
    run.keeper.ended = lambda *_: None  # type: ignore[method-assign]
    kept.release(name)
    shelf.store().drop(name)
    assert run.wait(20)
    later = past()
    click(later, f"kept_resume_{name}")
    assert "cells are never kept" in errors(later)[0] and "mine.csv" in errors(later)[0]
    click(later, f"kept_open_{name}")
    assert view(later)["strip"]["word"] == "Interrupted"
    again = opened()
    again.file_uploader[0].upload("mine.csv", data, "text/csv")
    read(again)
    sound(again.switch_page("pages/compare/page.py").run())
    click(again, f"kept_resume_{name}")
    resumed = shelf.store().get(name)
    assert resumed is not None and resumed.state.status in ("starting", "running")
    shelf.store().drop(name)
    assert resumed.wait(20) and keeping.let_go(resumed)
