"""Snapshots of a running training: frozen dataclasses of plain numbers and numpy arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from east.annealing import Sharpness
from east.dataset import Regions
from east.metrics import Metric
from east.training.arm import Arm

Matrix = NDArray[np.float64]

FAR_ABOVE = 0.2
"""Share of a metric's range: a training score so far above the validation score has come from learning by heart.

A score of a few hundred validation rows varies by less than half of it.
"""


@dataclass(frozen=True)
class LaneSnapshot:
    """One lane at one moment; matrices `[K, K]` count the validation part, rows by true class, by argmax.

    `score_soft - score_hard` is the surrogate gap. `sharpness` is that of the lane's loss, or the race's if
    the loss has none. `train_score` covers at most 2,048 training rows; `loss_value` and `gradient_norm`
    (before clipping) belong to the last batch. `placement` bins the rows of that batch by the probability of
    their true class (`placement_of`); all 0 before the first step.
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
    def diverged(self) -> bool:
        """Whether the loss or gradient is not finite; also true before the first step, which has neither."""
        return not (math.isfinite(self.loss_value) and math.isfinite(self.gradient_norm))

    @property
    def gap(self) -> float:
        """The surrogate gap, metric(C_soft) - metric(C_hard)."""
        return self.score_soft - self.score_hard


@dataclass(frozen=True)
class ArmSnapshot:
    """One arm in training at one moment: its lanes, one per seed. Rules are fitted after training.

    `regions` are the predictions of the first seed on the training's view, None without a view.
    """

    arm: Arm
    lanes: tuple[LaneSnapshot, ...]
    regions: Regions | None = None

    @property
    def sharpness(self) -> Sharpness:
        """The present sharpness of the arm's surrogate, the same for all its lanes."""
        return self.lanes[0].sharpness

    @property
    def soft(self) -> Matrix:
        """Soft matrix `[K, K]`, the mean over lanes."""
        return np.asarray(np.mean([lane.soft for lane in self.lanes], axis=0))

    @property
    def hard(self) -> Matrix:
        """Hard matrix `[K, K]`, the mean over lanes."""
        return np.asarray(np.mean([lane.hard for lane in self.lanes], axis=0))

    @property
    def score_soft(self) -> float:
        """Metric of the soft matrix, the mean over lanes."""
        return float(np.mean([lane.score_soft for lane in self.lanes]))

    @property
    def score_hard(self) -> float:
        """Metric of the hard matrix, the mean over lanes."""
        return float(np.mean([lane.score_hard for lane in self.lanes]))

    @property
    def train_score(self) -> float:
        """Metric of the hard matrix of at most 2,048 training rows, the mean over lanes."""
        return float(np.mean([lane.train_score for lane in self.lanes]))

    @property
    def loss_value(self) -> float:
        """Loss of the last batch, the mean over lanes."""
        return float(np.mean([lane.loss_value for lane in self.lanes]))

    @property
    def gradient_norm(self) -> float:
        """Gradient norm of the last batch before clipping, the mean over lanes."""
        return float(np.mean([lane.gradient_norm for lane in self.lanes]))

    @property
    def kept_steps(self) -> tuple[int, ...]:
        """Steps of the lanes' checkpoints, ascending; empty where nothing has been kept yet."""
        return tuple(sorted(lane.best_step for lane in self.lanes if lane.best_step > 0))

    @property
    def kept_score(self) -> float:
        """Metric of the hard matrix at the lanes' checkpoints, the mean over lanes."""
        return float(np.mean([lane.best_score for lane in self.lanes]))

    @property
    def overfitted(self) -> bool:
        """Whether the training score is above the validation score by `FAR_ABOVE` of the metric's range or more.

        The range begins at 0 where a metric has negative scores as well: those of MCC are worse than chance.
        """
        best, worst = self.arm.metric.best, self.arm.metric.worst
        least = max(worst, 0.0) if best > 0 else worst
        return self.train_score - self.score_hard >= FAR_ABOVE * (best - least)

    @property
    def placement(self) -> Matrix:
        """Histogram `[BINS]` of the last batch along the Heaviside, summed over lanes."""
        return np.asarray(np.sum([lane.placement for lane in self.lanes], axis=0))


@dataclass(frozen=True)
class Snapshot:
    """All arms in training at one moment; `progress` is u in [0, 1], `elapsed_s` the seconds spent on steps."""

    progress: float
    step: int
    total_steps: int
    epoch: float
    elapsed_s: float
    steps_per_second: float
    sharpness: Sharpness
    arms: tuple[ArmSnapshot, ...]

    @property
    def lanes(self) -> tuple[LaneSnapshot, ...]:
        """All lanes, by arm and then by seed."""
        return tuple(lane for arm in self.arms for lane in arm.lanes)

    def arm(self, arm: Arm) -> ArmSnapshot:
        """Return the snapshot of the lanes that an arm reads.

        Raises:
            KeyError: for an arm that is not in training.
        """
        for found in self.arms:
            if found.arm == arm.networks:
                return found
        raise KeyError(arm.key)
