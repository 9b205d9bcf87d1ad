"""How a score varies with the test rows: the bootstrap over rows, and each row's influence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.comparison.changed import Weights, drawn_scores, largest_step, without_one
from east.comparison.race import ArmResult, Race
from east.rules import confusion_matrices
from east.threads import one_thread

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DRAWS = 2000
# From this many rows on, the jackknife's variance is as good as the bootstrap's, at no extra cost.
LARGE_TEST = 10_000
# Beyond this many rows, blocks of random rows are drawn: the same variance at a bounded cost.
MAX_UNITS = 4000


@dataclass(frozen=True)
class Resampled:
    """Resampled scores of every arm, arms x seeds.

    An arm of single lanes has one value per lane. An ensemble has jackknife pseudo-values over its members
    (`_around`); their mean is its score, and their spread estimates how it varies with the seeds.

    `values` `[A, S]`; `draws` `[A, S, B]`, bootstrap scores with the same rows drawn for all, None for a large
    test part; `influence` `[A, S, n]`, jackknife pseudo-deviations over rows (their mean square over n
    estimates the variance over rows); `scores` `[A, S]`, the plain scores, for an ensemble the same at every
    seed; `seed_freedom` `[A]`, degrees of freedom of the spread of the values between seeds; `one_row` `[A]`,
    the largest change of the score by one row's prediction.
    """

    values: Floats
    draws: Floats | None
    influence: Floats
    scores: Floats
    seed_freedom: Floats
    one_row: Floats


@one_thread()
def resample(race: Race, metric: Metric | None = None, *, draws: int = DRAWS, seed: int = 0) -> Resampled:
    """Resample a race's test rows, the same draws for all arms and seeds, which pairs the scores.

    Args:
        race: the arms.
        metric: metric of the scores; the race's own by default.
        draws: number of bootstrap replicates B.
        seed: seed of the generator; equal seeds give equal draws.

    Sources: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993 (bootstrap and jackknife).
    """
    measure = metric or race.metric
    weights = _weights(len(race.targets), draws, seed) if len(race.targets) < LARGE_TEST else None
    arms = [_resample(result, race, measure, weights) for result in race.results]
    hard = np.stack([result.hard for result in race.results])
    return Resampled(
        values=np.stack([values for values, _, _ in arms]),
        draws=None if weights is None else np.stack([drawn for _, drawn, _ in arms if drawn is not None]),
        influence=np.stack([influence for _, _, influence in arms]),
        scores=measure.scores(hard),
        seed_freedom=np.array([max(_varying(result) - 1.0, 1.0) for result in race.results]),
        one_row=np.array([largest_step(matrix, measure) for matrix in hard.mean(axis=1)]),
    )


def _resample(
    result: ArmResult, race: Race, metric: Metric, weights: Weights | None
) -> tuple[Floats, Floats | None, Floats]:
    """Return one arm's values `[S]`, draws `[S, B]` or None, and influences `[S, n]`."""
    if result.left_out is None:
        return _measure(result.predictions, race, metric, weights)
    measured = _measure(result.predictions[:1], race, metric, weights)
    without = _measure(result.left_out, race, metric, weights)
    values, drawn, influence = (
        None
        if whole is None or part is None
        else _around(whole[0], part, len(race.seeds), result.arm.members)
        for whole, part in zip(measured, without, strict=True)
    )
    assert values is not None and influence is not None
    return values, drawn, influence


def _varying(result: ArmResult) -> int:
    """Return the number of seeds whose effect on an arm is known."""
    seeds = len(result.seeds)
    return seeds if result.left_out is None else min(len(result.left_out), seeds)


def _around(whole: Floats, without: Floats, seeds: int, members: int) -> Floats:
    """Return Tukey's jackknife pseudo-values over an ensemble's members, moved so that their mean is its score.

    Without the move, their mean would be the score corrected for bias, whose variance over rows is several
    times that of the score: every prediction that changes without a member counts m - 1 times. Seeds that are no
    members do not matter. The spread is scaled so that its variance over S is that of the score.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11.

    Args:
        whole: `[...]`, the score of the ensemble.
        without: `[k, ...]`, its score without each of k of its members.
        seeds: number of seeds S.
        members: number of members m.

    Returns:
        `[S, ...]`.
    """
    values = np.repeat(whole[None], seeds, axis=0)
    known = min(len(without), seeds)
    if known > 1:
        scale = (members - 1) * np.sqrt(seeds * (seeds - 1) / (members * (known - 1)))
        values[:known] += scale * (without[:known].mean(axis=0) - without[:known])
    return values


def _measure(
    predictions: Integers, race: Race, metric: Metric, weights: Weights | None
) -> tuple[Floats, Floats | None, Floats]:
    """Return scores `[L]`, draws `[L, B]` or None, and influences `[L, n]` of predictions `[L, n]`."""
    hard = confusion_matrices(race.targets, predictions, len(race.classes))
    drawn = (
        None
        if weights is None
        else drawn_scores(race.targets, predictions, len(race.classes), metric, weights)
    )
    return metric.scores(hard), drawn, _influence(predictions, hard, race, metric)


def _weights(rows: int, draws: int, seed: int) -> Weights:
    generator = np.random.default_rng(seed)
    units = min(rows, MAX_UNITS)
    unit = generator.permutation(rows) % units
    drawn = generator.integers(units, size=(draws, units))
    # One column per draw, stored row by row for the sparse product below.
    places = (drawn * draws + np.arange(draws)[:, None]).ravel()
    counts = np.bincount(places, minlength=units * draws).reshape(units, draws)
    return Weights(counts.astype(np.float64), unit)


def _influence(predictions: Integers, hard: Floats, race: Race, metric: Metric) -> Floats:
    """Leave each row out once: rows in the same cell of a matrix share one evaluation."""
    rows, classes = len(race.targets), len(race.classes)
    influence = np.empty((len(predictions), rows))
    scores = np.zeros(classes**2)
    for place, predicted in enumerate(predictions):
        cells = np.flatnonzero(hard[place])
        scores[cells] = without_one(hard[place], cells, metric)
        left_out = scores[race.targets * classes + predicted]
        influence[place] = (rows - 1) * (left_out.mean() - left_out)
    return influence
