"""A paired difference of two arms, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from east.comparison.intervals import CONFIDENCE

if TYPE_CHECKING:
    from east.training import Arm


@dataclass(frozen=True)
class Difference:
    """`first` minus `second`, paired row by row and seed by seed; positive means `first` is better.

    `p_value` is of no difference, `adjusted_p` the same after Holm's correction over its family, and
    `limiting_class` the position of a class with so few test rows that it blurs the answer.
    """

    first: Arm
    second: Arm
    values: tuple[float, ...]
    value: float
    interval: tuple[float, float]
    p_value: float
    adjusted_p: float
    row_share: float
    limiting_class: int | None = None

    @property
    def conclusion(self) -> str:
        """Return "better", "worse" or "undecided" of `first`: correction and interval must both say so."""
        if self.adjusted_p < 1 - CONFIDENCE and self.interval[0] > 0:
            return "better"
        if self.adjusted_p < 1 - CONFIDENCE and self.interval[1] < 0:
            return "worse"
        return "undecided"
