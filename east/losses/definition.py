"""The definition of a loss, its entry in LOSSES, and functions that several losses share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from east.annealing import Annealing
from east.losses.parallel import mean_over_ranks, ranks
from east.metrics import Metric
from east.metrics.definition import divide
from east.shapes import check_batch, check_weights

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup


class Loss(nn.Module):
    """A loss over lanes: logits `[..., B, K]` and integer targets `[..., B]` to `[...]`.

    `annealing` is the annealing path of the surrogate's sharpness, or None for a loss without one. `parallel` says
    whether the ranks of `torch.distributed`, if it is at work, make one loss; a process group means its ranks.
    """

    annealing: Annealing | None = None
    parallel: bool | ProcessGroup = False

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss of each lane at training progress u in [0, 1].

        A row of weight w, `[..., B]`, counts like w equal rows. On a CUDA device a training gives the progress as a
        tensor of no dimension: a loss computes with it, and asks it for no value.
        """
        raise NotImplementedError

    @property
    def group(self) -> ProcessGroup | None:
        """The ranks that make one loss; None stands for all."""
        return None if isinstance(self.parallel, bool) else self.parallel

    @property
    def together(self) -> bool:
        """Whether a call waits for other ranks."""
        return self.parallel is not False and self.training and ranks(self.group) > 1

    def mean(self, values: Tensor, weights: Tensor | None) -> Tensor:
        """Return the mean `[...]` of `[..., B]` by sample weights, over all ranks where they make one loss."""
        return (
            mean_over_ranks(values, weights, self.group) if self.together else weighted_mean(values, weights)
        )

    def check(self, logits: Tensor, targets: Tensor, sample_weight: Tensor | None) -> None:
        """Refuse what is no batch.

        Raises:
            SettingError: naming what does not fit.
        """
        check_batch(logits, targets)
        if sample_weight is not None:
            check_weights(sample_weight, targets)

    def keep(self, name: str, values: Sequence[float] | None) -> None:
        """Register one number per class as a float32 buffer, which moves with the module, or None."""
        held = None if values is None else torch.tensor(values, dtype=torch.float32)
        self.register_buffer(name, held, persistent=False)


LossFactory = Callable[[Metric, Sequence[int]], Loss]
"""Builds a loss for a metric and the class counts `[K]` of the training part."""

Role = Literal["subject", "ablation", "rival", "reference"]
"""EAST (subject), a part of it (ablation), another loss (rival), or the baseline (reference)."""


@dataclass(frozen=True)
class LossSpec:
    """An entry of LOSSES, with everything the app and the command line know about a loss.

    Args:
        key: name in code, links and on the command line.
        label: name for people.
        hint: description of one line.
        role: part in a race.
        factory: builds the loss.
        alone: beginning of the verdict if this loss does as well as EAST, such as "Weighting alone".
        group: kind of simpler way, for the verdict.
    """

    key: str
    label: str
    hint: str
    role: Role
    factory: LossFactory = field(repr=False)
    alone: str = ""
    group: Literal["weighting", "anchor", "simpler"] = "simpler"

    def __call__(self, metric: Metric, class_counts: Sequence[int]) -> Loss:
        """Build the loss; same as `factory`."""
        return self.factory(metric, class_counts)

    @property
    def alone_text(self) -> str:
        """Beginning of the sentence that this loss was enough."""
        return self.alone or f"{self.label} alone"


def regret(metric: Metric, matrix: Tensor) -> Tensor:
    """Return the distance of the metric from its best, `1 - metric(C)`, divided by its `regret_scale`."""
    return (metric.best - metric(matrix)) / metric.regret_scale


def at_least_float32(logits: Tensor) -> Tensor:
    """Convert half precision to float32; wider types do not change."""
    return logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits


def of_target(values: Tensor, targets: Tensor) -> Tensor:
    """Pick the value of each sample's own class from `[..., B, K]`; returns `[..., B]`."""
    return values.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def weighted_mean(values: Tensor, weights: Tensor | None) -> Tensor:
    """Return the mean of `[..., B]` by sample weights, `[...]`; where they are all 0 it is 0."""
    if weights is None:
        return values.mean(dim=-1)
    weights = weights.to(values.dtype)
    return divide((weights * values).sum(dim=-1), weights.sum(dim=-1))


def negative_log_likelihood(
    logits: Tensor,
    targets: Tensor,
    offsets: Tensor | None = None,
    class_weights: Tensor | None = None,
    sample_weight: Tensor | None = None,
    mean: Callable[[Tensor, Tensor | None], Tensor] = weighted_mean,
) -> Tensor:
    """Return the (weighted) mean of -log p of the true class, `[...]`, under the logits plus `offsets`."""
    if offsets is not None:
        logits = logits + offsets.to(logits.dtype)
    log_likelihood = of_target(logits.log_softmax(dim=-1), targets)
    if class_weights is None:
        return -mean(log_likelihood, sample_weight)
    weights = class_weights.to(log_likelihood.dtype)[targets]
    return -mean(log_likelihood, weights if sample_weight is None else weights * sample_weight)
