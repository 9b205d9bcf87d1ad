"""Final scores with intervals, and the paired differences between the hero and each rival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.comparison.arms import BASELINE, Race
from east.comparison.intervals import CONFIDENCE, Estimate, crossed_estimate, holm
from east.comparison.resampling import DRAWS, Resampled, resample

if TYPE_CHECKING:
    from east.metrics import Metric

# A class with fewer test rows can be what an undecided race hangs on.
FEW_ROWS = 30
# So few rows of a class say next to nothing of it, even where most of the variance lies elsewhere.
HARDLY_ANY_ROWS = 5


@dataclass(frozen=True)
class Score:
    """One arm's test score: a value a seed, their mean, its interval, and standard deviation over seeds."""

    key: str
    values: tuple[float, ...]
    mean: float
    interval: tuple[float, float]
    spread: float


@dataclass(frozen=True)
class Difference:
    """`first` minus `second`, paired row by row and seed by seed; positive means `first` is better.

    `p_value` is of no difference, `adjusted_p` the same after Holm's correction over its family, and
    `limiting_class` the position of a class with so few test rows that it blurs the answer.
    """

    first: str
    second: str
    values: tuple[float, ...]
    value: float
    interval: tuple[float, float]
    p_value: float
    adjusted_p: float
    row_share: float
    limiting_class: int | None = None

    @property
    def conclusion(self) -> str:
        """Return "better", "worse" or "undecided" of `first`: correction and interval must both say so."""
        if self.adjusted_p < 1 - CONFIDENCE and self.interval[0] > 0:
            return "better"
        if self.adjusted_p < 1 - CONFIDENCE and self.interval[1] < 0:
            return "worse"
        return "undecided"


@dataclass(frozen=True)
class Comparison:
    """What a race came to under one metric.

    `differences` are the hero minus each rival, `over_baseline` each other rival minus cross-entropy
    (empty where that took no part), each family corrected for its size.
    """

    race: Race
    metric: Metric
    scores: tuple[Score, ...]
    hero: str
    differences: tuple[Difference, ...]
    over_baseline: tuple[Difference, ...]

    @property
    def population(self) -> str:
        """Say in one sentence what the intervals speak of."""
        return population(len(self.race.seeds))

    def score(self, key: str) -> Score:
        """Return one arm's score."""
        return next(score for score in self.scores if score.key == key)

    def difference(self, rival: str) -> Difference:
        """Return the hero minus one rival."""
        return next(difference for difference in self.differences if difference.second == rival)


def population(seeds: int) -> str:
    """Say in one sentence what an interval over this many seeds speaks of."""
    if seeds == 1:
        return (
            "The intervals speak of these very models on new rows from the same source; "
            "one seed says nothing of how another would have done."
        )
    return (
        f"The intervals speak of new rows from the same source and of new seeds (from {seeds} seen here), "
        "trained on these same training rows."
    )


def compare(
    race: Race, metric: Metric | None = None, *, hero: str | None = None, draws: int = DRAWS, seed: int = 0
) -> Comparison:
    """Score every arm, and compare the hero with each of the others.

    Args:
        race: the arms, over the same rows and seeds.
        metric: what to judge by; the race's own by default.
        hero: the arm compared with the others; EAST by default.
        draws: bootstrap replicates.
        seed: of the bootstrap.
    """
    measure = metric or race.metric
    first = hero or race.hero
    resampled = resample(race, measure, draws=draws, seed=seed)
    rivals = [key for key in race.keys if key != first]
    others = [key for key in rivals if key != BASELINE] if BASELINE in rivals else []
    return Comparison(
        race=race,
        metric=measure,
        scores=tuple(_score(resampled, measure, place, key) for place, key in enumerate(race.keys)),
        hero=first,
        differences=_corrected([_difference(race, measure, resampled, first, rival) for rival in rivals]),
        over_baseline=_corrected(
            [_difference(race, measure, resampled, rival, BASELINE) for rival in others]
        ),
    )


def paired_difference(
    race: Race, first: str, second: str, metric: Metric | None = None, *, draws: int = DRAWS, seed: int = 0
) -> Difference:
    """Compare any two arms, uncorrected."""
    pair = replace(race, arms=(race.arm(first), race.arm(second)))
    measure = metric or race.metric
    return _difference(pair, measure, resample(pair, measure, draws=draws, seed=seed), first, second)


def _score(resampled: Resampled, metric: Metric, place: int, key: str) -> Score:
    values = resampled.scores[place]
    estimate = crossed_estimate(
        values, resampled.draws[place], resampled.influence[place], one_row=float(resampled.one_row[place])
    )
    return Score(
        key=key,
        values=tuple(float(value) for value in values),
        mean=estimate.value,
        interval=estimate.bounded_interval(metric.worst, metric.best),
        spread=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
    )


def _difference(race: Race, metric: Metric, resampled: Resampled, first: str, second: str) -> Difference:
    a, b = race.keys.index(first), race.keys.index(second)
    values = resampled.scores[a] - resampled.scores[b]
    influence = resampled.influence[a] - resampled.influence[b]
    estimate = crossed_estimate(
        values,
        resampled.draws[a] - resampled.draws[b],
        influence,
        one_row=float(max(resampled.one_row[a], resampled.one_row[b])),
    )
    p_value = estimate.p_value()
    # No two scores lie further apart than the metric's ends: few seeds would else promise 104 points of 100.
    widest = metric.best - metric.worst
    low, high = estimate.interval()
    return Difference(
        first=first,
        second=second,
        values=tuple(float(value) for value in values),
        value=estimate.value,
        interval=(max(low, -widest), min(high, widest)),
        p_value=p_value,
        adjusted_p=p_value,
        row_share=_row_share(estimate),
        limiting_class=_limiting_class(race, a, b, influence.mean(axis=0)),
    )


def _row_share(estimate: Estimate) -> float:
    variance = estimate.row_variance + estimate.seed_variance
    return estimate.row_variance / variance if variance else 1.0


def _limiting_class(race: Race, a: int, b: int, influence: NDArray[np.float64]) -> int | None:
    """Find the scarcest class whose few rows, found or claimed, carry most of the variance over rows."""
    squares = (influence - influence.mean()) ** 2
    counts = race.class_counts
    predictions = np.concatenate([race.arms[a].predictions, race.arms[b].predictions])
    for place in np.argsort(counts, kind="stable"):
        if counts[place] >= FEW_ROWS:
            return None
        touched = (race.targets == place) | (predictions == place).any(axis=0)
        needed = 0.1 if counts[place] < HARDLY_ANY_ROWS else 0.5
        if squares[touched].sum() > needed * squares.sum():
            return int(place)
    return None


def _corrected(family: Sequence[Difference]) -> tuple[Difference, ...]:
    adjusted = holm(np.array([difference.p_value for difference in family]))
    return tuple(
        replace(difference, adjusted_p=float(p)) for difference, p in zip(family, adjusted, strict=True)
    )
