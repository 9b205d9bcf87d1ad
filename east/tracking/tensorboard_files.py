"""A run's numbers as TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from east.tracking.tracker import Tracker


class TensorBoardTracker(Tracker):
    """Writes a folder of its own for each run into the destination: look at it with `tensorboard --logdir DIR`."""

    def __init__(self, title: str, destination: str) -> None:
        from torch.utils.tensorboard import SummaryWriter

        super().__init__(title, destination)
        folder = _new_folder(Path(destination))
        self._writer = SummaryWriter(str(folder))

    def open(self, settings: Mapping[str, str]) -> None:
        """Write the settings as a text."""
        lines = "\n".join(f"| {name} | {value} |" for name, value in settings.items())
        self._writer.add_text("settings", f"| {self.title} | |\n|---|---|\n{lines}")

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write each number as a scalar; all arms of one name are drawn in one figure."""
        for name, value in numbers.items():
            arm, _, what = name.rpartition("/")
            self._writer.add_scalar(f"{what}/{arm}", value, step)

    def close(self, status: str) -> None:
        """Write out what is buffered."""
        self._writer.close()


def _new_folder(parent: Path) -> Path:
    """Make a folder that no other run has; its name is the time."""
    began, number = datetime.now().strftime("%Y-%m-%d_%H-%M-%S"), 1
    while True:
        folder = parent / (began if number == 1 else f"{began}_{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder
