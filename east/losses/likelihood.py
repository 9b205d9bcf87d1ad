"""Losses based on each sample's likelihood: cross-entropy (plain, weighted or with offsets) and focal."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from east.errors import SettingError
from east.losses.definition import (
    Loss,
    LossSpec,
    at_least_float32,
    negative_log_likelihood,
    of_target,
)
from east.losses.offsets import metric_offsets


class CrossEntropy(Loss):
    """Mean negative log-likelihood, by default unweighted.

    Args:
        class_weights: one weight per class, or None; the mean is weighted by them too, as in torch.
        logit_offsets: one offset per class, added to the logits during training, or None.
    """

    class_weights: Tensor | None
    logit_offsets: Tensor | None

    def __init__(
        self, class_weights: Sequence[float] | None = None, logit_offsets: Sequence[float] | None = None
    ) -> None:
        super().__init__()
        self.keep("class_weights", class_weights)
        self.keep("logit_offsets", logit_offsets)

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the (weighted) mean negative log-likelihood of each lane."""
        self.check(logits, targets, sample_weight)
        with torch.autocast(logits.device.type, enabled=False):
            return negative_log_likelihood(
                at_least_float32(logits),
                targets,
                self.logit_offsets,
                self.class_weights,
                sample_weight,
                self.mean,
            )


class Focal(Loss):
    """Cross-entropy with easy samples weighted down, (1 - p_y)^gamma * -log p_y.

    Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    Args:
        gamma: strength of the weighting, 0 or more; 0 is cross-entropy.

    Raises:
        SettingError: for a gamma below 0 or not finite.
    """

    def __init__(self, gamma: float = 2.0) -> None:
        super().__init__()
        if not 0 <= gamma < math.inf:
            raise SettingError("gamma must be a number from 0 up", gamma, "use for example 2")
        self.gamma = gamma

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the mean focal loss of each lane."""
        self.check(logits, targets, sample_weight)
        with torch.autocast(logits.device.type, enabled=False):
            log_likelihood = of_target(at_least_float32(logits).log_softmax(dim=-1), targets)
            # 1 - p without cancellation, and above 0, where a power below 1 has an infinite slope.
            rest = -log_likelihood.expm1()
            rest = rest.clamp_min(torch.finfo(rest.dtype).tiny)
            return -self.mean(rest**self.gamma * log_likelihood, sample_weight)


def balanced_weights(class_counts: Sequence[int]) -> list[float]:
    """Return n / (K n_k) for each class, scikit-learn's "balanced"; an absent class counts as one row."""
    total = sum(class_counts)
    return [total / (len(class_counts) * max(count, 1)) for count in class_counts]


def log_priors(class_counts: Sequence[int]) -> list[float]:
    """Return the log of each class's share; an absent class counts as one row."""
    total = sum(class_counts)
    return [math.log(max(count, 1) / total) for count in class_counts]


CROSS_ENTROPY = LossSpec(
    "cross_entropy",
    "Cross-entropy",
    "the usual loss, which does not depend on the metric",
    "reference",
    lambda metric, class_counts: CrossEntropy(),
)
WEIGHTED_CROSS_ENTROPY = LossSpec(
    "weighted_cross_entropy",
    "Class-weighted cross-entropy",
    "cross-entropy with higher weights for rare classes",
    "rival",
    lambda metric, class_counts: CrossEntropy(class_weights=balanced_weights(class_counts)),
    alone="Weighting alone",
    group="weighting",
)
# Menon et al., ICLR 2021, with tau = 1.
LOGIT_ADJUSTED = LossSpec(
    "logit_adjusted",
    "Logit-adjusted cross-entropy",
    "cross-entropy with logits shifted by the class frequencies",
    "rival",
    lambda metric, class_counts: CrossEntropy(logit_offsets=log_priors(class_counts)),
    alone="Weighting alone",
    group="weighting",
)
METRIC_ADJUSTED = LossSpec(
    "metric_adjusted",
    "Metric-adjusted cross-entropy",
    "cross-entropy with logits shifted by the metric's price of each class: EAST's anchor alone",
    "rival",
    lambda metric, class_counts: CrossEntropy(logit_offsets=metric_offsets(metric, class_counts)),
    alone="EAST's anchor alone",
    group="anchor",
)
FOCAL = LossSpec(
    "focal",
    "Focal loss",
    "cross-entropy with lower weights for easy rows",
    "rival",
    lambda metric, class_counts: Focal(),
)
