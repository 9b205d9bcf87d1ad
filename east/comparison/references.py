"""References next to a race: the scores of other models on the same rows, and whether they are ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from east.comparison.differences import Difference
from east.comparison.race import ArmResult, Race
from east.comparison.scores import Comparison, Score, compare, corrected, first_minus_second
from east.comparison.wording import gap, lowered
from east.references import REFERENCES, FittedReference
from east.rules import RULES, confusion_matrices, fit_rule

if TYPE_CHECKING:
    from east.training import Arm, Outcome


@dataclass(frozen=True)
class ReferenceScore:
    """One reference under one decision rule, on the test part.

    `score` is its test score with an interval; `difference` is the race's best arm minus the reference,
    corrected for the number of references.
    """

    key: str
    rule: str
    score: Score
    difference: Difference

    @property
    def label(self) -> str:
        """The name people read."""
        name = REFERENCES[self.key].label
        return name if self.rule == "argmax" else f"{name} with {RULES[self.rule].label}"


@dataclass(frozen=True)
class References:
    """All references of a race, and its best arm."""

    best: Arm
    scores: tuple[ReferenceScore, ...]

    @property
    def ahead(self) -> tuple[ReferenceScore, ...]:
        """The references shown to be better than the best arm, the best first."""
        found = [one for one in self.scores if one.difference.conclusion == "worse"]
        return tuple(sorted(found, key=lambda one: one.difference.value))


def judge_references(
    comparison: Comparison,
    outcome: Outcome,
    fitted: Sequence[FittedReference],
    rules: Sequence[str] = ("argmax",),
) -> References:
    """Score references by the race's metric under each rule, and compare them with its best arm.

    Args:
        comparison: the judged race.
        outcome: the training of the race, for its validation rows.
        fitted: trained references.
        rules: keys of RULES, fitted on the validation rows.
    """
    best = max(comparison.scores, key=lambda score: score.mean).arm
    scores = [
        _scored(comparison, outcome, one, rule, best)
        for one in fitted
        for rule in (rules if REFERENCES[one.key].takes_rules else ("argmax",))
    ]
    differences = corrected([one.difference for one in scores])
    judged = (replace(one, difference=own) for one, own in zip(scores, differences, strict=True))
    return References(best, tuple(judged))


def _scored(
    comparison: Comparison, outcome: Outcome, fitted: FittedReference, rule: str, best: Arm
) -> ReferenceScore:
    race, metric = comparison.race, comparison.metric
    decision = fit_rule(rule, fitted.validation_probabilities, outcome.validation_targets, metric)
    seeds = len(race.seeds)
    predictions = np.tile(decision.decide(fitted.test_probabilities), (seeds, 1))
    hard = confusion_matrices(race.targets, predictions, len(race.classes))
    # The same model is repeated at every seed, so only the test rows vary.
    result = ArmResult(best, race.seeds, predictions, hard, hard)
    alone = Race(metric, race.classes, race.targets, (result,))
    pair = Race(metric, race.classes, race.targets, (race.result(best), result))
    return ReferenceScore(fitted.key, rule, compare(alone).scores[0], first_minus_second(pair))


def reference_sentence(references: References, comparison: Comparison) -> str:
    """Name in one sentence the best reference that is ahead of every arm; empty if none is."""
    if not references.ahead:
        return ""
    first, metric = references.ahead[0], comparison.metric
    return (
        f"On this table {lowered(first.label)} are stronger than every arm: the best, "
        f"{lowered(references.best.label)}, is behind by "
        f"{gap(first.difference.value, first.difference.interval, metric)} in {lowered(metric.label)}. "
        "EAST changes which errors a network makes; it cannot turn a network into a stronger kind of model."
    )
