"""Calibration: a temperature for all classes, and a bias for each where the labels clearly ask for one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from east.rules.definition import logarithms, softmax

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Temperatures are sought between 1/20 and 20, in logarithms, to about a thousandth.
WIDEST = np.log(20.0)
PRECISION = 1e-3
SPREAD = 0.5
"""Standard deviation of the normal prior of a bias: a class of few rows has no bias that its rows do not pay for."""
SURE = 0.95
"""Confidence of the likelihood-ratio test below which no biases are taken (Wilks, 1938)."""
STEPS = 50


class Calibration(NamedTuple):
    """Probabilities `softmax(log p / temperature + biases)`; biases `[K]` with mean 0."""

    temperature: float
    biases: Floats

    def applied(self, probabilities: Floats) -> Floats:
        """Calibrate `[n, K]`."""
        return softmax(logarithms(probabilities) / self.temperature + self.biases)


def fit_calibration(probabilities: Floats, labels: Integers, weights: Floats | None = None) -> Calibration:
    """Return the calibration of least log loss.

    A network that is trained for a metric leans towards the classes which that metric asks for, and so do its
    probabilities; a temperature cannot undo that, a bias for each class can ("bias-corrected temperature scaling":
    Alexandari, Kundaje and Shrikumar, "Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label
    Shift Adaptation", ICML 2020). The prior and the test are the project's: probabilities that need no bias get none.

    Args:
        probabilities: `[n, K]`.
        labels: `[n]` true classes.
        weights: `[n]` of the rows, or None for 1 each.
    """
    from scipy.optimize import minimize
    from scipy.stats import chi2

    logs = _below_the_largest(probabilities)
    count = np.ones(len(labels)) if weights is None else weights
    classes = logs.shape[1]
    mine = np.zeros(classes)
    np.add.at(mine, labels, count)
    own = float(count @ logs[np.arange(len(labels)), labels])

    def losses(point: Floats) -> tuple[float, Floats]:
        """Summed log loss with the prior's share, and its slopes, at (log temperature, biases)."""
        scale, biases = np.exp(-point[0]), point[1:]
        logits = logs * scale + biases
        top = logits.max(axis=1, keepdims=True)
        odds = np.exp(logits - top)
        totals = odds.sum(axis=1, keepdims=True)
        masses = odds * (count[:, None] / totals)
        loss = count @ (np.log(totals) + top)[:, 0] - own * scale - mine @ biases
        slopes = np.append(
            -scale * (np.vdot(masses, logs) - own), masses.sum(axis=0) - mine + biases / SPREAD**2
        )
        return float(loss + np.square(biases).sum() / (2 * SPREAD**2)), slopes

    temperature = fit_temperature(probabilities, labels, weights)
    start = np.append(np.log(temperature), np.zeros(classes))
    bounds = [(-WIDEST, WIDEST), *[(None, None)] * classes]
    found = minimize(losses, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS})
    if 2 * (losses(start)[0] - found.fun) <= chi2.ppf(SURE, classes - 1):
        return Calibration(temperature, np.zeros(classes))
    return Calibration(float(np.exp(found.x[0])), found.x[1:] - found.x[1:].mean())


def fit_temperature(probabilities: Floats, labels: Integers, weights: Floats | None = None) -> float:
    """Return the temperature of least log loss (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).

    Args:
        probabilities: `[n, K]`.
        labels: `[n]` true classes.
        weights: `[n]` of the rows, or None for 1 each.
    """
    from scipy.optimize import minimize_scalar

    logs = _below_the_largest(probabilities)
    own = np.average(logs[np.arange(len(labels)), labels], weights=weights)

    def log_loss(log_temperature: float) -> float:
        scale = np.exp(-log_temperature)
        totals = np.log(np.exp(logs * scale).sum(axis=1))
        return float(np.average(totals, weights=weights) - own * scale)

    found = minimize_scalar(
        log_loss, bounds=(-WIDEST, WIDEST), method="bounded", options={"xatol": PRECISION}
    )
    return float(np.exp(found.x))


def _below_the_largest(probabilities: Floats) -> Floats:
    """Return log p less that of each row's most probable class, so that no power of it overflows."""
    logs = logarithms(probabilities)
    return np.asarray(logs - logs.max(axis=1, keepdims=True))
