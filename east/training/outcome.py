"""The outcome of a training: the best checkpoint of each lane, and every arm's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from east.dataset import Encoder
from east.metrics import Metric
from east.network import FloatArray, Weights
from east.rules import DecisionRule, fit_rule
from east.training.arm import Arm
from east.training.config import TrainConfig

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class LaneResult:
    """One finished lane: its checkpoint with the best validation score, judged on the test part by argmax.

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
class ArmOutcome:
    """One finished arm: its lanes, one per seed, and its fitted rules.

    Each lane has its own rule. An ensemble has a single rule, fitted on the mean probabilities of its members,
    which are the first lanes.
    """

    arm: Arm
    lanes: tuple[LaneResult, ...]
    rules: tuple[DecisionRule, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The lanes' seeds."""
        return tuple(lane.seed for lane in self.lanes)

    @property
    def validation_probabilities(self) -> FloatArray:
        """Probabilities of the validation rows that the rules read, `[S, n, K]`; for an ensemble `[1, n, K]`."""
        return _gathered(self.arm, [lane.validation_probabilities for lane in self.lanes])

    @property
    def test_probabilities(self) -> FloatArray:
        """Probabilities of the test rows that the rules read, `[S, n, K]`; for an ensemble `[1, n, K]`."""
        return _gathered(self.arm, [lane.test_probabilities for lane in self.lanes])

    @property
    def validation_predictions(self) -> Integers:
        """Predicted classes of the validation rows, `[S, n]`; for an ensemble `[1, n]`."""
        return self._decide(self.validation_probabilities)

    @property
    def test_predictions(self) -> Integers:
        """Predicted classes of the test rows, `[S, n]`; for an ensemble `[1, n]`."""
        return self._decide(self.test_probabilities)

    @property
    def test_predictions_without_a_member(self) -> Integers:
        """Predictions of an ensemble for the test rows without each of its members in turn, `[members, n]`."""
        stacked = np.stack([lane.test_probabilities for lane in self.lanes[: self.arm.members]])
        others = (stacked.sum(axis=0) - stacked) / (len(stacked) - 1)
        return np.stack([self.rules[0].decide(own) for own in others])

    def _decide(self, probabilities: FloatArray) -> Integers:
        return np.stack([rule.decide(own) for rule, own in zip(self.rules, probabilities, strict=True)])


@dataclass(frozen=True)
class Outcome:
    """The result of a training, by arm.

    The targets `[n]` of validation and test belong to the same rows as the lanes' probabilities. `encoder` turns
    columns into the lanes' features; `config` holds the settings of the training. `validation_weights` `[n]` are
    those of the validation rows, None where all count alike.
    """

    metric: Metric
    classes: tuple[str, ...]
    arms: tuple[ArmOutcome, ...]
    validation_targets: Integers
    test_targets: Integers
    steps: int
    elapsed_s: float
    device: str
    encoder: Encoder
    config: TrainConfig
    validation_weights: Matrix | None = None

    @property
    def lanes(self) -> tuple[LaneResult, ...]:
        """The trained lanes, each once: by loss and metric in the order of the arms, then by seed."""
        groups = {found.arm.networks: found.lanes for found in self.arms}
        return tuple(lane for lanes in groups.values() for lane in lanes)

    def arm(self, arm: Arm) -> ArmOutcome:
        """Return an arm that raced, or apply another rule to trained lanes.

        Raises:
            KeyError: when no lanes were trained for its loss and metric.
        """
        for found in self.arms:
            if found.arm == arm:
                return found
        for found in self.arms:
            if found.arm.networks == arm.networks:
                return decide(arm, found.lanes, self.validation_targets, self.validation_weights)
        raise KeyError(arm.key)


def decide(
    arm: Arm,
    lanes: Sequence[LaneResult],
    validation_targets: Integers,
    validation_weights: Matrix | None = None,
) -> ArmOutcome:
    """Fit an arm's rule on the validation rows of its lanes.

    Args:
        arm: the arm.
        lanes: the lanes of its loss and metric, one per seed.
        validation_targets: true classes of the validation rows, `[n]`.
        validation_weights: their weights, `[n]`, or None for 1 each.
    """
    probabilities = _gathered(arm, [lane.validation_probabilities for lane in lanes])
    rules = tuple(
        fit_rule(arm.rule, own, validation_targets, arm.metric, validation_weights) for own in probabilities
    )
    return ArmOutcome(arm, tuple(lanes), rules)


def _gathered(arm: Arm, probabilities: Sequence[FloatArray]) -> FloatArray:
    stacked = np.stack(probabilities)
    return stacked[: arm.members].mean(axis=0, keepdims=True) if arm.ensemble else stacked
