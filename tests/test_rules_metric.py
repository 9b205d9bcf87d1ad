"""The metric's rule, by labels and by expected counts, against searches and formulas on known posteriors."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from east.metrics import METRICS, Metric, metric
from east.rules import best_prices, fit_rule
from east.rules.affine import readable
from east.rules.calibration import fit_calibration, fit_temperature
from tests.known_posteriors import SHAPES, best_threshold, expected_score, known, searched

pytestmark = pytest.mark.usefixtures("one_thread")

Floats = NDArray[np.float64]
FITTED_ON, POPULATION = 20_000, 4_000
POINT = 0.01


def measured(classes: int) -> list[Metric]:
    """Every entry of METRICS, and the averages and weights whose prices look different.

    Macro precision is left out: its best rule gives a rare class to its one surest row, and no sample says which.
    """
    gains = 2 * np.eye(classes) - np.random.default_rng(5).uniform(size=(classes, classes))
    keys = [key for key in METRICS if key not in ("gain", "precision")]
    return [
        *(metric(key) for key in keys),
        metric("gain", matrix=gains.tolist()),
        metric("fbeta", beta=0.25),
        metric("fbeta", beta=2.0),
        metric("fbeta", average="weighted"),
        metric("fbeta", average="micro"),
        metric("fbeta", average="class", class_index=1),
        metric("kappa", weights="linear"),
        metric("kappa", weights="quadratic"),
    ]


@pytest.mark.parametrize("classes", range(2, 7))
@pytest.mark.parametrize("shape", SHAPES)
def test_the_rule_nears_the_best_score_there_is(
    shape: str, classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    probabilities, labels = known(shape, classes, FITTED_ON)
    calibration = fit_calibration(probabilities, labels)  # the same for every metric
    monkeypatch.setattr("east.rules.expected.fit_calibration", lambda *_: calibration)
    population, _ = known(shape, classes, POPULATION, seed=1)
    balanced = np.diag(1 / population.mean(axis=0))
    for measure in measured(classes):
        exact, _ = best_prices(population, population, measure)
        best = searched(measure, population, [balanced, exact])
        for key in ("metric", "expected"):
            decided = fit_rule(key, probabilities, labels, measure).decide(population)
            assert expected_score(measure, population, decided) > best - 0.2 * POINT, (measure.label, key)


@pytest.mark.parametrize("shape", SHAPES)
def test_few_rows_serve_it_better_than_offsets_for_macro_f(shape: str) -> None:
    measure, population = metric("fbeta", beta=0.25), known(shape, 5, POPULATION, seed=99)[0]
    scores: dict[str, list[float]] = {"offsets": [], "metric": [], "expected": []}
    for seed in range(20):
        probabilities, labels = known(shape, 5, 500, seed)
        for key, reached in scores.items():
            decided = fit_rule(key, probabilities, labels, measure).decide(population)
            reached.append(expected_score(measure, population, decided))
    means = {key: np.mean(reached) for key, reached in scores.items()}
    assert means["expected"] > means["metric"] > means["offsets"] + 0.2 * POINT, means


# Special cases with a known answer


@pytest.mark.parametrize("key", ["metric", "expected"])
@pytest.mark.parametrize("classes", range(2, 7))
def test_accuracy_is_decided_by_argmax(key: str, classes: int) -> None:
    probabilities, labels = known("dirichlet", classes, 2000)
    rule = fit_rule(key, probabilities, labels, metric("accuracy"))
    assert (rule.decide(probabilities) == probabilities.argmax(axis=1)).all()
    assert np.ptp(rule.prices.diagonal()) == 0 == rule.prices[~np.eye(classes, dtype=bool)].max()


@pytest.mark.parametrize("classes", range(2, 7))
def test_balanced_accuracy_is_decided_by_probability_over_share(classes: int) -> None:
    probabilities, labels = known("gaussians", classes, 2000)
    decided = fit_rule("metric", probabilities, labels, metric("balanced_accuracy")).decide(probabilities)
    shares = np.bincount(labels, minlength=classes) / len(labels)
    assert (decided == (probabilities / shares).argmax(axis=1)).all()


@pytest.mark.parametrize("key", ["metric", "expected"])
@pytest.mark.parametrize("classes", range(2, 7))
def test_a_gain_is_decided_by_what_each_class_is_expected_to_earn(key: str, classes: int) -> None:
    probabilities, labels = known("waves", classes, 2000)
    gains = np.random.default_rng(classes).normal(size=(classes, classes)) + 3 * np.eye(classes)
    rule = fit_rule(key, probabilities, labels, metric("gain", matrix=gains.tolist()))
    calibrated = probabilities ** (1 / rule.temperature)
    assert (rule.decide(probabilities) == (calibrated @ gains).argmax(axis=1)).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_two_classes_get_the_best_of_all_thresholds(shape: str) -> None:
    population, _ = known(shape, 2, POPULATION)
    for measure in measured(2):
        _, reached = best_prices(population, population, measure)
        assert reached == pytest.approx(best_threshold(measure, population), abs=0.01 * POINT), measure.label


@pytest.mark.parametrize("shape", SHAPES)
def test_f1_of_one_class_is_decided_at_half_its_score(shape: str) -> None:
    """Lipton, Elkan and Narayanaswamy, "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014."""
    population, _ = known(shape, 2, 50_000)
    prices, reached = best_prices(population, population, metric("fbeta", average="class", class_index=1))
    assert prices[0, 0] / prices.trace() == pytest.approx(reached / 2, abs=0.005)


# Whatever it is given


@pytest.mark.parametrize("key", METRICS)
@pytest.mark.parametrize("rule", ["metric", "expected"])
def test_every_metric_has_a_rule_even_where_classes_are_absent(key: str, rule: str) -> None:
    probabilities, labels = known("gaussians", 4, 300)
    for given_labels in (labels, np.where(labels == 3, 0, labels), np.zeros_like(labels)):
        measure = metric(key, matrix=np.eye(4).tolist()) if key == "gain" else metric(key)
        first = fit_rule(rule, probabilities, given_labels, measure)
        assert np.isfinite(first.prices).all()
        assert first == fit_rule(rule, probabilities, given_labels, measure)


def test_a_class_without_validation_rows_is_not_predicted_for_want_of_a_price() -> None:
    probabilities, labels = known("gaussians", 4, 2000)
    kept = labels != 3
    decided = fit_rule("metric", probabilities[kept], labels[kept], metric("fbeta")).decide(probabilities)
    assert (decided == 3).mean() < 2 * (labels == 3).mean()


def test_a_metric_that_is_zero_until_all_classes_are_found_is_left_from_zero() -> None:
    probabilities, labels = known("waves", 6, 5000)
    plain = expected_score(metric("gmean"), probabilities, probabilities.argmax(axis=1))
    decided = fit_rule("metric", probabilities, labels, metric("gmean")).decide(probabilities)
    assert expected_score(metric("gmean"), probabilities, decided) > plain + 10 * POINT


def test_it_is_fitted_in_inference_mode_too() -> None:
    probabilities, labels = known("dirichlet", 3, 500)
    outside = fit_rule("metric", probabilities, labels, metric("mcc"))
    with torch.inference_mode():
        assert fit_rule("metric", probabilities, labels, metric("mcc")) == outside


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_of_a_distorted_model_is_found(temperature: float) -> None:
    probabilities, labels = known("gaussians", 4, 20_000)
    distorted = probabilities**temperature
    distorted /= distorted.sum(axis=1, keepdims=True)
    assert fit_temperature(distorted, labels) == pytest.approx(temperature, rel=0.05)


def leaning(probabilities: np.ndarray, leans: np.ndarray) -> np.ndarray:
    """What a model says that leans towards some classes: each class's odds times exp(lean)."""
    odds = probabilities * np.exp(leans)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("classes", [2, 4, 6])
def test_the_biases_of_a_leaning_model_are_found(shape: str, classes: int) -> None:
    probabilities, labels = known(shape, classes, FITTED_ON)
    leans = np.linspace(-1, 1, classes)
    found = fit_calibration(leaning(probabilities, leans), labels)
    np.testing.assert_allclose(found.biases, -leans, atol=0.2)
    np.testing.assert_allclose(found.applied(leaning(probabilities, leans)), probabilities, atol=0.05)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("classes", range(2, 7))
def test_a_calibrated_model_gets_no_biases(shape: str, classes: int) -> None:
    found = [fit_calibration(*known(shape, classes, 2000, seed)).biases.any() for seed in range(20)]
    assert sum(found) <= 4  # at most a twentieth in the long run


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rule_by_expected_counts_undoes_a_lean(shape: str) -> None:
    probabilities, labels = known(shape, 4, FITTED_ON)
    population, _ = known(shape, 4, POPULATION, seed=1)
    leans = np.array([-1.5, -0.5, 0.5, 1.5])
    for measure in (metric("fbeta"), metric("fbeta", beta=0.25), metric("mcc"), metric("accuracy")):
        straight = fit_rule("expected", probabilities, labels, measure).decide(population)
        bent = fit_rule("expected", leaning(probabilities, leans), labels, measure)
        reached = expected_score(measure, population, bent.decide(leaning(population, leans)))
        assert reached > expected_score(measure, population, straight) - 0.2 * POINT, measure.label


def test_the_calibration_is_where_log_loss_and_prior_are_least() -> None:
    probabilities, labels = known("dirichlet", 3, 400)
    told = leaning(probabilities, np.array([1.0, 0.0, -1.0]))
    found = fit_calibration(told, labels)

    def loss(point: np.ndarray) -> float:
        odds = told ** np.exp(-point[0]) * np.exp(point[1:])
        chances = odds / odds.sum(axis=1, keepdims=True)
        prior = np.square(point[1:]).sum() / (2 * 0.5**2)
        return float(prior - np.log(chances[np.arange(len(labels)), labels]).sum())

    least = np.append(np.log(found.temperature), found.biases)
    for direction in (*np.eye(4), np.ones(4), np.array([1.0, -1.0, 0.0, 1.0])):
        for step in (-0.02, 0.02):
            assert loss(least + step * direction) > loss(least)


@settings(deadline=None, max_examples=60)
@given(classes=st.integers(2, 6), seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(["affine", "any"]))
def test_prices_in_their_plainest_form_decide_alike(classes: int, seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    prices = generator.normal(size=(classes, classes))
    if kind == "affine":
        prices = np.diag(generator.uniform(0.1, 2, classes)) + generator.normal(size=classes)
    prices = generator.uniform(0.1, 10) * (prices + generator.normal(size=(classes, 1)))
    probabilities = generator.dirichlet(np.ones(classes), 200)
    values = np.sort(probabilities @ prices, axis=1)
    clear = values[:, -1] - values[:, -2] > 1e-9
    decided = (probabilities @ readable(prices)).argmax(axis=1)
    assert (decided == (probabilities @ prices).argmax(axis=1))[clear].all()


@pytest.mark.benchmark
@pytest.mark.parametrize("key", ["metric", "expected"])
def test_ten_classes_and_two_thousand_rows_take_less_than_a_slider_may(key: str) -> None:
    probabilities, labels = known("gaussians", 10, 2000)
    for measure in (metric("fbeta"), metric("fbeta", beta=0.25), metric("mcc")):
        times = []
        for _ in range(7):
            start = time.thread_time()
            fit_rule(key, probabilities, labels, measure)
            times.append(time.thread_time() - start)
        print(f"{key}, {measure.label}: {1000 * np.median(times):.0f} ms")  # noqa: T201 -- the figure is the point
        assert np.median(times) < 0.05
