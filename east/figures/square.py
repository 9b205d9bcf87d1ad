"""The picture of the square: how the networks were trained by how they decide, a score in each corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, color_scale, layout, plain, sentence

if TYPE_CHECKING:
    from east.comparison import Score

ROWS = ("trained by<br>likelihood", "trained for<br>the metric")
COLUMNS = ("decided by argmax", "decided for the metric")
ROOM = 88


def square_figure(
    corners: Sequence[Sequence[Score]],
    ends: tuple[float, float],
    *,
    theme: Theme = LIGHT,
    height: int = 150,
) -> Figure:
    """Draw four scores with their intervals as a square, the higher the stronger the colour.

    Args:
        corners: `[2][2]`; rows trained by likelihood and for the metric, columns by argmax and by its rule.
        ends: the scores with the palest and the strongest colour, the same for squares that stand together.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    trace = {
        "type": "heatmap",
        "x": list(COLUMNS),
        "y": list(ROWS),
        "z": [plain([score.mean for score in row]) for row in corners],
        "zmin": ends[0],
        "zmax": max(ends[1], ends[0] + 1e-6),
        # The strong half of the scale is left out: the text would not be readable on it.
        "colorscale": color_scale(theme.sequential[:3]),
        "showscale": False,
        "xgap": 4,
        "ygap": 4,
        "text": [[_written(score) for score in row] for row in corners],
        "texttemplate": "%{text}",
        "textfont": {"size": FONT_SIZE, "color": theme.text},
        "customdata": [[[score.arm.label, *plain(score.interval)] for score in row] for row in corners],
        "hovertemplate": "%{customdata[0]}<br>%{z:.4f}, 95 % interval %{customdata[1]:.4f} to "
        "%{customdata[2]:.4f}<extra></extra>",
    }
    quiet = {"type": "category", "showgrid": False, "ticks": "", "fixedrange": True}
    font = {"size": FONT_SIZE - 1, "color": theme.muted}
    picture = layout(
        theme,
        height=height,
        margin={"l": ROOM, "r": 4, "t": 24, "b": 4},
        xaxis={**quiet, "side": "top", "tickfont": font},
        yaxis={**quiet, "autorange": "reversed", "tickfont": font},
    )
    facts = [(score.arm.label, f"{score.mean:.3f} ({_ends(score)})") for row in corners for score in row]
    return Figure((trace,), picture, sentence("Scores with 95 % intervals", facts))


def _written(score: Score) -> str:
    return f"<b>{score.mean:.3f}</b><br>{_ends(score)}"


def _ends(score: Score) -> str:
    return f"{score.interval[0]:.3f} to {score.interval[1]:.3f}"
