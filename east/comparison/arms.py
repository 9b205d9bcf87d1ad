"""The arms of a finished race, side by side: what each predicted for every test row at every seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.errors import SettingError
from east.rules import apply_offsets, tune_offsets

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import LaneResult, Outcome

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OFFSETS_SUFFIX = "+offsets"
# The arm that answers for the project when several are there, first found first taken.
HEROES = ("east", "east_paper", "soft_metric_anchored", "soft_metric")
BASELINE = "cross_entropy"


@dataclass(frozen=True)
class ArmResult:
    """One arm on the test part: predictions `[S, n]`, hard and soft matrices `[S, K, K]`, a row a seed.

    `key` is a loss of LOSSES, or one followed by "+offsets" for the same models under tuned offsets;
    `metric` is what it was trained (or tuned) for; `soft` is None where no surrogate is at work.
    """

    key: str
    metric: Metric
    seeds: tuple[int, ...]
    predictions: Integers
    hard: Floats
    soft: Floats | None = None


@dataclass(frozen=True)
class Race:
    """All arms over the same test rows and seeds: true classes `[n]`, class names in code order."""

    metric: Metric
    classes: tuple[str, ...]
    targets: Integers
    arms: tuple[ArmResult, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The arms' keys, in order."""
        return tuple(arm.key for arm in self.arms)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds every arm ran with."""
        return self.arms[0].seeds

    @property
    def class_counts(self) -> Integers:
        """Test rows of each class, `[K]`."""
        return np.bincount(self.targets, minlength=len(self.classes))

    @property
    def hero(self) -> str:
        """The arm that is compared with all others: EAST where it takes part."""
        return next((key for key in HEROES if key in self.keys), self.keys[0])

    def arm(self, key: str) -> ArmResult:
        """Return one arm.

        Raises:
            SettingError: when it did not take part.
        """
        for arm in self.arms:
            if arm.key == key:
                return arm
        raise SettingError(
            "There is no such arm in this race", repr(key), f"choose from {', '.join(self.keys)}"
        )


def race_from(outcome: Outcome, *, offsets_for: Iterable[str] | None = None) -> Race:
    """Line up an outcome's arms, and beside them the same models under tuned offsets.

    Args:
        outcome: a training whose arms share one metric.
        offsets_for: losses that also run with offsets tuned on validation; by default cross-entropy.

    Raises:
        SettingError: when a loss occurs with several metrics (that is for the grid and the frontier), or
            there are no test rows.
    """
    if not len(outcome.test_targets):
        raise SettingError(
            "A comparison needs test rows", "none", "split the table with a test share above 0"
        )
    lanes_by_loss: dict[str, list[LaneResult]] = {}
    for lane in outcome.lanes:
        lanes_by_loss.setdefault(lane.loss, []).append(lane)
    tuned = [BASELINE] if offsets_for is None else list(offsets_for)
    arms: list[ArmResult] = []
    for lanes in lanes_by_loss.values():
        if len({lane.seed for lane in lanes}) < len(lanes):
            raise SettingError("A race needs one metric", lanes[0].loss, "use the grid for several metrics")
        arms.append(arm_from(lanes, outcome.test_targets))
    arms += [
        with_offsets(lanes_by_loss[key], outcome, outcome.metric) for key in tuned if key in lanes_by_loss
    ]
    return Race(
        outcome.metric, outcome.classes, np.asarray(outcome.test_targets, dtype=np.int64), tuple(arms)
    )


def arm_from(lanes: Sequence[LaneResult], targets: Integers) -> ArmResult:
    """Gather one arm's lanes, one a seed, by the plain argmax."""
    predictions = np.stack([lane.test_probabilities.argmax(axis=1) for lane in lanes]).astype(np.int64)
    classes = lanes[0].test_probabilities.shape[1]
    return ArmResult(
        key=lanes[0].loss,
        metric=lanes[0].metric,
        seeds=tuple(lane.seed for lane in lanes),
        predictions=predictions,
        hard=confusion_matrices(targets, predictions, classes),
        soft=np.stack([lane.test_soft for lane in lanes]).astype(np.float64),
    )


def with_offsets(lanes: Sequence[LaneResult], outcome: Outcome, metric: Metric) -> ArmResult:
    """Gather the same lanes, each under the offsets that its own validation rows ask for."""
    offsets = [
        tune_offsets(lane.validation_probabilities, outcome.validation_targets, metric) for lane in lanes
    ]
    predictions = np.stack(
        [apply_offsets(lane.test_probabilities, own) for lane, own in zip(lanes, offsets, strict=True)]
    )
    plain = arm_from(lanes, outcome.test_targets)
    return replace(
        plain,
        key=plain.key + OFFSETS_SUFFIX,
        metric=metric,
        predictions=predictions,
        hard=confusion_matrices(outcome.test_targets, predictions, len(outcome.classes)),
        soft=None,
    )


def confusion_matrices(targets: Integers, predictions: Integers, num_classes: int) -> Floats:
    """Count confusion matrices `[..., K, K]`, rows true, from targets `[n]` and predictions `[..., n]`."""
    lanes = predictions.reshape(-1, len(targets))
    cells = targets * num_classes + lanes + np.arange(len(lanes))[:, None] * num_classes**2
    counted = np.bincount(cells.ravel(), minlength=len(lanes) * num_classes**2)
    return counted.reshape(*predictions.shape[:-1], num_classes, num_classes).astype(np.float64)


def arm_label(key: str) -> str:
    """Return the name people read for an arm's key."""
    # Imported late: the losses bring torch, which the first page must not wait for.
    from east.losses import loss_label

    base = key.removesuffix(OFFSETS_SUFFIX)
    return loss_label(base) + (" with tuned offsets" if base != key else "")


def pair_races(first: Race, first_key: str, second: Race, second_key: str) -> Race:
    """Put one arm of each of two races over the same test rows side by side, as "1:key" and "2:key".

    Only seeds that both ran with are kept. Whether equal targets belong to the same rows is for the
    caller to know. The metric is the first race's.

    Raises:
        SettingError: when test targets differ, or no seed is shared.
    """
    same = first.classes == second.classes and np.array_equal(first.targets, second.targets)
    seeds = tuple(seed for seed in first.seeds if seed in second.seeds)
    if not same or not seeds:
        what = "no seed is shared" if same else "they were tested on different rows"
        raise SettingError(
            f"These runs cannot be paired, for {what}", None, "train both on the same split and seeds"
        )
    arms = (_keep(first.arm(first_key), seeds, "1:"), _keep(second.arm(second_key), seeds, "2:"))
    return Race(first.metric, first.classes, first.targets, arms)


def _keep(arm: ArmResult, seeds: tuple[int, ...], prefix: str) -> ArmResult:
    places = [arm.seeds.index(seed) for seed in seeds]
    soft = None if arm.soft is None else arm.soft[places]
    kept = replace(arm, seeds=seeds, predictions=arm.predictions[places], hard=arm.hard[places], soft=soft)
    return replace(kept, key=prefix + arm.key)
