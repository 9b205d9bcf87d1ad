"""Soft and hard confusion matrices: the dynamic threshold, the Heaviside, the membership, the sum.

Rows are true classes, columns predicted ones. The three pieces are those that Li, Lee, Vázquez and
Tsoi name in arXiv 2405.20954 (EAST); the exact formulas are this project's reading of them, and at
omega = 1 the Heaviside is the one of Tsoi et al., "Bridging the Gap", NeurIPS 2022.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from east.annealing import Sharpness
from east.shapes import check_batch


class TopTwo(NamedTuple):
    """The two largest probabilities of each sample (`[..., 1]` each) and where they stand."""

    first: Tensor
    second: Tensor
    first_index: Tensor
    second_index: Tensor


def top_two(probabilities: Tensor) -> TopTwo:
    """Find the two largest of `[..., K]` with two maxima, which is cheaper than a sort or a top-k."""
    first, first_index = probabilities.max(dim=-1, keepdim=True)
    rest = probabilities.scatter(-1, first_index, -1.0)
    second, second_index = rest.max(dim=-1, keepdim=True)
    return TopTwo(first, second, first_index, second_index)


def dynamic_threshold(probabilities: Tensor) -> Tensor:
    """Return tau = (p(1) + p(2)) / 2 of each sample.

    Exactly one class lies above it (ties apart), so thresholding at tau is argmax; for K = 2 it is
    1/2 for every sample.

    Args:
        probabilities: `[..., K]`, each row a distribution.

    Returns:
        Thresholds `[..., 1]`, in (0, 1/2].
    """
    top = top_two(probabilities)
    return (top.first + top.second) / 2


def heaviside(probabilities: Tensor, threshold: Tensor, sharpness: Sharpness) -> Tensor:
    """Approximate the step at `threshold` by three lines through (0, 0), (threshold, 1/2) and (1, 1).

    With w = omega * min(tau, 1 - tau), lo = tau - w/2 and hi = tau + w/2 it is delta * p / lo below lo,
    1/2 + (1 - 2 delta)(p - tau) / w in the band, and 1 - delta * (1 - p) / (1 - hi) above hi.

    Args:
        probabilities: `[..., K]` in [0, 1].
        threshold: broadcastable to `probabilities`, in (0, 1).
        sharpness: delta and omega.

    Returns:
        Heights `[..., K]` in [0, 1], increasing in the probability.
    """
    delta, width = sharpness.delta, sharpness.omega * torch.minimum(threshold, 1 - threshold)
    low, high = threshold - width / 2, threshold + width / 2
    below = delta * probabilities / low
    band = 0.5 + (1 - 2 * delta) * (probabilities - threshold) / width
    above = 1 - delta * (1 - probabilities) / (1 - high)
    return torch.where(probabilities < low, below, torch.where(probabilities > high, above, band))


def membership(probabilities: Tensor, sharpness: Sharpness) -> Tensor:
    """Return each sample's row of the soft set, m_j = H(p_j) / sum_k H(p_k).

    This is the readable form, differentiated by autograd; the losses' `soft_confusion_of_logits` has its
    own backward and is tested against this one.

    Args:
        probabilities: `[..., K]`, each row a distribution.
        sharpness: delta and omega.

    Returns:
        Memberships `[..., K]`, at least 0, each row summing to 1, with the argmax of `probabilities`.
    """
    heights = heaviside(probabilities, dynamic_threshold(probabilities), sharpness)
    return heights / heights.sum(dim=-1, keepdim=True)


def soft_confusion(
    probabilities: Tensor, targets: Tensor, sharpness: Sharpness, weights: Tensor | None = None
) -> Tensor:
    """Sum the memberships of the samples of each true class.

    Args:
        probabilities: `[..., B, K]`, each row a distribution (float32 or float64).
        targets: `[..., B]` integers in [0, K).
        sharpness: delta and omega.
        weights: `[..., B]` how often each sample counts, or None for once.

    Returns:
        Matrices `[..., K, K]`; row i sums to the number of samples of class i.

    Raises:
        SettingError: for probabilities and targets that cannot be a batch.
    """
    check_batch(probabilities, targets, name="probabilities")
    return sum_by_class(membership(probabilities, sharpness), targets, weights)


def hard_confusion(
    predictions: Tensor, targets: Tensor, num_classes: int, weights: Tensor | None = None
) -> Tensor:
    """Count the samples of each pair of true and predicted class.

    Args:
        predictions: `[..., B]` integers in [0, num_classes).
        targets: `[..., B]` integers in [0, num_classes).
        num_classes: K.
        weights: `[..., B]` how often each sample counts, or None for once.

    Returns:
        Counts `[..., K, K]` in the default float type (or that of the weights), so that a metric takes them as
        they are.
    """
    if weights is not None:
        chosen = torch.nn.functional.one_hot(predictions, num_classes).to(weights.dtype)
        return sum_by_class(chosen, targets, weights)
    lanes = predictions.shape[:-1]
    cells = _flat_lanes(targets * num_classes + predictions)
    cells = cells + _lane_offsets(cells.shape[0], num_classes**2, cells.device)
    counts = torch.zeros(cells.shape[0] * num_classes**2, device=cells.device)
    counts.index_add_(0, cells.reshape(-1), torch.ones(cells.numel(), device=cells.device))
    return counts.reshape(*lanes, num_classes, num_classes)


def sum_by_class(rows: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Add up `rows` `[..., B, K]` by their true class, each times its weight `[..., B]`; returns `[..., K, K]`."""
    if weights is not None:
        rows = rows * weights.unsqueeze(-1)
    lanes, num_classes = rows.shape[:-2], rows.shape[-1]
    if rows.is_cuda:
        # A product with the one-hot targets: index_add_ would add in a random order there.
        one_hot = torch.nn.functional.one_hot(targets, num_classes).to(rows.dtype)
        return one_hot.transpose(-1, -2) @ rows
    flat = _flat_lanes(targets)
    index = (flat + _lane_offsets(flat.shape[0], num_classes, flat.device)).reshape(-1)
    zeros = rows.new_zeros(flat.shape[0] * num_classes, num_classes)
    # Not in place, for torch.vmap over the targets alone could not do that.
    return zeros.index_add(0, index, rows.reshape(-1, num_classes)).reshape(*lanes, num_classes, num_classes)


def rows_of_class(matrix: Tensor, targets: Tensor) -> Tensor:
    """Pick row `targets[..., b]` of `matrix` `[..., K, K]` for every sample; returns `[..., B, K]`."""
    num_classes = matrix.shape[-1]
    flat = _flat_lanes(targets)
    index = (flat + _lane_offsets(flat.shape[0], num_classes, flat.device)).reshape(-1)
    return matrix.reshape(-1, num_classes).index_select(0, index).reshape(*targets.shape, num_classes)


def _flat_lanes(values: Tensor) -> Tensor:
    """View `[..., B]` as `[lanes, B]`; not by reshape(-1, B), which cannot tell the lanes when B is 0."""
    return values.unsqueeze(0).flatten(0, -2)


def _lane_offsets(lanes: int, stride: int, device: torch.device) -> Tensor:
    return (torch.arange(lanes, device=device) * stride).unsqueeze(-1)
