"""The figure of a size sweep: score against the size of the network, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from east.figures.markup import tagged
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, axis, layout, padded, plain

if TYPE_CHECKING:
    from east.comparison import Score, SizeSweep

NAMES = ("{}", "{} with its best rule", "{}", "{} with that rule")
APART = 0.07
"""Distance between the arms of one size on the axis, so that their intervals do not overlap."""


def size_figure(sweep: SizeSweep, *, theme: Theme = LIGHT, height: int = 360) -> Figure:
    """Draw each loss's score by argmax (solid) and under the reference's best rule (dashed) at every size.

    Args:
        sweep: a sweep, finished or not.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    columns = list(zip(*(point.scores for point in sweep.points), strict=True))
    traces = [_trace(place, scores, theme) for place, scores in enumerate(columns)]
    ends = [end for point in sweep.points for score in point.scores for end in score.interval]
    labels = [tagged("{}<br>{} weights", point.label, f"{point.parameters:,}") for point in sweep.points]
    picture = layout(
        theme,
        height=height,
        margin={"l": 60, "r": 12, "t": 52, "b": 64},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": FONT_SIZE - 1}},
        xaxis=axis(
            theme,
            "network",
            tickmode="array",
            tickvals=list(range(len(labels))),
            ticktext=labels,
            range=[-0.4, len(labels) - 0.6],
            showgrid=False,
        ),
        yaxis=axis(theme, f"{sweep.metric.label} on the test part", range=padded(ends)),
    )
    named = [f"{point.label}: {_scores_in_words(point.scores)}" for point in sweep.points]
    return Figure(tuple(traces), picture, f"{sweep.sentence} Scores at {'; '.join(named)}.")


def _trace(place: int, scores: Sequence[Score], theme: Theme) -> dict[str, Any]:
    """Draw one arm over the sizes, with its intervals."""
    name = NAMES[place].format(_loss_label(scores[0]))
    color, ruled = theme.loss(scores[0].arm.loss), place % 2 == 1
    up = [score.interval[1] - score.mean for score in scores]
    down = [score.mean - score.interval[0] for score in scores]
    bars = {"type": "data", "symmetric": False, "array": plain(up), "arrayminus": plain(down), "width": 3}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": plain([size + APART * (place - 1.5) for size in range(len(scores))]),
        "y": plain([score.mean for score in scores]),
        "line": {"color": color, "width": 2.5, "dash": "dash" if ruled else "solid"},
        "marker": {"color": theme.paper if ruled else color, "size": 8, "line": {"color": color, "width": 2}},
        "error_y": {**bars, "color": color, "thickness": 1.5},
        "customdata": [[score.arm.label, *plain(score.interval)] for score in scores],
        "hovertemplate": "%{customdata[0]}<br>%{y:.4f}, 95 % interval %{customdata[1]:.4f} to "
        "%{customdata[2]:.4f}<extra></extra>",
    }


def _scores_in_words(scores: Sequence[Score]) -> str:
    parts = [
        f"{NAMES[place].format(_loss_label(score))} {score.mean:.3f}" for place, score in enumerate(scores)
    ]
    return ", ".join(parts)


def _loss_label(score: Score) -> str:
    return score.arm.spec.label
