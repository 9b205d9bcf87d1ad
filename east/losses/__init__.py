"""The losses: EAST, the paper's loss without additions, and the losses they are compared with.

Every loss is a module without state: `loss(logits [..., B, K], targets [..., B], progress)` returns
`[...]`, one value per lane. The factories of LOSSES all take the metric and the class counts of the
training part, even if they do not need them.
"""

from east.losses.definition import Loss, LossSpec, regret
from east.losses.likelihood import CrossEntropy, Focal, balanced_weights, log_priors
from east.losses.offsets import metric_offsets
from east.losses.registry import BASELINE, LOSSES, build_loss
from east.losses.surrogate import (
    PAPER_ANNEALING,
    RECOMMENDED_ANCHOR,
    RECOMMENDED_ANNEALING,
    EASTLoss,
    SoftMetric,
)

__all__ = [
    "BASELINE",
    "LOSSES",
    "PAPER_ANNEALING",
    "RECOMMENDED_ANCHOR",
    "RECOMMENDED_ANNEALING",
    "CrossEntropy",
    "EASTLoss",
    "Focal",
    "Loss",
    "LossSpec",
    "SoftMetric",
    "balanced_weights",
    "build_loss",
    "log_priors",
    "metric_offsets",
    "regret",
]
