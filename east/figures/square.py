"""The picture of the square: how the networks were trained by how they decide, a score in each corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from east.figures.markup import Tagged, tagged
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, color_scale, layout, plain, sentence

if TYPE_CHECKING:
    from east.comparison import Score
    from east.training import Arm

ROWS = (Tagged("trained by<br>likelihood"), Tagged("trained for<br>the metric"))
COLUMNS = ("decided by argmax", "decided for the metric")
ROOM = 88


def color_ends(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the range that the colours of squares span together: of all scores, and no less than an interval's half.

    So scores that differ by much less than what they are uncertain by look alike.
    """
    lowest, highest = min(score.mean for score in scores), max(score.mean for score in scores)
    widths = sorted(score.interval[1] - score.interval[0] for score in scores)
    return lowest, max(highest, lowest + widths[len(widths) // 2] / 2)


def square_figure(
    corners: Sequence[Sequence[Score]],
    ends: tuple[float, float],
    *,
    framed: Arm | None = None,
    theme: Theme = LIGHT,
    height: int = 150,
) -> Figure:
    """Draw four scores with their intervals as a square, the higher the stronger the colour.

    Args:
        corners: `[2][2]`; rows trained by likelihood and for the metric, columns by argmax and by its rule.
        ends: the scores with the palest and the strongest colour, as `color_ends` finds them.
        framed: the arm whose corner has a frame, if it is here.
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
        shapes=[
            _frame(theme, row, column)
            for row, scores in enumerate(corners)
            for column, score in enumerate(scores)
            if score.arm == framed
        ],
    )
    facts = [(score.arm.label, f"{score.mean:.3f} ({_ends(score)})") for row in corners for score in row]
    return Figure((trace,), picture, sentence("Scores with 95 % intervals", facts))


def _frame(theme: Theme, row: int, column: int) -> dict[str, Any]:
    ends = {"x0": column - 0.49, "x1": column + 0.49, "y0": row - 0.48, "y1": row + 0.48}
    return {"type": "rect", **ends, "line": {"color": theme.text, "width": 2}}


def _written(score: Score) -> Tagged:
    return tagged("<b>{}</b><br>{}", f"{score.mean:.3f}", _ends(score))


def _ends(score: Score) -> str:
    return f"{score.interval[0]:.3f} to {score.interval[1]:.3f}"
