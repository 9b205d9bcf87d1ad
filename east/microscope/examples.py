"""Batches to look at: a made one of three classes, one around a row of a finished run, and rows on the move."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from east.errors import SettingError
from east.metrics import Metric
from east.microscope.batch import Batch, Floats, LossSetup

EXAMPLE_CLASSES = ("common", "uncommon", "rare")
EXAMPLE_COUNTS = (750, 200, 50)
"""Training rows of the example's classes: shares of .75, .2 and .05."""
EXAMPLE_ROWS = 40
USUAL_ROWS = 512


def example_batch(seed: int = 0) -> Batch:
    """Make a batch of EXAMPLE_ROWS rows at the shares of EXAMPLE_COUNTS, the common classes first.

    The logits lean to the true class and to the common ones, as those of a network in training do.
    """
    shares = np.array(EXAMPLE_COUNTS) / sum(EXAMPLE_COUNTS)
    targets = np.repeat(np.arange(3), (shares * EXAMPLE_ROWS).round().astype(int))
    noise = np.random.default_rng(seed).standard_normal((len(targets), 3))
    return Batch.from_logits(1.8 * np.eye(3)[targets] + 0.5 * np.log(shares) + 0.9 * noise, targets)


def example_setup(metric: Metric) -> LossSetup:
    """Return the losses' settings that go with the example batch."""
    return LossSetup(metric, class_counts=EXAMPLE_COUNTS)


def batch_around(
    probabilities: ArrayLike, targets: ArrayLike, row: int, size: int = USUAL_ROWS, seed: int = 0
) -> Batch:
    """Draw a batch of up to `size` rows of a table's part, with one wanted row in the first place.

    Args:
        probabilities: `[n, K]` of all rows.
        targets: `[n]`.
        row: the wanted one.
        size: of the batch, 1 or more.
        seed: of the draw.

    Raises:
        SettingError: when there is no such row.
    """
    values, labels = np.asarray(probabilities), np.asarray(targets)
    if not 0 <= row < len(labels):
        raise SettingError("There is no such row", row, f"choose from 0 to {len(labels) - 1}")
    order = np.random.default_rng(seed).permutation(len(labels))
    chosen = np.concatenate([[row], order[order != row][: size - 1]])
    return Batch(values[chosen], labels[chosen])


def moved_towards(probabilities: Floats, place: int, share: float) -> Floats:
    """Move probabilities `[K]` a share of the way, in [0, 1], to certainty of one class."""
    return np.asarray((1 - share) * probabilities + share * np.eye(len(probabilities))[place])


def rebalanced(probabilities: Floats, place: int, value: float) -> Floats:
    """Set one of the probabilities `[K]`; the others share the rest in their present proportion."""
    others = np.delete(probabilities, place)
    whole = float(others.sum())
    parts = others / whole if whole > 0 else np.full(len(others), 1 / len(others))
    return np.insert(parts * (1 - value), place, value)
