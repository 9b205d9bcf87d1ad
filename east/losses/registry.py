"""The table of all losses, and a function that builds them by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from east.errors import no_such
from east.losses.definition import Loss, LossSpec
from east.losses.likelihood import (
    CROSS_ENTROPY,
    FOCAL,
    LOGIT_ADJUSTED,
    METRIC_ADJUSTED,
    WEIGHTED_CROSS_ENTROPY,
)
from east.losses.surrogate import EAST, EAST_PAPER, SOFT_METRIC, SOFT_METRIC_ANCHORED
from east.metrics import Metric

SPECS = {
    spec.key: spec
    for spec in (
        EAST, EAST_PAPER, CROSS_ENTROPY, WEIGHTED_CROSS_ENTROPY, LOGIT_ADJUSTED, METRIC_ADJUSTED, FOCAL,
        SOFT_METRIC, SOFT_METRIC_ANCHORED,
    )
}  # fmt: skip

LOSSES: Mapping[str, LossSpec] = MappingProxyType(SPECS)
"""Every loss by its key; calling an entry with a metric and class counts builds the loss."""

BASELINE = CROSS_ENTROPY.key
"""The loss that all others are compared with."""


def build_loss(key: str, metric: Metric, class_counts: Sequence[int], *, parallel: bool = False) -> Loss:
    """Build the loss `key` of LOSSES for a metric and the class counts of the training part.

    Args:
        key: its name.
        metric: metric to train for.
        class_counts: `[K]` training rows of each class, of all ranks.
        parallel: whether the ranks of `torch.distributed` make one loss.

    Raises:
        SettingError: for an unknown key, or a metric made for another number of classes.
    """
    if key not in LOSSES:
        raise no_such("loss", key, LOSSES)
    loss = LOSSES[key](metric, class_counts)
    loss.parallel = parallel
    return loss
