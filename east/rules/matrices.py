"""The confusion matrices that decisions come to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def confusion_matrices(
    targets: Integers, predictions: Integers, num_classes: int, weights: Floats | None = None
) -> Floats:
    """Count confusion matrices `[..., K, K]`, rows true, from targets `[n]` and predictions `[..., n]`.

    A row of weight w, `[n]`, counts like w equal rows; None is a weight of 1 each.
    """
    lanes = predictions.reshape(-1, len(targets))
    cells = targets * num_classes + lanes + np.arange(len(lanes))[:, None] * num_classes**2
    counts = None if weights is None else np.tile(weights, len(lanes))
    counted = np.bincount(cells.ravel(), counts, minlength=len(lanes) * num_classes**2)
    return counted.reshape(*predictions.shape[:-1], num_classes, num_classes).astype(np.float64)
