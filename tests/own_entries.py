"""A loss and a decision rule of the tests' own, to be added to the tables in a test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor, nn

from east.losses import Loss, LossSpec
from east.metrics import Metric
from east.rules import DecisionRule, RuleSpec


class Brier(Loss):
    """The mean squared error of the probabilities."""

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        truth = nn.functional.one_hot(targets, logits.shape[-1]).to(logits.dtype)
        return (logits.softmax(dim=-1) - truth).square().sum(dim=-1).mean(dim=-1)


BRIER = LossSpec("brier", "Brier score", "Squared error", "rival", lambda metric, counts: Brier())


def fit_first(probabilities: ArrayLike, targets: ArrayLike, metric: Metric) -> DecisionRule:
    """Always predict the first class."""
    prices = np.zeros((np.shape(probabilities)[-1],) * 2)
    prices[:, 0] = 1
    return DecisionRule(1.0, prices)


FIRST = RuleSpec("first", "the first class", "Predict the first class.", fit_first, needs_fitting=False)
