"""What each loss wants of one row: the gradient on its logits, the metric's part and the anchor's apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray

from east.annealing import Sharpness
from east.errors import SettingError
from east.losses import LOSSES, regret
from east.metrics import Metric
from east.microscope.anatomy import memberships, pull_back, softmax_pull
from east.microscope.batch import Batch, Floats, Integers, LossSetup

KINDS = ("cross_entropy", "soft_metric", "east")
"""Keys of LOSSES: likelihood alone, the metric of plain probabilities, and EAST; the latter two with the anchor."""
NOTHING = 1e-3
"""A push this much smaller than the largest that cross-entropy could give the row counts as none."""


@dataclass(frozen=True, eq=False)
class Gradient:
    """The derivatives of a batch's loss in one row's logits `[..., K]`, in two parts that add up to `total`.

    Args:
        kind: the loss, one of KINDS.
        metric_part: of the metric's regret; 0 for cross-entropy.
        anchor_part: of the likelihood: the anchor, or all of cross-entropy.
        rows: in the batch; cross-entropy gives a row at most 1 / rows.
    """

    kind: str
    metric_part: Floats
    anchor_part: Floats
    rows: int

    @property
    def total(self) -> Floats:
        """The whole gradient."""
        return self.metric_part + self.anchor_part

    @property
    def push(self) -> Floats:
        """Where a step goes, against the gradient: positive raises the class's logit."""
        return -self.total

    def in_words(self, classes: Sequence[str]) -> str:
        """Say in one sentence what the loss wants of the row, of classes named in code order."""
        label, push = LOSSES[self.kind].label, self.push
        up, down = int(push.argmax()), int(push.argmin())
        if np.abs(push).max() < NOTHING / self.rows:
            return f"{label} asks next to nothing of this row."
        sentence = f"{label} pushes towards ‘{classes[up]}’ and away from ‘{classes[down]}’"
        shares = [float(np.abs(part).sum()) for part in (self.metric_part, self.anchor_part)]
        if min(shares) == 0:
            return f"{sentence}."
        if float(self.metric_part @ self.anchor_part) < 0:
            wants = [classes[int(part.argmin())] for part in (self.metric_part, self.anchor_part)]
            if wants[0] != wants[1]:
                return f"{sentence}: the metric asks for ‘{wants[0]}’, the anchor for ‘{wants[1]}’."
        return f"{sentence}: {shares[0] / sum(shares):.0%} of it for the metric, the rest by the anchor."


class _Surrogate:
    """A way from probabilities to the rows of a soft matrix, and back."""

    def __init__(self, forth: Callable[[Floats], Floats], back: Callable[[Floats, Floats], Floats]) -> None:
        self.forth, self.back = forth, back


def surrogate(kind: str, sharpness: Sharpness) -> _Surrogate:
    """Return how `kind` makes memberships of probabilities `[n, K]`."""
    if kind == "east":
        return _Surrogate(lambda p: memberships(p, sharpness), lambda p, to: pull_back(p, to, sharpness))
    return _Surrogate(lambda p: p, softmax_pull)


def row_gradients(batch: Batch, row: int, setup: LossSetup, progress: float) -> Mapping[str, Gradient]:
    """Work out each loss's gradient on one row's logits, `[K]`, at training progress u in [0, 1].

    Raises:
        SettingError: when there is no such row, or the metric does not fit the classes.
    """
    points = batch.probabilities[batch.checked(row)][None]
    found = {kind: gradient_at(kind, batch, row, setup, progress, points) for kind in KINDS}
    return MappingProxyType(
        {
            kind: Gradient(kind, own.metric_part[0], own.anchor_part[0], own.rows)
            for kind, own in found.items()
        }
    )


def gradient_at(
    kind: str, batch: Batch, row: int, setup: LossSetup, progress: float, points: Floats
) -> Gradient:
    """Work out one loss's gradient on a row's logits if it stood at other probabilities, the rest as it is.

    Args:
        kind: one of KINDS.
        batch: all rows.
        row: the one that is moved.
        setup: metric, annealing and anchor.
        progress: u in [0, 1].
        points: `[n, K]` where the row stands in turn.

    Raises:
        SettingError: for a kind or a row that does not exist, or a metric that does not fit the classes.
    """
    if kind not in KINDS:
        raise SettingError(
            "The microscope does not know this loss", repr(kind), f"choose from {', '.join(KINDS)}"
        )
    setup.metric.check(batch.num_classes)
    target = int(batch.targets[batch.checked(row)])
    if kind == "cross_entropy":
        return Gradient(
            kind, np.zeros_like(points), _likelihood_part(points, target) / len(batch), len(batch)
        )
    way = surrogate(kind, setup.annealing.at(progress))
    matrices = np.repeat(_rest(batch, row, way)[None], len(points), axis=0)
    matrices[:, target] += way.forth(points)
    metric_part = way.back(points, regret_slopes(setup.metric, matrices)[:, target])
    leaning = points * np.exp(setup.offsets(batch.num_classes))
    likelihood = _likelihood_part(leaning / leaning.sum(axis=1, keepdims=True), target)
    return Gradient(kind, metric_part, setup.anchor * likelihood / len(batch), len(batch))


def soft_matrix(batch: Batch, kind: str, sharpness: Sharpness) -> Floats:
    """Return the soft matrix `[K, K]` of a whole batch."""
    return _summed(surrogate(kind, sharpness).forth(batch.probabilities), batch.targets)


def regret_slopes(metric: Metric, matrices: Floats) -> Floats:
    """Return the derivatives of the regret in the cells of matrices `[n, K, K]`."""
    with torch.inference_mode(False), torch.enable_grad():
        cells = torch.tensor(matrices, dtype=torch.float64, requires_grad=True)
        (slopes,) = torch.autograd.grad(regret(metric, cells).sum(), cells)
    return np.asarray(slopes.numpy())


def _rest(batch: Batch, row: int, way: _Surrogate) -> Floats:
    """Sum all rows but one."""
    others: NDArray[np.bool_] = np.arange(len(batch)) != row
    return _summed(way.forth(batch.probabilities[others]), batch.targets[others], batch.num_classes)


def _summed(rows: Floats, targets: Integers, num_classes: int | None = None) -> Floats:
    size = num_classes or rows.shape[1]
    matrix = np.zeros((size, size))
    np.add.at(matrix, targets, rows)
    return matrix


def _likelihood_part(probabilities: Floats, target: int) -> Floats:
    """Derivatives of -log p of the target in the logits, `p - 1 at the target`."""
    part = probabilities.copy()
    part[:, target] -= 1
    return part
