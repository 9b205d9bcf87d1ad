"""Figures of sweeps in one training: the metric x metric grid and the beta frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from east.figures.markup import Tagged, word
from east.figures.palette import (
    FONT_SIZE,
    LIGHT,
    Figure,
    Theme,
    axis,
    color_scale,
    label_room,
    layout,
    plain,
    sentence,
    translucent,
)

if TYPE_CHECKING:
    from east.comparison import Frontier, FrontierPoint, Grid

SIGNS = {"wins": "★", "tied": "≈", "beaten": "✕"}
SIGN_WORDS = {"wins": "the best row", "tied": "not shown to be behind", "beaten": "shown to be behind"}


def grid_figure(grid: Grid, *, theme: Theme = LIGHT, height: int | None = None) -> Figure:
    """Draw the metric x metric grid: rows by trained metric, columns by scoring metric, shaded by column.

    The cell of a metric trained for itself has a frame and a sign: the best row, not shown to be behind, or
    shown to be behind.

    Args:
        grid: the grid.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with the number of rows.
    """
    columns = [metric.label for metric in grid.metrics]
    rows = [arm.metric.label if arm.loss == grid.loss else arm.label for arm in grid.arms]
    outlines = [_outline(theme, place) for place in range(len(columns))]
    title = {"font": {"size": FONT_SIZE - 1, "color": theme.muted}, "standoff": 6}
    ticks = {"type": "category", "tickfont": {"color": theme.text}, "showgrid": False, "ticks": ""}
    picture = layout(
        theme,
        height=height or 100 + 40 * len(rows),
        margin={"l": label_room(rows) + 16, "r": 12, "t": 8, "b": 76},
        xaxis={**ticks, "title": {**title, "text": "scored by"}, "tickangle": -20 if len(columns) > 3 else 0},
        yaxis={**ticks, "title": {**title, "text": "trained for"}, "autorange": "reversed"},
        shapes=outlines,
    )
    named = [
        (metric.label, f"{grid.scores[place, place]:.3f}, {SIGN_WORDS[grid.marks[place]]}")
        for place, metric in enumerate(grid.metrics)
    ]
    return Figure(
        (_grid_cells(grid, columns, rows, theme),), picture, sentence("Each metric trained for itself", named)
    )


def frontier_figure(
    frontier: Frontier,
    *,
    beta: float | None = None,
    theme: Theme = LIGHT,
    height: int = 380,
) -> Figure:
    """Draw precision against recall as beta sweeps, trained for it, decided for it, or both.

    Args:
        frontier: the sweep.
        beta: the beta to mark.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    # A late import: comparisons import scipy, and the first page's figures must not wait for it.
    from east.comparison.wording import lowered

    traces = []
    for points, dash in ((frontier.decided, "dot"), (frontier.both, "dash"), (frontier.trained, "solid")):
        if points:
            traces += _sweep(points, dash, theme)
    traces += _marks(frontier, beta, theme)
    picture = layout(
        theme,
        height=height,
        xaxis=axis(theme, f"{lowered(frontier.recall.label)} on the test part"),
        yaxis=axis(theme, f"{lowered(frontier.precision.label)} on the test part"),
        margin={"l": 60, "r": 24, "t": 12, "b": 44},
    )
    named = [
        (f"beta {point.beta:g}", f"precision {point.precision.mean():.3f}, recall {point.recall.mean():.3f}")
        for point in frontier.trained
    ]
    return Figure(tuple(traces), picture, sentence("Precision and recall as beta sweeps", named))


def _grid_cells(grid: Grid, columns: Sequence[str], rows: Sequence[str], theme: Theme) -> dict[str, Any]:
    """Shade every score by its difference to the best of its column."""
    behind = (grid.scores - grid.scores.max(axis=0)) * 100
    text = [[f"{score:.3f}" for score in row] for row in grid.scores]
    for place, mark in enumerate(grid.marks):
        text[place][place] += f" {SIGNS[mark]}"
    return {
        "type": "heatmap",
        "x": columns,
        "y": rows,
        "z": plain(behind),
        "zmin": min(-1.0, float(behind.min())),
        "zmax": 0.0,
        "colorscale": color_scale(theme.sequential[:3]),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": text,
        "texttemplate": "%{text}",
        "customdata": plain(grid.scores),
        "hovertemplate": "trained for <b>%{y}</b><br>scored by <b>%{x}</b>: %{customdata:.4f}"
        "<br>%{z:+.2f} hundredths from the column's best<extra></extra>",
    }


def _marks(frontier: Frontier, beta: float | None, theme: Theme) -> list[dict[str, Any]]:
    """Draw cross-entropy as a cross, and a ring around the point of the chosen beta."""
    traces = []
    if frontier.reference is not None:
        marker = {"symbol": "x", "size": 12, "color": theme.arm(frontier.reference.arm)}
        traces.append(_places([frontier.reference], marker))
    if beta is not None:
        color = theme.loss(frontier.loss)
        ring = {"symbol": "circle-open", "size": 20, "color": color, "line": {"width": 3, "color": color}}
        traces.append({**_places([frontier.nearest(beta)], ring), "hoverinfo": "skip"})
    return traces


def _sweep(points: Sequence[FrontierPoint], dash: str, theme: Theme) -> list[dict[str, Any]]:
    """Draw one curve: faint dots for the seeds, a line through the means, labels for some betas."""
    color = theme.arm(points[0].arm)
    faint = {
        "type": "scatter",
        "mode": "markers",
        "x": plain(np.concatenate([point.recall for point in points])),
        "y": plain(np.concatenate([point.precision for point in points])),
        "marker": {"color": translucent(color, 0.3), "size": 5},
        "hoverinfo": "skip",
    }
    line = {"color": color, "width": 2.5, "dash": dash}
    means = {**_places(points, {"color": color, "size": 8}), "mode": "lines+markers+text", "line": line}
    if dash == "solid":
        # Labels at the ends and the middle show the direction; the hover text has every beta.
        named = {points[0].beta, points[-1].beta, 1.0}
        means["text"] = [f"β {point.beta:g}" if point.beta in named else "" for point in points]
        means["textposition"] = "top right"
        means["textfont"] = {"size": FONT_SIZE - 2, "color": theme.muted}
    return [faint, means]


def _places(points: Sequence[FrontierPoint], marker: Mapping[str, Any]) -> dict[str, Any]:
    name = points[0].arm.label
    hover = [
        Tagged(
            f"<b>{word(name)}</b>, β {point.beta:g}"
            f"<br>precision {point.precision.mean():.4f}<br>recall {point.recall.mean():.4f}"
            f"<br>F{point.beta:g} {point.f.mean():.4f}<br>mean of {len(point.f)} seeds"
        )
        for point in points
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": plain([point.recall.mean() for point in points]),
        "y": plain([point.precision.mean() for point in points]),
        "marker": dict(marker),
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _outline(theme: Theme, place: int) -> dict[str, Any]:
    corners = {"x0": place - 0.48, "x1": place + 0.48, "y0": place - 0.46, "y1": place + 0.46}
    return {"type": "rect", **corners, "line": {"color": theme.text, "width": 2}}
