"""Densities in closed form: every class a mixture of boxes blurred by Gaussians, or of Gaussians alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

REACH = 4.0
"""Standard deviations around a component that a grid covers; 6e-5 of its mass lies beyond on an axis."""
_STEP = 2**18  # values held at once, so that they stay in the processor's cache
_HALF_LOG_TAU = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, eq=False)
class Mixture:
    """The densities of K classes over the plane, each a mixture of components with axes along x1 and x2.

    A component is the uniform distribution on a box plus Gaussian noise; a box without a size leaves the Gaussian.

    Args:
        owners: [M] int64, the class of each component, sorted; every class owns at least one.
        weights: [M], positive; those of one class sum to one.
        centres: [M, 2].
        deviations: [M, 2] standard deviations of the Gaussian noise, above 0.
        halves: [M, 2] half widths of the box, 0 for a Gaussian.
    """

    owners: Integers
    weights: Floats
    centres: Floats
    deviations: Floats
    halves: Floats

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return int(self.owners[-1]) + 1

    @cached_property
    def extent(self) -> tuple[Floats, Floats]:
        """The lowest and the highest corner, [2] each, of a box that holds the mass of all components."""
        reach = self.halves + REACH * self.deviations
        return (self.centres - reach).min(axis=0), (self.centres + reach).max(axis=0)

    def sample(self, classes: Integers, generator: np.random.Generator) -> Floats:
        """Draw one point for each class code `[n]`; returns `[n, 2]`."""
        chosen = np.empty(len(classes), dtype=np.int64)
        for code in range(self.num_classes):
            mine = np.flatnonzero(self.owners == code)
            rows = np.flatnonzero(classes == code)
            chosen[rows] = generator.choice(mine, size=len(rows), p=self.weights[mine])
        boxes = self.halves[chosen] * generator.uniform(-1, 1, (len(chosen), 2))
        noise = self.deviations[chosen] * generator.standard_normal((len(chosen), 2))
        return np.asarray(self.centres[chosen] + boxes + noise)

    def log_densities(self, points: ArrayLike) -> Floats:
        """Give the log density of every class at points `[n, 2]`; returns `[n, K]`."""
        places = np.asarray(points, dtype=np.float64)
        step = max(1, _STEP // len(self.owners))
        pieces = [places[start : start + step] for start in range(0, len(places), step)]
        found = [self._mixed(self._along(piece[:, 0], 0) + self._along(piece[:, 1], 1)) for piece in pieces]
        return np.concatenate(found) if found else np.empty((0, self.num_classes))

    def log_densities_on(self, first: ArrayLike, second: ArrayLike) -> Floats:
        """Give the log density of every class where the lines x1 = first and x2 = second cross.

        Much faster than point by point, as components factor into their axes.

        Args:
            first, second: [a] and [b] places on the axes.

        Returns:
            [a * b, K], x2 running fastest.
        """
        columns = self._along(np.asarray(first, dtype=np.float64), 0)
        rows = self._along(np.asarray(second, dtype=np.float64), 1)
        return np.concatenate([self._mixed(column + rows) for column in columns])

    def _along(self, values: Floats, axis: int) -> Floats:
        """Log density of every component's marginal on one axis; `[n]` to `[n, M]`."""
        offsets = values[:, None] - self.centres[:, axis]
        deviations, halves = self.deviations[:, axis], self.halves[:, axis]
        logs = -0.5 * (offsets / deviations) ** 2 - np.log(deviations) - _HALF_LOG_TAU
        boxed = np.flatnonzero(halves > 0)
        if len(boxed):
            logs[:, boxed] = _log_blurred(offsets[:, boxed], deviations[boxed], halves[boxed])
        return np.asarray(logs)

    def _mixed(self, logs: Floats) -> Floats:
        """Mix the components `[n, M]` into their classes `[n, K]`, in logarithms."""
        starts = np.searchsorted(self.owners, np.arange(self.num_classes))
        joint = logs + np.log(self.weights)
        peaks = np.maximum.reduceat(joint, starts, axis=1)
        shares = np.exp(joint - peaks[:, self.owners])
        return np.asarray(peaks + np.log(np.add.reduceat(shares, starts, axis=1)))


def _log_blurred(offsets: Floats, deviations: Floats, halves: Floats) -> Floats:
    """Log density of uniform(-half, half) plus Gaussian noise, exact however far outside the box."""
    from scipy.special import log_ndtr

    # By symmetry both ends are taken in the left tail, where log_ndtr keeps its precision.
    distances = -np.abs(offsets)
    upper, lower = (log_ndtr((distances + sign * halves) / deviations) for sign in (1, -1))
    return np.asarray(upper + np.log1p(-np.exp(lower - upper)) - np.log(2 * halves))
