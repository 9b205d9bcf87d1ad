"""A batch as the microscope sees it: probabilities and targets in double precision, and the loss's settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.annealing import Annealing
from east.errors import SettingError
from east.losses import RECOMMENDED_ANCHOR, RECOMMENDED_ANNEALING, metric_offsets
from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Batch:
    """The rows a loss looks at together: probabilities `[B, K]`, true classes `[B]`.

    Raises:
        SettingError: for shapes that do not fit, rows that are no distributions, or classes that do not exist.
    """

    probabilities: Floats
    targets: Integers

    def __post_init__(self) -> None:
        """Check the arrays and hold them in double precision."""
        values, labels = (
            np.array(self.probabilities, dtype=np.float64),
            np.array(self.targets, dtype=np.int64),
        )
        if values.ndim != 2 or labels.shape != values.shape[:1] or values.size == 0:
            shapes = f"shapes {values.shape} and {labels.shape}"
            raise SettingError(
                "A batch needs one row of probabilities for each target", shapes, "give [B, K] and [B]"
            )
        if not np.isfinite(values).all() or values.min() < 0 or np.abs(values.sum(axis=1) - 1).max() > 1e-4:
            raise SettingError(
                "Each row of a batch must be a distribution", None, "give softmax probabilities"
            )
        if labels.min() < 0 or labels.max() >= values.shape[1]:
            raise SettingError("A batch's targets must be among its classes", int(labels.max()))
        object.__setattr__(self, "probabilities", values / values.sum(axis=1, keepdims=True))
        object.__setattr__(self, "targets", labels)

    @classmethod
    def from_logits(cls, logits: ArrayLike, targets: ArrayLike) -> Batch:
        """Build a batch from logits `[B, K]`."""
        values = np.asarray(logits, dtype=np.float64)
        odds = np.exp(values - values.max(axis=-1, keepdims=True))
        return cls(odds / odds.sum(axis=-1, keepdims=True), np.asarray(targets))

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.targets)

    @property
    def num_classes(self) -> int:
        """The number of classes K."""
        return int(self.probabilities.shape[1])

    def with_row(self, row: int, probabilities: ArrayLike) -> Batch:
        """Return the batch with one row moved to other probabilities `[K]`."""
        moved = self.probabilities.copy()
        moved[self.checked(row)] = np.asarray(probabilities, dtype=np.float64)
        return replace(self, probabilities=moved)

    def checked(self, row: int) -> int:
        """Return a row's number.

        Raises:
            SettingError: when there is no such row.
        """
        if not 0 <= row < len(self):
            raise SettingError("There is no such row in the batch", row, f"choose from 0 to {len(self) - 1}")
        return row


@dataclass(frozen=True)
class LossSetup:
    """The settings that the losses under the microscope share; the defaults are EAST's own.

    Args:
        metric: what is trained for.
        annealing: the path of EAST's (delta, omega).
        anchor: weight of the cross-entropy added to a loss of the metric, 0 or more.
        class_counts: `[K]` training rows of each class, for the anchor's offsets; None for no offsets.
    """

    metric: Metric
    annealing: Annealing = RECOMMENDED_ANNEALING
    anchor: float = RECOMMENDED_ANCHOR
    class_counts: tuple[int, ...] | None = None

    def offsets(self, num_classes: int) -> Floats:
        """Return what the anchor adds to the logits, `[K]`."""
        if self.class_counts is None:
            return np.zeros(num_classes)
        return np.asarray(metric_offsets(self.metric, _ints(self.class_counts)), dtype=np.float64)


def _ints(counts: Sequence[int]) -> list[int]:
    return [int(count) for count in counts]
