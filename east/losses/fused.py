"""What a surrogate loss needs of a batch in one cheap node of autograd's graph, with the backward written out."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor

from east.annealing import Sharpness
from east.confusion import membership, rows_of_class, sum_by_class
from east.shapes import transformed


def soft_confusion_of_logits(
    logits: Tensor,
    targets: Tensor,
    sharpness: Sharpness,
    offsets: Tensor | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Do in one cheap node what a loss needs: softmax, `soft_confusion` and the log-likelihood.

    Args:
        logits: `[..., B, K]` (float32 or float64).
        targets: `[..., B]` integers in [0, K).
        sharpness: delta and omega.
        offsets: `[K]`, added to the logits for the log-likelihood alone, or None for none.
        weights: `[..., B]` how often each sample counts in the matrix, 0 or more, or None for once.

    Returns:
        Matrices `[..., K, K]`, and log p of the true class of each sample `[..., B]`, which no weight scales.
    """
    if transformed() or (weights is not None and weights.requires_grad):
        # torch.func sees through the readable form, to any depth; a node with a backward of its own is closed to it,
        # and this one has no gradient on the weights.
        return _readable(logits, targets, sharpness, offsets, weights)
    outputs: tuple[Tensor, Tensor] = _SoftConfusionOfLogits.apply(  # type: ignore[no-untyped-call]
        logits, targets, sharpness, offsets, weights, *_lines(sharpness, logits)
    )
    return outputs


def _readable(
    logits: Tensor, targets: Tensor, sharpness: Sharpness, offsets: Tensor | None, weights: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Do the same with the pieces of `east.confusion`, for derivatives of any order."""
    members = membership(logits.softmax(dim=-1), sharpness)
    leaning = logits if offsets is None else logits + offsets.to(logits.dtype)
    log_likelihood = leaning.log_softmax(dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return sum_by_class(members, targets, weights), log_likelihood


LARGE = 2**16
"""Logits in a batch from which loops compiled by numba serve it; the first use waits some seconds for the compiler."""


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


class _Kept(NamedTuple):
    """What the backward needs of the forward: `[..., B, K]` odds, and else one number a row, `[..., B, 1]`."""

    odds: Tensor
    total: Tensor
    threshold: Tensor
    mass: Tensor
    first_index: Tensor
    second_index: Tensor
    first_height: Tensor
    evidence: Tensor


class _SoftConfusionOfLogits(torch.autograd.Function):
    """Softmax, `membership` and the sum by class, with the backward written out.

    Everything is in units of p(1): `odds` = p / p(1) (0 for the first class itself, which is treated apart),
    `total` their sum, `threshold` tau and `edge` the lower edge of the band. A distribution has
    tau <= 1/2, hence w = omega * tau, and no class but the first lies above tau: for the others H is two
    lines that meet at the edge. Memberships do not change when a sample's heights are all scaled, so
    `heights` is H * tau. Few full-size tensors and changes in place keep it fast: on a CPU fresh memory
    costs more than the arithmetic. No tensor saved is changed. What is written here is the definition; large
    batches on a CPU go through `east.losses.kernels`, which does the same in one loop a row.
    """

    @staticmethod
    def forward(
        ctx: Any,
        logits: Tensor,
        targets: Tensor,
        sharpness: Sharpness,
        offsets: Tensor | None,
        weights: Tensor | None,
        *constants: Tensor,
    ) -> tuple[Tensor, Tensor]:
        own, lines, factors = targets.unsqueeze(-1), _Lines(*constants), None
        if offsets is not None:
            offsets = offsets.to(logits.dtype)
            factors = offsets.exp()
        loops = _loops(logits)
        if loops is None:
            members, kept, log_likelihood = _members(logits, own, lines, factors)
            matrix = sum_by_class(members, targets, weights)
        else:
            matrix, saved, log_likelihood = loops.sum_members(logits, targets, lines, factors, weights)
            kept = _Kept(*saved)
        if offsets is not None:
            log_likelihood = log_likelihood + offsets[own]
        ctx.sharpness = sharpness
        ctx.save_for_backward(logits, targets, offsets, weights, factors, *lines, *kept)
        return matrix, (log_likelihood - kept.evidence.log()).squeeze(-1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled() and not torch.compiler.is_compiling():
            gradient = _differentiable_gradient(ctx.saved_tensors, gradients, ctx.sharpness)
        else:
            gradient = _gradient(ctx.saved_tensors, gradients)
        return gradient, *(None for _ in ctx.needs_input_grad[1:])


def _loops(logits: Tensor) -> ModuleType | None:
    """Return the compiled loops where a batch is large enough to be worth them, and numba is there."""
    if torch.compiler.is_compiling() or not logits.is_cpu or logits.numel() < LARGE:
        return None
    return _compiled()


@cache
def _compiled() -> ModuleType | None:
    try:
        from east.losses import compiled
    except (ImportError, RuntimeError):
        # Without numba, or where it finds no folder that it may keep its work in, torch does it.
        return None
    return compiled


def _members(
    logits: Tensor, own: Tensor, lines: _Lines, factors: Tensor | None
) -> tuple[Tensor, _Kept, Tensor]:
    """Return memberships, what their backward needs, and the log-odds of the classes `own` `[..., B, 1]`."""
    first, first_index = logits.max(dim=-1, keepdim=True)
    odds = logits - first
    log_odds_of_target = odds.gather(-1, own)
    odds.scatter_(-1, first_index, -torch.inf)
    second, second_index = odds.max(dim=-1, keepdim=True)
    total = odds.exp_().sum(dim=-1, keepdim=True).add_(1)
    threshold = (1 + second.exp()) / 2
    first_height = _first_height(threshold, total, lines)
    heights = _other_heights(odds, threshold, lines).scatter_(-1, first_index, first_height)
    mass, evidence = heights.sum(dim=-1, keepdim=True), total
    if factors is not None:
        evidence = (odds @ factors).unsqueeze(-1) + factors[first_index]
    kept = _Kept(odds, total, threshold, mass, first_index, second_index, first_height, evidence)
    return heights.div_(mass), kept, log_odds_of_target


def _gradient(saved: tuple[Tensor, ...], gradients: tuple[Tensor, ...]) -> Tensor:
    """Carry the gradients on the matrix and the log-likelihoods back to the logits, `[..., B, K]`."""
    logits, targets, _, weights, factors = saved[:5]
    lines, kept, (to_matrix, to_likelihood) = _Lines(*saved[5:10]), _Kept(*saved[10:]), gradients
    loops = _loops(logits)
    if loops is not None:
        pulled: Tensor = loops.pull_back(kept, targets, lines, factors, weights, to_matrix, to_likelihood)
        return pulled
    to_likelihood = to_likelihood.unsqueeze(-1)
    to_members = rows_of_class(to_matrix.contiguous(), targets)
    if weights is not None:
        to_members.mul_(weights.unsqueeze(-1))
    gradient = _pulled_back(kept, to_members, to_likelihood, lines, factors)
    return gradient.scatter_add_(-1, targets.unsqueeze(-1), to_likelihood)


def _pulled_back(
    kept: _Kept, gradient: Tensor, to_likelihood: Tensor, lines: _Lines, factors: Tensor | None
) -> Tensor:
    """Turn the gradient on the memberships, in place, into that on the logits.

    Of the likelihood's gradient it adds what goes through the evidence; the own class's logit is the caller's.
    """
    odds, total, threshold, mass, first_index, second_index, first_height, evidence = kept
    # Through the normalisation, m = heights / mass.
    first_gradient = gradient.gather(-1, first_index)
    buffer = _other_heights(odds, threshold, lines)
    inner = (buffer.mul_(gradient).sum(dim=-1, keepdim=True) + first_gradient * first_height) / mass
    first_gradient = (first_gradient - inner) / mass
    # Through the two lines: their slope, and the odds as the derivative of exp.
    slopes = torch.gt(odds, threshold * lines.low, out=buffer)
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
        gradient.addcmul_(torch.mul(odds, factors, out=buffer), to_evidence)
        to_first = to_first + to_evidence * factors[first_index]
    gradient.addcmul_(odds, to_total)
    gradient.scatter_add_(-1, first_index, to_first + to_total + to_threshold / 2)
    return gradient.scatter_add_(-1, second_index, to_threshold * (threshold - 0.5))


def _differentiable_gradient(
    saved: tuple[Tensor, ...], gradients: tuple[Tensor, ...], sharpness: Sharpness
) -> Tensor:
    """Do the same so that it can be differentiated again: by autograd, through the readable form."""
    logits, targets, offsets, weights = saved[:4]
    outputs = _readable(logits, targets, sharpness, offsets, weights)
    return torch.autograd.grad(outputs, logits, gradients, create_graph=True)[0]


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
