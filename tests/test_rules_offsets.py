import time

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, f1_score, matthews_corrcoef

from east.errors import SettingError
from east.metrics import Metric, metric
from east.rules import apply_offsets, tune_offsets
from east.rules.definition import logarithms
from east.rules.many_classes import TangentAscent
from east.rules.offsets import _ascend, _Rows

METRICS = (metric("fbeta"), metric("fbeta", beta=0.25), metric("mcc"), metric("gmean"), metric("accuracy"))


def predictions(
    rows: int, classes: int, seed: int, strength: float = 1.5
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw overlapping, imbalanced classes and a miscalibrated model's probabilities for them."""
    generator = np.random.default_rng(seed)
    prior = generator.dirichlet(np.full(classes, 2.0))
    targets = generator.choice(classes, rows, p=prior)
    logits = generator.normal(size=(rows, classes)) + np.log(prior)
    logits[np.arange(rows), targets] += strength
    values = np.exp(logits)
    return (values / values.sum(axis=1, keepdims=True)).astype(np.float32), targets


def score(measure: Metric, targets: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> float:
    return measure.score(confusion_matrix(targets, predicted, labels=range(classes)))


def test_equal_offsets_are_the_plain_argmax() -> None:
    probabilities, _ = predictions(500, 6, 0)
    assert (apply_offsets(probabilities, np.full(6, -3.0)) == probabilities.argmax(axis=1)).all()


def test_an_offset_multiplies_the_odds() -> None:
    assert apply_offsets([[0.6, 0.4], [0.8, 0.2]], [0.0, np.log(2.0)]).tolist() == [1, 0]


def test_stacks_of_lanes_are_predicted_at_once() -> None:
    probabilities, _ = predictions(90, 3, 1)
    stack, offsets = np.stack([probabilities, probabilities[::-1]]), np.array([0.5, 0.0, -0.4])
    together = apply_offsets(stack, offsets)
    assert (together[1] == apply_offsets(probabilities[::-1], offsets)).all()


@pytest.mark.parametrize("measure", METRICS, ids=lambda measure: measure.label)
@pytest.mark.parametrize("seed", range(5))
def test_two_classes_reach_the_best_of_all_thresholds(measure: Metric, seed: int) -> None:
    probabilities, targets = predictions(60, 2, seed)
    offsets = tune_offsets(probabilities, targets, measure)
    edges = np.concatenate(([-1.0], np.sort(probabilities[:, 1].astype(np.float64))))
    best = max(score(measure, targets, (probabilities[:, 1] > edge).astype(int), 2) for edge in edges)
    assert score(measure, targets, apply_offsets(probabilities, offsets), 2) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_no_single_offset_improves_the_tuned_rule(seed: int) -> None:
    probabilities, targets = predictions(60, 4, seed)

    def macro_f1(offsets: NDArray[np.float64]) -> float:
        predicted = apply_offsets(probabilities, offsets)
        return float(f1_score(targets, predicted, average="macro", labels=range(4), zero_division=0))

    offsets = tune_offsets(probabilities, targets, metric("fbeta"))
    reached = macro_f1(offsets)
    for class_index in range(4):
        for step in np.linspace(-6, 6, 61):
            moved = offsets.copy()
            moved[class_index] += step
            assert macro_f1(moved) <= reached + 1e-12


def test_long_validation_parts_lose_little_to_the_coarse_look() -> None:
    probabilities, targets = predictions(3000, 2, 7)
    offsets = tune_offsets(probabilities, targets, metric("mcc"))
    edges = np.quantile(probabilities[:, 1], np.linspace(0, 1, 400))
    best = max(matthews_corrcoef(targets, probabilities[:, 1] > edge) for edge in edges)
    assert matthews_corrcoef(targets, apply_offsets(probabilities, offsets)) >= best - 0.002


@pytest.mark.parametrize("measure", METRICS, ids=lambda measure: measure.label)
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_tuning_never_lowers_the_validation_score(measure: Metric, classes: int) -> None:
    probabilities, targets = predictions(400, classes, classes)
    offsets = tune_offsets(probabilities, targets, measure)
    plain = score(measure, targets, probabilities.argmax(axis=1), classes)
    assert score(measure, targets, apply_offsets(probabilities, offsets), classes) >= plain
    assert offsets.mean() == pytest.approx(0.0, abs=1e-12)


def test_a_metric_that_is_zero_until_all_classes_are_found_is_left_from_zero() -> None:
    probabilities, targets = predictions(2000, 10, 0)
    plain = score(metric("gmean"), targets, probabilities.argmax(axis=1), 10)
    offsets = tune_offsets(probabilities, targets, metric("gmean"))
    assert plain == 0 < 0.4 < score(metric("gmean"), targets, apply_offsets(probabilities, offsets), 10)


def test_the_gain_carries_over_to_new_rows() -> None:
    probabilities, targets = predictions(4000, 5, 3)
    offsets = tune_offsets(probabilities[:2000], targets[:2000], metric("fbeta"))
    tuned = f1_score(targets[2000:], apply_offsets(probabilities[2000:], offsets), average="macro")
    assert tuned > f1_score(targets[2000:], probabilities[2000:].argmax(axis=1), average="macro") + 0.02


def test_a_perfect_model_needs_no_offsets() -> None:
    targets = np.arange(30) % 3
    assert (tune_offsets(np.eye(3)[targets], targets, metric("fbeta")) == 0).all()


def test_it_is_deterministic_and_accepts_classes_without_rows() -> None:
    probabilities, targets = predictions(200, 5, 11)
    targets = np.where(targets == 4, 0, targets)
    first = tune_offsets(probabilities, targets, metric("fbeta"))
    assert np.isfinite(first).all()
    assert (first == tune_offsets(probabilities, targets, metric("fbeta"))).all()


@pytest.mark.parametrize(
    ("probabilities", "targets"),
    [
        (np.zeros((0, 3)), []),
        (np.full((2, 2), 0.5), [0, 1, 1]),
        (np.full(2, 0.5), [0, 1]),
        (np.full((2, 2), np.nan), [0, 1]),
        (np.full((2, 2), 0.5), [0, 2]),
    ],
)
def test_bad_input_is_answered_with_one_sentence(
    probabilities: NDArray[np.float64], targets: list[int]
) -> None:
    with pytest.raises(SettingError):
        tune_offsets(probabilities, targets, metric("accuracy"))


@pytest.mark.parametrize("measure", METRICS[:3], ids=lambda measure: measure.label)
def test_many_classes_lose_little_to_the_promises_of_the_tangent(measure: Metric) -> None:
    probabilities, targets = predictions(600, 31, 5, strength=3.0)
    offsets = tune_offsets(probabilities, targets, measure)
    tuned = score(measure, targets, apply_offsets(probabilities, offsets), 31)
    plain = score(measure, targets, probabilities.argmax(axis=1), 31)
    every_cut = _ascend(_Rows(logarithms(probabilities), targets, None), measure, np.zeros(31), 2).score
    assert tuned - plain > 0.85 * (every_cut - plain) > 0.03
    assert (offsets == tune_offsets(probabilities, targets, measure)).all()


def test_the_tangent_s_ascent_knows_its_own_score() -> None:
    probabilities, targets = predictions(400, 12, 2)
    offsets, reached = TangentAscent(logarithms(probabilities), targets, metric("fbeta"), np.zeros(12)).run()
    predicted = apply_offsets(probabilities, offsets)
    by_hand = f1_score(targets, predicted, average="macro", labels=range(12), zero_division=0)
    assert reached == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.benchmark
@pytest.mark.parametrize("classes", [100, 200])
def test_many_classes_take_a_second(classes: int) -> None:
    probabilities, targets = predictions(800, classes, 0, strength=3.0)
    start = time.thread_time()
    tune_offsets(probabilities, targets, metric("fbeta"))
    assert time.thread_time() - start < 1.5


@pytest.mark.benchmark
def test_ten_classes_and_two_thousand_rows_take_a_tenth_of_a_second() -> None:
    probabilities, targets = predictions(2000, 10, 0)
    times = []
    for _ in range(5):
        start = time.thread_time()
        tune_offsets(probabilities, targets, metric("fbeta"))
        times.append(time.thread_time() - start)
    assert np.median(times) < 0.1
