"""The simplex of three classes: where a row may stand, where a loss would move it, and where it is starved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from east.errors import SettingError
from east.microscope.anatomy import softmax_pull
from east.microscope.batch import Batch, Floats, LossSetup
from east.microscope.gradients import Gradient, gradient_at

STARVED_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Field:
    """A loss's gradient on one row wherever it might stand, the rest of the batch as it is.

    Args:
        points: `[n, K]` probabilities.
        gradient: on the row's logits there.
        target: the row's true class.
    """

    points: Floats
    gradient: Gradient
    target: int

    @property
    def motion(self) -> Floats:
        """Where a small step of the logits moves the probabilities, `[n, K]`."""
        return softmax_pull(self.points, self.gradient.push)

    def starved(self, share: float = STARVED_SHARE, part: str = "metric") -> NDArray[np.bool_]:
        """Tell where the row's own class is hardly pulled up though the row is wrong there.

        Args:
            share: of the strongest pull on the simplex; less than this is next to none.
            part: "metric" for the metric's part alone, "total" with the anchor.

        Returns:
            `[n]`; never where the true class is the most probable already.
        """
        values = self.gradient.metric_part if part == "metric" else self.gradient.total
        pull = -values[:, self.target]
        wrong = self.points.argmax(axis=1) != self.target
        strongest = float(pull.max())
        return np.asarray(wrong & (pull < share * strongest)) if strongest > 0 else wrong


def field_of(kind: str, batch: Batch, row: int, setup: LossSetup, progress: float, points: Floats) -> Field:
    """Work out a loss's gradient on a row at probabilities `[n, K]`.

    Raises:
        SettingError: for a kind or a row that does not exist, or a metric that does not fit the classes.
    """
    gradient = gradient_at(kind, batch, row, setup, progress, points)
    return Field(points, gradient, int(batch.targets[row]))


def simplex_points(size: int, num_classes: int = 3) -> Floats:
    """Lay a triangular grid inside the simplex of three classes, `size` points on a side.

    Raises:
        SettingError: for another number of classes, which no plane can show.
    """
    if num_classes != 3:
        raise SettingError("The simplex is drawn for three classes", num_classes)
    steps = np.array(
        [(i, j, size - 1 - i - j) for i in range(size) for j in range(size - i)], dtype=np.float64
    )
    return np.asarray((steps + 1 / 3) / size)
