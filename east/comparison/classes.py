"""Compare arms by class and by cell: precision, recall and F, matrices, and the rows behind a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.comparison.race import ArmResult, Race
from east.errors import SettingError

if TYPE_CHECKING:
    from east.training import Arm

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ClassRow:
    """One class under one arm, as means over seeds: rates in [0, 1], support and predicted in rows.

    `f` is F_beta with this `beta`. A rate with a denominator of 0 is 0.
    """

    name: str
    arm: Arm
    precision: float
    recall: float
    f: float
    beta: float
    support: int
    predicted: float
    found: float


@dataclass(frozen=True)
class ClassChange:
    """How many more rows of a class one arm finds, and wrongly claims, than another; means over seeds."""

    name: str
    support: int
    found: float
    false_alarms: float

    @property
    def weight(self) -> float:
        """The larger change in rows, divided by the root of the support, which is the scale of chance.

        False alarms count half, because each is also a missed row of another class.
        """
        return max(abs(self.found), abs(self.false_alarms) / 2) / float(np.sqrt(self.support + 1))


def class_rows(race: Race, result: ArmResult, beta: float = 1.0) -> tuple[ClassRow, ...]:
    """Describe every class under one arm, in class order; rates are means of the seeds' rates."""
    hits = np.diagonal(result.hard, axis1=1, axis2=2)
    support, predicted = result.hard.sum(axis=2), result.hard.sum(axis=1)
    square = beta**2
    precision, recall = _divide(hits, predicted), _divide(hits, support)
    f = _divide((1 + square) * hits, square * support + predicted)
    return tuple(
        ClassRow(
            name=name,
            arm=result.arm,
            precision=float(precision[:, place].mean()),
            recall=float(recall[:, place].mean()),
            f=float(f[:, place].mean()),
            beta=beta,
            support=int(support[0, place]),
            predicted=float(predicted[:, place].mean()),
            found=float(hits[:, place].mean()),
        )
        for place, name in enumerate(race.classes)
    )


def class_table(
    race: Race, first: Arm, second: Arm, beta: float = 1.0
) -> tuple[tuple[ClassRow, ClassRow], ...]:
    """Pair the classes of two arms, sorted by the largest change of F, precision or recall."""
    pairs = zip(
        class_rows(race, race.result(first), beta), class_rows(race, race.result(second), beta), strict=True
    )
    return tuple(sorted(pairs, key=lambda pair: -_largest_change(*pair)))


def class_changes(race: Race, first: Arm, second: Arm) -> tuple[ClassChange, ...]:
    """Count the rows that `first` finds and wrongly claims beyond `second`, sorted by weight."""
    more = matrix_difference(race, first, second)
    found = np.diagonal(more)
    alarms = more.sum(axis=0) - found
    changes = [
        ClassChange(name, int(race.class_counts[place]), float(found[place]), float(alarms[place]))
        for place, name in enumerate(race.classes)
    ]
    return tuple(sorted(changes, key=lambda change: -change.weight))


def matrix_difference(race: Race, first: Arm, second: Arm) -> Floats:
    """Subtract two arms' hard matrices, means over seeds, `[K, K]`; every row sums to 0."""
    return np.asarray(race.result(first).hard.mean(axis=0) - race.result(second).hard.mean(axis=0))


def largest_confusion(race: Race, arm: Arm) -> tuple[int, int]:
    """Return the positions (true, predicted) of the two classes that an arm confuses most."""
    hard = race.result(arm).mean_hard
    wrong = np.where(np.eye(len(hard), dtype=bool), -1.0, hard)
    true, predicted = divmod(int(wrong.argmax()), len(hard))
    return true, predicted


def rows_in_cell(race: Race, arm: Arm, true: int, predicted: int, seed: int | None = None) -> Integers:
    """List the positions in the test part that fall into one cell.

    Args:
        race: the arms.
        arm: the arm whose matrix has the cell.
        true: position of the true class.
        predicted: position of the predicted class.
        seed: seed of one lane; by default, the rows that fall there for at least half of the seeds.

    Raises:
        SettingError: for a class or a seed that the race does not have.
    """
    if not (0 <= true < len(race.classes) and 0 <= predicted < len(race.classes)):
        raise SettingError("There is no such cell", (true, predicted), f"use 0 to {len(race.classes) - 1}")
    result = race.result(arm)
    if seed is not None and seed not in result.seeds:
        raise SettingError("There is no such seed", seed, f"choose from {result.seeds}")
    chosen = result.predictions if seed is None else result.predictions[[result.seeds.index(seed)]]
    often = (chosen == predicted).mean(axis=0) >= 0.5
    return np.flatnonzero((race.targets == true) & often)


def _largest_change(one: ClassRow, other: ClassRow) -> float:
    return max(abs(one.f - other.f), abs(one.precision - other.precision), abs(one.recall - other.recall))


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
