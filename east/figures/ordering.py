"""The order of many classes in a figure, with confused classes as neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from east.figures.matrices import order_by_confusion

MANY_CLASSES = 12
"""With more classes than this, the order by confusion is the default."""


@dataclass(frozen=True)
class ClassOrder:
    """A permutation of the positions of classes."""

    places: NDArray[np.int64]

    def matrix(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put the rows and columns of a matrix `[K, K]` in this order."""
        return matrix[np.ix_(self.places, self.places)]

    def names(self, classes: Sequence[str]) -> list[str]:
        """Put the classes in this order."""
        return [classes[place] for place in self.places]


def class_order(matrix: NDArray[np.float64], *, by_confusion: bool | None = None) -> ClassOrder:
    """Order classes by confusion, or keep their order.

    Args:
        matrix: `[K, K]`, a hard confusion matrix.
        by_confusion: whether to order; by default only many classes are ordered.
    """
    wanted = len(matrix) > MANY_CLASSES if by_confusion is None else by_confusion
    return ClassOrder(np.asarray(order_by_confusion(matrix)) if wanted else np.arange(len(matrix)))
