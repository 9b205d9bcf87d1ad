"""Races of built predictions: arms that find given shares of each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from east.comparison import Comparison, Race, Verdict, compare, verdict
from east.metrics import Metric
from east.training import Arm
from tests.moments import F1, arm_result

EAST_PAPER, WEIGHTED, FOCAL, ADJUSTED, PLAIN, ANCHORED = (
    Arm(loss, F1)
    for loss in (
        "east_paper",
        "weighted_cross_entropy",
        "focal",
        "metric_adjusted",
        "soft_metric",
        "soft_metric_anchored",
    )
)


def race(
    counts: Mapping[str, int],
    recalls: Mapping[Arm, Sequence[float]],
    *,
    seeds: int = 5,
    wobble: float = 0.01,
    luck: float = 0.05,
    measure: Metric = F1,
) -> Race:
    """Build arms that find given shares of each class; a missed row counts as the next class's.

    Rows are easy or hard for all arms alike, but for `luck` of each model's own; `wobble` is the standard
    deviation of a seed's recalls.
    """
    generator = np.random.default_rng(0)
    classes = tuple(counts)
    targets = np.repeat(np.arange(len(classes)), list(counts.values()))
    ease = np.concatenate([(np.arange(rows) + 0.5) / rows for rows in counts.values()])
    results = []
    for arm, shares in recalls.items():
        offsets = generator.normal(size=(seeds, 1)) * wobble
        noise = generator.normal(size=(seeds, len(targets))) * luck
        found = ease + noise < np.asarray(shares)[targets] + offsets
        predictions = np.where(found, targets, (targets + 1) % len(classes))
        judged = replace(arm, metric=measure)
        results.append(arm_result(judged, range(seeds), targets, predictions, len(classes)))
    return Race(measure, classes, targets, tuple(results))


def judge(built: Race) -> tuple[Verdict, Comparison]:
    """Compare the arms with few draws, and give the verdict."""
    comparison = compare(built, draws=500)
    return verdict(comparison), comparison


LARGE = {"usual": 1500, "rare": 400, "rarer": 300}
