"""Drives the app without a browser: opens pages, presses, waits, and sends what the live view sends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.shared import warm_up

ROOT = Path(__file__).resolve().parents[1]
CSV = "text/csv"


def opened(page: str | None = None, **link: str) -> AppTest:
    """A new session at app.py, gone on to a page."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    app.run()  # what a session's first look leaves out; a browser asks for it by itself
    warm_up.start().join()
    if page:
        app.switch_page(f"pages/{page}/page.py").run()
    return sound(app)


def by_link(page: str, **link: str) -> AppTest:
    """A new session that comes in by a link to a page, on a server that has served others before."""
    warm_up.start().join()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.session_state["wanted_page"] = page  # as pages/_<page>.py leaves it
    return app.run()


def sound(app: AppTest) -> AppTest:
    assert not app.exception, [entry.message for entry in app.exception]
    return app


def views(app: AppTest) -> dict[str, Any]:
    """The data of each component on the page, by what it draws."""
    drawn = {}
    for element in app.get("bidi_component"):
        if element.proto.component_name == "east_live_view":
            data = json.loads(element.proto.json)
            drawn[",".join(group["key"] for group in data["groups"])] = data
    return drawn


def view(app: AppTest) -> Any:
    """The page's one component."""
    (data,) = views(app).values()
    return data


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label.replace("\\", "") == label]
    return sound(button.click().run())


def send(app: AppTest, **values: Any) -> AppTest:
    """Send what the live view sends from a browser, where AppTest has no hand of its own."""
    states = app._tree.get_widget_states()
    for element in app.get("bidi_component"):
        if element.proto.component_name == "east_live_view":
            states.widgets.add(id=element.proto.id, json_value=json.dumps(values))
    return sound(app._run(states))


def command(app: AppTest, *names: str) -> AppTest:
    """Click buttons of the live view."""
    log = [(place, name) for place, name in enumerate(names, 1)]
    return send(app, clicks={"run": view(app)["marks"]["run"], "giver": str(time.monotonic()), "log": log})


def pause(app: AppTest) -> int:
    """Pause the run and wait until it has paused, which takes a busy machine a while; returns its step."""
    command(app, "pause")
    return int(until(app, lambda data: data["strip"]["status"] == "paused", 10)["marks"]["step"])


def buttons(app: AppTest) -> list[str]:
    return [control["label"] for control in view(app)["controls"]["buttons"]]


def widget(app: AppTest, kind: str, label: str) -> Any:
    (found,) = [element for element in getattr(app, kind) if element.label == label]
    return found


def until(app: AppTest, holds: Callable[[Any], object], seconds: float = 40.0) -> Any:
    """Run the page again, as its timer would, ever more rarely, until what it draws is as wanted."""
    deadline, rest = time.monotonic() + seconds, 0.1
    while True:
        data = view(sound(app.run()))
        if holds(data):
            return data
        assert time.monotonic() < deadline, data["strip"]
        time.sleep(rest)
        rest = min(1.5 * rest, 0.5)


def training(**link: str) -> AppTest:
    """A session whose Train page shows a running training."""
    app = opened("train", **{"sample": "wine", "epochs": "400", "seeds": "1", **link})
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "running" and int(data["marks"]["step"]) > 0)
    return app


def uploaded(name: str, data: bytes, mime: str = CSV) -> AppTest:
    app = opened()
    app.file_uploader[0].upload(name, data, mime)
    return read(app)


def read(app: AppTest) -> AppTest:
    """Run the page until it no longer says that it is reading a file."""
    deadline = time.monotonic() + 60
    while any("Reading" in entry.value for entry in sound(app.run()).markdown):
        assert time.monotonic() < deadline
    return app


def errors(app: AppTest) -> list[str]:
    return [entry.value.replace("\\", "") for entry in app.error]
