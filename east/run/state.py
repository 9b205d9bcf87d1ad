"""The state of a run at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from east.run.faults import Fault
    from east.training import Snapshot

Status = Literal[
    "starting", "running", "paused", "stopping", "judging", "finished", "stopped", "failed", "interrupted"
]
ENDED: frozenset[Status] = frozenset({"finished", "stopped", "failed", "interrupted"})


@dataclass(frozen=True)
class RunState:
    """The state of a run at one moment; viewers read it as a whole through one reference.

    `sequence` grows with every change. While the status is "judging", the training is over and the test part is
    being scored. `reason` says in a sentence why a run paused, ended or failed; `diverged` has one sentence for each
    diverged lane, `remarks` one for each thing that was done otherwise than asked. `ahead` is the number of runs that
    must end before this one has its turn. `fault` is what went wrong, as it can be passed on. `steps_per_second` is
    measured in wall-clock time, with the waits for the pace.
    """

    status: Status = "starting"
    sequence: int = 0
    snapshot: Snapshot | None = None
    reason: str | None = None
    diverged: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    ahead: int = 0
    fault: Fault | None = None
    steps_per_second: float = 0.0
    seconds_left: float | None = None

    @property
    def all_diverged(self) -> bool:
        """Whether the run failed because every lane diverged."""
        return self.status == "failed" and bool(self.diverged)

    @property
    def trained(self) -> bool:
        """Whether no further step will be taken; what came of the training may still be judged."""
        return self.ended or self.status == "judging"

    @property
    def ended(self) -> bool:
        """Whether the run has ended, and its state is final."""
        return self.status in ENDED
