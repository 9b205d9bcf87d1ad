"""Offsets of the logits that move the optimum of cross-entropy towards that of a metric."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from east.errors import SettingError
from east.metrics import Metric

CHANCE = 0.3
LEAST_COST = 1e-3
"""Least cost as a share of the largest, so that no offset exceeds log 1000."""


def metric_offsets(metric: Metric, class_counts: Sequence[int], chance: float = CHANCE) -> list[float]:
    """Return one offset per class, computed before training from the metric and the class counts.

    The argmax of a network trained by cross-entropy on `logits + offsets` follows the metric: it prefers rare
    classes for macro F1 and avoids them for macro F0.25. It is logit adjustment (Menon et al., "Long-tail
    learning via logit adjustment", ICLR 2021) with the metric's prices in place of the priors: for balanced
    accuracy the offsets are the log priors, for accuracy they are 0.

    The prices come from the metric's gradient G at the matrix of a classifier that guesses a share `chance` of
    the samples by the class shares and is right on the others: predicting j for a sample of class i costs
    `c_ij = G_ii - G_ij`. Between j and k, predicting j is better if p_j c_jk > p_k c_kj, so the offset of j
    exceeds that of k by log(c_kj / c_jk). Over all pairs, the mean over k is the least-squares solution. (This
    construction is the project's, not the paper's. The plug-in rule by a metric's gradient: Narasimhan et al.,
    "Consistent Multiclass Algorithms for Complex Performance Measures", ICML 2015.)

    Args:
        metric: metric to train for.
        class_counts: `[K]` training rows of each class; an absent class counts as one row.
        chance: share of guesses, in (0, 1).

    Returns:
        Offsets `[K]`, natural logarithms with mean 0.

    Raises:
        SettingError: for a metric that was made for another number of classes.
    """
    metric.check(len(class_counts))
    costs = _costs(metric, torch.tensor([max(int(count), 1) for count in class_counts]).double(), chance)
    # Two classes with zero costs between them, such as those that a one-class metric ignores, get equal offsets.
    costs = costs.clamp_min(max(LEAST_COST * float(costs.max()), torch.finfo(costs.dtype).tiny))
    return [float(offset) for offset in (costs.T / costs).log().fill_diagonal_(0).mean(dim=1)]


def checked_counts(class_counts: Sequence[int]) -> Sequence[int]:
    """Refuse class counts that are no list of whole numbers from 0 up, for two classes or more."""
    remedy = "give the training rows of each class, such as [700, 200, 100]"
    try:
        counts = [int(count) for count in class_counts]
    except (TypeError, ValueError, OverflowError):
        raise SettingError("The class counts must be a list of numbers", repr(class_counts), remedy) from None
    if len(counts) < 2 or min(counts) < 0 or any(count != int(count) for count in class_counts):
        raise SettingError("The class counts must be whole numbers, two or more", repr(class_counts), remedy)
    return counts


def _costs(metric: Metric, counts: Tensor, chance: float) -> Tensor:
    """Return the cost of predicting j for a sample of class i, `[K, K]`, from the gradient of the metric."""
    with torch.inference_mode(False), torch.enable_grad():
        guesses = counts.unsqueeze(1) * counts / counts.sum()
        matrix = ((1 - chance) * counts.diag() + chance * guesses).requires_grad_()
        (slopes,) = torch.autograd.grad(metric(matrix), matrix)
    return slopes.diagonal().unsqueeze(1) - slopes
