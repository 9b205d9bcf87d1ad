"""Figures that are redrawn in place, with the controls and the status of a run."""

from pages.shared.live_view.component import draw, load_plotly, theme
from pages.shared.live_view.parts import Button, Cell, Choice, Click, Controls, Fact, Group, Replay, Strip

__all__ = [
    "Button",
    "Cell",
    "Choice",
    "Click",
    "Controls",
    "Fact",
    "Group",
    "Replay",
    "Strip",
    "draw",
    "load_plotly",
    "theme",
]
