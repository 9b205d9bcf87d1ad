"""The metric x metric grid: train for each metric, score by all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from east.comparison.race import race_from
from east.comparison.resampling import DRAWS
from east.comparison.scores import Comparison, compare
from east.errors import SettingError

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import Arm, Outcome, TrainConfig

# The rank of a metric's own row in its column: the highest, shown to be beaten, or neither.
Mark = Literal["wins", "tied", "beaten"]


@dataclass(frozen=True)
class Grid:
    """Mean test scores `[rows, columns]`: row r is the arm `arms[r]`, column c is scored by `metrics[c]`.

    The rows are the loss's arms in order, one per metric, then the reference, if there is one. `marks` rank
    each metric's own row in its column; `comparisons` hold the statistics behind the marks.
    """

    loss: str
    metrics: tuple[Metric, ...]
    arms: tuple[Arm, ...]
    scores: NDArray[np.float64]
    marks: tuple[Mark, ...]
    comparisons: tuple[Comparison, ...]


def grid_metrics() -> Mapping[str, Metric]:
    """List the metrics that a grid can be made of, by name: "mcc", or "fbeta:beta=0.25" with an option set.

    They are all that need no matrix, each as it is by default and at each other value worth comparing.
    """
    from east.metrics import METRICS, metric

    found: dict[str, Metric] = {}
    for key, spec in METRICS.items():
        if spec.matrix_option is not None:
            continue
        found[key] = metric(key)
        for name, option in spec.options.items():
            found |= {
                f"{key}:{name}={value:g}": metric(key, **{name: value}) for value in option.compared[1:]
            }
    return found


def grid_config(
    metrics: Sequence[Metric],
    base: TrainConfig,
    *,
    loss: str = "east",
    reference: str | None = "cross_entropy",
) -> TrainConfig:
    """Set up one training with lanes for each metric, and a reference loss.

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
        outcome: outcome of a training set up by `grid_config`.
        loss: the loss trained for each metric.
        draws: bootstrap replicates.

    Raises:
        SettingError: when the outcome holds fewer than two metrics for that loss.
    """
    race = race_from(outcome, [found.arm for found in outcome.arms if found.arm.plain])
    own = [arm for arm in race.arms if arm.loss == loss]
    if len(own) < 2:
        raise SettingError("A grid needs a loss trained for two metrics or more", loss)
    metrics = tuple(arm.metric for arm in own)
    ordered = replace(
        race, metric=metrics[0], results=tuple(sorted(race.results, key=lambda one: one.arm.loss != loss))
    )
    comparisons = tuple(compare(ordered, arm.metric, subject=arm, draws=draws) for arm in own)
    scores = np.array([[score.mean for score in comparison.scores] for comparison in comparisons]).T
    marks = tuple(_mark(comparison) for comparison in comparisons)
    return Grid(loss, metrics, ordered.arms, scores, marks, comparisons)


def _mark(comparison: Comparison) -> Mark:
    if any(difference.conclusion == "worse" for difference in comparison.differences):
        return "beaten"
    own = comparison.score(comparison.subject).mean
    return "wins" if all(score.mean <= own for score in comparison.scores) else "tied"


def _names(metrics: Sequence[Metric]) -> list[str]:
    return [metric.label for metric in metrics]
