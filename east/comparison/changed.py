"""Scores of matrices that other rows would give: rows drawn anew, one left out, one predicted otherwise.

A metric of counts is asked for K numbers a matrix, any other for the K x K cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Matrices are scored in slices of at most this many numbers.
SLICE = 4_000_000


class Weights(NamedTuple):
    """How often each unit of rows is drawn, `[units, B]`, and each row's unit, `[n]`."""

    counts: Floats
    unit: Integers


def drawn_scores(
    targets: Integers, predictions: Integers, classes: int, metric: Metric, weights: Weights
) -> Floats:
    """Score the rows of each draw: targets `[n]` and predictions `[L, n]` of K classes; returns `[L, B]`."""
    lanes, draws = len(predictions), weights.counts.shape[1]
    whole = metric.from_counts is None
    size = classes**2 if whole else classes
    own = np.broadcast_to(targets, predictions.shape)
    scores = np.empty((lanes, draws))
    per_slice = max(1, SLICE // (lanes * size))
    if whole:
        counters = [_counter(own * classes + predictions, size, weights)]
    else:
        hits = _counter(own, size, weights, predictions == own)
        counters = [hits, _counter(own[:1], size, weights), _counter(predictions, size, weights)]
    for start in range(0, draws, per_slice):
        part = slice(start, start + per_slice)
        drawn = [_drawn(counter, weights.counts[:, part], size) for counter in counters]
        if whole:
            scores[:, part] = metric.scores(drawn[0].reshape(lanes, -1, classes, classes))
        else:
            scores[:, part] = _of_counts(metric, *drawn)
    return scores


def _counter(
    cells: Integers, size: int, weights: Weights, counted: NDArray[np.bool_] | None = None
) -> sparse.csr_array:
    """Return what counts rows `[L, n]` by cell, for each unit: `[L * size, units]`."""
    lanes, rows = cells.shape
    places = (np.arange(lanes)[:, None] * size + cells).ravel()
    ones = np.ones(lanes * rows) if counted is None else counted.ravel().astype(np.float64)
    units = np.broadcast_to(weights.unit, cells.shape).ravel()
    return sparse.csr_array((ones, (places, units)), shape=(lanes * size, len(weights.counts)))


def _drawn(counter: sparse.csr_array, counts: Floats, size: int) -> Floats:
    """Count the rows of each draw; returns `[L, B, size]`."""
    drawn = (counter @ counts).reshape(-1, size, counts.shape[1])
    return np.asarray(np.moveaxis(drawn, -1, 1))


def without_one(matrix: Floats, cells: Integers, metric: Metric) -> Floats:
    """Score a matrix with one row fewer in each of `cells`, given as indices into the flat matrix."""
    classes, whole = len(matrix), metric.from_counts is None
    scores = np.empty(len(cells))
    per_slice = max(1, SLICE // (matrix.size if whole else classes))
    for start in range(0, len(cells), per_slice):
        part = slice(start, start + per_slice)
        true, predicted = np.divmod(cells[part], classes)
        each = np.arange(len(true))
        if whole:
            smaller = np.repeat(matrix[None], len(each), axis=0)
            smaller[each, true, predicted] -= 1
            scores[part] = metric.scores(smaller)
        else:
            hits, support, mass = _counts(matrix, len(each))
            hits[each, true] -= true == predicted
            support[each, true] -= 1
            mass[each, predicted] -= 1
            scores[part] = _of_counts(metric, hits, support, mass)
    return scores


def largest_step(matrix: Floats, metric: Metric) -> float:
    """Return the largest change of a matrix's score by moving one row of any class to another column.

    A class's row is taken from where most of its rows are.
    """
    classes, base, largest = len(matrix), metric.score(matrix), 0.0
    rows = np.arange(classes)
    source = matrix.argmax(axis=1)
    amount = np.minimum(1.0, matrix[rows, source])
    for column in range(classes):
        if metric.from_counts is not None:
            hits, support, mass = _counts(matrix, classes)
            hits[rows, rows] += amount * (1.0 * (rows == column) - (rows == source))
            mass[rows, source] -= amount
            mass[rows, column] += amount
            scores = _of_counts(metric, hits, support, mass)
        else:
            moved = np.repeat(matrix[None], classes, axis=0)
            moved[rows, rows, source] -= amount
            moved[rows, rows, column] += amount
            scores = metric.scores(moved)
        largest = max(largest, float(np.abs(scores - base).max()))
    return largest


def _counts(matrix: Floats, times: int) -> tuple[Floats, Floats, Floats]:
    """Return hits, support and predicted mass of each class, `[times, K]` each, to be changed."""
    counts = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    hits, support, mass = (np.repeat(each[None], times, axis=0) for each in counts)
    return hits, support, mass


def _of_counts(metric: Metric, *counts: Floats) -> Floats:
    """Score counts `[..., K]`."""
    import torch

    assert metric.from_counts is not None
    values = metric.from_counts(*(torch.from_numpy(np.ascontiguousarray(each)) for each in counts))
    return np.asarray(values.numpy(), dtype=np.float64)
