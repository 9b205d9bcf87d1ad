"""One loss over the shards of all ranks: a metric of the sum of their matrices, not the mean of their metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
import torch.distributed as distributed
from torch import Tensor
from torch.autograd.function import once_differentiable

from east.errors import ParallelError
from east.metrics.definition import divide

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup


def ranks(group: ProcessGroup | None) -> int:
    """Return how many ranks a group has (None: all); 1 where torch.distributed is not at work."""
    if not distributed.is_available() or not distributed.is_initialized():
        return 1
    return distributed.get_world_size(group)


def over_ranks(
    matrix: Tensor, log_likelihood: Tensor, weights: Tensor | None, group: ProcessGroup | None
) -> tuple[Tensor, Tensor]:
    """Return the sum of the ranks' matrices, and the mean log-likelihood of all their samples.

    It sends K^2 + 2 numbers a lane, once. Every rank of the group has to call it, also one without a row.

    The result is the same on every rank, and its gradient is the number of ranks times what the rank's own rows
    contribute: the mean over the ranks, which DistributedDataParallel takes, is then the gradient of one big batch.

    Args:
        matrix: `[..., K, K]` of this rank's rows.
        log_likelihood: `[..., B]` of this rank's rows; B may differ from rank to rank.
        weights: `[..., B]`, or None for once each.
        group: the ranks, or None for all.

    Returns:
        The matrix `[..., K, K]`, and the mean `[...]`.

    Raises:
        ParallelError: when another rank is gone.
    """
    packed = torch.cat([matrix.flatten(-2), _total_and_count(log_likelihood, weights)], dim=-1)
    summed = sum_over_ranks(packed, group)
    likelihood, count = summed[..., -2], summed[..., -1]
    return summed[..., :-2].unflatten(-1, matrix.shape[-2:]), divide(likelihood, count)


def mean_over_ranks(values: Tensor, weights: Tensor | None, group: ProcessGroup | None) -> Tensor:
    """Return the mean `[...]` of all ranks' values `[..., B]` by their weights, on the terms of `over_ranks`."""
    total, count = sum_over_ranks(_total_and_count(values, weights), group).unbind(dim=-1)
    return divide(total, count)


def sum_over_ranks(values: Tensor, group: ProcessGroup | None) -> Tensor:
    """Return the sum of a tensor of the same shape on every rank, on the terms of `over_ranks`."""
    summed: Tensor = _SumOverRanks.apply(values, group)  # type: ignore[no-untyped-call]
    return summed


@contextmanager
def expecting_all(what: str) -> Iterator[None]:
    """Send messages to the other ranks.

    Args:
        what: cannot be done without them ("The loss cannot be summed over the ranks").

    Raises:
        ParallelError: when one of them is gone.
    """
    try:
        yield
    except RuntimeError as error:
        # Gloo says which socket closed or what timed out; NCCL ends the process with a word of its own.
        raise ParallelError(
            f"{what}, for one of them is gone",
            _reason(error),
            "see what that rank said last and start all ranks again",
        ) from error


def _reason(error: RuntimeError) -> str:
    """Return gloo's first sentence, without the place in its source."""
    return re.sub(r"^\[[^\]]*\]\s*", "", str(error).strip().splitlines()[0]).split(". ")[0]


def _total_and_count(values: Tensor, weights: Tensor | None) -> Tensor:
    """Return the weighted sum of `[..., B]` and the sum of the weights, `[..., 2]`."""
    weights = torch.ones_like(values) if weights is None else weights.to(values.dtype)
    return torch.stack([(weights * values).sum(dim=-1), weights.sum(dim=-1)], dim=-1)


class _SumOverRanks(torch.autograd.Function):
    """The sum over ranks; all of them compute the same from it, so that its backward needs no message."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, group: ProcessGroup | None) -> Tensor:
        ctx.ranks, total = ranks(group), values.clone()
        with expecting_all("The loss cannot be summed over the ranks"):
            distributed.all_reduce(total, group=group)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * ctx.ranks, None
