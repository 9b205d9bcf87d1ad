"""The interface of a training that a run needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from east.dataset import Dataset, RegionView
    from east.training import Outcome, Snapshot, State, TrainConfig


class Machine(Protocol):
    """A training that can be advanced and read; `east.training.Training` is one.

    `view` is what its snapshots' decision regions lie over, None where they have none.
    """

    dataset: Dataset
    config: TrainConfig
    view: RegionView | None
    device: str
    step_number: int
    total_steps: int

    @property
    def done(self) -> bool:
        """Whether every step has been taken."""

    def advance(self, steps: int = 1) -> None:
        """Take up to `steps` steps."""

    def snapshot(self) -> Snapshot:
        """Return the present state."""

    def state(self) -> State:
        """Copy everything that the steps to come depend on."""

    def outcome(self) -> Outcome:
        """Judge the best checkpoints on the test part."""
