"""What is taken away: a run that has ended, and one of its arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.shared import table, uploads

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.run import Run
    from east.tables import ReadOptions
    from east.training import Arm, Outcome
    from pages.shared.shelf import Kept


@dataclass(frozen=True)
class Taken:
    """A run with its outcome, what it was trained on, and the arm to take."""

    run: Run
    outcome: Outcome
    kept: Kept
    arm: Arm

    @property
    def dataset(self) -> Dataset:
        """What the run learned from.

        Raises:
            LookupError: for a run that has not begun, which has no outcome either.
        """
        if self.run.machine is None:
            raise LookupError(self.run.id)
        return self.run.machine.dataset

    @property
    def sample(self) -> bool:
        """Whether the table came with the app."""
        known = table.known_samples().values()
        stem = next((one.file.stem for one in known if one.file.name == self.kept.table.name), None)
        return stem is not None and table.read_sample(stem) is self.kept.table

    @property
    def reading(self) -> ReadOptions | None:
        """How the file was read, where that was chosen."""
        return None if self.kept.read_as is None else uploads.read_options(self.kept.read_as)

    @property
    def lanes(self) -> str:
        """Say which seeds are in the model."""
        return (
            f"all {self.arm.members} networks" if self.arm.ensemble else "the seed that is best on validation"
        )
