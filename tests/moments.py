"""Snapshots, arms and races made by hand, whose numbers a test can work out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from east.annealing import Sharpness
from east.comparison.race import ArmResult
from east.metrics import metric
from east.rules import confusion_matrices
from east.training import Arm, ArmSnapshot, LaneSnapshot, Snapshot

F1 = metric("fbeta")
EAST, CROSS_ENTROPY = Arm("east", F1), Arm("cross_entropy", F1)
TUNED = replace(CROSS_ENTROPY, rule="offsets")


def arm_result(
    arm: Arm, seeds: Sequence[int], targets: ArrayLike, predictions: ArrayLike, classes: int
) -> ArmResult:
    """Build what an arm predicted, `[S, n]`; its soft matrices lean a tenth towards an even guess."""
    predicted = np.asarray(predictions)
    hard = confusion_matrices(np.asarray(targets), predicted, classes)
    soft = 0.9 * hard + 0.1 * hard.sum(axis=2, keepdims=True) / classes
    return ArmResult(arm, tuple(seeds), predicted, hard, soft)


def lane(arm: Arm = EAST, seed: int = 0, **changes: Any) -> LaneSnapshot:
    """Build one lane at one moment, with plain numbers where a test does not care."""
    usual: dict[str, Any] = {
        "loss": arm.loss,
        "metric": arm.metric,
        "seed": seed,
        "sharpness": Sharpness(0.4, 1.0),
        "soft": np.eye(2),
        "hard": np.eye(2),
        "score_soft": 0.5,
        "score_hard": 0.5,
        "train_score": 0.5,
        "loss_value": 1.0,
        "gradient_norm": 1.0,
        "best_score": 0.5,
        "best_step": 0,
        "placement": np.zeros(4),
    }
    return LaneSnapshot(**(usual | changes))


def moment(step: int, total: int, arms: Sequence[ArmSnapshot]) -> Snapshot:
    """Build a snapshot of some arms after `step` of `total` steps."""
    return Snapshot(
        progress=step / total,
        step=step,
        total_steps=total,
        epoch=1.0,
        elapsed_s=1.0,
        steps_per_second=float(step),
        sharpness=Sharpness(0.4, 1.0),
        arms=tuple(arms),
    )
