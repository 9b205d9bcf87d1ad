"""The rows of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One result: a table, a metric, an arm or a reference, and a seed.

    `arm` is its key; `score` is on the test part, the mean over the networks of this split;
    `validation_score` is on the part that its checkpoint and its rule were chosen by; `best_step` is the
    first network's, 0 for a reference.
    """

    table: str
    metric: str
    arm: str
    seed: int
    score: float
    validation_score: float
    best_step: int
