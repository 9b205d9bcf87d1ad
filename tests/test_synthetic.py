"""Made problems: densities, tables and best rules against scipy, histograms and brute force."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import differential_evolution

from east.dataset import prepare, with_test
from east.errors import SettingError
from east.metrics import METRICS, Metric, metric
from east.synthetic import DEFAULT_PRESET, PRESETS, RANGES, SHAPES, Problem, make_problem
from east.training import Arm, TrainConfig, fit

ROOT = Path(__file__).parents[1]
Floats = NDArray[np.float64]
ROWS = 40_000

each_shape = pytest.mark.parametrize("shape", SHAPES)
each_preset = pytest.mark.parametrize("key", PRESETS)


def densities_by_hand(problem: Problem, points: Floats) -> Floats:
    """The density `[n, K]` of every class, component by component, with scipy's distributions."""
    mixture, found = problem.mixture, np.zeros((len(points), problem.classes))
    for owner, weight, centre, deviation, half in zip(
        mixture.owners, mixture.weights, mixture.centres, mixture.deviations, mixture.halves, strict=True
    ):
        density = np.full(len(points), weight)
        for axis in (0, 1):
            noise, at = stats.norm(0, deviation[axis]), points[:, axis] - centre[axis]
            if half[axis]:
                density *= (noise.cdf(at + half[axis]) - noise.cdf(at - half[axis])) / (2 * half[axis])
            else:
                density *= noise.pdf(at)
        found[:, owner] += density
    return found


def posterior_by_hand(problem: Problem, points: Floats) -> Floats:
    joint = densities_by_hand(problem, points) * problem.shares
    clean = joint / joint.sum(axis=1, keepdims=True)
    return np.asarray((1 - problem.noise) * clean + problem.noise * problem.shares)


@each_shape
@pytest.mark.parametrize("classes", [2, 3, 6])
def test_posterior_is_bayes_rule_with_scipys_densities(shape: str, classes: int) -> None:
    problem = make_problem(shape, classes, imbalance=7, overlap=0.4, noise=0.1, seed=3)
    points, _ = problem.sample(500, seed=1)
    np.testing.assert_allclose(problem.posterior(points), posterior_by_hand(problem, points), atol=1e-9)


@each_shape
@pytest.mark.parametrize("overlap", [0.0, 1.0])
def test_posterior_is_finite_and_sums_to_one_however_far_out(shape: str, overlap: float) -> None:
    problem = make_problem(shape, 6, overlap=overlap)
    angles = np.linspace(0, 6, 50)
    for radius in (0.0, 10.0, 1e3, 1e6):
        points = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        probabilities = problem.posterior(points)
        assert (probabilities >= 0).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)


@each_shape
def test_grid_holds_the_posterior_of_its_points_and_the_mass_of_every_class(shape: str) -> None:
    problem = make_problem(shape, 4, noise=0.2, seed=5)
    grid = problem.grid(120)
    assert grid.shape == (120, 120)
    np.testing.assert_allclose(grid.probabilities, problem.posterior(grid.points), atol=1e-9)
    np.testing.assert_allclose(grid.mass.sum(axis=0), problem.shares, rtol=1e-12)
    cell = (grid.first[1] - grid.first[0]) * (grid.second[1] - grid.second[0])
    densities = densities_by_hand(problem, grid.points)
    np.testing.assert_allclose(densities.sum(axis=0) * cell, 1, atol=1e-3)
    whole = densities @ problem.shares * cell
    np.testing.assert_allclose(grid.mass.sum(axis=1), whole, atol=1e-3 * whole.max())


@each_shape
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_sampled_rows_fill_a_histogram_as_the_density_says(shape: str, noise: float) -> None:
    """Per label: a chi-square test over blocks of the plane, the expected counts from the grid's mass."""
    problem = make_problem(shape, 3, imbalance=3, overlap=0.3, noise=noise, seed=2)
    points, codes = problem.sample(ROWS, seed=7)
    grid = problem.grid(600)
    steps = [axis[1] - axis[0] for axis in (grid.first, grid.second)]
    # Each block is 25 x 25 cells, the cells centred on the grid's points.
    edges = [
        axis[0] - step / 2 + 25 * step * np.arange(25)
        for axis, step in zip((grid.first, grid.second), steps, strict=True)
    ]
    for code in range(3):
        mine = points[codes == code]
        counted = np.histogram2d(mine[:, 0], mine[:, 1], bins=edges)[0].ravel()
        mass = grid.mass[:, code].reshape(24, 25, 24, 25).sum(axis=(1, 3)).ravel()
        expected = mass / mass.sum() * counted.sum()
        often = expected >= 10
        counts = np.append(counted[often], counted[~often].sum())
        wanted = np.append(expected[often], expected[~often].sum())
        assert stats.chisquare(counts, wanted).pvalue > 1e-4


@each_shape
def test_class_shares_are_met_and_posteriors_are_calibrated(shape: str) -> None:
    problem = make_problem(shape, 4, imbalance=8, overlap=0.7, noise=0.1, seed=4)
    points, codes = problem.sample(ROWS, seed=1)
    counts = np.bincount(codes, minlength=4)
    errors = np.sqrt(problem.shares * (1 - problem.shares) / ROWS)
    assert (np.abs(counts / ROWS - problem.shares) < 4 * errors).all()
    probabilities = problem.posterior(points)
    for code in range(4):
        likely = probabilities[:, code]
        for low in np.arange(0, 1, 0.1):
            band = (likely >= low) & (likely < low + 0.1)
            if band.sum() >= 50:
                error = np.sqrt((likely[band] * (1 - likely[band])).sum()) / band.sum()
                assert abs((codes[band] == code).mean() - likely[band].mean()) < 4.5 * error + 1e-9


@given(
    st.integers(2, 6),
    st.floats(1, 100),
    st.sampled_from(sorted(SHAPES)),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_any_problem_has_its_imbalance_and_is_made_again_from_its_settings(
    classes: int, imbalance: float, shape: str, overlap: float, seed: int
) -> None:
    problem = make_problem(shape, classes, imbalance, overlap, seed=seed)
    assert problem.shares.sum() == pytest.approx(1)
    assert problem.shares[0] / problem.shares[-1] == pytest.approx(imbalance)
    assert (np.diff(problem.shares) <= 0).all()
    again = make_problem(**json.loads(json.dumps(problem.settings)))
    assert again == problem
    np.testing.assert_array_equal(again.sample(100, seed=3)[0], problem.sample(100, seed=3)[0])
    weights = np.bincount(problem.mixture.owners, problem.mixture.weights)
    np.testing.assert_allclose(weights, np.ones(classes))


@each_shape
def test_the_more_overlap_the_less_can_be_told_apart(shape: str) -> None:
    masses = [make_problem(shape, 3, 1, overlap).grid(200).mass for overlap in (0.0, 0.3, 0.6, 1.0)]
    accuracies = [mass.max(axis=1).sum() for mass in masses]
    assert accuracies == sorted(accuracies, reverse=True)
    assert accuracies[0] > 0.93 and accuracies[-1] < 0.8


def test_table_has_the_columns_and_labels_of_the_sample() -> None:
    problem = make_problem(classes=3, seed=1)
    table = problem.table(rows=500, seed=2)
    points, codes = problem.sample(500, seed=2)
    assert list(table.frame.columns) == ["x1", "x2", "label"]
    assert [dtype.name for dtype in table.frame.dtypes] == ["float64", "float64", "str"]
    np.testing.assert_array_equal(table.frame[["x1", "x2"]].to_numpy(), points)
    assert table.frame["label"].tolist() == [problem.class_names[code] for code in codes]


def test_seeds_of_problem_and_rows_are_independent() -> None:
    problem, other = make_problem(seed=1), make_problem(seed=2)
    assert problem.table(200, seed=1).frame.equals(make_problem(seed=1).table(200, seed=1).frame)
    assert not problem.table(200, seed=1).frame.equals(problem.table(200, seed=2).frame)
    assert not np.allclose(problem.mixture.centres, other.mixture.centres)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("classes", 1, "a whole number from 2 to 6"),
        ("classes", 7, "a whole number from 2 to 6"),
        ("classes", 3.0, "a whole number from 2 to 6"),
        ("imbalance", 0.5, "a number from 1 to 100"),
        ("imbalance", float("nan"), "a number from 1 to 100"),
        ("imbalance", "10", "a number from 1 to 100"),
        ("overlap", -0.1, "a number from 0 to 1"),
        ("overlap", True, "a number from 0 to 1"),
        ("noise", 0.6, "a number from 0 to 0.5"),
        ("seed", -1, "a whole number from 0 to 4,294,967,295"),
        ("seed", 2**32, "a whole number from 0 to 4,294,967,295"),
    ],
)
def test_values_out_of_range_are_refused_in_one_sentence(name: str, value: Any, allowed: str) -> None:
    sentence = re.escape(f"{name} is out of range: got {value!r}; give {allowed}.")
    with pytest.raises(SettingError, match=f"^{sentence}$"):
        make_problem(**{name: value})


def test_unknown_shapes_bad_rows_and_odd_points_are_refused() -> None:
    with pytest.raises(SettingError, match=r"no such shape: got 'star'; choose one of gaussians, rings"):
        make_problem("star")
    for rows in (99, 200_001, 500.0):
        with pytest.raises(
            SettingError, match=r"^rows is out of range: got .*; give a whole number from 100"
        ):
            make_problem().table(rows)  # type: ignore[arg-type]
    for points in ([1.0, 2.0], [[1.0, 2.0, 3.0]], [[np.inf, 0.0]]):
        with pytest.raises(SettingError, match="finite pairs of x1 and x2"):
            make_problem().posterior(points)


def test_every_range_is_taken_at_both_ends() -> None:
    for name in ("classes", "imbalance", "overlap", "noise", "seed"):
        for value in (RANGES[name].least, RANGES[name].most):
            make_problem(**{name: value}).table(100)  # type: ignore[arg-type]
    assert make_problem().table(RANGES["rows"].most).num_rows == 200_000  # type: ignore[arg-type]


# The best reachable score and its rule


def f_beta(matrix: Floats, beta: float) -> float:
    hits, under = matrix.diagonal(), beta**2 * matrix.sum(axis=1) + matrix.sum(axis=0)
    return float(np.mean((1 + beta**2) * hits / np.maximum(under, 1e-300)))


def matthews(matrix: Floats) -> float:
    true, predicted = matrix.sum(axis=1), matrix.sum(axis=0)
    spread = (1 - true @ true) * (1 - predicted @ predicted)
    return float((matrix.trace() - true @ predicted) / np.sqrt(spread)) if spread > 1e-12 else 0.0


def geometric_mean(matrix: Floats) -> float:
    return float(np.prod(matrix.diagonal() / matrix.sum(axis=1)) ** (1 / len(matrix)))


METRICS_BY_HAND: dict[str, tuple[Metric, Callable[[Floats], float]]] = {
    "F1": (metric("fbeta"), lambda matrix: f_beta(matrix, 1.0)),
    "F0.25": (metric("fbeta", beta=0.25), lambda matrix: f_beta(matrix, 0.25)),
    "MCC": (metric("mcc"), matthews),
    "G-mean": (metric("gmean"), geometric_mean),
}


def matrix_of(decisions: NDArray[np.int64], mass: Floats) -> Floats:
    """Expected confusion matrix of the decisions at the points of a grid."""
    classes = mass.shape[1]
    return np.stack([np.bincount(decisions, mass[:, true], minlength=classes) for true in range(classes)])


def pooled(probabilities: Floats, mass: Floats, steps: int) -> tuple[Floats, Floats]:
    """Pool points of nearly the same posterior, so that thousands of rules can be tried."""
    codes = np.round(probabilities * steps).astype(np.int64) @ (steps + 1) ** np.arange(mass.shape[1])
    _, pools = np.unique(codes, return_inverse=True)
    summed: Floats = np.stack([np.bincount(pools, column) for column in mass.T], axis=1)
    return np.asarray(summed / summed.sum(axis=1, keepdims=True)), summed


def brute_force(probabilities: Floats, mass: Floats, score: Callable[[Floats], float]) -> Floats:
    """Search weights and costs of argmax_j (weight_j * p_j - cost_j) by differential evolution; returns [2, K]."""
    classes = mass.shape[1]
    chances, pools = pooled(probabilities, mass, steps=1000 if classes == 2 else 80)

    def loss(numbers: Floats) -> float:
        return -score(
            matrix_of((chances * np.exp(numbers[:classes]) - numbers[classes:]).argmax(axis=1), pools)
        )

    bounds = [(-5.0, 3.0)] * classes + [(-1.0, 1.0)] * classes
    found = differential_evolution(loss, bounds, popsize=8, maxiter=60, tol=1e-8, seed=0, polish=False)
    return np.asarray([np.exp(found.x[:classes]), found.x[classes:]])


@cache
def laid_out(problem: Problem) -> tuple[Floats, Floats, Floats]:
    """A grid of 400 x 400 points with their posteriors and mass, by scipy's densities."""
    low, high = problem.mixture.extent
    axes = [np.linspace(low[axis], high[axis], 400) for axis in (0, 1)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    probabilities = posterior_by_hand(problem, points)
    mass = probabilities * (densities_by_hand(problem, points) @ problem.shares)[:, None]
    return points, probabilities, mass / mass.sum()


BRUTE_PROBLEMS = (
    make_problem("gaussians", 3, imbalance=10, overlap=0.6, seed=1),
    make_problem("rings", 3, imbalance=10, overlap=0.6, noise=0.1),
    make_problem("checkerboard", 2, imbalance=10, overlap=0.5),
)


@pytest.mark.parametrize("name", METRICS_BY_HAND)
@pytest.mark.parametrize("problem", BRUTE_PROBLEMS, ids=lambda problem: problem.shape)
def test_best_score_and_rule_are_those_of_a_brute_force_search(problem: Problem, name: str) -> None:
    """Within 0.1 points, on a grid of 400 x 400 points whose density scipy gives."""
    chosen, by_hand = METRICS_BY_HAND[name]
    points, probabilities, mass = laid_out(problem)
    weights, costs = brute_force(probabilities, mass, by_hand)
    reached = by_hand(matrix_of((probabilities * weights - costs).argmax(axis=1), mass))
    best = problem.best(chosen)
    assert best.score == pytest.approx(reached, abs=0.001)
    assert by_hand(matrix_of(best.decide(points), mass)) == pytest.approx(reached, abs=0.001)


@each_shape
def test_best_score_is_met_on_fresh_rows(shape: str) -> None:
    problem = make_problem(shape, 4, imbalance=6, overlap=0.5, noise=0.1, seed=1)
    best = problem.best(metric("fbeta"))
    points, codes = problem.sample(200_000, seed=11)
    decisions = best.decide(points)
    assert decisions.shape == codes.shape
    reached = sklearn.metrics.f1_score(codes, decisions, average="macro")
    assert reached == pytest.approx(best.score, abs=0.006)


def test_best_of_accuracy_is_the_most_probable_class() -> None:
    problem = make_problem("moons", 3)
    points, _ = problem.sample(5000)
    best = problem.best(metric("accuracy"))
    np.testing.assert_array_equal(best.decide(points), problem.posterior(points).argmax(axis=1))
    assert best.score == pytest.approx(problem.grid(500).mass.max(axis=1).sum(), abs=1e-3)


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_has_a_best_score_no_argmax_exceeds(key: str) -> None:
    options: dict[str, Any] = {"matrix": [[1, 0, 0], [0, 2, -1], [-3, 0, 5]]} if key == "gain" else {}
    problem, chosen = make_problem("stripes", 3, overlap=0.7), metric(key, **options)
    grid = problem.grid(200)
    argmax = chosen.score(matrix_of(grid.probabilities.argmax(axis=1), grid.mass))
    assert argmax - 1e-4 <= problem.best(chosen).score <= chosen.best


def test_a_metric_for_other_classes_is_refused() -> None:
    with pytest.raises(SettingError, match="class_index must be one of the classes' positions: got 3"):
        make_problem(classes=3).best(metric("fbeta", average="class", class_index=3))


# Presets


@each_preset
def test_a_preset_is_made_again_from_its_settings_and_can_be_prepared(key: str) -> None:
    preset = PRESETS[key]
    settings = json.loads(json.dumps(preset.settings))
    rows = settings.pop("rows")
    problem = make_problem(**settings)
    assert problem == preset.problem
    dataset = prepare(problem.table(rows), "label", shares=(0.75, 0.25, 0.0))
    assert dataset.classes == problem.class_names
    assert (np.bincount(dataset.validation.targets) >= 10).all()
    assert not preset.hint.endswith(".")


LEAST_GAINS = {
    "four_gaussians": 0.01,
    "rare_under_common": 0.15,
    "precision_matters": 0.03,
    "no_class_missed": 0.15,
    "noisy_labels": 0.04,
    "long_spirals": 0.0,
    "accuracy_suffices": 0.0,
}
"""What the best decision for the preset's metric gains on the most accurate one, by its name's promise."""


@each_preset
def test_a_preset_keeps_what_its_name_promises(key: str) -> None:
    preset = PRESETS[key]
    chosen, grid = metric(preset.metric, **preset.options), preset.problem.grid(300)
    accurate = matrix_of(grid.probabilities.argmax(axis=1), grid.mass)
    gain = preset.problem.best(chosen).score - chosen.score(accurate)
    assert gain >= LEAST_GAINS[key] - 1e-6
    if key == "rare_under_common":
        assert accurate[:, 1].sum() < 0.001
    if key == "accuracy_suffices":
        assert gain < 0.001


LEADS = {(): (0.04, 0.12), (64, 64): (-0.01, 0.01)}
"""Hidden widths -> how far EAST is ahead of cross-entropy with its best rule, in macro F1."""


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("hidden", LEADS)
def test_on_the_default_problem_the_loss_decides_for_a_linear_network_and_not_for_a_large_one(
    hidden: tuple[int, ...],
) -> None:
    preset = PRESETS[DEFAULT_PRESET]
    judged = metric(preset.metric, **preset.options)
    dataset = prepare(
        preset.problem.table(preset.rows), "label", shares=(0.75, 0.25, 0.0), numeric_encoding="scaled"
    )
    dataset = with_test(dataset, preset.problem.table(50_000, seed=1))
    outcome = fit(dataset, TrainConfig(judged, seeds=tuple(range(5)), hidden=hidden, device="cpu"))
    ruled: list[list[float]] = []
    for rule in ("argmax", "metric", "expected"):
        decisions = outcome.arm(Arm("cross_entropy", judged, rule)).test_predictions
        ruled.append(
            [sklearn.metrics.f1_score(outcome.test_targets, own, average="macro") for own in decisions]
        )
    east = [lane.test_score for lane in outcome.arm(Arm("east", judged)).lanes]
    low, high = LEADS[hidden]
    assert low <= np.mean(east) - np.mean(ruled, axis=1).max() <= high
    reachable = preset.problem.best(judged).score
    assert max(east) < reachable + 0.01


# Cost


def test_the_first_page_needs_no_torch_for_the_default_problem() -> None:
    code = (
        "import sys, east\n"
        "s = east.synthetic\n"
        "problem = s.PRESETS[s.DEFAULT_PRESET].problem\n"
        "points, _ = problem.sample(4000)\n"
        "problem.posterior(points), problem.grid(100), problem.table()\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"torch", "sklearn", "skrub", "scipy"}


def test_default_table_and_its_posterior_take_less_than_50_ms() -> None:
    def once() -> float:
        start = time.perf_counter()
        table = make_problem(**PRESETS[DEFAULT_PRESET].problem.settings).table()  # type: ignore[arg-type]
        PRESETS[DEFAULT_PRESET].problem.posterior(table.frame[["x1", "x2"]].to_numpy())
        return time.perf_counter() - start

    assert min(once() for _ in range(7)) < 0.05
