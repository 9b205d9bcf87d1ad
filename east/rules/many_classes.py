"""Tuning the offsets of many classes, where scoring every cut would take minutes.

The metric's tangent at the present confusion matrix says what each cut promises; only the few cuts that
promise most, each within a step length of its own, are scored. A sweep then costs a few matrices a class
instead of a hundred. It may stop short of what scoring every cut would find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.rules.solver import slopes

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# The tangent is trusted for this many rows; beyond, only what the metric itself confirms is taken.
STEP_LENGTHS = (2, 8, 32, 128)
MAX_SWEEPS = 3
MIN_GAIN = 1e-12


class TangentAscent:
    """Offsets of the classes, improved one class after another.

    Args:
        logs: `[n, K]`, log-probabilities.
        labels: `[n]` true classes.
        metric: what is maximised.
        offsets: `[K]` to start from.
        weights: `[n]` of the rows, or None for 1 each.
    """

    def __init__(
        self,
        logs: Floats,
        labels: Integers,
        metric: Metric,
        offsets: Floats,
        weights: Floats | None = None,
    ) -> None:
        self._logs, self._labels, self._metric = logs, labels, metric
        self._weights = np.ones(len(labels)) if weights is None else weights
        self._rows = np.arange(len(labels))
        self._look(offsets.copy())

    def run(self) -> tuple[Floats, float]:
        """Improve until a whole sweep gains nothing; returns offsets `[K]` and their score."""
        for _ in range(MAX_SWEEPS):
            gained = [self._improve(class_index) for class_index in range(len(self.offsets))]
            if not any(gained):
                break
        return self.offsets, self.score

    def _look(self, offsets: Floats) -> None:
        """Find each row's first and second class under the offsets, the matrix, its score and its tangent."""
        self.offsets = offsets
        values = self._logs + offsets
        self._first = values.argmax(axis=1)
        self._first_value = values[self._rows, self._first]
        values[self._rows, self._first] = -np.inf
        self._second = values.argmax(axis=1)
        self._second_value = values[self._rows, self._second]
        self._matrix = np.zeros((len(offsets), len(offsets)))
        np.add.at(self._matrix, (self._labels, self._first), self._weights)
        self.score = self._metric.score(self._matrix)
        self._slopes = slopes(self._metric, self._matrix)

    def _improve(self, class_index: int) -> bool:
        """Move the offset of one class to the best of its promising cuts; returns whether it moved."""
        mine = self._first == class_index
        rival = np.where(mine, self._second, self._first)
        needed = np.where(mine, self._second_value, self._first_value) - self._logs[:, class_index]
        # Rows of the class come first, for their need lies below the present offset.
        order = np.lexsort((needed, ~mine))
        needed, rival, present = needed[order], rival[order], int(mine.sum())
        labels, weights = self._labels[order], self._weights[order]
        steps = weights * (self._slopes[labels, class_index] - self._slopes[labels, rival])
        cuts = _promising(needed, steps, present)
        if not len(cuts):
            return False
        moves = [(slice(present, cut), 1.0) if cut > present else (slice(cut, present), -1.0) for cut in cuts]
        matrices = np.stack(
            [
                self._moved(labels[rows], rival[rows], sign * weights[rows], class_index)
                for rows, sign in moves
            ]
        )
        scores = self._metric.scores(matrices)
        best = int(scores.argmax())
        if scores[best] <= self.score + MIN_GAIN:
            return False
        offsets = self.offsets.copy()
        offsets[class_index] = middle(needed, cuts[best])
        self._look(offsets)
        return True

    def _moved(self, labels: Integers, rival: Integers, weights: Floats, class_index: int) -> Floats:
        """Return the matrix when some rows move from their rivals to the class; back, where weights are below 0."""
        matrix = self._matrix.copy()
        np.add.at(matrix, (labels, rival), -weights)
        matrix[:, class_index] += np.bincount(labels, weights, minlength=len(matrix))
        return matrix


def _promising(needed: Floats, steps: Floats, present: int) -> list[int]:
    """List, for each step length, the cut that promises most, where it promises anything."""
    promise = np.concatenate(([0.0], steps.cumsum()))
    promise -= promise[present]
    # A cut between rows of equal need is none.
    promise[1:-1][np.diff(needed) <= 0] = -np.inf
    found: list[int] = []
    for length in (*STEP_LENGTHS, len(needed)):
        low = max(present - length, 0)
        cut = low + int(promise[low : present + length + 1].argmax())
        if promise[cut] > MIN_GAIN and cut not in found:
            found.append(cut)
    return found


def middle(needed: Floats, cut: int) -> float:
    """Return the offset in the middle of the gap at a cut, or one beyond the outermost rows."""
    if cut == 0:
        return float(needed[0] - 1)
    if cut == len(needed):
        return float(needed[-1] + 1)
    return float((needed[cut - 1] + needed[cut]) / 2)
