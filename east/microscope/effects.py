"""How one row's gradient changes when another row moves: what makes a loss one of the whole batch."""

from __future__ import annotations

import numpy as np
import torch

from east.errors import SettingError
from east.losses import regret
from east.microscope.batch import Batch, Floats, LossSetup
from east.microscope.gradients import Gradient, row_gradients, soft_matrix, surrogate


def cross_effect(
    batch: Batch, row: int, other: int, setup: LossSetup, progress: float, kind: str = "east"
) -> Floats:
    """Return the mixed derivatives of the batch's loss in the logits of two rows.

    Both rows reach the metric through the soft matrix alone, so that it is J_row' M J_other with the
    Jacobians of their memberships and M the second derivatives of the regret in their two rows of the
    matrix. Under cross-entropy, a sum over rows, it is 0.

    Args:
        batch: all rows.
        row: whose gradient changes.
        other: which row moves.
        setup: metric, annealing and anchor; the anchor is a sum over rows and has no part in it.
        progress: u in [0, 1].
        kind: one of KINDS.

    Returns:
        `[K, K]`: how the gradient on logit k of `row` changes with logit l of `other`.

    Raises:
        SettingError: for a row that does not exist, or twice the same.
    """
    if batch.checked(row) == batch.checked(other):
        raise SettingError("The effect of a row on itself is no cross effect", row, "choose another row")
    size = batch.num_classes
    if kind == "cross_entropy":
        return np.zeros((size, size))
    sharpness = setup.annealing.at(progress)
    way, matrix = surrogate(kind, sharpness), soft_matrix(batch, kind, sharpness)
    bends = _bends(setup, matrix, int(batch.targets[row]), int(batch.targets[other]))
    mine, theirs = (np.repeat(batch.probabilities[place][None], size, axis=0) for place in (row, other))
    # Row j of `half`: the derivative of the metric's slope at membership j of `row` in the other's logits.
    half = way.back(theirs, bends)
    return np.asarray(way.back(mine, half.T).T)


def gradients_if_moved(
    batch: Batch, row: int, other: int, probabilities: Floats, setup: LossSetup, progress: float
) -> tuple[dict[str, Gradient], dict[str, Gradient]]:
    """Return each loss's gradient on `row` as it is, and with `other` moved to other probabilities `[K]`."""
    before = row_gradients(batch, row, setup, progress)
    after = row_gradients(batch.with_row(other, probabilities), row, setup, progress)
    return dict(before), dict(after)


def _bends(setup: LossSetup, matrix: Floats, first: int, second: int) -> Floats:
    """Second derivatives of the regret in the cells of two rows of the matrix, `[K, K]`."""
    with torch.inference_mode(False), torch.enable_grad():
        cells = torch.tensor(matrix, dtype=torch.float64, requires_grad=True)
        (slopes,) = torch.autograd.grad(regret(setup.metric, cells), cells, create_graph=True)
        if (
            not slopes.requires_grad
        ):  # a metric that is linear in the matrix, such as accuracy of given counts
            return np.zeros_like(matrix)
        bends = [
            torch.autograd.grad(slope, cells, retain_graph=True, allow_unused=True)[0]
            for slope in slopes[first]
        ]
    return np.stack([np.zeros(len(matrix)) if bend is None else bend[second].numpy() for bend in bends])
