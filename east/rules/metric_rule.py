"""The metric's own rule, tuned on the validation labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.rules.definition import DecisionRule, RuleSpec, checked, checked_weights
from east.rules.keeping import unless_argmax_is_ahead
from east.rules.solver import best_prices

if TYPE_CHECKING:
    from east.metrics import Metric


def fit_metric_rule(
    probabilities: ArrayLike, targets: ArrayLike, metric: Metric, weights: ArrayLike | None = None
) -> DecisionRule:
    """Find the prices that maximise the metric counted with the validation labels.

    A class without validation rows counts with the model's probabilities, lest it be free to predict.
    """
    values, labels = checked(probabilities, targets)
    mass: NDArray[np.float64] = np.eye(values.shape[1])[labels]
    absent = mass.sum(axis=0) == 0
    mass[:, absent] = values[:, absent]
    counts = checked_weights(weights, len(labels))
    prices, _ = best_prices(values, mass if counts is None else mass * counts[:, None], metric)
    return unless_argmax_is_ahead(DecisionRule(1.0, prices), values, labels, metric, counts)


METRIC_RULE = RuleSpec(
    "metric",
    "the metric's rule, tuned",
    "Decide by what each prediction is worth to the metric, counted with the validation labels.",
    fit_metric_rule,
)
