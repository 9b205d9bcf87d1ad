"""The losses of the race: EAST, the paper's pieces alone, and the rivals they are judged against.

Every loss is a module without hidden state: `loss(logits [..., B, K], targets [..., B], progress)` gives
`[...]`, one value a lane. The factories of LOSSES all take the metric and the class counts of the
training part, and use what they need of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor, nn

from east.annealing import Annealing, Sharpness
from east.confusion import soft_confusion_of_logits, sum_by_class
from east.errors import SettingError
from east.metrics import Metric

RECOMMENDED_ANNEALING = Annealing(Sharpness(0.4, 1.0), Sharpness(0.05, 0.1))
PAPER_ANNEALING = Annealing(Sharpness(0.2, 1.0), Sharpness(0.01, 0.1))
RECOMMENDED_ANCHOR = 0.3


class Loss(nn.Module):
    """A loss over lanes: logits `[..., B, K]` and integer targets `[..., B]` to `[...]`.

    `annealing` is the path of the surrogate's sharpness, or None for a loss that has none.
    """

    annealing: Annealing | None = None

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return the loss of each lane at training progress u in [0, 1]."""
        raise NotImplementedError


class EASTLoss(Loss):
    """Regret of the annealed soft matrix, anchored by a little cross-entropy.

    The defaults are the recommended recipe: a softer start than the paper's, and an anchor. With
    `anchor=0` and PAPER_ANNEALING it is the paper's three pieces alone (arXiv 2405.20954; the exact
    formulas are this project's reading). It computes in float32 at least, under autocast too.

    Args:
        metric: what to train for.
        annealing: the path of (delta, omega).
        anchor: weight of the added cross-entropy, 0 or more.

    Raises:
        SettingError: for an anchor below 0 or not finite.
    """

    annealing: Annealing

    def __init__(
        self,
        metric: Metric,
        annealing: Annealing = RECOMMENDED_ANNEALING,
        anchor: float = RECOMMENDED_ANCHOR,
    ) -> None:
        super().__init__()
        if not 0 <= anchor < math.inf:
            raise SettingError("The anchor must be a number from 0 up", anchor, "use 0.3, or 0 for none")
        self.metric, self.annealing, self.anchor = metric, annealing, anchor

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return `regret(metric(C_soft)) + anchor * cross-entropy` of each lane."""
        with torch.autocast(logits.device.type, enabled=False):
            matrix, log_likelihood = soft_confusion_of_logits(
                _at_least_float32(logits), targets, self.annealing.at(progress)
            )
            return regret(self.metric, matrix) - self.anchor * log_likelihood.mean(dim=-1)


class CrossEntropy(Loss):
    """Mean negative log-likelihood, by default unweighted.

    Args:
        class_weights: one weight a class, or None; the mean is weighted by them too, as in torch.
        logit_offsets: added to the logits while training, one a class, or None.
    """

    def __init__(
        self, class_weights: Sequence[float] | None = None, logit_offsets: Sequence[float] | None = None
    ) -> None:
        super().__init__()
        self._keep("class_weights", class_weights)
        self._keep("logit_offsets", logit_offsets)

    def _keep(self, name: str, values: Sequence[float] | None) -> None:
        self.register_buffer(name, None if values is None else torch.tensor(values, dtype=torch.float32))

    class_weights: Tensor | None
    logit_offsets: Tensor | None

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return the (weighted) mean negative log-likelihood of each lane."""
        with torch.autocast(logits.device.type, enabled=False):
            logits = _at_least_float32(logits)
            if self.logit_offsets is not None:
                logits = logits + self.logit_offsets.to(logits.dtype)
            return _negative_log_likelihood(logits.log_softmax(dim=-1), targets, self.class_weights)


class Focal(Loss):
    """Cross-entropy with easy samples faded out, (1 - p_y)^gamma * -log p_y.

    Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    Args:
        gamma: how strongly, 0 or more; 0 is cross-entropy.

    Raises:
        SettingError: for a gamma below 0 or not finite.
    """

    def __init__(self, gamma: float = 2.0) -> None:
        super().__init__()
        if not 0 <= gamma < math.inf:
            raise SettingError("gamma must be a number from 0 up", gamma, "use for example 2")
        self.gamma = gamma

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return the mean focal loss of each lane."""
        with torch.autocast(logits.device.type, enabled=False):
            log_likelihood = _of_target(_at_least_float32(logits).log_softmax(dim=-1), targets)
            # 1 - p without cancellation, and above 0: a power below 1 has an infinite slope there.
            rest = -log_likelihood.expm1()
            rest = rest.clamp_min(torch.finfo(rest.dtype).tiny)
            return -(rest**self.gamma * log_likelihood).mean(dim=-1)


class SoftMetric(Loss):
    """Regret of the plain soft matrix: softmax probabilities as memberships.

    The same metric without threshold, Heaviside or annealing; what the paper's pieces are to improve on.

    Args:
        metric: what to train for.
        anchor: weight of added cross-entropy, 0 or more.
    """

    def __init__(self, metric: Metric, anchor: float = 0.0) -> None:
        super().__init__()
        self.metric, self.anchor = metric, anchor

    def forward(self, logits: Tensor, targets: Tensor, progress: float = 0.0) -> Tensor:
        """Return the regret of each lane's plain soft matrix."""
        with torch.autocast(logits.device.type, enabled=False):
            log_probabilities = _at_least_float32(logits).log_softmax(dim=-1)
            loss = regret(self.metric, sum_by_class(log_probabilities.exp(), targets))
            if self.anchor:
                loss = loss + self.anchor * _negative_log_likelihood(log_probabilities, targets)
            return loss


def regret(metric: Metric, matrix: Tensor) -> Tensor:
    """Return how far the metric is from its best, `1 - metric(C)`; a gain is scaled to its own range."""
    scale = metric.best - metric.worst if metric.key == "gain" else 1.0
    return (metric.best - metric(matrix)) / scale


def balanced_weights(class_counts: Sequence[int]) -> list[float]:
    """Return n / (K n_k) for each class, scikit-learn's "balanced"; an absent class counts as one row."""
    total = sum(class_counts)
    return [total / (len(class_counts) * max(count, 1)) for count in class_counts]


def log_priors(class_counts: Sequence[int]) -> list[float]:
    """Return the log of each class's share; an absent class counts as one row."""
    total = sum(class_counts)
    return [math.log(max(count, 1) / total) for count in class_counts]


def _at_least_float32(logits: Tensor) -> Tensor:
    return logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits


def _of_target(values: Tensor, targets: Tensor) -> Tensor:
    return values.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def _negative_log_likelihood(
    log_probabilities: Tensor, targets: Tensor, class_weights: Tensor | None = None
) -> Tensor:
    log_likelihood = _of_target(log_probabilities, targets)
    if class_weights is None:
        return -log_likelihood.mean(dim=-1)
    weights = class_weights.to(log_likelihood.dtype)[targets]
    return -(weights * log_likelihood).sum(dim=-1) / weights.sum(dim=-1)


def _east(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return EASTLoss(metric)


def _east_paper(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return EASTLoss(metric, PAPER_ANNEALING, anchor=0.0)


def _cross_entropy(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return CrossEntropy()


def _weighted_cross_entropy(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return CrossEntropy(class_weights=balanced_weights(class_counts))


def _logit_adjusted(metric: Metric, class_counts: Sequence[int]) -> Loss:
    """Cross-entropy on logits shifted by the log priors (Menon et al., ICLR 2021, with tau = 1)."""
    return CrossEntropy(logit_offsets=log_priors(class_counts))


def _focal(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return Focal()


def _soft_metric(metric: Metric, class_counts: Sequence[int]) -> Loss:
    return SoftMetric(metric)


def _soft_metric_anchored(metric: Metric, class_counts: Sequence[int]) -> Loss:
    """The plain soft matrix with EAST's own anchor: what is left of `east` without the paper's pieces."""
    return SoftMetric(metric, RECOMMENDED_ANCHOR)


LossFactory = Callable[[Metric, Sequence[int]], Loss]

LOSSES: Mapping[str, LossFactory] = MappingProxyType(
    {
        "east": _east,
        "east_paper": _east_paper,
        "cross_entropy": _cross_entropy,
        "weighted_cross_entropy": _weighted_cross_entropy,
        "logit_adjusted": _logit_adjusted,
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
        SettingError: for an unknown key.
    """
    if key not in LOSSES:
        raise SettingError("There is no such loss", repr(key), f"choose from {', '.join(LOSSES)}")
    return LOSSES[key](metric, class_counts)
