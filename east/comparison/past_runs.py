"""Pair arms of two finished runs that were tested on the same rows of the same table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.comparison.race import Race, pair_races, race_from
from east.errors import SettingError

if TYPE_CHECKING:
    from east.tables import Table
    from east.training import Arm, Outcome


@dataclass(frozen=True, eq=False)
class JudgedArm:
    """An arm of a finished run, with its test rows.

    Args:
        outcome: the outcome of the run.
        arm: an arm of the run.
        table: the table that was split, or None if it is no longer available.
        rows: `[n]` positions of the test rows in the table.
    """

    outcome: Outcome
    arm: Arm
    table: Table | None
    rows: NDArray[np.int64]

    @property
    def score(self) -> float:
        """Test score by the arm's own metric, the mean over seeds."""
        result = race_from(self.outcome, [self.arm]).results[0]
        return float(self.arm.metric.scores(result.hard).mean())


def pair_past_runs(first: JudgedArm, second: JudgedArm) -> Race:
    """Put two arms of finished runs into one race, the first one first.

    Raises:
        SettingError: when they were tested on different rows, or share no seed.
    """
    same_table = first.table is not None and first.table is second.table
    if not same_table or not np.array_equal(first.rows, second.rows):
        raise SettingError(
            "These runs cannot be paired, because they were tested on different rows",
            None,
            "train both on the same table, target and split",
        )
    races = [race_from(tested.outcome, [tested.arm]) for tested in (first, second)]
    return pair_races(races[0], first.arm, races[1], second.arm)
