"""An ensemble's score varies with the seeds as the jackknife over its members says."""

from dataclasses import replace

import numpy as np
import pytest

from east.comparison import ArmResult, Race, compare, first_minus_second, pair_races
from east.comparison.intervals import crossed_estimate
from east.comparison.resampling import resample
from tests.moments import CROSS_ENTROPY, EAST, F1, arm_result
from tests.simulated_ways import equal_ways

TARGETS = np.repeat([0, 1, 2], [60, 50, 40])


def ensemble(members: int, seeds: int, generator: np.random.Generator) -> ArmResult:
    """Build an ensemble that changes one prediction in ten without a member."""
    whole = np.where(generator.random(len(TARGETS)) < 0.7, TARGETS, generator.integers(0, 3, len(TARGETS)))
    changed = generator.random((members, len(TARGETS))) < 0.1
    left_out = np.where(changed, generator.integers(0, 3, changed.shape), whole)
    result = arm_result(replace(EAST, members=members), range(seeds), TARGETS, np.tile(whole, (seeds, 1)), 3)
    return replace(result, left_out=left_out)


def race(*results: ArmResult) -> Race:
    return Race(F1, ("a", "b", "c"), TARGETS, results)


@pytest.mark.parametrize(("members", "seeds"), [(5, 5), (3, 5), (2, 2), (2, 4)])
def test_the_variance_between_seeds_is_the_jackknifes(members: int, seeds: int) -> None:
    result = ensemble(members, seeds, np.random.default_rng(members))
    found = resample(race(result), draws=200)
    assert found.draws is not None
    estimate = crossed_estimate(found.values[0], found.draws[0], found.influence[0])
    assert result.left_out is not None
    counts = [np.bincount(TARGETS * 3 + one, minlength=9).reshape(3, 3) for one in result.left_out]
    without = np.array([np.mean(2 * np.diag(c) / (c.sum(axis=0) + c.sum(axis=1))) for c in counts])
    by_hand = (members - 1) / members * np.sum((without - without.mean()) ** 2)
    assert estimate.value == pytest.approx(F1.score(result.hard[0]))
    assert estimate.seed_variance == pytest.approx(by_hand)
    assert found.seed_freedom[0] == members - 1


def test_an_ensemble_varies_with_the_rows_as_its_own_decision_does() -> None:
    """The variances over rows and over seeds, less the luck that is in both, start from one bootstrap."""
    result = ensemble(5, 5, np.random.default_rng(0))
    alone = race(replace(result, left_out=None))
    whole, own = resample(race(result), draws=300), resample(alone, draws=300)
    assert whole.draws is not None and own.draws is not None
    assert whole.draws[0].mean(axis=0) == pytest.approx(own.draws[0, 0])
    assert whole.influence[0].mean(axis=0) == pytest.approx(own.influence[0, 0])


def test_a_difference_takes_the_fewer_degrees_of_freedom() -> None:
    generator = np.random.default_rng(1)
    pair = ensemble(2, 5, generator)
    lanes = np.where(generator.random((5, len(TARGETS))) < 0.7, TARGETS, (TARGETS + 1) % 3)
    single = arm_result(CROSS_ENTROPY, range(5), TARGETS, lanes, 3)
    difference = first_minus_second(race(pair, single), draws=100)
    found = resample(race(pair, single), draws=100)
    assert found.draws is not None
    values, draws, influence = found.values, found.draws, found.influence
    own = crossed_estimate(
        values[0] - values[1],
        draws[0] - draws[1],
        influence[0] - influence[1],
        one_row=float(found.one_row.max()),
        seed_freedom=1,
    )
    assert difference.interval == pytest.approx(own.interval())


def test_the_jackknife_meets_the_true_variance_between_seeds() -> None:
    """With 10,000 rows nearly all variance of a known ensemble is between seeds."""
    every = equal_ways(F1, 5)
    world = replace(every, edges={arm: edges for arm, edges in every.edges.items() if arm.ensemble})
    generator = np.random.default_rng(2)
    scores, variances = [], []
    for _ in range(40):
        alone = world.race(10_000, 5, generator)
        scores.append([F1.score(one.hard[0]) for one in alone.results])
        found = resample(alone)
        estimates = [crossed_estimate(v, None, i) for v, i in zip(found.values, found.influence, strict=True)]
        variances.append([one.standard_error**2 for one in estimates])
    ratio = np.mean(variances, axis=0) / np.var(scores, axis=0, ddof=1)
    assert ratio.mean() == pytest.approx(1, abs=0.3)


def test_an_ensembles_score_is_told_once() -> None:
    found = compare(race(ensemble(3, 3, np.random.default_rng(3))), draws=50).scores[0]
    assert len(set(found.values)) == 1
    assert found.mean == found.values[0]
    assert found.spread == 0


def test_paired_runs_keep_the_members_of_their_common_seeds() -> None:
    """Two of five members are known by a common seed; their spread stands for all five."""
    result = ensemble(5, 5, np.random.default_rng(4))
    other = arm_result(CROSS_ENTROPY, (3, 1, 9), TARGETS, np.tile(TARGETS, (3, 1)), 3)
    pair = pair_races(race(result), result.arm, race(other), CROSS_ENTROPY)
    assert pair.seeds == (1, 3)
    kept = pair.results[0].left_out
    assert kept is not None and result.left_out is not None
    assert (kept == result.left_out[[1, 3]]).all()
    without = [F1.score(np.bincount(TARGETS * 3 + one, minlength=9).reshape(3, 3)) for one in kept]
    spread = np.ptp(resample(pair, draws=10).values[0])
    assert spread == pytest.approx(4 * np.sqrt(2 / 5) * np.ptp(without))


def test_one_common_seed_leaves_no_spread_between_seeds() -> None:
    result = ensemble(3, 3, np.random.default_rng(5))
    other = arm_result(CROSS_ENTROPY, (2,), TARGETS, TARGETS[None], 3)
    pair = pair_races(race(result), result.arm, race(other), CROSS_ENTROPY)
    found = resample(pair, draws=10)
    assert found.values[0] == pytest.approx([F1.score(result.hard[0])])
    assert found.seed_freedom == pytest.approx([1, 1])
