"""One loss over the shards of all ranks: a metric of the sum of their matrices, not the mean of their metrics."""

from __future__ import annotations

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
    if weights is None:
        weights = torch.ones_like(log_likelihood)
    own = torch.stack([(weights * log_likelihood).sum(dim=-1), weights.sum(dim=-1)], dim=-1)
    packed = torch.cat([matrix.flatten(-2), own], dim=-1)
    summed: Tensor = _SumOverRanks.apply(packed, group)  # type: ignore[no-untyped-call]
    likelihood, count = summed[..., -2], summed[..., -1]
    return summed[..., :-2].unflatten(-1, matrix.shape[-2:]), divide(likelihood, count)


class _SumOverRanks(torch.autograd.Function):
    """The sum over ranks; all of them compute the same from it, so that its backward needs no message."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, group: ProcessGroup | None) -> Tensor:
        ctx.ranks, total = ranks(group), values.clone()
        try:
            distributed.all_reduce(total, group=group)
        except RuntimeError as error:
            # Gloo says which socket closed or what timed out; NCCL ends the process with a word of its own.
            raise ParallelError(
                "The loss cannot be summed over the ranks, for one of them is gone",
                str(error).strip().splitlines()[0],
                "see what that rank said last and start all ranks again",
            ) from error
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * ctx.ranks, None
