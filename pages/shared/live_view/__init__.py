"""Figures that are redrawn in place, with the controls and the status of a run."""

from pages.shared.live_view.component import draw, load_plotly, send_frames, theme
from pages.shared.live_view.frames import Frame, packed
from pages.shared.live_view.parts import (
    Button,
    Cell,
    Choice,
    Click,
    Controls,
    Fact,
    Group,
    Key,
    Replay,
    Stage,
    Strip,
    Switch,
)

__all__ = [
    "Button",
    "Cell",
    "Choice",
    "Click",
    "Controls",
    "Fact",
    "Frame",
    "Group",
    "Key",
    "Replay",
    "Stage",
    "Strip",
    "Switch",
    "draw",
    "load_plotly",
    "packed",
    "send_frames",
    "theme",
]
