"""A race: the arms of a finished run, with their predictions for every test row at every seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.errors import SettingError
from east.rules import confusion_matrices

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import Arm, ArmOutcome, Outcome

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ArmResult:
    """One arm on the test part: predictions `[S, n]`, hard and soft matrices `[S, K, K]`, one row per seed.

    An ensemble has one decision for all seeds, repeated in every row. `left_out` `[members, n]` holds its
    predictions without each member in turn, if its seed is among `seeds` (None for other arms). `soft` belongs to
    the lanes that the arm reads and does not depend on the rule.
    """

    arm: Arm
    seeds: tuple[int, ...]
    predictions: Integers
    hard: Floats
    soft: Floats
    left_out: Integers | None = None

    @property
    def mean_hard(self) -> Floats:
        """Hard matrix `[K, K]`, the mean over seeds."""
        return np.asarray(self.hard.mean(axis=0))


@dataclass(frozen=True)
class Race:
    """All arms over the same test rows and seeds: true classes `[n]`, class names in code order."""

    metric: Metric
    classes: tuple[str, ...]
    targets: Integers
    results: tuple[ArmResult, ...]

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms, in order."""
        return tuple(result.arm for result in self.results)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, the same for every arm."""
        return self.results[0].seeds

    @property
    def class_counts(self) -> Integers:
        """Test rows of each class, `[K]`."""
        return np.bincount(self.targets, minlength=len(self.classes))

    @property
    def subject(self) -> Arm:
        """The arm that is compared with all others: EAST, else an ablation of it, else the first arm."""
        plain = [arm for arm in self.arms if arm.plain]
        by_role = [arm for role in ("subject", "ablation") for arm in plain if arm.spec.role == role]
        return (*by_role, *self.arms)[0]

    @property
    def baseline(self) -> Arm | None:
        """Cross-entropy by the plain argmax, if it takes part."""
        return next((arm for arm in self.arms if arm.plain and arm.spec.role == "reference"), None)

    def result(self, arm: Arm) -> ArmResult:
        """Return one arm's result.

        Raises:
            SettingError: for an arm that is not in the race.
        """
        for result in self.results:
            if result.arm == arm:
                return result
        keys = ", ".join(one.key for one in self.arms)
        raise SettingError("There is no such arm in this race", repr(arm.key), f"choose from {keys}")


def race_from(outcome: Outcome, arms: Iterable[Arm] | None = None) -> Race:
    """Build a race from the arms of an outcome.

    Args:
        outcome: a finished training.
        arms: arms to include, which may apply other rules to the trained lanes; by default all that raced.

    Raises:
        SettingError: when there are no test rows.
    """
    if not len(outcome.test_targets):
        raise SettingError(
            "A comparison needs test rows", "none", "split the table with a test share above 0"
        )
    wanted = [found.arm for found in outcome.arms] if arms is None else list(arms)
    results = tuple(result_of(outcome.arm(arm), outcome) for arm in wanted)
    targets = np.asarray(outcome.test_targets, dtype=np.int64)
    return Race(outcome.metric, outcome.classes, targets, results)


def result_of(found: ArmOutcome, outcome: Outcome, *, members_in_turn: bool = True) -> ArmResult:
    """Count one arm's predictions for the test rows.

    Args:
        found: the arm.
        outcome: the training it is from.
        members_in_turn: whether an ensemble is also asked without each member, which intervals need.
    """
    seeds, predictions = found.seeds, found.test_predictions
    predictions = np.broadcast_to(predictions, (len(seeds), predictions.shape[1]))
    hard = confusion_matrices(outcome.test_targets, predictions, len(outcome.classes))
    soft = np.stack([lane.test_soft for lane in found.lanes])
    in_turn = members_in_turn and found.arm.ensemble
    left_out = found.test_predictions_without_a_member if in_turn else None
    return ArmResult(found.arm, seeds, predictions, hard, soft, left_out)


def pair_races(first: Race, first_arm: Arm, second: Race, second_arm: Arm) -> Race:
    """Build a race from one arm of each of two races over the same test rows, in that order.

    It keeps only the seeds that both races have, and the metric of the first. The caller must make sure that
    equal targets belong to the same rows.

    Raises:
        SettingError: when test targets differ, or no seed is shared.
    """
    same = first.classes == second.classes and np.array_equal(first.targets, second.targets)
    seeds = tuple(seed for seed in first.seeds if seed in second.seeds)
    if not same or not seeds:
        what = "no seed is shared" if same else "they were tested on different rows"
        raise SettingError(
            f"These runs cannot be paired, because {what}", None, "train both on the same split and seeds"
        )
    results = (_at(first.result(first_arm), seeds), _at(second.result(second_arm), seeds))
    return Race(first.metric, first.classes, first.targets, results)


def _at(result: ArmResult, seeds: tuple[int, ...]) -> ArmResult:
    places = [result.seeds.index(seed) for seed in seeds]
    left_out = result.left_out
    if left_out is not None:
        left_out = left_out[[place for place in places if place < len(left_out)]]
    return replace(
        result,
        seeds=seeds,
        predictions=result.predictions[places],
        hard=result.hard[places],
        soft=result.soft[places],
        left_out=left_out,
    )
