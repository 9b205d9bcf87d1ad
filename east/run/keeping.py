"""What a run tells whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from east.errors import EastError
    from east.run.machine import Machine
    from east.run.state import RunState
    from east.training import Outcome, Snapshot


class Keeper:
    """Is told of a run in the run's own thread, so that it must answer at once; this one keeps nothing."""

    def began(self, machine: Machine) -> None:
        """Hear that the training has been built, or has been brought back to where it was."""

    def moment(self, machine: Machine, snapshot: Snapshot, *, at_rest: bool = False) -> None:
        """Hear of a snapshot of the training as it is now.

        Args:
            machine: the training.
            snapshot: of it.
            at_rest: whether the run waits for a command.
        """

    def ended(self, state: RunState, outcome: Outcome | None) -> None:
        """Hear the last state, and what came of the training; None for a run that failed before."""

    @property
    def problem(self) -> EastError | None:
        """Why the last write failed; None where none did."""
        return None

    @property
    def status_text(self) -> str:
        """Say in a sentence what is kept, or why nothing is; "" for nothing to say."""
        return ""


class Keepers(Keeper):
    """Several keepers of one run, told in their order."""

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        self._keepers = tuple(keepers)

    def began(self, machine: Machine) -> None:
        """Tell all of them that the training has been built."""
        for keeper in self._keepers:
            keeper.began(machine)

    def moment(self, machine: Machine, snapshot: Snapshot, *, at_rest: bool = False) -> None:
        """Tell all of them of a snapshot."""
        for keeper in self._keepers:
            keeper.moment(machine, snapshot, at_rest=at_rest)

    def ended(self, state: RunState, outcome: Outcome | None) -> None:
        """Tell all of them of the end."""
        for keeper in self._keepers:
            keeper.ended(state, outcome)
