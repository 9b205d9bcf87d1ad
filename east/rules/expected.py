"""The metric's own rule under expected counts: the calibrated probabilities stand in for the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.rules.definition import DecisionRule, RuleSpec, checked, checked_weights, logarithms, sharpened
from east.rules.keeping import unless_argmax_is_ahead
from east.rules.solver import best_prices

if TYPE_CHECKING:
    from east.metrics import Metric

# Temperatures are sought between 1/20 and 20, in logarithms, to about a thousandth.
WIDEST = np.log(20.0)
PRECISION = 1e-3


def fit_expected_rule(
    probabilities: ArrayLike, targets: ArrayLike, metric: Metric, weights: ArrayLike | None = None
) -> DecisionRule:
    """Calibrate the probabilities, then find the prices that maximise the metric of the expected counts.

    Labels serve only to find one temperature, so the rule varies less with the validation rows than one
    that is tuned on their labels; it is as good as the calibrated probabilities are.
    """
    values, labels = checked(probabilities, targets)
    counts = checked_weights(weights, len(labels))
    temperature = fit_temperature(values, labels, counts)
    calibrated = sharpened(values, temperature)
    mass = calibrated if counts is None else calibrated * counts[:, None]
    prices, _ = best_prices(calibrated, mass, metric)
    return unless_argmax_is_ahead(DecisionRule(temperature, prices), values, labels, metric, counts)


def fit_temperature(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], weights: NDArray[np.float64] | None = None
) -> float:
    """Return the temperature of least log loss (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).

    Args:
        probabilities: `[n, K]`.
        labels: `[n]` true classes.
        weights: `[n]` of the rows, or None for 1 each.
    """
    from scipy.optimize import minimize_scalar

    logs = logarithms(probabilities)
    logs = logs - logs.max(axis=1, keepdims=True)
    own = np.average(logs[np.arange(len(labels)), labels], weights=weights)

    def log_loss(log_temperature: float) -> float:
        scale = np.exp(-log_temperature)
        totals = np.log(np.exp(logs * scale).sum(axis=1))
        return float(np.average(totals, weights=weights) - own * scale)

    found = minimize_scalar(
        log_loss, bounds=(-WIDEST, WIDEST), method="bounded", options={"xatol": PRECISION}
    )
    return float(np.exp(found.x))


EXPECTED = RuleSpec(
    "expected",
    "the metric's rule",
    "Decide by what each prediction is worth to the metric, counted with the calibrated probabilities.",
    fit_expected_rule,
)
