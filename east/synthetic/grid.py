"""A grid over the plane: where the mass of a problem lies, and what to draw decision regions on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from east.synthetic.density import Floats


@dataclass(frozen=True, eq=False)
class Grid:
    """Points at the crossings of two axes, x2 running fastest.

    Args:
        first, second: [a] and [b], places on the axes x1 and x2.
        probabilities: [a * b, K], the true posterior at each point.
        mass: [a * b, K], the joint mass of each label around each point; its columns sum to the class shares.
    """

    first: Floats
    second: Floats
    probabilities: Floats
    mass: Floats

    @property
    def points(self) -> Floats:
        """[a * b, 2], the crossings."""
        columns, rows = np.meshgrid(self.first, self.second, indexing="ij")
        return np.stack([columns.ravel(), rows.ravel()], axis=1)

    @property
    def shape(self) -> tuple[int, int]:
        """Sizes (a, b): a value a point, reshaped to it, is indexed by place on x1 and place on x2."""
        return len(self.first), len(self.second)
