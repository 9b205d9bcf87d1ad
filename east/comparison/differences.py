"""A paired difference of two arms, and what it concludes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from east.comparison.intervals import CONFIDENCE

if TYPE_CHECKING:
    from east.training import Arm


@dataclass(frozen=True)
class Difference:
    """`first` minus `second`, paired row by row and seed by seed; positive means `first` is better.

    `p_value` tests for no difference; `adjusted_p` is the same after Holm's correction over its family.
    `limiting_class` is the position of a class whose few test rows make the difference uncertain.
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
        """Return whether `first` is "better", "worse" or "undecided"; adjusted p-value and interval must agree."""
        if self.adjusted_p < 1 - CONFIDENCE and self.interval[0] > 0:
            return "better"
        if self.adjusted_p < 1 - CONFIDENCE and self.interval[1] < 0:
            return "worse"
        return "undecided"
