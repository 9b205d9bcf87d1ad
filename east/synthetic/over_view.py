"""The best decisions for a metric and for accuracy over a view, and the score they reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.synthetic.problem import FEATURES, Problem

if TYPE_CHECKING:
    from east.dataset import Dataset, RegionView
    from east.metrics import Metric

SIZE = 160
"""Points on an axis: boundaries as fine as a screen shows them."""

Codes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class BestOverView:
    """The best that any classifier can do on a problem, drawn over a view of it.

    Args:
        score: the best reachable score of the metric, in expectation over fresh rows.
        classes: `[n, n]` codes of the decisions that reach it, by place on the first and on the second axis.
        most_probable: `[n, n]` codes of the most probable class, the best decision for accuracy.
    """

    score: float
    classes: Codes
    most_probable: Codes


def best_over_view(
    problem: Problem, metric: Metric, view: RegionView, dataset: Dataset, size: int = SIZE
) -> BestOverView | None:
    """Decide a view by the true probabilities; None when the dataset does not pose the problem as it is.

    Args:
        problem: that the dataset's table was drawn from.
        metric: to decide for.
        view: over two columns of the dataset.
        dataset: with the target and classes that the view's codes belong to.
        size: grid points on an axis.
    """
    if view.columns != FEATURES or dataset.classes != problem.class_names:
        return None
    best = problem.best(metric)
    probabilities = problem.posterior(view.crossings(size))
    decided, likeliest = best.rule.decide(probabilities), probabilities.argmax(axis=1)
    grids = (np.asarray(codes, dtype=np.uint8).reshape(size, size) for codes in (decided, likeliest))
    return BestOverView(best.score, *grids)
