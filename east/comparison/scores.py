"""Test scores with intervals, and the paired differences between the subject and each rival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.comparison.differences import Difference
from east.comparison.intervals import Estimate, crossed_estimate, holm
from east.comparison.race import Race
from east.comparison.resampling import DRAWS, Resampled, resample
from east.comparison.ways import Step, climb, off_the_way

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import Arm

# A class with fewer test rows can be the reason that a race is undecided.
FEW_ROWS = 30
# So few rows cannot judge a class, even if most of the variance comes from other classes.
HARDLY_ANY_ROWS = 5
# Share of a step's error rate that single arms may use; ensembles use the rest.
SINGLES_SHARE = 0.8


@dataclass(frozen=True)
class Score:
    """One arm's test score: a value per seed, their mean with its interval, and the deviation over seeds.

    An ensemble has one score, repeated at each seed; its standard deviation is 0.
    """

    arm: Arm
    values: tuple[float, ...]
    mean: float
    interval: tuple[float, float]
    spread: float


@dataclass(frozen=True)
class Comparison:
    """The result of a race under one metric.

    `differences` are the subject minus each rival; `over_baseline` are the other rivals minus cross-entropy
    (empty if it is not in the race). Each family is corrected for its size. `steps` lead from cross-entropy
    to the cheapest arm that no costlier arm is shown to beat: see `climb`. `over_cheaper` are that arm minus
    each cheaper arm that is not on the way.
    """

    race: Race
    metric: Metric
    scores: tuple[Score, ...]
    subject: Arm
    differences: tuple[Difference, ...]
    over_baseline: tuple[Difference, ...]
    steps: tuple[Step, ...]
    over_cheaper: tuple[Difference, ...]

    @property
    def population(self) -> str:
        """Say in one sentence what the intervals cover."""
        return population(len(self.race.seeds))

    def score(self, arm: Arm) -> Score:
        """Return one arm's score."""
        return next(score for score in self.scores if score.arm == arm)

    def difference(self, rival: Arm) -> Difference:
        """Return the subject minus one rival."""
        return next(difference for difference in self.differences if difference.second == rival)


def population(seeds: int) -> str:
    """Say in one sentence what an interval over this many seeds covers."""
    if seeds == 1:
        return (
            "The intervals cover these trained models on new rows from the same source; "
            "with one seed they do not cover other seeds."
        )
    return (
        f"The intervals cover new rows from the same source and new seeds ({seeds} were run), "
        "with the same training rows."
    )


def compare(
    race: Race, metric: Metric | None = None, *, subject: Arm | None = None, draws: int = DRAWS, seed: int = 0
) -> Comparison:
    """Score every arm, and compare the subject with each of the others.

    Args:
        race: the arms, over the same rows and seeds.
        metric: metric of the scores; the race's own by default.
        subject: the arm compared with the others; EAST by default.
        draws: number of bootstrap replicates.
        seed: seed of the bootstrap.
    """
    measure, arms = metric or race.metric, race.arms
    own = arms.index(subject or race.subject)
    baseline = arms.index(race.baseline) if race.baseline in arms else own
    resampled = resample(race, measure, draws=draws, seed=seed)
    rivals = [place for place in range(len(arms)) if place != own]
    others = [place for place in rivals if place != baseline] if baseline != own else []

    @cache
    def paired(first: int, second: int) -> Difference:
        return _difference(race, measure, resampled, first, second)

    def between(pairs: Iterable[tuple[int, int]]) -> tuple[Difference, ...]:
        return corrected([paired(*pair) for pair in pairs])

    def minus(places: Sequence[int], second: int) -> tuple[Difference, ...]:
        return between((place, second) for place in places)

    def above(start: int, costlier: Sequence[int]) -> tuple[Difference, ...]:
        """Correct single arms and ensembles as two families that share the error rate."""
        ensembles = [place for place in costlier if arms[place].ensemble]
        singles = [place for place in costlier if not arms[place].ensemble]
        found = [*_weighted(minus(singles, start), SINGLES_SHARE if ensembles else 1.0)]
        return (*found, *_weighted(minus(ensembles, start), 1 - SINGLES_SHARE if singles else 1.0))

    steps = climb(arms, baseline, above) if race.baseline in arms else ()
    return Comparison(
        race=race,
        metric=measure,
        scores=tuple(_score(resampled, measure, place, arm) for place, arm in enumerate(arms)),
        subject=arms[own],
        differences=between((own, place) for place in rivals),
        over_baseline=minus(others, baseline),
        steps=steps,
        over_cheaper=between([(arms.index(steps[-1].start), place) for place in off_the_way(arms, steps)]),
    )


def paired_difference(
    race: Race, first: Arm, second: Arm, metric: Metric | None = None, *, draws: int = DRAWS, seed: int = 0
) -> Difference:
    """Compare any two arms of a race, without correction for multiple comparisons."""
    pair = replace(race, results=(race.result(first), race.result(second)))
    return first_minus_second(pair, metric, draws=draws, seed=seed)


def first_minus_second(
    pair: Race, metric: Metric | None = None, *, draws: int = DRAWS, seed: int = 0
) -> Difference:
    """Compare the two arms of a race of two, without correction; they may be one arm of two runs."""
    measure = metric or pair.metric
    return _difference(pair, measure, resample(pair, measure, draws=draws, seed=seed), 0, 1)


def _score(resampled: Resampled, metric: Metric, place: int, arm: Arm) -> Score:
    values = resampled.scores[place]
    estimate = crossed_estimate(
        resampled.values[place],
        None if resampled.draws is None else resampled.draws[place],
        resampled.influence[place],
        one_row=float(resampled.one_row[place]),
        seed_freedom=float(resampled.seed_freedom[place]),
    )
    return Score(
        arm=arm,
        values=tuple(float(value) for value in values),
        mean=estimate.value,
        interval=estimate.bounded_interval(metric.worst, metric.best),
        spread=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
    )


def _difference(race: Race, metric: Metric, resampled: Resampled, a: int, b: int) -> Difference:
    values = resampled.scores[a] - resampled.scores[b]
    influence = resampled.influence[a] - resampled.influence[b]
    estimate = crossed_estimate(
        resampled.values[a] - resampled.values[b],
        None if resampled.draws is None else resampled.draws[a] - resampled.draws[b],
        influence,
        one_row=float(resampled.one_row[[a, b]].max()),
        seed_freedom=float(resampled.seed_freedom[[a, b]].min()),
    )
    p_value = estimate.p_value()
    # Two scores differ by the metric's range at most; with few seeds the interval would exceed it.
    widest = metric.best - metric.worst
    low, high = estimate.interval()
    return Difference(
        first=race.arms[a],
        second=race.arms[b],
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
    """Return the rarest class whose few rows, found or claimed, cause most of the variance over rows."""
    squares = (influence - influence.mean()) ** 2
    counts = race.class_counts
    predictions = np.concatenate([race.results[a].predictions, race.results[b].predictions])
    for place in np.argsort(counts, kind="stable"):
        if counts[place] >= FEW_ROWS:
            return None
        touched = (race.targets == place) | (predictions == place).any(axis=0)
        needed = 0.1 if counts[place] < HARDLY_ANY_ROWS else 0.5
        if squares[touched].sum() > needed * squares.sum():
            return int(place)
    return None


def _weighted(family: Sequence[Difference], share: float) -> tuple[Difference, ...]:
    """Let a family use only a share of the error rate (Wiens, Pharmaceutical Statistics 2003)."""
    return tuple(replace(found, adjusted_p=min(found.adjusted_p / share, 1.0)) for found in family)


def corrected(family: Sequence[Difference]) -> tuple[Difference, ...]:
    """Correct the p-values of differences for their number by Holm's rule."""
    adjusted = holm(np.array([difference.p_value for difference in family]))
    return tuple(
        replace(difference, adjusted_p=float(p)) for difference, p in zip(family, adjusted, strict=True)
    )
