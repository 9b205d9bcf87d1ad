"""Prices in their plainest form: the same decisions, said with as few numbers as they need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Prices that differ by less, relative to the largest, are the same price.
SAME = 1e-9


class Affine(NamedTuple):
    """Prices that say `argmax_j weights[j] * q_j - charges[j]`: the largest weight is 1, the least charge 0."""

    weights: Floats
    charges: Floats


def readable(prices: Floats) -> Floats:
    """Return prices `[K, K]` of the same decisions in their plainest form.

    Adding a number to a row, or multiplying all, changes no decision. Two classes become their thresholds on
    the diagonal, affine prices weights on the diagonal less a charge a column; others start at 0 in each row.
    """
    if len(prices) == 2:
        first, second = prices[0, 0] - prices[0, 1], prices[1, 1] - prices[1, 0]
        if min(first, second) > 0:
            return np.asarray(np.diag([first, second]) / (first + second))
    affine = affine_form(prices)
    if affine is not None:
        return np.asarray(np.diag(affine.weights) - affine.charges)
    regular = prices - prices.min(axis=1, keepdims=True)
    return np.asarray(regular / (regular.max() or 1.0))


def affine_form(prices: Floats) -> Affine | None:
    """Write prices as a weight and a charge for each class.

    That can be done when, after adding a number to each row, all of a column but its diagonal are equal. It
    cannot for gains of a user's own or for weighted kappa.

    Returns:
        None when it cannot be done, or when there are only two classes (a threshold says it better).
    """
    size = len(prices)
    if size == 2:
        return None
    places = np.arange(size)
    # A column off the diagonal of both its row and row 0 tells by how much the two rows differ.
    beside = np.where(places <= 1, 2, 1)
    shifted = prices - (prices[places, beside] - prices[0, beside])[:, None]
    elsewhere = shifted[np.where(places == 0, 1, 0), places]
    scale = np.abs(prices).max() or 1.0
    if np.abs(shifted - elsewhere)[~np.eye(size, dtype=bool)].max() > SAME * scale:
        return None
    weights, charges = shifted.diagonal() - elsewhere, elsewhere.max() - elsewhere
    if np.ptp(weights) <= SAME * scale:
        weights = np.full(size, weights[0])
    unit = weights.max() if weights.max() > 0 else scale
    return Affine(weights / unit, np.where(charges <= SAME * scale, 0.0, charges) / unit)
