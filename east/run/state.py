"""What a run shows of itself at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from east.training import Snapshot

Status = Literal["starting", "running", "paused", "stopping", "finished", "stopped", "failed"]
ENDED: frozenset[Status] = frozenset({"finished", "stopped", "failed"})


@dataclass(frozen=True)
class RunState:
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
    def all_diverged(self) -> bool:
        """Whether the run failed because no training was left in numbers."""
        return self.status == "failed" and bool(self.diverged)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.status in ENDED
