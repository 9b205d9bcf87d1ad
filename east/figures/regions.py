"""Decision regions over two columns: predicted classes, and where two arms differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.figures.boundaries import boundary_lines
from east.figures.cells import MOST_CODES, cells
from east.figures.markup import word
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, axis, layout, mixed, plain

if TYPE_CHECKING:
    from east.dataset import Regions, RegionView
    from east.training import Arm

SHADES = 16
LEVELS = 255
"""The value in `Regions` of a margin of 1."""
PALEST, STRONGEST = 0.8, 0.42
"""Shares of the background colour in a region's shade at a margin of 0 and of 1."""

Floats = NDArray[np.float64]


def region_figure(
    regions: Regions,
    view: RegionView,
    classes: Sequence[str],
    *,
    name: str = "",
    best: ArrayLike | None = None,
    best_accuracy: ArrayLike | None = None,
    metric_label: str = "the metric",
    legend: bool = True,
    theme: Theme = LIGHT,
    height: int = 340,
) -> Figure:
    """Draw an arm's predictions over a view: one colour per class, stronger with the margin, and training rows.

    Wrongly predicted rows are crosses in the colour of their true class. The boundaries of the best
    decisions are lines: solid for the metric, dashed for accuracy.

    Args:
        regions: predictions of the arm.
        view: the grid and the rows.
        classes: names of the K classes.
        name: name of the arm, for the text alternative.
        best: `[a, b]` class codes of the best decisions for the metric on a grid of any size over the same
            axes, indexed as `regions.classes`; or None if they are unknown.
        best_accuracy: the same for accuracy.
        metric_label: name of the metric of `best`.
        legend: whether to draw a legend of classes and lines.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    codes, shades = _codes(regions, len(classes))
    own = boundary_lines(regions.classes, regions.margins)
    traces = [
        cells(
            codes, _shades(theme, len(classes), shades), len(classes) * shades - 1, view.first, view.second
        ),
        _line(own, regions.classes.shape, view, {"color": theme.paper, "width": 1.5}),
        *_points(regions, view, classes, theme),
        *_best_line(best_accuracy, view, "best accuracy", "dash", theme),
        *_best_line(best, view, f"best {metric_label}", "solid", theme),
    ]
    return Figure(tuple(traces), _layout(view, theme, height, legend), _alt(regions, view, classes, name))


def region_difference_figure(
    first: tuple[Arm, Regions],
    second: tuple[Arm, Regions],
    view: RegionView,
    classes: Sequence[str],
    *,
    legend: bool = True,
    theme: Theme = LIGHT,
    height: int = 340,
) -> Figure:
    """Draw where two arms differ, in the colour of the first arm's class, with both boundaries as lines.

    Training rows on which they differ are dots where the first arm is right, crosses where it is wrong.

    Args:
        first: an arm and its regions.
        second: the other arm and its regions, over the same view.
        view: the grid and the rows.
        classes: names of the K classes.
        legend: whether to draw a legend of classes and lines.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    (arm, mine), (rival, theirs) = first, second
    differs = mine.classes != theirs.classes
    colors = [
        theme.paper,
        *(mixed(theme.class_color(place), theme.paper, 0.35) for place in range(len(classes))),
    ]
    scale = [[place / len(classes), color] for place, color in enumerate(colors)]
    among = mine.point_classes != theirs.point_classes
    traces = [
        cells(np.where(differs, mine.classes + 1, 0), scale, len(classes), view.first, view.second),
        *(
            _line(boundary_lines(seen.classes, seen.margins), seen.classes.shape, view, line, owner.label)
            for owner, seen, line in (
                (rival, theirs, {"color": theme.arm(rival), "width": 2, "dash": "dot"}),
                (arm, mine, {"color": theme.arm(arm), "width": 2.5}),
            )
        ),
        *_points(mine, view, classes, theme, among),
    ]
    targets = view.points.targets[among]
    gained, lost = ((regions.point_classes[among] == targets).sum() for regions in (mine, theirs))
    alt = (
        f"{arm.label} and {rival.label} differ on {differs.mean():.0%} of the area of {view.columns[0]} and "
        f"{view.columns[1]}, and on {among.sum()} of {len(among)} training rows shown: {gained} are right by "
        f"{arm.label} alone, {lost} by {rival.label} alone."
    )
    return Figure(tuple(traces), _layout(view, theme, height, legend), alt)


def _codes(regions: Regions, num_classes: int) -> tuple[NDArray[np.integer[Any]], int]:
    """Encode class and shade as one number per cell; returns the codes and the number of shades."""
    shades = max(2, min(SHADES, MOST_CODES // num_classes))
    return regions.classes.astype(np.int64) * shades + regions.margins.astype(np.int64) * shades // (
        LEVELS + 1
    ), shades


def _shades(theme: Theme, num_classes: int, shades: int) -> list[list[Any]]:
    last, scale = num_classes * shades - 1, []
    for place in range(num_classes):
        color = theme.class_color(place)
        for at, share in ((0, PALEST), (shades - 1, STRONGEST)):
            scale.append([(place * shades + at) / last, mixed(color, theme.paper, share)])
    return scale


def _points(
    regions: Regions,
    view: RegionView,
    classes: Sequence[str],
    theme: Theme,
    among: NDArray[np.bool_] | None = None,
) -> list[dict[str, Any]]:
    """Draw each class's training rows: dots for right, crosses for wrong predictions."""
    points, traces = view.points, []
    right = regions.point_classes == points.targets
    for place, label in enumerate(classes):
        for fits in (True, False):
            rows = (points.targets == place) & (right == fits)
            rows = rows if among is None else rows & among
            if rows.any() or (fits and among is None):
                taken = None if fits else [classes[code] for code in regions.point_classes[rows]]
                traces.append(
                    _point_trace(points.places[rows], label, theme.class_color(place), taken, theme)
                )
    return traces


def _point_trace(
    places: Floats, label: str, color: str, taken: list[str] | None, theme: Theme
) -> dict[str, Any]:
    edge = theme.paper if taken is None else theme.text
    look = {"size": 5.5, "symbol": "circle"} if taken is None else {"size": 7, "symbol": "x"}
    words = "right" if taken is None else "predicted as %{text}"
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "legendgroup": label,
        "showlegend": taken is None,
        "x": plain(places[:, 0], 3),
        "y": plain(places[:, 1], 3),
        "marker": {"color": color, **look, "line": {"color": edge, "width": 0.8}},
        "hovertemplate": f"<b>{word(label)}</b>, {words}<br>%{{x}}, %{{y}}<extra></extra>",
    }
    return trace if taken is None else {**trace, "text": taken}


def _line(
    lines: Sequence[Floats], shape: tuple[int, ...], view: RegionView, line: dict[str, Any], name: str = ""
) -> dict[str, Any]:
    """Draw boundaries as one trace, with gaps between them."""
    gap = np.full((1, 2), np.nan)
    path = np.concatenate([piece for each in lines for piece in (each, gap)] or [gap])
    starts = np.array([view.first[0], view.second[0]])
    steps = (np.array([view.first[-1], view.second[-1]]) - starts) / (np.array(shape) - 1)
    places = starts + path * steps
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "showlegend": bool(name),
        "x": plain(places[:, 0]),
        "y": plain(places[:, 1]),
        "line": line,
        "hoverinfo": "skip",
        "connectgaps": False,
    }


def _best_line(
    best: ArrayLike | None, view: RegionView, name: str, dash: str, theme: Theme
) -> list[dict[str, Any]]:
    if best is None:
        return []
    decisions = np.asarray(best)
    line = {"color": theme.text, "width": 2, "dash": dash}
    return [_line(boundary_lines(decisions), decisions.shape, view, line, name)]


def _layout(view: RegionView, theme: Theme, height: int, legend: bool = True) -> dict[str, Any]:
    first, second = ([float(places[0]), float(places[-1])] for places in (view.first, view.second))
    quiet = {"showgrid": False, "ticks": "", "fixedrange": False}
    return layout(
        theme,
        height=height,
        margin={"l": 48, "r": 8, "t": 34 if legend else 8, "b": 40},
        showlegend=legend,
        legend={
            "orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "itemsizing": "constant", "itemwidth": 30,
            "font": {"size": FONT_SIZE - 1, "color": theme.text}, "bgcolor": "rgba(0,0,0,0)",
        },
        xaxis=axis(theme, view.columns[0], range=first, **quiet),
        yaxis=axis(theme, view.columns[1], range=second, **quiet),
    )  # fmt: skip


def _alt(regions: Regions, view: RegionView, classes: Sequence[str], name: str) -> str:
    shares = np.bincount(regions.classes.ravel(), minlength=len(classes)) / regions.classes.size
    areas = ", ".join(f"{label} {share:.0%}" for label, share in zip(classes, shares, strict=True))
    wrong = int((regions.point_classes != view.points.targets).sum())
    who = f"{name} predicts" if name else "Predicted"
    return (
        f"{who} over {view.columns[0]} and {view.columns[1]}, by share of the area: {areas}; "
        f"{wrong} of {len(view.points.targets)} training rows shown are wrong."
    )
