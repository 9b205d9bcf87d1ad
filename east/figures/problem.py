"""A synthetic problem: its rows over the regions of the most probable classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from east.dataset import RegionPoints, Regions, RegionView
from east.figures.palette import LIGHT, Figure, Theme
from east.figures.regions import LEVELS, region_figure

if TYPE_CHECKING:
    from east.synthetic import Problem

GRID_SIZE = 80
POINTS = 500


def problem_figure(
    problem: Problem,
    *,
    best: ArrayLike | None = None,
    metric_label: str = "the metric",
    theme: Theme = LIGHT,
    height: int = 340,
) -> Figure:
    """Draw a problem, shaded by the most probable class; a row of another class is a cross.

    Args:
        problem: its density gives the true probabilities.
        best: `[a, a]` class codes of the best decisions for a metric on `problem.grid(GRID_SIZE)`, or None.
        metric_label: name of the metric of `best`.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    grid = problem.grid(GRID_SIZE)
    places, targets = problem.sample(POINTS)
    low, high = np.array([[ends[0], ends[-1]] for ends in (grid.first, grid.second)]).T
    inside = ((places >= low) & (places <= high)).all(axis=1)
    places, targets = places[inside], targets[inside]
    shape = (len(grid.first), len(grid.second))
    ranked = np.sort(grid.probabilities, axis=1)
    regions = Regions(
        classes=grid.probabilities.argmax(axis=1).astype(np.uint8).reshape(shape),
        margins=np.round((ranked[:, -1] - ranked[:, -2]) * LEVELS).astype(np.uint8).reshape(shape),
        point_classes=problem.posterior(places).argmax(axis=1).astype(np.uint8),
    )
    nothing = np.empty((0, 2), dtype=np.float32)
    points = RegionPoints(places, targets, nothing, np.arange(len(places)))
    view = RegionView(("x1", "x2"), grid.first, grid.second, nothing, (), points)
    return region_figure(
        regions,
        view,
        problem.class_names,
        name="The most probable class",
        best=best,
        best_accuracy=regions.classes,
        metric_label=metric_label,
        theme=theme,
        height=height,
    )
