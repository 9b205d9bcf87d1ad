"""What lies under the microscope: a row of a batch, its classes and the losses' settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pages.shared import state
from pages.shared.request import chosen_metric

if TYPE_CHECKING:
    from east.microscope import Batch, LossSetup


@dataclass(frozen=True, eq=False)
class Subject:
    """A row and all that its gradient depends on.

    Args:
        batch: the rows a loss looks at together.
        row: the one that is looked at.
        setup: metric, annealing and anchor.
        classes: their names in code order.
        by_hand: whether the reader sets the row's probabilities.
    """

    batch: Batch
    row: int
    setup: LossSetup
    classes: tuple[str, ...]
    by_hand: bool

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The row's probabilities."""
        return tuple(self.batch.probabilities[self.row].tolist())

    @property
    def target(self) -> int:
        """The row's true class."""
        return int(self.batch.targets[self.row])


def example() -> Subject:
    """Return the last row of the rare class of the example batch, for the metric of the settings.

    Raises:
        SettingError: when the metric's options do not fit.
    """
    from east.microscope import EXAMPLE_CLASSES, example_batch, example_setup

    batch = example_batch()
    counts = np.bincount(batch.targets, minlength=len(EXAMPLE_CLASSES)).tolist()
    setup = example_setup(chosen_metric(state.get(), EXAMPLE_CLASSES, counts))
    return Subject(batch, len(batch) - 1, setup, EXAMPLE_CLASSES, by_hand=True)


def with_row_by_hand(subject: Subject, target: int, probabilities: tuple[float, ...]) -> Subject:
    """Take the last row of a true class and set its probabilities."""
    row = max(place for place, found in enumerate(subject.batch.targets) if found == target)
    return replace(subject, batch=subject.batch.with_row(row, probabilities), row=row)
