"""One row on its way into the soft matrix: threshold, places on the Heaviside, memberships; and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from east.annealing import Sharpness
from east.confusion import dynamic_threshold, heaviside
from east.microscope.batch import Batch, Floats, LossSetup

PARTS = ("below", "in", "above")


@dataclass(frozen=True, eq=False)
class Anatomy:
    """What becomes of one row's probabilities `[K]`.

    Args:
        probabilities: of the classes.
        target: the true class, which is the row of the soft matrix that it adds to.
        sharpness: delta and omega at that moment.
        threshold: tau, the middle of the two largest probabilities.
        low, high: the ends of the Heaviside's band.
        heights: `[K]` H(p) of each class.
        memberships: `[K]` heights over their sum: what is added to row `target` of the soft matrix.
    """

    probabilities: Floats
    target: int
    sharpness: Sharpness
    threshold: float
    low: float
    high: float
    heights: Floats
    memberships: Floats

    @property
    def places(self) -> tuple[str, ...]:
        """Where each class stands on the Heaviside: below its band, in it or above it."""
        return tuple(PARTS[int(p >= self.low) + int(p > self.high)] for p in self.probabilities)

    @property
    def contribution(self) -> Floats:
        """The row's part of the soft matrix, `[K, K]`: its memberships in row `target`, zeros elsewhere."""
        matrix = np.zeros((len(self.memberships),) * 2)
        matrix[self.target] = self.memberships
        return matrix


def anatomy(batch: Batch, row: int, setup: LossSetup, progress: float) -> Anatomy:
    """Take one row of a batch apart at training progress u in [0, 1].

    Raises:
        SettingError: when there is no such row.
    """
    row, sharpness = batch.checked(row), setup.annealing.at(progress)
    probabilities = batch.probabilities[row]
    threshold, heights = _heights(probabilities[None], sharpness)
    tau = float(threshold[0, 0])
    width = sharpness.omega * min(tau, 1 - tau)
    return Anatomy(
        probabilities=probabilities,
        target=int(batch.targets[row]),
        sharpness=sharpness,
        threshold=tau,
        low=tau - width / 2,
        high=tau + width / 2,
        heights=heights[0],
        memberships=heights[0] / heights[0].sum(),
    )


def memberships(probabilities: ArrayLike, sharpness: Sharpness) -> Floats:
    """Return the soft-set memberships `[n, K]` of probabilities `[n, K]`."""
    _, heights = _heights(np.asarray(probabilities, dtype=np.float64), sharpness)
    return np.asarray(heights / heights.sum(axis=-1, keepdims=True))


def pull_back(probabilities: Floats, to_memberships: Floats, sharpness: Sharpness) -> Floats:
    """Carry a gradient on the memberships back to the logits, in closed form.

    With m = H / sum(H), every H depends on its own p and, through tau, on the two largest; p is the softmax
    of the logits. The slopes in p are delta / lo below the band, (1 - 2 delta) / w in it and
    delta / (1 - hi) above it; those in tau are -H / tau, -(1 - 2 delta) p / (w tau) and
    -delta (1 - p) (1 + omega / 2) / (1 - hi)^2.

    Args:
        probabilities: `[n, K]`.
        to_memberships: `[n, K]` derivatives of something in the memberships.
        sharpness: delta and omega.

    Returns:
        Its derivatives in the logits, `[n, K]`.
    """
    threshold, heights = _heights(probabilities, sharpness)
    mass = heights.sum(axis=-1, keepdims=True)
    members = heights / mass
    to_heights = (to_memberships - (to_memberships * members).sum(axis=-1, keepdims=True)) / mass
    slopes, slopes_of_tau = _slopes(probabilities, threshold, heights, sharpness)
    to_tau = (to_heights * slopes_of_tau).sum(axis=-1)
    to_probabilities = to_heights * slopes
    rows = np.arange(len(probabilities))
    for place in np.argsort(-probabilities, axis=-1, kind="stable")[:, :2].T:
        to_probabilities[rows, place] += to_tau / 2
    return softmax_pull(probabilities, to_probabilities)


def softmax_pull(probabilities: Floats, to_probabilities: Floats) -> Floats:
    """Multiply by the softmax's Jacobian, p_k (g_k - sum_j p_j g_j); it is symmetric, so the way forth is the same."""
    inner = (probabilities * to_probabilities).sum(axis=-1, keepdims=True)
    return np.asarray(probabilities * (to_probabilities - inner))


def _heights(probabilities: Floats, sharpness: Sharpness) -> tuple[Floats, Floats]:
    """Return tau `[n, 1]` and H(p) `[n, K]` as the loss itself works them out."""
    values = torch.as_tensor(probabilities)
    threshold = dynamic_threshold(values)
    return threshold.numpy(), heaviside(values, threshold, sharpness).numpy()


def _slopes(p: Floats, tau: Floats, heights: Floats, sharpness: Sharpness) -> tuple[Floats, Floats]:
    """Return the derivatives of H(p) `[n, K]` in p and in tau."""
    delta, omega = sharpness.delta, sharpness.omega
    width, low, high = omega * tau, tau * (1 - omega / 2), tau * (1 + omega / 2)
    # Where the band reaches 1 nothing lies above it, and the division is not used.
    room = np.maximum(1 - high, np.finfo(np.float64).tiny)
    branches: list[NDArray[np.bool_]] = [p < low, p > high]
    steep = (1 - 2 * delta) / width
    in_p = np.select(branches, [delta / low + 0 * p, delta / room + 0 * p], steep + 0 * p)
    above = -delta * (1 - p) / room * (1 + omega / 2) / room
    in_tau = np.select(branches, [-heights / tau, np.where(p > high, above, 0.0)], -steep * p / tau)
    return in_p, in_tau
