"""The passes of `east.losses.fused` over a large batch as one loop a row, which numba compiles for this CPU.

Each function does for rows `[N, K]` what the torch form does, in its order and units; that one is the definition.
`cells` says for each row which row of the matrices, stacked as `[lanes * K, K]`, is its class's.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Places = NDArray[np.int64]


# Sums in any order let the loops run on vectors; nothing is assumed of infinite values.
ANY_ORDER = {"reassoc", "contract", "nsz"}


@numba.njit(cache=True, nogil=True, fastmath=ANY_ORDER, error_model="numpy")
def sum_members(
    odds: Floats, cells: Places, weights: Floats, factors: Floats, lines: Floats, matrix: Floats,
    kept: Floats, places: Places,
) -> None:  # fmt: skip
    """Add the memberships of each row to `matrix`, and write down what the backward needs of it.

    Args:
        odds: `[N, K]`, 1 at the first class, where a 0 is left.
        cells: `[N]`.
        weights: `[N]`.
        factors: `[K]` of the likelihood's classes.
        lines: delta, below, band, low, high of the Heaviside, then 1/2 and 1 of the same type.
        matrix: `[lanes * K, K]`, added to.
        kept: `[5, N]` for total, threshold, mass, height of the first class, evidence.
        places: `[2, N]` for the first and the second class.
    """
    delta, below, band, low, high, half, one = lines
    zero, classes = one - one, odds.shape[1]
    for row in range(odds.shape[0]):
        values, first = odds[row], 0
        for place in range(classes):
            if values[place] >= one:
                first = place
                break
        values[first] = zero
        total, second, runner_up = one, zero, 0
        for place in range(classes):
            total += values[place]
        for place in range(classes):
            if values[place] > second:
                second, runner_up = values[place], place
        threshold = (one + second) * half
        edge, top = threshold * low, threshold * high
        if top < one:
            first_height = threshold * (one - delta * (total - one) / (total - top))
        else:
            first_height = threshold * half + (one - threshold) * band
        mass, evidence = first_height, factors[first]
        for place in range(classes):
            value = values[place]
            mass += (value - edge if value > edge else zero) * (band - below) + value * below
            evidence += value * factors[place]
        scale = weights[row] / mass
        sums = matrix[cells[row]]
        for place in range(classes):
            value = values[place]
            sums[place] += ((value - edge if value > edge else zero) * (band - below) + value * below) * scale
        sums[first] += first_height * scale
        kept[0, row], kept[1, row], kept[2, row] = total, threshold, mass
        kept[3, row], kept[4, row] = first_height, evidence
        places[0, row], places[1, row] = first, runner_up


@numba.njit(cache=True, nogil=True, fastmath=ANY_ORDER, error_model="numpy")
def pull_back(
    odds: Floats, cells: Places, targets: Places, weights: Floats, factors: Floats, lines: Floats,
    kept: Floats, places: Places, to_matrix: Floats, to_likelihood: Floats, gradient: Floats,
) -> None:  # fmt: skip
    """Write the gradient on the logits, `[N, K]`, from those on the matrix and the log-likelihoods `[N]`."""
    delta, below, band, low, high, half, one = lines
    zero, classes = one - one, odds.shape[1]
    for row in range(odds.shape[0]):
        values, slopes, own = odds[row], to_matrix[cells[row]], gradient[row]
        total, threshold, mass, first = kept[0, row], kept[1, row], kept[2, row], places[0, row]
        edge, top = threshold * low, threshold * high
        inner = slopes[first] * kept[3, row]
        for place in range(classes):
            value = values[place]
            inner += slopes[place] * (
                (value - edge if value > edge else zero) * (band - below) + value * below
            )
        inner /= mass
        scale = weights[row] / mass
        first_gradient = (slopes[first] - inner) * scale
        to_first, to_total = first_gradient * band, zero
        if top < one:
            room = total - top
            to_first = first_gradient * delta * threshold / room
            to_total = to_first * (top - one) / room
        to_evidence = -to_likelihood[row] / kept[4, row]
        flow = zero
        for place in range(classes):
            value = values[place]
            slope = band if value > edge else below
            part = (slopes[place] - inner) * scale * slope * value
            flow += part
            own[place] = part + value * (to_total + to_evidence * factors[place])
        to_threshold = -(flow + to_first + to_total * total) / threshold
        own[first] += to_first + to_evidence * factors[first] + to_total + to_threshold * half
        own[targets[row]] += to_likelihood[row]
        own[places[1, row]] += to_threshold * (threshold - half)
