"""The one component that draws figures, and redraws them in place."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

import streamlit as st

from east.figures import DARK, LIGHT, Theme
from pages.shared.live_view import plotly_source
from pages.shared.live_view.parts import Click, Controls, Group, Replay, Stage, Strip

_HERE = Path(__file__).parent


def _script(name: str) -> str:
    """Return a module of `scripts/` with the modules it imports inside, each as an address that holds its text."""
    text = (_HERE / "scripts" / name).read_text(encoding="utf-8")
    return re.sub(r'from "\./(\w+\.js)"', lambda found: f'from "{_address(found[1])}"', text)


@cache
def _address(name: str) -> str:
    return f"data:text/javascript;base64,{b64encode(_script(name).encode()).decode()}"


# Without style isolation, for in a shadow root plotly's own styles are missing.
_view: Callable[..., Mapping[str, object]] = st.components.v2.component(
    "east_live_view",
    js=_script("view.js"),
    css="\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("live_view.css", "stage.css")),
    isolate_styles=False,
)

_frames: Callable[..., object] = st.components.v2.component(
    "east_frames", js=_script("frames.js"), css=".st-key-east_frames { display: none; }", isolate_styles=False
)

_loader: Callable[..., object] = st.components.v2.component(
    "east_plotly", js=_script("plotly.js"), css=".st-key-east_plotly { display: none; }", isolate_styles=False
)


def draw(
    key: str,
    groups: Sequence[Group],
    *,
    stage: Stage | None = None,
    strip: Strip | None = None,
    controls: Controls | None = None,
    replay: Replay | None = None,
    legend: Sequence[tuple[str, str]] = (),
    marks: Mapping[str, object] | None = None,
    hear: Mapping[str, Callable[[], None]] | None = None,
) -> Click | None:
    """Draw figures, or redraw those of the same keys in place; returns a click on one that asks for them.

    Args:
        key: of the component on the page.
        groups: what to draw.
        stage: what is to be seen at one glance, above them.
        strip: the status of a run, above the figures.
        controls: buttons and choices of a run.
        replay: the scrubber of a run that rests.
        legend: (name, colour) of what the lines stand for.
        marks: written as `data-` attributes on the element, such as the sequence number of what is shown.
        hear: called when the reader has clicked (`clicks`), scrubbed (`at`) or chosen (the choice's name).
    """
    data = {
        "groups": [group.plain() for group in groups],
        "stage": stage.plain() if stage else None,
        "strip": asdict(strip) if strip else None,
        "controls": asdict(controls) if controls else None,
        "replay": asdict(replay) if replay else None,
        "legend": [list(entry) for entry in legend],
        "marks": {name: str(value) for name, value in (marks or {}).items()},
    }
    calls = {f"on_{name}_change": call for name, call in (hear or {}).items()}
    result = _view(key=key, data=data, height="content", on_click_change=_ignore, **calls)
    clicked = result.get("click")
    if not isinstance(clicked, Mapping):
        return None
    # The names in a figure are escaped for plotly, which says them as it was given them.
    return Click(*(html.unescape(str(clicked.get(name))) for name in ("cell", "x", "y")))


def _ignore() -> None:
    """Hear of a click: the script runs again, and `draw` returns it."""


def send_frames(mark: str, packed: str) -> None:
    """Send moments ahead to the browser: a view whose mark "frames" is `mark` draws those by itself.

    Args:
        mark: tells these moments, drawn as they are, from all others.
        packed: what `packed` returned.
    """
    _frames(key="east_frames", data={"mark": mark, "packed": packed})


def load_plotly() -> None:
    """Have the browser fetch plotly.js, once a page, from this server."""
    _loader(key="east_plotly", data={"path": plotly_source.PATH})


def theme() -> Theme:
    """Return the colours that go with the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT
