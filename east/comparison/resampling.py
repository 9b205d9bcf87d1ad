"""How a score would move with other test rows: the bootstrap over rows, and each row's influence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from east.comparison.arms import Race
from east.threads import one_thread

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DRAWS = 2000
# Beyond this many rows, blocks of random rows are drawn instead: the variance is the same, its cost bounded.
MAX_UNITS = 4000
# Lanes' matrices are scored in slices of at most this many numbers.
SLICE = 4_000_000


@dataclass(frozen=True)
class Resampled:
    """What resampling says of every lane's score, arms x seeds.

    `scores` `[A, S]`; `draws` `[A, S, B]`, bootstrap scores with the same rows drawn for all lanes;
    `influence` `[A, S, n]`, the jackknife's pseudo-deviations, whose mean square over n estimates the
    variance over rows; `one_row` `[A]`, the most that one row's prediction moves the score.
    """

    scores: Floats
    draws: Floats
    influence: Floats
    one_row: Floats


@one_thread()
def resample(race: Race, metric: Metric | None = None, *, draws: int = DRAWS, seed: int = 0) -> Resampled:
    """Resample a race's test rows, the same for all arms and seeds, which pairs them.

    Args:
        race: the arms.
        metric: what to score by; the race's own by default.
        draws: bootstrap replicates B.
        seed: of the generator; equal seeds give equal draws.

    Sources: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993 (bootstrap and jackknife).
    """
    measure = metric or race.metric
    hard = np.stack([arm.hard for arm in race.arms])
    return Resampled(
        scores=measure.scores(hard),
        draws=_bootstrap(race, measure, draws, seed),
        influence=_influence(race, measure, hard),
        one_row=_largest_step(measure, hard),
    )


def _bootstrap(race: Race, metric: Metric, draws: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    rows, classes = len(race.targets), len(race.classes)
    units = min(rows, MAX_UNITS)
    unit = generator.permutation(rows) % units
    drawn = generator.multinomial(units, np.full(units, 1 / units), size=draws)
    # One column a draw, laid out in rows, as the sparse product below wants it.
    weights = np.ascontiguousarray(drawn.T, dtype=np.float64)
    per_slice = max(1, SLICE // classes**2)
    scores = np.empty((len(race.arms), len(race.seeds), draws))
    for a, arm in enumerate(race.arms):
        for s, predicted in enumerate(arm.predictions):
            cells = race.targets * classes + predicted
            counts = sparse.csr_array((np.ones(rows), (cells, unit)), shape=(classes**2, units))
            for start in range(0, draws, per_slice):
                part = slice(start, start + per_slice)
                matrices = (counts @ weights[:, part]).T.reshape(-1, classes, classes)
                scores[a, s, part] = metric.scores(matrices)
    return scores


def _influence(race: Race, metric: Metric, hard: Floats) -> Floats:
    """Leave each row out once: rows in the same cell of a matrix share one evaluation."""
    rows, classes = len(race.targets), len(race.classes)
    influence = np.empty((*hard.shape[:2], rows))
    for a, arm in enumerate(race.arms):
        for s, predicted in enumerate(arm.predictions):
            cells, cell_of_row = np.unique(race.targets * classes + predicted, return_inverse=True)
            left_out = _without_one(hard[a, s], cells, metric)[cell_of_row]
            influence[a, s] = (rows - 1) * (left_out.mean() - left_out)
    return influence


def _without_one(matrix: Floats, cells: Integers, metric: Metric) -> Floats:
    """Score a matrix with one row fewer in each of some cells, given by their places in its flat form."""
    scores = np.empty(len(cells))
    per_slice = max(1, SLICE // matrix.size)
    for start in range(0, len(cells), per_slice):
        some = cells[start : start + per_slice]
        smaller = np.repeat(matrix.reshape(1, -1), len(some), axis=0)
        smaller[np.arange(len(some)), some] -= 1
        scores[start : start + per_slice] = metric.scores(smaller.reshape(-1, *matrix.shape))
    return scores


def _largest_step(metric: Metric, hard: Floats) -> Floats:
    """Find how far one row moved to another column can move each arm's mean matrix's score, `[A]`."""
    classes = hard.shape[-1]
    steps = np.zeros(len(hard))
    for a, matrix in enumerate(hard.mean(axis=1)):
        base = metric.score(matrix)
        for column in range(classes):
            moved = np.repeat(matrix[None], classes, axis=0)
            rows = np.arange(classes)
            source = matrix.argmax(axis=1)
            amount = np.minimum(1.0, matrix[rows, source])
            moved[rows, rows, source] -= amount
            moved[rows, rows, column] += amount
            steps[a] = max(steps[a], float(np.abs(metric.scores(moved) - base).max()))
    return steps
