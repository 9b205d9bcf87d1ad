"""The one component that draws figures, and redraws them in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from east.figures import DARK, LIGHT, Figure, Theme, plotly_script

_HERE = Path(__file__).parent
_LOADER = "export default function () { window.dispatchEvent(new Event('east-plotly')); }"

# Without style isolation, for in a shadow root plotly's own styles are missing.
_view = st.components.v2.component(
    "east_live_view",
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("live_controls.js", "live_view.js")),
    css=(_HERE / "live_view.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_loader = st.components.v2.component("east_plotly", js=f"{plotly_script()}\n{_LOADER}", isolate_styles=False)


@dataclass(frozen=True)
class Cell:
    """One figure with its heading; `caption` is a line on how to read it, `click` asks to hear of clicks."""

    key: str
    title: str
    figure: Figure
    caption: str = ""
    click: bool = False


@dataclass(frozen=True)
class Group:
    """Cells that belong together: a heading with a coloured mark, and `columns` cells a row.

    On a wide screen a group stands beside another, or over the whole width if it is `wide`, with
    `wide_columns` cells a row (0: as many as ever).
    """

    key: str
    cells: Sequence[Cell]
    columns: int = 3
    title: str = ""
    caption: str = ""
    color: str = ""
    wide: bool = False
    wide_columns: int = 0


@dataclass(frozen=True)
class Click:
    """Where a reader clicked: the cell's key and the names at that place of a heatmap."""

    cell: str
    x: str
    y: str


@dataclass(frozen=True)
class Fact:
    """One number of the strip on top."""

    label: str
    value: str


@dataclass(frozen=True)
class Strip:
    """What a run is doing: its status in a word, how far it is in [0, 1], and some numbers."""

    status: str
    word: str
    progress: float
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Button:
    """One command of a run."""

    command: str
    label: str
    hint: str
    disabled: bool = False


@dataclass(frozen=True)
class Choice:
    """One thing to choose: `options` as (key, name), `value` the present key."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True)
class Controls:
    """What steers `run` and the view of it; of the clicks of `giver` those up to `heard` have been done."""

    run: str
    buttons: Sequence[Button]
    choices: Sequence[Choice]
    giver: str = ""
    heard: int = 0


@dataclass(frozen=True)
class Replay:
    """The steps that can be gone back to, and which of them is shown."""

    steps: Sequence[int]
    at: int


def draw(
    key: str,
    groups: Sequence[Group],
    *,
    strip: Strip | None = None,
    controls: Controls | None = None,
    replay: Replay | None = None,
    legend: Sequence[tuple[str, str]] = (),
    marks: Mapping[str, Any] | None = None,
    hear: Mapping[str, Callable[[], None]] | None = None,
) -> Click | None:
    """Draw figures, or redraw those of the same keys in place; returns a click on one that asks for them.

    Args:
        key: of the component on the page.
        groups: what to draw.
        strip: the status of a run, above the figures.
        controls: buttons and choices of a run.
        replay: the scrubber of a run that rests.
        legend: (name, colour) of what the lines stand for.
        marks: written as `data-` attributes on the element, such as the sequence number of what is shown.
        hear: called when the reader has clicked (`clicks`), scrubbed (`at`) or chosen (the choice's name).
    """
    data = {
        "groups": [_plain(group) for group in groups],
        "strip": asdict(strip) if strip else None,
        "controls": asdict(controls) if controls else None,
        "replay": asdict(replay) if replay else None,
        "legend": [list(entry) for entry in legend],
        "marks": {name: str(value) for name, value in (marks or {}).items()},
    }
    heard: dict[str, Any] = {f"on_{name}_change": call for name, call in (hear or {}).items()}
    result = _view(key=key, data=data, height="content", on_click_change=_ignore, **heard)
    clicked = result.get("click")
    return Click(*(str(clicked[name]) for name in ("cell", "x", "y"))) if clicked else None


def _ignore() -> None:
    """Hear of a click: the script runs again, and `draw` returns it."""


def load_plotly() -> None:
    """Put plotly.js on the page, once a session, from the installed package."""
    _loader(key="east_plotly")


def theme() -> Theme:
    """Return the colours that go with the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def _plain(group: Group) -> dict[str, Any]:
    cells = [
        {
            "key": cell.key,
            "title": cell.title,
            "caption": cell.caption,
            "alt": cell.figure.alt,
            "click": cell.click,
            **cell.figure.plotly(),
        }
        for cell in group.cells
    ]
    own = {name: getattr(group, name) for name in ("key", "columns", "title", "caption", "color", "wide")}
    return {**own, "wide_columns": group.wide_columns or group.columns, "cells": cells}
