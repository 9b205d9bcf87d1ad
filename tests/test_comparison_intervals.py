from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import f1_score

from east.comparison import Race, compare, predictions_frame
from east.comparison.intervals import Estimate, crossed_estimate, holm, row_freedom
from east.comparison.resampling import resample
from east.comparison.scores import Comparison
from east.comparison.verdict import verdict
from east.metrics import Metric, metric
from east.training import Arm
from tests.moments import arm_result

EXPERIMENTS = 500
DRAWS = 120
# The standard error of a share of 95 % of so many experiments.
ERROR = np.sqrt(0.95 * 0.05 / EXPERIMENTS)
PRIOR = np.array([0.6, 0.25, 0.15])
SKILLED = np.array([[0.85, 0.1, 0.05], [0.2, 0.7, 0.1], [0.15, 0.15, 0.7]])
PLAIN = np.array([[0.92, 0.05, 0.03], [0.3, 0.62, 0.08], [0.35, 0.15, 0.5]])
LOSSES = ("east", "cross_entropy", "weighted_cross_entropy", "focal")
# Every seed spoils a model by one of these shares, drawn as the number of heads of sixteen coins.
SPOILT = np.arange(17) * 0.01
CHANCES = stats.binom.pmf(np.arange(17), 16, 0.5)


class World:
    """Two to four arms whose confusion probabilities, seed effects and so expected scores are known exactly."""

    def __init__(self, measure: Metric, tables: tuple[NDArray[np.float64], ...]) -> None:
        self.measure = measure
        uniform = np.full((3, 3), 1 / 3)
        # [arm, spoilt, true, predicted]
        self.tables = np.stack([[(1 - e) * table + e * uniform for e in SPOILT] for table in tables])
        self.scores = measure.scores(PRIOR[:, None] * self.tables)

    def race(self, rows: int, seeds: int, generator: np.random.Generator) -> tuple[Race, float]:
        """Draw one experiment, and the difference that its interval has to hold."""
        count = len(self.tables)
        effects = generator.binomial(16, 0.5, size=(count, seeds))
        targets = generator.choice(3, rows, p=PRIOR)
        # Rows are easy or hard for all models alike, but for a share of luck of each model's own.
        luck = np.where(
            generator.random((count, seeds, rows)) < 0.4,
            generator.random((count, seeds, rows)),
            generator.random(rows),
        )
        results = []
        for place, loss in enumerate(LOSSES[: len(self.tables)]):
            edges = self.tables[place, effects[place]].cumsum(axis=-1)[:, targets, :2]
            predictions = (luck[place][..., None] > edges).sum(axis=-1)
            results.append(arm_result(Arm(loss, self.measure), range(seeds), targets, predictions, 3))
        if seeds == 1:
            truth = self.scores[0, effects[0, 0]] - self.scores[1, effects[1, 0]]
        else:
            truth = (self.scores[0] - self.scores[1]) @ CHANCES
        return Race(self.measure, ("a", "b", "c"), targets, tuple(results)), float(truth)


def compared(world: World, rows: int, seeds: int) -> Iterator[tuple[Comparison, float]]:
    """Judge every experiment; gives each comparison with the true difference to the first rival."""
    generator = np.random.default_rng([rows, seeds])
    for _ in range(EXPERIMENTS):
        race, truth = world.race(rows, seeds, generator)
        yield compare(race, draws=DRAWS), truth


def judged(world: World, rows: int, seeds: int) -> Iterator[tuple[float, float, float, float]]:
    for comparison, truth in compared(world, rows, seeds):
        difference = comparison.differences[0]
        yield *difference.interval, truth, difference.adjusted_p


def say(line: str) -> None:
    print(line)  # noqa: T201 -- what was measured, for who runs this with -s


@pytest.mark.parametrize(
    ("measure", "rows", "seeds"),
    [
        (metric("fbeta"), 400, 1),
        (metric("fbeta"), 120, 3),
        (metric("mcc"), 600, 3),
        (metric("fbeta", beta=0.25), 300, 5),
    ],
    ids=lambda value: getattr(value, "label", str(value)),
)
def test_the_interval_holds_the_known_difference(measure: Metric, rows: int, seeds: int) -> None:
    held = [
        low <= truth <= high for low, high, truth, _ in judged(World(measure, (SKILLED, PLAIN)), rows, seeds)
    ]
    share = f"{np.mean(held):.1%} ±{ERROR:.1%}"
    say(f"{measure.label}, {rows} rows, {seeds} seeds: {share} of {len(held)} intervals hold the truth")
    assert len(held) == EXPERIMENTS
    assert 0.93 - ERROR <= np.mean(held) <= 0.97 + ERROR


@pytest.mark.parametrize(("rows", "seeds", "arms"), [(150, 3, 2), (500, 5, 2), (150, 3, 4)])
def test_equal_arms_are_seldom_called_different(rows: int, seeds: int, arms: int) -> None:
    world = World(metric("fbeta"), (PLAIN,) * arms)
    results = [comparison for comparison, _ in compared(world, rows, seeds)]
    assert world.scores == pytest.approx(np.broadcast_to(world.scores[0], world.scores.shape))
    kinds = [verdict(comparison).kind for comparison in results]
    better = np.mean([kind in ("better", "better_model", "better_than_some") for kind in kinds])
    different = np.mean([any(d.adjusted_p < 0.05 for d in comparison.differences) for comparison in results])
    say(
        f"{arms} equal arms, {rows} rows, {seeds} seeds: EAST called better in {better:.1%} of {len(kinds)}, "
        f"different in {different:.1%}"
    )
    assert len(kinds) == EXPERIMENTS
    assert better <= 0.05
    assert different <= 0.07


def test_p_value_and_interval_say_the_same() -> None:
    world = World(metric("fbeta"), (SKILLED, PLAIN))
    for low, high, _, p in islice(judged(world, 80, 2), 100):
        assert (p < 0.05) == (low > 0 or high < 0)


def test_one_seed_without_seed_variance_is_the_textbook_t_interval() -> None:
    generator = np.random.default_rng(0)
    right = (generator.random(200) < 0.8).astype(float)
    draws = generator.choice(right, (1, 20000, 200)).mean(axis=-1)
    estimate = crossed_estimate(np.array([right.mean()]), draws, (right - right.mean())[None])
    assert estimate.standard_error == pytest.approx(right.std() / np.sqrt(200), rel=0.02)
    freedom = estimate.row_freedom
    assert estimate.half_width() == pytest.approx(stats.t.ppf(0.975, freedom) * estimate.standard_error)


def test_without_rows_variance_it_is_the_t_interval_over_seeds() -> None:
    values = np.array([0.5, 0.6, 0.7])
    estimate = crossed_estimate(values, np.repeat(values[:, None], 10, axis=1), np.zeros((3, 40)))
    low, high = stats.t.interval(0.95, 2, loc=0.6, scale=values.std(ddof=1) / np.sqrt(3))
    assert estimate.interval() == pytest.approx((low, high))
    assert estimate.p_value() == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_variance_of_rows_and_seeds_is_not_counted_twice() -> None:
    """When all spread between seeds is their own luck with rows, the two variances add to that luck alone."""
    generator = np.random.default_rng(1)
    variances = []
    for _ in range(300):
        right = generator.random((5, 400)) < 0.7
        weights = generator.multinomial(400, np.full(400, 1 / 400), size=200) / 400
        scores = right.mean(axis=1)
        estimate = crossed_estimate(scores, right @ weights.T, right - scores[:, None])
        variances.append((estimate.row_variance, estimate.seed_variance))
    luck = 0.7 * 0.3 / 400 / 5
    rows, seeds = np.mean(variances, axis=0) / luck
    assert rows == pytest.approx(0, abs=0.1)
    assert seeds == pytest.approx(1, abs=0.15)


def test_half_a_width_lies_between_the_two_rules_that_it_joins() -> None:
    rows, seeds = 4.0, 1.0
    t = stats.t.ppf(0.975, [50, 2])
    added = np.sqrt(rows * t[0] ** 2 + seeds * t[1] ** 2)
    common = (rows + seeds) ** 2 / (rows**2 / 50 + seeds**2 / 2)
    satterthwaite = stats.t.ppf(0.975, common) * np.sqrt(rows + seeds)
    half = Estimate(0.0, rows, 50, seeds, 2).half_width()
    assert satterthwaite < half < added
    assert half**2 == pytest.approx(0.4 * added**2 + 0.6 * satterthwaite**2)


def test_few_deciding_rows_leave_few_degrees_of_freedom() -> None:
    influence = np.zeros(1000)
    influence[:5] = 1
    assert row_freedom(influence) == pytest.approx(2 * 5 / (1 - 2 * 5 / 1000), rel=0.03)
    assert row_freedom(np.random.default_rng(0).choice([-1.0, 1.0], 1000)) > 900


def test_bounded_interval_is_fishers_z_for_mcc() -> None:
    estimate = Estimate(0.8, 0.05**2, 1e9, 0.0, 1.0)
    z, step = np.arctanh(0.8), 1.959964 * 0.05 / (1 - 0.8**2)
    assert estimate.bounded_interval(-1.0, 1.0) == pytest.approx((np.tanh(z - step), np.tanh(z + step)))


def test_a_perfect_score_is_not_certain() -> None:
    targets = np.arange(60) % 3
    predictions = targets[None]
    accuracy = metric("accuracy")
    result = arm_result(Arm("east", accuracy), (0,), targets, predictions, 3)
    score = compare(Race(accuracy, ("a", "b", "c"), targets, (result,))).scores[0]
    assert score.interval == pytest.approx((1 - 3 / 60, 1.0))


def test_identical_predictions_are_no_proof_of_equality() -> None:
    race, _ = World(metric("accuracy"), (PLAIN, PLAIN)).race(100, 2, np.random.default_rng(0))
    twin = race.results[0]
    copy = replace(twin, arm=Arm("cross_entropy", race.metric))
    difference = compare(Race(race.metric, race.classes, race.targets, (twin, copy))).differences[0]
    assert difference.p_value == 1
    assert difference.interval == pytest.approx((-0.03, 0.03))


def test_draws_are_the_scores_of_the_same_rows_in_every_lane() -> None:
    race, _ = World(metric("fbeta"), (SKILLED, PLAIN)).race(50, 2, np.random.default_rng(3))
    twin = race.results[0]
    same = resample(Race(race.metric, race.classes, race.targets, (twin, twin)), draws=50)
    assert same.draws is not None and (same.draws[0] == same.draws[1]).all()
    assert same.draws.std() > 0.01


def test_influence_is_the_jackknife_done_by_hand() -> None:
    race, _ = World(metric("fbeta"), (SKILLED, PLAIN)).race(40, 1, np.random.default_rng(4))
    influence = resample(race, draws=2).influence[0, 0]
    predicted = race.results[0].predictions[0]
    left_out = np.array(
        [
            f1_score(np.delete(race.targets, i), np.delete(predicted, i), average="macro", labels=range(3))
            for i in range(40)
        ]
    )
    assert influence == pytest.approx(39 * (left_out.mean() - left_out), abs=1e-9)


def test_the_interval_is_that_of_a_bootstrap_by_hand_over_the_exported_predictions() -> None:
    race, _ = World(metric("fbeta"), (SKILLED, PLAIN)).race(200, 3, np.random.default_rng(6))
    frame = predictions_frame(race)
    wide = frame.pivot(index="row", columns=["arm", "seed"], values="predicted")
    codes = {"a": 0, "b": 1, "c": 2}
    true = frame.groupby("row")["true"].first().map(codes).to_numpy()
    predicted: dict[Any, NDArray[np.int64]] = {
        key: np.asarray(wide[key].map(codes), dtype=np.int64) for key in wide.columns
    }
    generator = np.random.default_rng(7)

    def macro_f1(rows: NDArray[np.int64], key: tuple[str, int]) -> float:
        counts = np.bincount(true[rows] * 3 + predicted[key][rows], minlength=9).reshape(3, 3)
        return float((2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1))).mean())

    def differences(rows: NDArray[np.int64]) -> list[float]:
        return [macro_f1(rows, ("east", seed)) - macro_f1(rows, ("cross_entropy", seed)) for seed in range(3)]

    draws = np.array([differences(generator.integers(200, size=200)) for _ in range(300)])
    values = np.array(differences(np.arange(200)))
    over_rows = draws.mean(axis=1).var(ddof=1)
    both = max(draws.var(axis=0, ddof=1).mean() - over_rows, 0) / 2
    parts = np.array([max(over_rows - both, 0), values.var(ddof=1) / 3])
    freedom = np.array([199, 2])
    t = stats.t.ppf(0.975, [*freedom, parts.sum() ** 2 / (parts**2 / freedom).sum()])
    half = np.sqrt(0.4 * parts @ t[:2] ** 2 + 0.6 * parts.sum() * t[2] ** 2)
    found = compare(race).differences[0]
    assert found.value == pytest.approx(values.mean())
    assert (found.interval[1] - found.interval[0]) / 2 == pytest.approx(half, rel=0.1)


def test_blocks_of_rows_give_the_same_variance_as_rows() -> None:
    race, _ = World(metric("fbeta"), (SKILLED, PLAIN)).race(9000, 1, np.random.default_rng(5))
    resampled = resample(race, draws=1500)
    by_jackknife = (resampled.influence[0, 0] ** 2).sum() / 9000**2
    assert resampled.draws is not None
    assert resampled.draws[0, 0].var() == pytest.approx(by_jackknife, rel=0.15)


@pytest.mark.parametrize(
    ("values", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5], [0.5]),
        ([0.9, 0.8], [1.0, 1.0]),
        ([], []),
    ],
)
def test_holm_by_hand(values: list[float], adjusted: list[float]) -> None:
    assert holm(np.array(values)) == pytest.approx(adjusted)
