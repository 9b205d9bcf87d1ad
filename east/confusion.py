"""Soft and hard confusion matrices: the dynamic threshold, the Heaviside, the membership, the sum.

Rows are true classes, columns predicted ones. The three pieces are those that Li, Lee, Vázquez and
Tsoi name in arXiv 2405.20954 (EAST); the exact formulas are this project's reading of them, and at
omega = 1 the Heaviside is the one of Tsoi et al., "Bridging the Gap", NeurIPS 2022.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

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

    This is the readable form, differentiated by autograd; `soft_confusion_of_logits` has its own backward
    and is tested against this one.

    Args:
        probabilities: `[..., K]`, each row a distribution.
        sharpness: delta and omega.

    Returns:
        Memberships `[..., K]`, at least 0, each row summing to 1, with the argmax of `probabilities`.
    """
    heights = heaviside(probabilities, dynamic_threshold(probabilities), sharpness)
    return heights / heights.sum(dim=-1, keepdim=True)


def soft_confusion(probabilities: Tensor, targets: Tensor, sharpness: Sharpness) -> Tensor:
    """Sum the memberships of the samples of each true class.

    Args:
        probabilities: `[..., B, K]`, each row a distribution (float32 or float64).
        targets: `[..., B]` integers in [0, K).
        sharpness: delta and omega.

    Returns:
        Matrices `[..., K, K]`; row i sums to the number of samples of class i.

    Raises:
        SettingError: for probabilities and targets that cannot be a batch.
    """
    check_batch(probabilities, targets, name="probabilities")
    return sum_by_class(membership(probabilities, sharpness), targets)


def soft_confusion_of_logits(
    logits: Tensor, targets: Tensor, sharpness: Sharpness, offsets: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Do in one cheap node what a loss needs: softmax, `soft_confusion` and the log-likelihood.

    Args:
        logits: `[..., B, K]` (float32 or float64).
        targets: `[..., B]` integers in [0, K).
        sharpness: delta and omega.
        offsets: `[K]`, added to the logits for the log-likelihood alone, or None for none.

    Returns:
        Matrices `[..., K, K]`, and log p of the true class of each sample `[..., B]`.
    """
    outputs: tuple[Tensor, Tensor] = _SoftConfusionOfLogits.apply(  # type: ignore[no-untyped-call]
        logits, targets, offsets, *_lines(sharpness, logits)
    )
    return outputs


def hard_confusion(predictions: Tensor, targets: Tensor, num_classes: int) -> Tensor:
    """Count the samples of each pair of true and predicted class.

    Args:
        predictions: `[..., B]` integers in [0, num_classes).
        targets: `[..., B]` integers in [0, num_classes).
        num_classes: K.

    Returns:
        Counts `[..., K, K]` in the default float type, so that a metric takes them as they are.
    """
    lanes = predictions.shape[:-1]
    cells = _flat_lanes(targets * num_classes + predictions)
    cells = cells + _lane_offsets(cells.shape[0], num_classes**2, cells.device)
    counts = torch.zeros(cells.shape[0] * num_classes**2, device=cells.device)
    counts.index_add_(0, cells.reshape(-1), torch.ones(cells.numel(), device=cells.device))
    return counts.reshape(*lanes, num_classes, num_classes)


def sum_by_class(rows: Tensor, targets: Tensor) -> Tensor:
    """Add up `rows` `[..., B, K]` by their true class; returns `[..., K, K]`."""
    lanes, num_classes = rows.shape[:-2], rows.shape[-1]
    if rows.is_cuda:
        # A product with the one-hot targets: index_add_ would add in a random order there.
        one_hot = torch.nn.functional.one_hot(targets, num_classes).to(rows.dtype)
        return one_hot.transpose(-1, -2) @ rows
    flat = _flat_lanes(targets)
    index = (flat + _lane_offsets(flat.shape[0], num_classes, flat.device)).reshape(-1)
    matrix = rows.new_zeros(flat.shape[0] * num_classes, num_classes)
    matrix.index_add_(0, index, rows.reshape(-1, num_classes))
    return matrix.reshape(*lanes, num_classes, num_classes)


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


class _Lines(NamedTuple):
    """The Heaviside's lines where tau <= 1/2: slopes of H * tau in p, edges of the band as shares of tau."""

    delta: Tensor
    below: Tensor
    band: Tensor
    low: Tensor
    high: Tensor


def _lines(sharpness: Sharpness, like: Tensor) -> _Lines:
    delta, omega = sharpness.delta, sharpness.omega
    low, high = 1 - omega / 2, 1 + omega / 2
    # Products with a tensor, for torch.compile would make a new graph for every number it sees elsewhere.
    one = torch.ones((), dtype=like.dtype, device=like.device)
    return _Lines(one * delta, one * (delta / low), one * ((1 - 2 * delta) / omega), one * low, one * high)


class _SoftConfusionOfLogits(torch.autograd.Function):
    """Softmax, `membership` and the sum by class, with the backward written out.

    Everything is in units of p(1): `odds` = p / p(1) (0 for the first class itself, which is treated apart),
    `total` their sum, `threshold` tau and `edge` the lower edge of the band. A distribution has
    tau <= 1/2, hence w = omega * tau, and no class but the first lies above tau: for the others H is two
    lines that meet at the edge. Memberships do not change when a sample's heights are all scaled, so
    `heights` is H * tau. Few full-size tensors and changes in place keep it fast: on a CPU the memory
    costs more than the arithmetic. No tensor saved is changed.
    """

    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, targets: Tensor, offsets: Tensor | None, *constants: Tensor
    ) -> tuple[Tensor, Tensor]:
        lines = _Lines(*constants)
        first, first_index = logits.max(dim=-1, keepdim=True)
        odds = logits - first
        log_odds_of_target = odds.gather(-1, targets.unsqueeze(-1))
        odds.scatter_(-1, first_index, -torch.inf)
        second, second_index = odds.max(dim=-1, keepdim=True)
        total = odds.exp_().sum(dim=-1, keepdim=True).add_(1)
        threshold = (1 + second.exp()) / 2
        first_height = _first_height(threshold, total, lines)
        heights = _other_heights(odds, threshold, lines).scatter_(-1, first_index, first_height)
        mass = heights.sum(dim=-1, keepdim=True)
        log_likelihood, factors, evidence = log_odds_of_target - total.log(), None, total
        if offsets is not None:
            offsets = offsets.to(odds.dtype)
            factors = offsets.exp()
            evidence = (odds @ factors).unsqueeze(-1) + factors[first_index]
            log_likelihood = log_odds_of_target + offsets[targets].unsqueeze(-1) - evidence.log()
        ctx.save_for_backward(
            odds, targets, total, threshold, mass, first_index, second_index, factors, evidence, *lines
        )
        return sum_by_class(heights.div_(mass), targets), log_likelihood.squeeze(-1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        odds, targets, total, threshold, mass, first_index, second_index, *rest = ctx.saved_tensors
        factors, evidence, lines = rest[0], rest[1], _Lines(*rest[2:])
        to_matrix, to_likelihood = gradients[0].contiguous(), gradients[1].unsqueeze(-1)
        # Through the normalisation, m = heights / mass.
        gradient = rows_of_class(to_matrix, targets)
        first_gradient = gradient.gather(-1, first_index)
        first_height = _first_height(threshold, total, lines)
        buffer = _other_heights(odds, threshold, lines)
        inner = (buffer.mul_(gradient).sum(dim=-1, keepdim=True) + first_gradient * first_height) / mass
        first_gradient = (first_gradient - inner) / mass
        # Through the two lines: their slope, and the odds as the derivative of exp.
        slopes = buffer.copy_(odds).sub_(threshold * lines.low).clamp_min_(0).sign_()
        slopes.mul_(lines.band - lines.below).add_(lines.below)
        gradient.sub_(inner).div_(mass).mul_(odds).mul_(slopes)
        slope, slope_of_total = _first_slopes(threshold, total, lines)
        to_first, to_total = first_gradient * slope, first_gradient * slope_of_total
        # Scaling all odds changes nothing, so what flows to them, total and threshold cancels.
        to_threshold = -(gradient.sum(dim=-1, keepdim=True) + to_first + to_total * total) / threshold
        # The likelihood's own softmax, of the offset logits: every odds count by their factor.
        to_evidence = -to_likelihood / evidence
        if factors is None:
            to_total = to_total + to_evidence
        else:
            gradient.addcmul_(buffer.copy_(odds).mul_(factors), to_evidence)
            to_first = to_first + to_evidence * factors[first_index]
        gradient.addcmul_(odds, to_total)
        gradient.scatter_add_(-1, first_index, to_first + to_total + to_threshold / 2)
        gradient.scatter_add_(-1, second_index, to_threshold * (threshold - 0.5))
        gradient.scatter_add_(-1, targets.unsqueeze(-1), to_likelihood)
        return gradient, None, None, *(None for _ in lines)


def _other_heights(odds: Tensor, threshold: Tensor, lines: _Lines) -> Tensor:
    """H * tau of every class but the first, `[..., B, K]`; 0 at the first, where `odds` is 0."""
    heights = (odds - threshold * lines.low).clamp_min_(0)
    return heights.mul_(lines.band - lines.below).addcmul_(odds, lines.below)


def _first_height(threshold: Tensor, total: Tensor, lines: _Lines) -> Tensor:
    """H * tau of the first class, `[..., B, 1]`: in the band or above it."""
    high = threshold * lines.high
    above = threshold * (1 - lines.delta * (total - 1) / (total - high))
    band = threshold / 2 + (1 - threshold) * lines.band
    return torch.where(high < 1, above, band)


def _first_slopes(threshold: Tensor, total: Tensor, lines: _Lines) -> tuple[Tensor, Tensor]:
    """Derivatives of `_first_height` in the first class's own odds and in `total`, `[..., B, 1]` each."""
    high = threshold * lines.high
    room = total - high
    above = lines.delta * threshold / room
    return torch.where(high < 1, above, lines.band), torch.where(high < 1, above * (high - 1) / room, 0.0)
