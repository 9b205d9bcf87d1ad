"""What a training says of itself: frozen dataclasses of plain numbers and numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from east.annealing import Sharpness
from east.metrics import Metric
from east.network import FloatArray, Weights

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LaneSnapshot:
    """One lane at one moment; matrices `[K, K]` are of the validation part, rows true.

    `score_soft - score_hard` is the surrogate gap. `sharpness` is the lane's own; a lane whose loss has
    none is shown at the race's sharpness. `train_score` is of (at most 2,048) training rows,
    `loss_value` and `gradient_norm` (before clipping) of the last batch. `placement` counts that batch's
    rows by where the probability of their true class falls (`placement_of`); all 0 before the first step.
    """

    loss: str
    metric: Metric
    seed: int
    sharpness: Sharpness
    soft: Matrix
    hard: Matrix
    score_soft: float
    score_hard: float
    train_score: float
    loss_value: float
    gradient_norm: float
    best_score: float
    best_step: int
    placement: Matrix

    @property
    def gap(self) -> float:
        """The surrogate gap, metric(C_soft) - metric(C_hard)."""
        return self.score_soft - self.score_hard


@dataclass(frozen=True)
class Snapshot:
    """All lanes at one moment of a training; `progress` is u in [0, 1], `elapsed_s` time spent stepping."""

    progress: float
    step: int
    total_steps: int
    epoch: float
    elapsed_s: float
    steps_per_second: float
    sharpness: Sharpness
    lanes: tuple[LaneSnapshot, ...]


@dataclass(frozen=True)
class LaneResult:
    """One finished lane: its checkpoint of the best validation score, judged on the test part.

    Probabilities are `[n, K]`, matrices `[K, K]`; `test_soft` is at the lane's final sharpness.
    """

    loss: str
    metric: Metric
    seed: int
    best_step: int
    best_score: float
    validation_probabilities: FloatArray
    test_probabilities: FloatArray
    validation_hard: Matrix
    test_hard: Matrix
    test_soft: Matrix
    test_score: float
    weights: Weights


@dataclass(frozen=True)
class Outcome:
    """What a training came to; lanes are ordered arm by arm, seeds within.

    The targets `[n]` of validation and test stand beside the lanes' probabilities of the same rows.
    """

    metric: Metric
    classes: tuple[str, ...]
    lanes: tuple[LaneResult, ...]
    validation_targets: NDArray[np.int64]
    test_targets: NDArray[np.int64]
    steps: int
    elapsed_s: float
    device: str
