"""What a loss is, and what several of them are made of."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from east.annealing import Annealing
from east.metrics import Metric


class Loss(nn.Module):
    """A loss over lanes: logits `[..., B, K]` and integer targets `[..., B]` to `[...]`.

    `annealing` is the path of the surrogate's sharpness, or None for a loss that has none.
    """

    annealing: Annealing | None = None

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return the loss of each lane at training progress u in [0, 1]."""
        raise NotImplementedError

    def keep(self, name: str, values: Sequence[float] | None) -> None:
        """Hold one number a class as a float32 buffer, which moves with the module, or None."""
        held = None if values is None else torch.tensor(values, dtype=torch.float32)
        self.register_buffer(name, held, persistent=False)


def regret(metric: Metric, matrix: Tensor) -> Tensor:
    """Return how far the metric is from its best, `1 - metric(C)`; a gain is scaled to its own range."""
    scale = metric.best - metric.worst if metric.key == "gain" else 1.0
    return (metric.best - metric(matrix)) / scale


def at_least_float32(logits: Tensor) -> Tensor:
    """Widen half precision; anything wider stays as it is."""
    return logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits


def of_target(values: Tensor, targets: Tensor) -> Tensor:
    """Pick the value of each sample's own class from `[..., B, K]`; returns `[..., B]`."""
    return values.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def negative_log_likelihood(
    logits: Tensor, targets: Tensor, offsets: Tensor | None = None, class_weights: Tensor | None = None
) -> Tensor:
    """Return the (weighted) mean of -log p of the true class, `[...]`, under the logits plus `offsets`."""
    if offsets is not None:
        logits = logits + offsets.to(logits.dtype)
    log_likelihood = of_target(logits.log_softmax(dim=-1), targets)
    if class_weights is None:
        return -log_likelihood.mean(dim=-1)
    weights = class_weights.to(log_likelihood.dtype)[targets]
    return -(weights * log_likelihood).sum(dim=-1) / weights.sum(dim=-1)
