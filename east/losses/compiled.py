"""The compiled loops of `east.losses.kernels` for tensors: the same results as `east.losses.fused` has in torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from east.losses import kernels


def sum_members(
    logits: Tensor, targets: Tensor, lines: Sequence[Tensor], factors: Tensor | None, weights: Tensor | None
) -> tuple[Tensor, list[Tensor], Tensor]:
    """Sum the memberships by class.

    Args:
        logits: `[..., B, K]` on the CPU.
        targets: `[..., B]`.
        lines: delta, below, band, low and high of the Heaviside.
        factors: `[K]` of the likelihood's classes, or None for 1.
        weights: `[..., B]`, or None for 1.

    Returns:
        Matrices `[..., K, K]`; odds, total, threshold, mass, places of the first and the second class, height of
        the first, and evidence, which the backward needs; and each sample's own class's log-odds, `[..., B, 1]`.
    """
    classes, lanes, rows = logits.shape[-1], targets.shape[:-1], targets.numel()
    odds = (logits - logits.amax(dim=-1, keepdim=True)).contiguous()
    log_odds_of_target = odds.gather(-1, targets.unsqueeze(-1))
    odds.exp_()
    kept, places = odds.new_empty(5, rows), torch.empty(2, rows, dtype=torch.int64)
    matrix = odds.new_zeros(lanes.numel(), classes, classes)
    kernels.sum_members(
        _rows(odds), _cells(targets, classes), _each(weights, odds, rows), _each(factors, odds, classes),
        _lines(lines), _rows(matrix), kept.numpy(), places.numpy(),
    )  # fmt: skip
    total, threshold, mass, first_height, evidence = kept.view(5, *targets.shape, 1)
    first_index, second_index = places.view(2, *targets.shape, 1)
    saved = [odds, total, threshold, mass, first_index, second_index, first_height, evidence]
    return matrix.view(*lanes, classes, classes), saved, log_odds_of_target


def pull_back(
    saved: Sequence[Tensor],
    targets: Tensor,
    lines: Sequence[Tensor],
    factors: Tensor | None,
    weights: Tensor | None,
    to_matrix: Tensor,
    to_likelihood: Tensor,
) -> Tensor:
    """Carry gradients on what `sum_members` returned back to the logits.

    Args:
        saved: what it returned for this.
        targets: as there.
        lines: as there.
        factors: as there.
        weights: as there.
        to_matrix: gradient on the matrices, `[..., K, K]`.
        to_likelihood: gradient on the log-likelihoods, `[..., B]`.

    Returns:
        The gradient `[..., B, K]`.
    """
    odds, total, threshold, mass, first_index, second_index, first_height, evidence = saved
    gradient, rows = torch.empty_like(odds), targets.numel()
    kept = torch.stack([total, threshold, mass, first_height, evidence]).view(5, rows)
    places = torch.stack([first_index, second_index]).view(2, rows)
    own = targets.reshape(-1).long().numpy()
    kernels.pull_back(
        _rows(odds), _cells(targets, odds.shape[-1]), own, _each(weights, odds, rows),
        _each(factors, odds, odds.shape[-1]), _lines(lines), kept.numpy(), places.numpy(),
        _rows(to_matrix.contiguous()), _each(to_likelihood, odds, rows), _rows(gradient),
    )  # fmt: skip
    return gradient


def _rows(values: Tensor) -> kernels.Floats:
    return values.detach().view(-1, values.shape[-1]).numpy()


def _cells(targets: Tensor, classes: int) -> kernels.Places:
    """Return for each sample the row of its class in the lanes' stacked matrices, `[N]`."""
    lanes = torch.arange(targets.shape[:-1].numel()).view(*targets.shape[:-1], 1)
    return (lanes * classes + targets).reshape(-1).numpy()


def _each(values: Tensor | None, like: Tensor, length: int) -> kernels.Floats:
    if values is None:
        return like.new_ones(length).numpy()
    return values.detach().to(like.dtype).reshape(-1).contiguous().numpy()


def _lines(lines: Sequence[Tensor]) -> kernels.Floats:
    half_and_one = [torch.full_like(lines[0], value) for value in (0.5, 1.0)]
    return np.asarray(torch.stack([*lines, *half_and_one]).numpy())
