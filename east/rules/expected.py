"""The metric's own rule under expected counts: the calibrated probabilities stand in for the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from east.rules.calibration import fit_calibration
from east.rules.definition import DecisionRule, RuleSpec, checked, checked_weights
from east.rules.keeping import unless_argmax_is_ahead
from east.rules.solver import best_prices

if TYPE_CHECKING:
    from east.metrics import Metric


def fit_expected_rule(
    probabilities: ArrayLike, targets: ArrayLike, metric: Metric, weights: ArrayLike | None = None
) -> DecisionRule:
    """Calibrate the probabilities, then find the prices that maximise the metric of the expected counts.

    Labels serve only to find a temperature, and biases where these are sure, so the rule varies less with the
    validation rows than one that is tuned on their labels; it is as good as the calibrated probabilities are.
    """
    values, labels = checked(probabilities, targets)
    counts = checked_weights(weights, len(labels))
    calibration = fit_calibration(values, labels, counts)
    calibrated = calibration.applied(values)
    mass = calibrated if counts is None else calibrated * counts[:, None]
    prices, _ = best_prices(calibrated, mass, metric)
    # A bias multiplies what is earned where its class is true, so that it is part of the prices.
    prices = np.exp(calibration.biases)[:, None] * prices
    return unless_argmax_is_ahead(
        DecisionRule(calibration.temperature, prices), values, labels, metric, counts
    )


EXPECTED = RuleSpec(
    "expected",
    "the metric's rule",
    "Decide by what each prediction is worth to the metric, counted with the calibrated probabilities.",
    fit_expected_rule,
)
