"""The table of all decision rules, and the one way to fit them by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from east.errors import no_such
from east.rules.argmax import ARGMAX
from east.rules.definition import DecisionRule, RuleSpec
from east.rules.expected import EXPECTED
from east.rules.metric_rule import METRIC_RULE
from east.rules.offsets import OFFSETS
from east.threads import one_thread

if TYPE_CHECKING:
    from east.metrics import Metric

SPECS = {spec.key: spec for spec in (ARGMAX, OFFSETS, METRIC_RULE, EXPECTED)}

RULES: Mapping[str, RuleSpec] = MappingProxyType(SPECS)
"""Every decision rule by its key."""


@one_thread()
def fit_rule(
    key: str,
    probabilities: ArrayLike,
    targets: ArrayLike,
    metric: Metric,
    weights: ArrayLike | None = None,
) -> DecisionRule:
    """Fit the rule `key` of RULES on a model's validation rows.

    Args:
        key: one of RULES.
        probabilities: `[n, K]`, of validation rows.
        targets: `[n]` class indices.
        metric: what the rule serves.
        weights: `[n]`; a row of weight w counts like w equal rows. None is a weight of 1 each.

    Raises:
        SettingError: for an unknown key, probabilities, targets and weights that do not fit each other, or a
            metric made for another number of classes.
    """
    if key not in RULES:
        raise no_such("decision rule", key, RULES)
    if np.ndim(probabilities) == 2:
        metric.check(np.shape(probabilities)[1])
    given = () if weights is None else (weights,)  # a rule that knows no weights still serves without
    return RULES[key].fit(probabilities, targets, metric, *given)
