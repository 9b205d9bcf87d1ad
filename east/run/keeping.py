"""What a run tells whoever keeps it."""

from __future__ import annotations

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
