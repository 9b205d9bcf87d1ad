"""What a run shows of itself, at what pace it goes, and what it needs of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.training import Outcome, Snapshot, TrainConfig

Status = Literal["starting", "running", "paused", "stopping", "finished", "stopped", "failed"]
Command = Literal["pause", "resume", "step", "stop"]
ENDED: frozenset[Status] = frozenset({"finished", "stopped", "failed"})


class Machine(Protocol):
    """What a run needs of a training; `east.training.Training` is one."""

    dataset: Dataset
    config: TrainConfig
    device: str
    step_number: int
    total_steps: int

    @property
    def done(self) -> bool:
        """Whether every step has been taken."""

    def advance(self, steps: int = 1) -> None:
        """Take up to `steps` steps."""

    def snapshot(self) -> Snapshot:
        """Read the present facts."""

    def outcome(self) -> Outcome:
        """Judge the best checkpoints on the test part."""


@dataclass(frozen=True)
class Pace:
    """How fast a training may go: a least duration of the whole, or a most number of steps a second."""

    label: str
    least_duration_s: float = 0.0
    steps_per_second: float = math.inf

    def limit(self, total_steps: int) -> float:
        """Return the most steps a second for a training of so many steps."""
        spread = total_steps / self.least_duration_s if self.least_duration_s else math.inf
        return min(spread, self.steps_per_second)


PACES: Mapping[str, Pace] = MappingProxyType(
    {
        "watch": Pace("Watchable", least_duration_s=20.0),
        "full": Pace("Full speed"),
        "slow": Pace("10 steps/s", steps_per_second=10.0),
        "slowest": Pace("1 step/s", steps_per_second=1.0),
    }
)


@dataclass(frozen=True)
class Frame:
    """What a viewer sees of a run at one moment, read whole through one reference.

    `sequence` grows with every change. `reason` says in a sentence why a run paused itself or failed;
    `diverged` names each lane whose loss left the numbers, in one sentence each. `steps_per_second` is
    by the clock on the wall, pauses for the pace included.
    """

    status: Status = "starting"
    sequence: int = 0
    snapshot: Snapshot | None = None
    reason: str | None = None
    diverged: tuple[str, ...] = ()
    steps_per_second: float = 0.0
    seconds_left: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.status in ENDED
