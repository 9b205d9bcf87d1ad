"""When to keep the plain argmax: where it is clearly ahead of a fitted rule on the validation rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.rules.definition import DecisionRule
from east.rules.matrices import confusion_matrices

if TYPE_CHECKING:
    from east.metrics import Metric

GROUPS = 10
CLEARLY = 1.5
"""Standard errors of the difference. Falling back whenever argmax is ahead costs a real table up to half a point."""


def unless_argmax_is_ahead(
    rule: DecisionRule,
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    metric: Metric,
    weights: NDArray[np.float64] | None = None,
) -> DecisionRule:
    """Return a fitted rule, or the plain argmax where that scores higher by more than 1.5 standard errors.

    A metric's rule assumes probabilities; the outputs of a network that was trained for the metric are
    decisions already, which a rule can only spoil. The standard error is the delete-a-group jackknife's
    (Kott, "Delete-a-group jackknife", Journal of Official Statistics 2001).

    Args:
        rule: what was fitted.
        probabilities: `[n, K]` of the validation rows.
        labels: `[n]` their classes.
        metric: what the rule serves.
        weights: `[n]` of the rows, or None for 1 each.
    """
    classes = probabilities.shape[1]
    group = np.arange(len(labels)) % GROUPS
    both = np.stack([rule.decide(probabilities), probabilities.argmax(axis=1)])
    own = [group == each for each in range(GROUPS)]
    counts = np.stack(
        [
            confusion_matrices(
                labels[rows], both[:, rows], classes, None if weights is None else weights[rows]
            )
            for rows in own
        ]
    )
    whole = counts.sum(axis=0)
    scores = metric.scores(np.concatenate([whole[None], whole - counts]))
    gains = scores[:, 0] - scores[:, 1]
    error = np.sqrt((GROUPS - 1) / GROUPS * np.square(gains[1:] - gains[1:].mean()).sum())
    return rule if gains[0] >= -CLEARLY * error else DecisionRule(1.0, np.eye(classes))
