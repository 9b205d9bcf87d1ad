"""What another decision would buy: one arm's finished networks under a rule chosen afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.comparison.race import ArmResult, result_of
from east.errors import SettingError
from east.rules import confusion_matrices

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.rules import DecisionRule
    from east.training import Arm, ArmOutcome, Outcome

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WhatIf:
    """Matrices `[S, K, K]` and scores `[S]` of an arm's lanes under one rule, on validation and on test."""

    validation_hard: Floats
    test_hard: Floats
    validation_scores: Floats
    test_scores: Floats


def what_if(outcome: Outcome, arm: Arm, rule: DecisionRule, metric: Metric | None = None) -> WhatIf:
    """Decide every lane of an arm by one rule.

    Args:
        outcome: a finished training.
        arm: whose lanes.
        rule: decides for all of them.
        metric: what to score by; the outcome's own by default.
    """
    measure, lanes = metric or outcome.metric, outcome.arm(arm).lanes
    classes = len(outcome.classes)
    validation = np.stack([rule.decide(lane.validation_probabilities) for lane in lanes])
    test = np.stack([rule.decide(lane.test_probabilities) for lane in lanes])
    on_validation = confusion_matrices(outcome.validation_targets, validation, classes)
    on_test = confusion_matrices(outcome.test_targets, test, classes)
    return WhatIf(on_validation, on_test, measure.scores(on_validation), measure.scores(on_test))


def decision_for(
    outcome: Outcome, arm: Arm, metric: Metric, rule: str = "expected", *, together: bool = True
) -> ArmOutcome:
    """Fit a rule for another metric on networks that are trained already: the quick what-if.

    Args:
        outcome: a finished training.
        arm: whose lanes.
        metric: what the rule is fitted for.
        rule: a key of RULES.
        together: whether the lanes decide as an ensemble, which needs one rule instead of one a lane.
    """
    from east.training.outcome import decide

    lanes = outcome.arm(arm.networks).lanes
    members = len(lanes) if together else 1
    wanted = replace(arm, metric=metric, rule=rule, members=members)
    return decide(wanted, lanes, outcome.validation_targets)


def decided_for(
    outcome: Outcome, arm: Arm, metric: Metric, rule: str = "expected", *, together: bool = True
) -> ArmResult:
    """Count what `decision_for` predicts for the test rows; takes the same arguments."""
    return result_of(decision_for(outcome, arm, metric, rule, together=together), outcome)


def offsets_rule(outcome: Outcome, offsets: ArrayLike) -> DecisionRule:
    """Make a rule of offsets set by hand, one a class, natural logarithms.

    Raises:
        SettingError: for offsets that are not one finite number a class.
    """
    from east.rules import DecisionRule

    values = np.asarray(offsets, dtype=np.float64)
    if values.shape != (len(outcome.classes),) or not np.isfinite(values).all():
        raise SettingError("Offsets must be one finite number a class", values.tolist())
    return DecisionRule(1.0, np.diag(np.exp(values)))


def suggested_offsets(outcome: Outcome, arm: Arm, metric: Metric | None = None) -> Floats:
    """Tune offsets on the validation rows of all lanes of an arm together; returns `[K]`."""
    from east.rules.offsets import tune_offsets

    lanes = outcome.arm(arm).lanes
    probabilities = np.concatenate([lane.validation_probabilities for lane in lanes])
    targets = np.tile(outcome.validation_targets, len(lanes))
    return tune_offsets(probabilities, targets, metric or outcome.metric)
