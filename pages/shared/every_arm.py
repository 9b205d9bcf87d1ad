"""Every arm's matrix, small and beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.figures import ClassOrder, Theme, matrix_figure
from pages.shared.live_view import Cell, Group

if TYPE_CHECKING:
    from east.training import Arm

MOST_BESIDE = 5
"""Small matrices in one line of a wide screen."""


def every_arm(
    found: Iterable[tuple[Arm, str, NDArray[np.float64]]],
    order: ClassOrder,
    classes: Sequence[str],
    normalise: str,
    theme: Theme,
    caption: str,
) -> Group:
    """Draw the hard matrix of every arm.

    Args:
        found: each arm with its score, as it is to be written, and its matrix `[K, K]`.
        order: of the classes.
        classes: their names in that order.
        normalise: what the cells show, one of NORMALISATIONS.
        theme: LIGHT or DARK.
        caption: of them all.
    """
    cells = [
        Cell(
            f"every {arm.key}",
            f"{arm.label} · {score}",
            matrix_figure(
                order.matrix(matrix), classes, name=f"{arm.label}, hard matrix", normalise=normalise,
                theme=theme, small=True,
            ),
        )
        for arm, score, matrix in found
    ]  # fmt: skip
    columns = min(len(cells), MOST_BESIDE)
    return Group("every arm", cells, 3, "Every arm", caption, wide=True, wide_columns=columns)
