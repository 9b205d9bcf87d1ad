"""What the live view draws, as plain facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from east.figures import Figure


@dataclass(frozen=True)
class Cell:
    """One figure with its heading; `caption` is a line on how to read it, `click` asks to hear of clicks."""

    key: str
    title: str
    figure: Figure
    caption: str = ""
    click: bool = False

    def plain(self) -> dict[str, object]:
        """Return the cell as JSON takes it."""
        words = {name: getattr(self, name) for name in ("key", "title", "caption", "click")}
        return {**words, "alt": self.figure.alt, **self.figure.plotly()}


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

    def plain(self) -> dict[str, object]:
        """Return the group as JSON takes it."""
        names = ("key", "columns", "title", "caption", "color", "wide")
        own = {name: getattr(self, name) for name in names}
        cells = [cell.plain() for cell in self.cells]
        return {**own, "wide_columns": self.wide_columns or self.columns, "cells": cells}


@dataclass(frozen=True)
class Key:
    """What a mark in the figures of a stage stands for: a "dot", "cross", "line" or "dash" of a colour."""

    name: str
    mark: Literal["dot", "cross", "line", "dash"]
    color: str


@dataclass(frozen=True)
class Stage:
    """Groups that are seen at one glance: together they fill the window below the controls.

    Args:
        groups: those of the cells "regions", "soft" and "hard" side by side, a `wide` one below them.
        keys: what the marks stand for.
        note: one sentence on what is not seen, or empty.
        name: written over the picture that can be saved.
        large: whether words are larger, for a projector.
    """

    groups: Sequence[Group]
    keys: Sequence[Key]
    note: str
    name: str
    large: bool = False

    def plain(self) -> dict[str, object]:
        """Return the stage as JSON takes it."""
        groups = [group.plain() for group in self.groups]
        words = {name: getattr(self, name) for name in ("note", "name", "large")}
        return {**words, "groups": groups, "keys": [asdict(key) for key in self.keys]}


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
    """One command of a run; `asked` is what the strip says from the click until the server has heard it."""

    command: str
    label: str
    hint: str
    disabled: bool = False
    asked: str = ""


@dataclass(frozen=True)
class Choice:
    """One thing to choose: `options` as (key, name), `value` the present key."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True)
class Switch:
    """One thing that is on or off."""

    name: str
    label: str
    on: bool
    hint: str


@dataclass(frozen=True)
class Controls:
    """What steers `run` and the view of it; of the clicks of `giver` those up to `heard` have been done."""

    run: str
    buttons: Sequence[Button]
    choices: Sequence[Choice]
    switches: Sequence[Switch] = ()
    giver: str = ""
    heard: int = 0


@dataclass(frozen=True)
class Replay:
    """The steps that can be gone back to, and which of them is shown."""

    steps: Sequence[int]
    at: int
