"""Simulated races of networks, rules and ensembles: are equal ways told apart, and do intervals hold the truth?"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from east.comparison import compare, verdict
from east.metrics import metric
from tests.simulated_ways import World, equal_ways, expected, unequal_ways, ways

F1 = metric("fbeta")
CLAIMS = ("better", "better_model", "better_than_some", "rule_enough", "both", "ensemble")
# How far each way's line lies from its best place: cross-entropy and EAST, plain and ruled, then ensembles of them.
LEVELS = (0.4, 0.0, 0.2, 0.1, 0.3, 0.1, 0.0, 0.2)


@dataclass(frozen=True)
class Found:
    """How many races named a way above cross-entropy, and the share of intervals that held the truth, by race."""

    races: int
    claims: int
    held: list[float]

    @property
    def share(self) -> float:
        return float(np.mean(self.held))

    @property
    def error(self) -> float:
        """Standard error of the share, over races: one race's intervals go together."""
        return float(np.std(self.held, ddof=1) / np.sqrt(self.races))


def simulate(world: World, rows: int, seeds: int, races: int, draws: int) -> Found:
    generator = np.random.default_rng([rows, seeds, races])
    claims, held = 0, []
    for _ in range(races):
        comparison = compare(world.race(rows, seeds, generator), draws=draws)
        claims += verdict(comparison).kind in CLAIMS
        inside = [
            low <= world.scores[found.first] - world.scores[found.second] <= high
            for found in (*comparison.differences, *comparison.over_baseline)
            for low, high in [found.interval]
        ]
        held.append(float(np.mean(inside)))
    return Found(races, claims, held)


def say(line: str) -> None:
    print(line)  # noqa: T201 -- what was measured, for who runs this with -s


def test_the_expected_scores_are_those_of_endless_rows() -> None:
    world = unequal_ways(F1, 3, LEVELS)
    generator = np.random.default_rng(0)
    drawn = [
        F1.scores(result.hard).mean() for _ in range(60) for result in world.race(4000, 3, generator).results
    ]
    means = np.mean(np.reshape(drawn, (60, -1)), axis=0)
    assert means == pytest.approx(list(world.scores.values()), abs=0.006)


def test_equal_ways_are_equal() -> None:
    world = equal_ways(F1, 5)
    assert len(world.edges) == 8
    assert list(world.scores.values()) == pytest.approx(
        [expected(F1, ways(5)[0], world.edges[ways(5)[0]])] * 8
    )


@pytest.mark.parametrize(("rows", "seeds"), [(300, 5), (10_000, 3)])
def test_equal_ways_are_seldom_called_better(rows: int, seeds: int) -> None:
    races = 100
    found = simulate(equal_ways(F1, seeds), rows, seeds, races, draws=100)
    say(
        f"{rows} rows, {seeds} seeds: {found.claims} claims in {races}, {found.share:.1%} ±{found.error:.1%} held"
    )
    assert found.claims <= stats.binom.ppf(0.99, races, 0.05)
    assert 0.93 - 2 * found.error <= found.share <= 0.97 + 2 * found.error


@pytest.mark.benchmark
@pytest.mark.parametrize("world", [equal_ways, lambda measure, members: unequal_ways(measure, members, LEVELS)],
                         ids=["equal", "unequal"])  # fmt: skip
@pytest.mark.parametrize(("rows", "seeds"), [(300, 3), (300, 5), (2000, 5), (10_000, 5)])
def test_five_hundred_races(world: object, rows: int, seeds: int) -> None:
    assert callable(world)
    built: World = world(F1, seeds)
    found = simulate(built, rows, seeds, races=500, draws=200)
    equal = len({round(score, 6) for score in built.scores.values()}) == 1
    wrong = f", a way called better in {found.claims / 500:.1%}" if equal else ""
    say(
        f"{rows} rows, {seeds} seeds: {found.share:.1%} ±{found.error:.1%} of intervals hold the truth{wrong}"
    )
    assert 0.93 <= found.share <= 0.97
    assert not equal or found.claims <= 0.05 * 500
