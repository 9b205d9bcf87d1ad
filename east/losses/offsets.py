"""Offsets of the logits that make cross-entropy's own optimum lean to where a metric's lies."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from east.metrics import Metric

CHANCE = 0.3
LEAST_COST = 1e-3
"""Costs below this share of the largest count as this much, so that no offset exceeds log 1000."""


def metric_offsets(metric: Metric, class_counts: Sequence[int], chance: float = CHANCE) -> list[float]:
    """Return one offset a class, known before training: from the metric and the class counts alone.

    Trained by cross-entropy on `logits + offsets`, a network's argmax leans as the metric does: to rare
    classes for macro F1, away from them for macro F0.25. It is logit adjustment (Menon et al., "Long-tail
    learning via logit adjustment", ICLR 2021) with the metric's own prices in place of the priors: for
    balanced accuracy the offsets are the log priors, for accuracy they are 0.

    The prices are the metric's gradient G at the matrix of a classifier that is right but for a share
    `chance` of the samples, which it guesses by the class shares: predicting j for a sample of class i costs
    `c_ij = G_ii - G_ij`. Between j and k alone it pays to predict j where p_j c_jk > p_k c_kj, so that the
    offset of j is log(c_kj / c_jk) above that of k; over all pairs, the mean over k is the least-squares
    solution. (This is the project's own, not the paper's. The plug-in rule by a metric's gradient: Narasimhan
    et al., "Consistent Multiclass Algorithms for Complex Performance Measures", ICML 2015.)

    Args:
        metric: what is trained for.
        class_counts: `[K]` training rows of each class; an absent class counts as one row.
        chance: share of guesses, in (0, 1).

    Returns:
        Offsets `[K]`, natural logarithms with mean 0.

    Raises:
        SettingError: for a metric that was made for another number of classes.
    """
    metric.check(len(class_counts))
    costs = _costs(metric, torch.tensor([max(int(count), 1) for count in class_counts]).double(), chance)
    # Twins that cost nothing either way, such as two classes a one-class metric never asks about, come out even.
    costs = costs.clamp_min(max(LEAST_COST * float(costs.max()), torch.finfo(costs.dtype).tiny))
    return [float(offset) for offset in (costs.T / costs).log().fill_diagonal_(0).mean(dim=1)]


def _costs(metric: Metric, counts: Tensor, chance: float) -> Tensor:
    """Return what predicting j for a sample of class i costs, `[K, K]`, by the gradient of the metric."""
    with torch.inference_mode(False), torch.enable_grad():
        guesses = counts.unsqueeze(1) * counts / counts.sum()
        matrix = ((1 - chance) * counts.diag() + chance * guesses).requires_grad_()
        (slopes,) = torch.autograd.grad(metric(matrix), matrix)
    return slopes.diagonal().unsqueeze(1) - slopes
