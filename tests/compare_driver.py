"""Drives the Compare page without a browser: a race that was stopped early, its sections and its sweeps."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from east.run import Run
from east.training import Outcome
from pages.shared import shelf
from tests.app_driver import command, press, sound, training, until, views, widget


def linked(app: AppTest, name: str) -> str:
    """Read what the link says of a setting; its values come as a text or as a list of one."""
    value = app.query_params[name]
    return value if isinstance(value, str) else str(value[0])


def run_id(app: AppTest, kind: str = "run") -> str:
    """The id of the session's run, or of a sweep's beside it."""
    found = app.session_state["run"] if kind == "run" else getattr(app.session_state["settings"], kind)
    return str(found)


def run_of(app: AppTest, kind: str = "run") -> tuple[Run, Outcome]:
    run = shelf.store().get(run_id(app, kind))
    assert run is not None and run.outcome is not None
    return run, run.outcome


def section(app: AppTest, name: str) -> AppTest:
    """Go to a section of the page."""
    (control,) = [control for control in app.segmented_control if control.label == "More about it"]
    control.set_value(name)
    sound(app.run())
    return app


def by_hand(app: AppTest) -> AppTest:
    """Go to the what-if and open the offsets that are set by hand."""
    section(app, "what_if")
    widget(app, "toggle", "Set an offset for each class by hand").set_value(True)
    return sound(app.run())


def hand_scores(app: AppTest) -> pd.DataFrame:
    """The table of scores below the offsets set by hand."""
    (table,) = [frame.value for frame in app.dataframe if "metric" in frame.value]
    return table


def grid_of(app: AppTest, *names: str) -> dict[str, Any]:
    """Train the grid of the run's metric and others to its end, and return what is drawn of it."""
    section(app, "grid")
    (choice,) = [choice for choice in app.multiselect if choice.label.startswith("Metrics beside")]
    choice.set_value(list(names))
    sound(app.run())
    return sweep(app, "grid")


def compared(**link: str) -> AppTest:
    """A session whose Compare page shows a race that was stopped early."""
    app: AppTest = training(**{"seeds": "2", **link})
    until(app, lambda data: int(data["marks"]["step"]) >= 40)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    sound(app.switch_page("pages/compare/page.py").run())
    return app


def sweep(app: AppTest, kind: str) -> dict[str, Any]:
    """Train a sweep to its end and return what the page draws of it."""
    section(app, kind)
    widget(app, "number_input", "Seeds").set_value(2)
    sound(app.run())
    press(app, f"Train the {kind}")
    deadline = time.monotonic() + 90
    while not any(name.startswith(kind) for name in views(app)):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        sound(app.run())
    drawn: dict[str, Any] = next(data for name, data in views(app).items() if name.startswith(kind))
    return drawn
