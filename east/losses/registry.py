"""The table of all losses, and the one way to build them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from east.errors import SettingError
from east.losses.definition import Loss
from east.losses.likelihood import CrossEntropy, Focal, balanced_weights, log_priors
from east.losses.offsets import metric_offsets
from east.losses.surrogate import PAPER_ANNEALING, RECOMMENDED_ANCHOR, EASTLoss, SoftMetric
from east.metrics import Metric


def _east(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return EASTLoss(metric, class_counts=class_counts)


def _east_paper(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return EASTLoss(metric, PAPER_ANNEALING, anchor=0.0)


def _cross_entropy(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return CrossEntropy()


def _weighted_cross_entropy(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return CrossEntropy(class_weights=balanced_weights(class_counts))


def _logit_adjusted(metric: Metric, class_counts: Sequence[int]) -> Loss:
    """Cross-entropy on logits shifted by the log priors (Menon et al., ICLR 2021, with tau = 1)."""
    return CrossEntropy(logit_offsets=log_priors(class_counts))


def _metric_adjusted(metric: Metric, class_counts: Sequence[int]) -> Loss:
    """EAST's own anchor alone: cross-entropy on logits shifted by `metric_offsets`."""
    return CrossEntropy(logit_offsets=metric_offsets(metric, class_counts))


def _focal(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return Focal()


def _soft_metric(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return SoftMetric(metric)


def _soft_metric_anchored(metric: Metric, class_counts: Sequence[int]) -> Loss:
    """The plain soft matrix with EAST's own anchor: what is left of `east` without the paper's pieces."""
    return SoftMetric(metric, RECOMMENDED_ANCHOR, class_counts)


LossFactory = Callable[[Metric, Sequence[int]], Loss]

LOSSES: Mapping[str, LossFactory] = MappingProxyType(
    {
        "east": _east,
        "east_paper": _east_paper,
        "cross_entropy": _cross_entropy,
        "weighted_cross_entropy": _weighted_cross_entropy,
        "logit_adjusted": _logit_adjusted,
        "metric_adjusted": _metric_adjusted,
        "focal": _focal,
        "soft_metric": _soft_metric,
        "soft_metric_anchored": _soft_metric_anchored,
    }
)

_LABELS = {
    "east": "EAST",
    "east_paper": "EAST (paper's pieces, no anchor)",
    "cross_entropy": "Cross-entropy",
    "weighted_cross_entropy": "Class-weighted cross-entropy",
    "logit_adjusted": "Logit-adjusted cross-entropy",
    "metric_adjusted": "Metric-adjusted cross-entropy",
    "focal": "Focal loss",
    "soft_metric": "Plain soft matrix",
    "soft_metric_anchored": "Plain soft matrix, anchored",
}


def loss_label(key: str) -> str:
    """Return the name people read for a key of LOSSES (or the key itself, made readable)."""
    return _LABELS.get(key, key.replace("_", " ").capitalize())


def build_loss(key: str, metric: Metric, class_counts: Sequence[int]) -> Loss:
    """Build the loss `key` of LOSSES for a metric and the class counts of the training part.

    Raises:
        SettingError: for an unknown key, or a metric made for another number of classes.
    """
    if key not in LOSSES:
        raise SettingError("There is no such loss", repr(key), f"choose from {', '.join(LOSSES)}")
    return LOSSES[key](metric, class_counts)
