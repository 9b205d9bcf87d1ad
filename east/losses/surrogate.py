"""Losses based on a batch's soft matrix: EAST, and the plain soft matrix as its ablation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from east.annealing import Annealing, Sharpness
from east.confusion import soft_confusion_of_logits, sum_by_class
from east.errors import SettingError
from east.losses.definition import Loss, LossSpec, at_least_float32, negative_log_likelihood, regret
from east.losses.offsets import checked_counts, metric_offsets
from east.metrics import Metric, metric
from east.shapes import check_batch

RECOMMENDED_ANNEALING = Annealing(Sharpness(0.4, 1.0), Sharpness(0.05, 0.1))
PAPER_ANNEALING = Annealing(Sharpness(0.2, 1.0), Sharpness(0.01, 0.1))
RECOMMENDED_ANCHOR = 0.6


class _Anchored(Loss):
    """A loss with an anchor: added cross-entropy, with `metric_offsets` if the class counts are given."""

    offsets: Tensor | None

    def __init__(self, target: Metric | str, anchor: float, class_counts: Sequence[int] | None) -> None:
        super().__init__()
        if not (isinstance(anchor, int | float) and 0 <= anchor < math.inf):
            raise SettingError(
                "The anchor must be a number from 0 up", repr(anchor), "use 0.6, or 0 for none"
            )
        self.metric, self.anchor = _as_metric(target), anchor
        self.num_classes = None if class_counts is None else len(checked_counts(class_counts))
        if self.num_classes is not None:
            self.metric.check(self.num_classes)
        offsets = metric_offsets(self.metric, class_counts) if class_counts is not None and anchor else None
        self.keep("offsets", offsets)

    def check(self, logits: Tensor, targets: Tensor) -> None:
        """Refuse a batch that does not fit itself, the metric or the class counts."""
        check_batch(logits, targets, self.num_classes)
        if not torch.compiler.is_compiling():
            self.metric.check(logits.shape[-1])


class EASTLoss(_Anchored):
    """Regret of the annealed soft matrix, plus an anchor of metric-adjusted cross-entropy.

    The defaults are the recommended recipe: a softer start than the paper's, and an anchor. With
    `anchor=0` and PAPER_ANNEALING it is the paper's loss without additions (arXiv 2405.20954; the exact
    formulas are this project's reading). It computes in float32 or wider, also under autocast.

    Args:
        metric: metric to train for, or its name.
        annealing: path of (delta, omega).
        anchor: weight of the added cross-entropy, 0 or more.
        class_counts: `[K]` training rows of each class, for the anchor's `metric_offsets`; None means no
            offsets.

    Raises:
        SettingError: for an anchor below 0 or not finite, or a metric made for another number of classes; when
            called, for logits and targets that are no batch of these classes.
    """

    annealing: Annealing

    def __init__(
        self,
        metric: Metric | str,
        annealing: Annealing = RECOMMENDED_ANNEALING,
        anchor: float = RECOMMENDED_ANCHOR,
        class_counts: Sequence[int] | None = None,
    ) -> None:
        super().__init__(metric, anchor, class_counts)
        given: object = annealing
        if not isinstance(given, Annealing):
            remedy = "give Annealing(Sharpness(0.4, 1), Sharpness(0.05, 0.1))"
            raise SettingError("The annealing must be an Annealing", repr(given), remedy)
        self.annealing = annealing

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return `regret(metric(C_soft)) + anchor * cross-entropy` of each lane."""
        self.check(logits, targets)
        with torch.autocast(logits.device.type, enabled=False):
            matrix, log_likelihood = soft_confusion_of_logits(
                at_least_float32(logits), targets, self.annealing.at(progress), self.offsets
            )
            return regret(self.metric, matrix) - self.anchor * log_likelihood.mean(dim=-1)


class SoftMetric(_Anchored):
    """Regret of the plain soft matrix: softmax probabilities as memberships.

    The same metric without threshold, Heaviside or annealing; the paper's loss should improve on it.

    Args:
        metric: metric to train for, or its name.
        anchor: weight of the added cross-entropy, 0 or more.
        class_counts: as for `EASTLoss`.
    """

    def __init__(
        self, metric: Metric | str, anchor: float = 0.0, class_counts: Sequence[int] | None = None
    ) -> None:
        super().__init__(metric, anchor, class_counts)

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return the regret of each lane's plain soft matrix."""
        self.check(logits, targets)
        with torch.autocast(logits.device.type, enabled=False):
            logits = at_least_float32(logits)
            loss = regret(self.metric, sum_by_class(logits.softmax(dim=-1), targets))
            if self.anchor:
                loss = loss + self.anchor * negative_log_likelihood(logits, targets, self.offsets)
            return loss


def _as_metric(target: object) -> Metric:
    if isinstance(target, str):
        return metric(target)
    if not isinstance(target, Metric):
        raise SettingError(
            "The metric must be a Metric or its name", repr(target)[:80], 'give for example "mcc"'
        )
    return target


EAST = LossSpec(
    "east",
    "EAST",
    "the recommended recipe: the annealed soft matrix, anchored by "
    f"{RECOMMENDED_ANCHOR:g} × metric-adjusted cross-entropy",
    "subject",
    lambda metric, class_counts: EASTLoss(metric, class_counts=class_counts),
)
EAST_PAPER = LossSpec(
    "east_paper",
    "EAST (paper's pieces, no anchor)",
    "the paper's loss: soft matrix, threshold and annealing, without an anchor",
    "subject",
    lambda metric, class_counts: EASTLoss(metric, PAPER_ANNEALING, anchor=0.0),
    alone="The paper's pieces alone, without an anchor,",
)
SOFT_METRIC = LossSpec(
    "soft_metric",
    "Plain soft matrix",
    "the metric computed with plain probabilities: no threshold, no Heaviside, no annealing",
    "ablation",
    lambda metric, class_counts: SoftMetric(metric),
)
# `east` without the paper's threshold, Heaviside and annealing.
SOFT_METRIC_ANCHORED = LossSpec(
    "soft_metric_anchored",
    "Plain soft matrix, anchored",
    f"the plain soft matrix with EAST's anchor of {RECOMMENDED_ANCHOR:g} × metric-adjusted cross-entropy",
    "ablation",
    lambda metric, class_counts: SoftMetric(metric, RECOMMENDED_ANCHOR, class_counts),
    alone="A plain soft matrix with EAST's anchor alone",
)
