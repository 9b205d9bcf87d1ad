"""The pace of a run: full speed, or slow enough to watch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Pace:
    """A limit on the speed of a training: a least total duration, or a largest number of steps per second."""

    label: str
    least_duration_s: float = 0.0
    steps_per_second: float = math.inf

    def limit(self, total_steps: int) -> float:
        """Return the largest number of steps per second for a training of `total_steps` steps."""
        spread = total_steps / self.least_duration_s if self.least_duration_s else math.inf
        return min(spread, self.steps_per_second)


PACES: Mapping[str, Pace] = MappingProxyType(
    {
        "watch": Pace("Watchable", least_duration_s=15.0),
        "full": Pace("Full speed"),
        "slow": Pace("10 steps/s", steps_per_second=10.0),
        "slowest": Pace("1 step/s", steps_per_second=1.0),
    }
)
