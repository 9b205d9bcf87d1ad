"""Train for each metric, score on all: the metric x metric grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from east.comparison.arms import BASELINE, ArmResult, Race, arm_from
from east.comparison.resampling import DRAWS
from east.comparison.scores import Comparison, compare
from east.errors import SettingError

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import LaneResult, Outcome, TrainConfig

# What a metric's own row is in its column: the highest, or beaten beyond doubt, or neither.
Mark = Literal["wins", "tied", "beaten"]


@dataclass(frozen=True)
class Grid:
    """Mean test scores `[rows, columns]`: row r was trained for `trained[r]`, column c is scored by `metrics[c]`.

    The rows are the metrics in order, then a reference loss where one took part; `marks` judge each
    metric's own row in its column, `comparisons` hold the statistics behind them.
    """

    loss: str
    metrics: tuple[Metric, ...]
    trained: tuple[str, ...]
    scores: NDArray[np.float64]
    marks: tuple[Mark, ...]
    comparisons: tuple[Comparison, ...]


def grid_config(
    metrics: Sequence[Metric], base: TrainConfig, *, loss: str = "east", reference: str | None = BASELINE
) -> TrainConfig:
    """Set up one training whose lanes train for each metric, and a reference loss beside them.

    The reference's checkpoints are chosen by the first metric.

    Raises:
        SettingError: for fewer than two metrics or the same one twice.
    """
    from east.training import Arm

    wanted = tuple(metrics)
    if len(wanted) < 2 or len(set(_names(wanted))) < len(wanted):
        raise SettingError("A grid needs two metrics or more, each once", ", ".join(_names(wanted)) or "none")
    arms = tuple(Arm(loss, metric) for metric in wanted)
    extra = (Arm(reference, wanted[0]),) if reference else ()
    return replace(base, metric=wanted[0], arms=(*arms, *extra))


def grid(outcome: Outcome, *, loss: str = "east", draws: int = DRAWS) -> Grid:
    """Score every arm of a grid's training by every metric it was trained for.

    Args:
        outcome: of a training set up by `grid_config`.
        loss: the one trained for each metric.
        draws: bootstrap replicates.

    Raises:
        SettingError: when the outcome holds fewer than two metrics for that loss.
    """
    rows = _rows(outcome, loss)
    metrics = tuple(row.metric for row in rows if row.key != BASELINE)
    if len(metrics) < 2:
        raise SettingError("A grid needs a loss trained for two metrics or more", loss)
    targets = np.asarray(outcome.test_targets, dtype=np.int64)
    race = Race(metrics[0], outcome.classes, targets, rows)
    comparisons = tuple(compare(race, metric, hero=metric.label, draws=draws) for metric in metrics)
    scores = np.array([[score.mean for score in comparison.scores] for comparison in comparisons]).T
    marks = tuple(_mark(comparison) for comparison in comparisons)
    return Grid(loss, metrics, race.keys, scores, marks, comparisons)


def _rows(outcome: Outcome, loss: str) -> tuple[ArmResult, ...]:
    """One arm a metric, keyed by the metric's label, then the reference under its loss's key."""
    own: dict[str, list[LaneResult]] = {}
    others: dict[str, list[LaneResult]] = {}
    for lane in outcome.lanes:
        if lane.loss == loss:
            own.setdefault(lane.metric.label, []).append(lane)
        else:
            others.setdefault(lane.loss, []).append(lane)
    lanes_by_key = {**own, **others}
    arms = {key: arm_from(lanes, outcome.test_targets) for key, lanes in lanes_by_key.items()}
    return tuple(replace(arm, key=key) for key, arm in arms.items())


def _mark(comparison: Comparison) -> Mark:
    if any(difference.conclusion == "worse" for difference in comparison.differences):
        return "beaten"
    own = comparison.score(comparison.hero).mean
    return "wins" if all(score.mean <= own for score in comparison.scores) else "tied"


def _names(metrics: Sequence[Metric]) -> list[str]:
    return [metric.label for metric in metrics]
