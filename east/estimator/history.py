"""What a training leaves behind for people: a record an evaluation, and warnings."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning

from east.dataset import Dataset
from east.training import LaneResult, Snapshot

MEANS = ("score_soft", "score_hard", "train_score", "loss_value", "gradient_norm")


def record_of(snapshot: Snapshot) -> dict[str, float]:
    """Return an evaluation as plain numbers by the names that `Snapshot` has, means over the members."""
    (arm,) = snapshot.arms
    return {
        "step": snapshot.step,
        "epoch": snapshot.epoch,
        "progress": snapshot.progress,
        "elapsed_s": snapshot.elapsed_s,
        "delta": snapshot.sharpness.delta,
        "omega": snapshot.sharpness.omega,
        **{name: getattr(arm, name) for name in MEANS},
        "best_score": arm.kept_score,
    }


def warn_of_unseen_classes(dataset: Dataset, classes: NDArray[Any]) -> None:
    """Warn when no row of a class is held out, so that the metric cannot judge it."""
    absent = np.bincount(dataset.validation.targets, minlength=len(classes)) == 0
    if absent.any():
        names = ", ".join(map(repr, classes[absent].tolist()[:5])) + (" ..." if absent.sum() > 5 else "")
        what = f"The rows held out have none of {names}: the checkpoint and the rule are chosen without them."
        warnings.warn(what, UndefinedMetricWarning, stacklevel=4)


def warn_of_divergence(lanes: Sequence[LaneResult], last: Snapshot) -> None:
    """Warn when a network's outputs were not finite, whether or not an earlier checkpoint stands."""
    initial = [lane.seed for lane in lanes if lane.best_step == 0]
    if initial:
        what = f"The training diverged at every evaluation (seeds {initial}): the initial weights stand."
    elif any(lane.diverged for lane in last.lanes):
        what = "The training diverged: the last checkpoint before that stands."
    else:
        return
    warnings.warn(f"{what} Use a smaller learning_rate.", ConvergenceWarning, stacklevel=4)
