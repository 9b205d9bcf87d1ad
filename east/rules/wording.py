"""A fitted rule as a plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Prices that differ by less, relative to the largest, are the same price.
SAME = 1e-9


class Affine(NamedTuple):
    """Prices that say `argmax_j weights[j] * q_j - charges[j]`; the least charge is 0."""

    weights: Floats
    charges: Floats


def in_words(temperature: float, prices: Floats, classes: Sequence[str]) -> str:
    """Say a rule in a plain sentence.

    Args:
        temperature: of the rule.
        prices: `[K, K]`.
        classes: K names.

    Returns:
        For two classes a threshold on the model's own probability, else weights or prices of the classes.
    """
    if len(classes) == 2:
        return _threshold(temperature, prices, classes)
    affine = affine_form(prices)
    if affine is None:
        return _softened(temperature) + _priced(prices, classes)
    weights, charges = affine
    if np.ptp(charges) == 0 and np.ptp(weights) == 0 and weights[0] > 0:
        return "Predict the most probable class."
    if np.ptp(charges) == 0:
        listed = _listed(classes, [f"{weight:.3g}" for weight in weights / weights.max()])
        return f"{_softened(temperature)}Predict the class with the largest weighted probability; weights: {listed}."
    if np.ptp(weights) == 0 and weights[0] > 0:
        listed = _listed(classes, [f"{charge:.3g}" for charge in charges / weights])
        lead = "Predict the class whose probability exceeds its own threshold by most"
        return f"{_softened(temperature)}{lead}; thresholds: {listed}."
    terms = [f"{weight:.3g} × p − {charge:.3g}" for weight, charge in zip(weights, charges, strict=True)]
    return f"{_softened(temperature)}Predict the class with the largest value: {_listed(classes, terms)}."


def affine_form(prices: Floats) -> Affine | None:
    """Write prices as weights and charges of the classes, the largest weight being 1.

    Adding a number to a row of prices changes no decision. Prices are affine when such shifts make all of
    a column but its diagonal equal; gains of a user's own and weighted kappa are not.

    Returns:
        None when the prices are not affine, or there are only two classes (then all are).
    """
    size = len(prices)
    places = np.arange(size)
    # A column beside the diagonal of both the row and row 0 tells by how much their shifts differ.
    beside = np.where(places <= 1, 2, 1)
    beside[0] = 1
    shifts = prices[places, beside] - prices[0, beside]
    shifted = prices - shifts[:, None]
    elsewhere = shifted[np.where(places == 0, 1, 0), places]
    off_diagonal = ~np.eye(size, dtype=bool)
    scale = max(np.abs(prices).max(), 1e-300)
    if np.abs(shifted - elsewhere)[off_diagonal].max() > SAME * scale:
        return None
    weights, charges = shifted.diagonal() - elsewhere, elsewhere.max() - elsewhere
    unit = weights.max() if weights.max() > 0 else scale
    tidy = np.where(np.abs(charges) <= SAME * scale, 0.0, charges)
    even = np.full(size, weights.mean()) if np.ptp(weights) <= SAME * scale else weights
    return Affine(even / unit, tidy / unit)


def _threshold(temperature: float, prices: Floats, classes: Sequence[str]) -> str:
    """Say a rule for two classes: class 1 earns `(1 - q) * first + q * second` more than class 0."""
    first, second = prices[0, 1] - prices[0, 0], prices[1, 1] - prices[1, 0]
    if max(first, second) <= 0 or min(first, second) > 0:
        return f"Always predict {classes[0 if max(first, second) <= 0 else 1]!r}."
    cut = first / (first - second)
    odds = (cut / (1 - cut)) ** temperature if cut < 1 else np.inf
    threshold = 1.0 if np.isinf(odds) else odds / (1 + odds)
    if second < first:
        return f"Predict {classes[1]!r} when its probability is below {threshold:.3g}."
    # The class that the rule favours is named: the other one is what most rows get.
    name, value = (classes[1], threshold) if threshold <= 0.5 else (classes[0], 1 - threshold)
    return f"Predict {name!r} when its probability exceeds {value:.3g}."


def _priced(prices: Floats, classes: Sequence[str]) -> str:
    regret = prices.max(axis=1, keepdims=True) - prices
    true, predicted = divmod(int(regret.argmax()), len(regret))
    dearest = f"predicting {classes[predicted]!r} for {classes[true]!r}, costs {regret.max():.3g}"
    return f"Predict the class that earns most on average; the dearest error, {dearest}."


def _softened(temperature: float) -> str:
    if temperature == 1:
        return ""
    return f"Take the probabilities at a temperature of {temperature:.3g}. "


def _listed(classes: Sequence[str], values: Sequence[str]) -> str:
    return ", ".join(f"{name!r} {value}" for name, value in zip(classes, values, strict=True))
