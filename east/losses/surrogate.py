"""Losses based on a batch's soft matrix: EAST, and the plain soft matrix as its ablation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from east.annealing import Annealing, Sharpness
from east.confusion import sum_by_class
from east.errors import SettingError, no_such
from east.losses.definition import Loss, LossSpec, negative_log_likelihood, regret, weighted_mean
from east.losses.fused import soft_confusion_of_logits
from east.losses.offsets import checked_counts, metric_offsets
from east.losses.parallel import over_ranks, sum_over_ranks
from east.losses.rows import Rows, checked_place, rows_of
from east.metrics import Metric, metric

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup

Reduction = Literal["none", "mean", "sum"]
REDUCTIONS: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {"none": lambda values: values, "mean": torch.mean, "sum": torch.sum}
)
"""What becomes of the values of several lanes."""
RECOMMENDED_ANNEALING = Annealing(Sharpness(0.4, 1.0), Sharpness(0.05, 0.1))
PAPER_ANNEALING = Annealing(Sharpness(0.2, 1.0), Sharpness(0.01, 0.1))
# Measured on real and generated tables: 0.6 scores lower by the argmax, most for macro F0.25 and with small
# networks; 0.1 scores lower for MCC. Under the metric's rule they differ little.
RECOMMENDED_ANCHOR = 0.3


class _Anchored(Loss):
    """A loss with an anchor: added cross-entropy, with `metric_offsets` if the class counts are given."""

    offsets: Tensor | None

    def __init__(self, target: Metric | str, anchor: float, class_counts: Sequence[int] | None) -> None:
        super().__init__()
        if not (isinstance(anchor, int | float) and 0 <= anchor < math.inf):
            raise SettingError(
                "The anchor must be a number from 0 up", repr(anchor), "use 0.3, or 0 for none"
            )
        self.metric, self.anchor = _as_metric(target), anchor
        self.num_classes = None if class_counts is None else len(checked_counts(class_counts))
        if self.num_classes is not None:
            self.metric.check(self.num_classes)
        offsets = metric_offsets(self.metric, class_counts) if class_counts is not None and anchor else None
        self.keep("offsets", offsets)

    def rows(
        self,
        logits: Tensor,
        targets: Tensor,
        sample_weight: Tensor | None,
        class_dim: int = -1,
        ignore_index: int | None = None,
    ) -> Rows:
        """Bring a batch into form, and refuse one that does not fit itself, the metric or the class counts."""
        rows = rows_of(
            logits, targets, sample_weight,
            num_classes=self.num_classes, class_dim=class_dim, ignore_index=ignore_index,
        )  # fmt: skip
        if not torch.compiler.is_compiling():
            self.metric.check(rows.logits.shape[-1])
        return rows

    def extra_repr(self) -> str:
        """Say in the module's repr what it trains for."""
        return f"metric={self.metric.label!r}, anchor={self.anchor:g}"


class EASTLoss(_Anchored):
    """Regret of the annealed soft matrix, plus an anchor of metric-adjusted cross-entropy.

    The defaults are the recommended recipe: a softer start than the paper's, and an anchor. With
    `anchor=0` and PAPER_ANNEALING it is the paper's loss without additions (arXiv 2405.20954; the exact
    formulas are this project's reading). It computes in float32 or wider, also under autocast.

    Under `torch.distributed` all ranks make one loss: the regret of the sum of their matrices, with shards of any
    size, also of none. As with SyncBatchNorm every rank has to call it as often as the others, and `loss.eval()`
    makes it each rank's own. Its gradient is scaled for DistributedDataParallel, which averages over the ranks.

    A batch has one loss, and a row none of its own, for a metric judges all rows together: `reduction` is over
    lanes. Derivatives of every order exist (but for ranks together), also by `torch.func.grad` and `torch.vmap`.

    Args:
        metric: metric to train for, or its name.
        annealing: path of (delta, omega).
        anchor: weight of the added cross-entropy, 0 or more.
        class_counts: `[K]` training rows of each class (of all ranks), for the anchor's `metric_offsets`; None
            means no offsets.
        ignore_index: target of rows that do not count, such as -100, or None if all do.
        class_dim: -1 for logits `[..., B, K]`; 1 for torch's dense `[B, K, ...]` with targets `[B, ...]`.
        reduction: over lanes: "none", "mean" or "sum".
        parallel: whether the ranks of `torch.distributed`, if it is at work, make one loss; a process group means
            its ranks.

    Raises:
        SettingError: for an anchor below 0 or not finite, a metric made for another number of classes, or an
            option that does not exist; when called, for logits and targets that are no batch of these classes.
        ParallelError: when called, if another rank is gone.
    """

    annealing: Annealing

    def __init__(
        self,
        metric: Metric | str,
        annealing: Annealing = RECOMMENDED_ANNEALING,
        anchor: float = RECOMMENDED_ANCHOR,
        class_counts: Sequence[int] | None = None,
        *,
        ignore_index: int | None = None,
        class_dim: int = -1,
        reduction: Reduction = "none",
        parallel: bool | ProcessGroup = True,
    ) -> None:
        super().__init__(metric, anchor, class_counts)
        given: object = annealing
        if not isinstance(given, Annealing):
            remedy = "give Annealing(Sharpness(0.4, 1), Sharpness(0.05, 0.1))"
            raise SettingError("The annealing must be an Annealing", repr(given), remedy)
        if reduction not in REDUCTIONS:
            raise no_such("reduction", reduction, REDUCTIONS)
        self.annealing, self.ignore_index, self.reduction = annealing, ignore_index, reduction
        self.class_dim, self.parallel = checked_place(class_dim), parallel

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return `regret(metric(C_soft)) + anchor * cross-entropy` of each lane.

        Args:
            logits: `[..., B, K]`, or with the classes at `class_dim`.
            targets: the logits' shape without the classes: integers in [0, K), or `ignore_index`.
            progress: share of the training that is done, in [0, 1].
            sample_weight: of the targets' shape, from 0 up: a row of weight w counts like w equal rows.
        """
        batch, targets, weights = self.rows(logits, targets, sample_weight, self.class_dim, self.ignore_index)
        with torch.autocast(logits.device.type, enabled=False):
            matrix, log_likelihood = soft_confusion_of_logits(
                batch, targets, self.annealing.at(progress), self.offsets, weights
            )
            if self.together:
                matrix, likelihood = over_ranks(matrix, log_likelihood, weights, self.group)
            else:
                likelihood = weighted_mean(log_likelihood, weights)
            return REDUCTIONS[self.reduction](regret(self.metric, matrix) - self.anchor * likelihood)

    def extra_repr(self) -> str:
        """Say in the module's repr what it trains for, how it is annealed, and which options were given."""
        start, end, shape = self.annealing.start, self.annealing.end, self.annealing.shape
        path = f"{start.delta:g}, {start.omega:g} -> {end.delta:g}, {end.omega:g} ({shape})"
        options = {"ignore_index": None, "class_dim": -1, "reduction": "none"}
        given = {name: getattr(self, name) for name, usual in options.items() if getattr(self, name) != usual}
        more = "".join(f", {name}={value!r}" for name, value in given.items())
        return f"{super().extra_repr()}, annealing=(delta, omega) {path}{more}"


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

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the regret of each lane's plain soft matrix."""
        logits, targets, weights = self.rows(logits, targets, sample_weight)
        with torch.autocast(logits.device.type, enabled=False):
            matrix = sum_by_class(logits.softmax(dim=-1), targets, weights)
            loss = regret(self.metric, sum_over_ranks(matrix, self.group) if self.together else matrix)
            if self.anchor:
                loss = loss + self.anchor * negative_log_likelihood(
                    logits, targets, self.offsets, sample_weight=weights, mean=self.mean
                )
            return loss


def _as_metric(target: object) -> Metric:
    if isinstance(target, str):
        return metric(target)
    if not isinstance(target, Metric):
        raise SettingError(
            "The metric must be a Metric or its name", repr(target)[:80], 'give for example "mcc"'
        )
    return target


# A training of `train()` is one process's own, also where the program around it has joined others.
EAST = LossSpec(
    "east",
    "EAST",
    "the recommended recipe: the annealed soft matrix, anchored by "
    f"{RECOMMENDED_ANCHOR:g} × metric-adjusted cross-entropy",
    "subject",
    lambda metric, class_counts: EASTLoss(metric, class_counts=class_counts, parallel=False),
)
EAST_PAPER = LossSpec(
    "east_paper",
    "EAST (paper's pieces, no anchor)",
    "the paper's loss: soft matrix, threshold and annealing, without an anchor",
    "subject",
    lambda metric, class_counts: EASTLoss(metric, PAPER_ANNEALING, anchor=0.0, parallel=False),
    alone="The paper's pieces alone, without an anchor,",
)
SOFT_METRIC = LossSpec(
    "soft_metric",
    "Plain soft matrix",
    "the metric computed with plain probabilities: no threshold, no Heaviside, no annealing",
    "ablation",
    lambda metric, class_counts: SoftMetric(metric),
)
# `east` without the paper's threshold, Heaviside and annealing. On twelve real tables (2 splits x 3 seeds) `east` is
# ahead of it in macro F1 by -0.1 points at 64 and 64 units (standard error 0.1), 0.2 (0.1) linear, and 0.9 (0.3) at
# 4 units; there the annealing alone gives 2.1 (0.4), the threshold alone 0.9 (0.3). `east benchmark TABLES --hidden 4
# --metrics fbeta --losses east soft_metric_anchored --members 3 --seeds 2 --shares .4 .15 .45`.
SOFT_METRIC_ANCHORED = LossSpec(
    "soft_metric_anchored",
    "Plain soft matrix, anchored",
    f"the plain soft matrix with EAST's anchor of {RECOMMENDED_ANCHOR:g} × metric-adjusted cross-entropy; "
    "as good as EAST on real tables with a standard network, a point of macro F1 behind it with a tiny one",
    "ablation",
    lambda metric, class_counts: SoftMetric(metric, RECOMMENDED_ANCHOR, class_counts),
    alone="A plain soft matrix with EAST's anchor alone",
)
