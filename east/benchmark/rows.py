"""The rows of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One result: a table, a metric, an arm or a reference, and a seed.

    `arm` is the key of the arm or reference. `score` is the test score, the mean over the networks of this
    split; `validation_score` is the score on the part that chose the checkpoint and the rule; `best_step` is
    that of the first network, 0 for a reference.
    """

    table: str
    metric: str
    arm: str
    seed: int
    score: float
    validation_score: float
    best_step: int
