"""A fitted rule as a plain sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from east.rules.affine import Affine, affine_form

Floats = NDArray[np.float64]

# A weight below this only orders classes that the metric does not tell apart.
NO_WEIGHT = 1e-5


def in_words(temperature: float, prices: Floats, classes: Sequence[str]) -> str:
    """Say a rule in a plain sentence or two.

    Args:
        temperature: of the rule.
        prices: `[K, K]`.
        classes: K names.

    Returns:
        For two classes a threshold on the model's own probability; else weights, thresholds or prices.
    """
    if len(classes) == 2:
        return _threshold(temperature, prices, classes)
    affine = affine_form(prices)
    if affine is not None and not np.ptp(affine.charges) and not np.ptp(affine.weights):
        return "Predict the most probable class."
    sentence = _priced(prices, classes) if affine is None else _weighed(affine, classes)
    softened = "" if temperature == 1 else f"Take the probabilities at a temperature of {temperature:.3g}. "
    return softened + sentence


def _threshold(temperature: float, prices: Floats, classes: Sequence[str]) -> str:
    """Say a rule for two classes: class 1 earns `(1 - q) * first + q * second` more than class 0."""
    first, second = prices[0, 1] - prices[0, 0], prices[1, 1] - prices[1, 0]
    if max(first, second) <= 0 or min(first, second) >= 0:
        return f"Always predict {classes[int(max(first, second) > 0)]!r}."
    odds = (-first / second) ** temperature
    threshold = float(odds / (1 + odds))
    if second < first:
        return f"Predict {classes[1]!r} when its probability is below {threshold:.3g}."
    # The class that the rule favours is named, for it is the one that argmax predicts too seldom.
    favoured, value = (1, threshold) if threshold <= 0.5 else (0, 1 - threshold)
    return f"Predict {classes[favoured]!r} when its probability exceeds {value:.3g}."


def _weighed(affine: Affine, classes: Sequence[str]) -> str:
    weights, charges = affine
    if not np.ptp(charges):
        return (
            f"Predict the class with the largest weight × probability; weights: {_listed(classes, weights)}."
        )
    counted = np.flatnonzero(weights > NO_WEIGHT)
    if len(counted) == 1 and np.ptp(np.delete(charges, counted)) <= NO_WEIGHT:
        only, threshold = classes[counted[0]], charges[counted[0]] - np.delete(charges, counted).mean()
        return f"Predict {only!r} when its probability exceeds {threshold:.3g}, else the most probable other class."
    if not np.ptp(weights) and weights[0] > 0:
        lead = "Predict the class whose probability exceeds its threshold by most"
        return f"{lead}; thresholds: {_listed(classes, charges)}."
    lead = "Predict the class with the largest weight × probability − charge"
    return f"{lead}; weights: {_listed(classes, weights)}; charges: {_listed(classes, charges)}."


def _priced(prices: Floats, classes: Sequence[str]) -> str:
    regrets = prices.max(axis=1, keepdims=True) - prices
    true, predicted = divmod(int(regrets.argmax()), len(prices))
    dearest = f"predicting {classes[predicted]!r} for {classes[true]!r}"
    return f"Predict the class that is expected to cost least; the dearest error is {dearest}."


def _listed(classes: Sequence[str], values: Floats) -> str:
    return ", ".join(f"{name!r} {value:.3g}" for name, value in zip(classes, values, strict=True))
