"""Weights of rows, from the classifier down to batches, matrices and rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.metrics import accuracy_score, confusion_matrix, fbeta_score, log_loss

from east.confusion import soft_confusion
from east.dataset import Dataset, prepare_arrays
from east.errors import SettingError
from east.estimator import EASTClassifier
from east.metrics import Metric, metric
from east.rules import fit_rule, tune_offsets
from east.rules.calibration import fit_temperature
from east.rules.keeping import unless_argmax_is_ahead
from east.rules.metric_rule import fit_metric_rule
from east.training import TrainConfig, Training
from east.training.batches import Batches

pytestmark = pytest.mark.usefixtures("one_thread")

QUICK = EASTClassifier(epochs=30, hidden=(16,), metric="accuracy")
CPU = torch.device("cpu")


def overlapping(rows: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three overlapping classes with weights between 0.1 and 5."""
    features, labels = make_blobs(rows, centers=[[0, 0], [1, 1], [2, 0]], random_state=seed)
    return features, labels, np.random.default_rng(seed).uniform(0.1, 5, rows)


def dataset_of(features: np.ndarray, labels: np.ndarray) -> Dataset:
    frame = pd.DataFrame(features, columns=["column_0", "column_1"])
    return prepare_arrays(frame, labels, shares=(0.8, 0.2, 0.0), seed=0, rare="keep")


# The classifier


def test_equal_weights_change_nothing() -> None:
    features, labels, _ = overlapping()
    plain = clone(QUICK).fit(features, labels).predict_proba(features)
    equal = (
        clone(QUICK).fit(features, labels, sample_weight=np.full(len(labels), 2.5)).predict_proba(features)
    )
    np.testing.assert_array_equal(equal, plain)


def test_a_row_of_weight_zero_is_as_if_it_were_not_there() -> None:
    features, labels, weights = overlapping()
    weights[::3] = 0
    labels[::3] = 7  # a class that no row of weight has
    weighted = clone(QUICK).fit(features, labels, sample_weight=weights)
    kept = weights > 0
    without = clone(QUICK).fit(features[kept], labels[kept], sample_weight=weights[kept])
    assert weighted.classes_.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(weighted.predict_proba(features), without.predict_proba(features))


@pytest.mark.parametrize("loss", ["cross_entropy", "east"])
def test_a_class_of_five_times_the_weight_has_five_times_the_odds(loss: str) -> None:
    features, labels = make_blobs([400, 400], centers=[[0, 0], [1.5, 0]], random_state=0)
    linear = EASTClassifier("accuracy", loss=loss, epochs=150, hidden=())
    weights = np.where(labels == 1, 5.0, 1.0)
    ones, fives = (
        clone(linear).fit(features, labels, sample_weight=given).predict_log_proba(features)
        for given in (None, weights)
    )
    moved = np.median((fives[:, 1] - fives[:, 0]) - (ones[:, 1] - ones[:, 0]))
    if loss == "cross_entropy":
        assert moved == pytest.approx(np.log(5), abs=0.3)
    share = (fives[:, 1] > fives[:, 0]).mean()
    assert share > (ones[:, 1] > ones[:, 0]).mean() + 0.15
    scores = [accuracy_score(labels, log[:, 1] > log[:, 0], sample_weight=weights) for log in (ones, fives)]
    assert scores[1] > scores[0] + 0.03


@pytest.mark.parametrize("rule", ["argmax", "expected"])
def test_the_held_out_score_is_scikit_learns_weighted_one(rule: str) -> None:
    features, labels, weights = overlapping()
    fitted = EASTClassifier(beta=0.5, epochs=30, rule=rule).fit(features, labels, sample_weight=weights)
    held_out = dataset_of(features, labels).validation.rows
    expected = fbeta_score(
        labels[held_out], fitted.predict(features[held_out]), beta=0.5, average="macro",
        sample_weight=weights[held_out],
    )  # fmt: skip
    assert fitted.validation_score_ == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "weights", [[-1.0] + [1.0] * 299, [np.nan] + [1.0] * 299, [1.0] * 7, [0.0] * 300], ids=str
)
def test_weights_that_cannot_be_meant_are_refused(weights: list[float]) -> None:
    features, labels, _ = overlapping()
    with pytest.raises(ValueError, match=r"(?i)weight"):
        clone(QUICK).fit(features, labels, sample_weight=weights)


# Dataset, batches and matrices


def test_class_counts_are_of_weights_and_add_up_to_the_rows() -> None:
    features, labels, weights = overlapping()
    plain = dataset_of(features, labels)
    weighted = plain.weighted(np.where(labels == 2, 1e-9, weights))
    shares = np.bincount(plain.train.targets, np.where(labels == 2, 0, weights)[plain.train.rows])
    expected = np.round(shares / shares.sum() * len(plain.train)).astype(int)
    assert weighted.class_counts.tolist() == [*expected[:2], 1]
    np.testing.assert_array_equal(plain.weighted(np.ones(300)).class_counts, plain.class_counts)


def test_an_epoch_draws_each_row_as_often_as_its_weight_says() -> None:
    weights = np.random.default_rng(0).uniform(0.1, 4, 90)
    config = TrainConfig(metric("mcc"), seeds=(0, 5), batch_size=30, dropout=0.0)
    batches = Batches(90, config, CPU, weights)
    epochs = [torch.cat([batches.next() for _ in range(3)], dim=1) for _ in range(200)]
    counts = np.asarray([[np.bincount(seed, minlength=90) for seed in epoch.numpy()] for epoch in epochs])
    expected = weights * 90 / weights.sum()
    assert ((counts >= np.floor(expected)) & (counts <= np.ceil(expected))).all()
    np.testing.assert_allclose(counts.mean(axis=(0, 1)), expected, atol=0.1)
    alone = Batches(90, TrainConfig(metric("mcc"), seeds=(5,), batch_size=30, dropout=0.0), CPU, weights)
    assert torch.equal(alone.next()[0], epochs[0][1, :30])


def test_a_run_with_weights_goes_on_bit_for_bit() -> None:
    features, labels, weights = overlapping()
    dataset = dataset_of(features, labels).weighted(weights)
    config = TrainConfig(
        metric("fbeta"), losses=("east",), epochs=8, batch_size=64, hidden=(8,), device="cpu"
    )
    whole, first, second = (Training(dataset, config) for _ in range(3))
    whole.advance(whole.total_steps)
    first.advance(10)
    second.resume(first.state())
    second.advance(second.total_steps)
    for one, other in zip(whole.outcome().lanes, second.outcome().lanes, strict=True):
        np.testing.assert_array_equal(one.validation_probabilities, other.validation_probabilities)


def test_matrices_of_a_moment_count_weights() -> None:
    features, labels, weights = overlapping()
    dataset = dataset_of(features, labels).weighted(weights)
    training = Training(dataset, TrainConfig(metric("fbeta"), losses=("east",), epochs=4, hidden=(8,)))
    training.advance(training.total_steps)
    lane, outcome = training.snapshot().lanes[0], training.outcome()
    part, found = dataset.validation, outcome.lanes[0]
    assert part.weights is not None
    scaled = part.weights / part.weights.mean()
    predicted = found.validation_probabilities.argmax(axis=1)
    expected = confusion_matrix(part.targets, predicted, sample_weight=scaled)
    np.testing.assert_allclose(found.validation_hard, expected, rtol=1e-5)
    assert lane.soft.sum() == pytest.approx(len(part), rel=1e-5)
    assert lane.hard.sum(axis=1) == pytest.approx(np.bincount(part.targets, scaled), rel=1e-5)
    assert lane.soft.sum(axis=1) == pytest.approx(np.bincount(part.targets, scaled), rel=1e-5)
    # The lane's soft matrix, one row after the other.
    rows = torch.from_numpy(found.validation_probabilities).unsqueeze(1)
    each = soft_confusion(rows, torch.from_numpy(part.targets).unsqueeze(1), lane.sharpness)
    by_hand = (each * torch.from_numpy(scaled)[:, None, None]).sum(dim=0)
    again = training._judge.soft(rows.squeeze(1).unsqueeze(0), training._validation_rows, 1.0)
    np.testing.assert_allclose(again[0].numpy(), by_hand.numpy(), rtol=1e-4)


# Rules


class Weighted(NamedTuple):
    """Probabilities `[n, K]`, labels `[n]` and whole weights `[n]`."""

    values: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    @property
    def repeated(self) -> tuple[np.ndarray, np.ndarray]:
        """Each row as often as its weight says."""
        again = np.repeat(np.arange(len(self.labels)), self.weights)
        return self.values[again], self.labels[again]

    def score(self, measure: Metric, predicted: np.ndarray) -> float:
        return measure.score(confusion_matrix(self.labels, predicted, sample_weight=self.weights))


def weighted_rows(classes: int, rows: int = 300) -> Weighted:
    generator = np.random.default_rng(classes)
    labels = generator.choice(classes, rows, p=generator.dirichlet(np.full(classes, 3.0)))
    logits = generator.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += 1.0
    values = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Weighted(values, labels, generator.integers(0, 4, rows))


@pytest.mark.parametrize("classes", [2, 3, 6])
@pytest.mark.parametrize("key", ["fbeta", "mcc"])
def test_offsets_of_weighted_rows_are_those_of_repeated_rows(key: str, classes: int) -> None:
    made, measure = weighted_rows(classes), metric(key)
    weighted = tune_offsets(made.values, made.labels, measure, weights=made.weights)
    plain = tune_offsets(*made.repeated, measure)
    logs = np.log(made.values)
    score = made.score(measure, (logs + weighted).argmax(axis=1))
    assert score == pytest.approx(made.score(measure, (logs + plain).argmax(axis=1)), abs=0.01)
    assert score > made.score(measure, logs.argmax(axis=1))


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_the_metrics_rule_of_weighted_rows_is_that_of_repeated_rows(classes: int) -> None:
    made = weighted_rows(classes)
    temperature = fit_temperature(made.values, made.labels, made.weights.astype(float))
    assert temperature == pytest.approx(fit_temperature(*made.repeated), rel=1e-3)
    weighted = fit_metric_rule(made.values, made.labels, metric("fbeta"), made.weights)
    plain = fit_metric_rule(*made.repeated, metric("fbeta"))
    np.testing.assert_allclose(weighted.prices, plain.prices, atol=1e-6)


def test_a_weighted_temperature_has_the_least_weighted_log_loss() -> None:
    values, labels, weights = weighted_rows(4)
    found = fit_temperature(values, labels, weights.astype(float))

    def loss(temperature: float) -> float:
        scaled = values ** (1 / temperature)
        shares = scaled / scaled.sum(axis=1, keepdims=True)
        return float(log_loss(labels, shares, sample_weight=weights))

    assert loss(found) < min(loss(found * 1.1), loss(found / 1.1))


@pytest.mark.parametrize("key", ["offsets", "metric", "expected"])
def test_a_rule_of_many_classes_serves_the_weighted_metric(key: str) -> None:
    made, measure = weighted_rows(32, 1500), metric("fbeta")
    values, labels, weights = made
    rule = fit_rule(key, values, labels, measure, weights)
    scores = [made.score(measure, predicted) for predicted in (rule.decide(values), values.argmax(axis=1))]
    assert scores[0] >= scores[1] - (0.02 if key == "expected" else 0)
    plain = fit_rule(key, values, labels, measure)
    assert plain == fit_rule(key, values, labels, measure, np.ones(len(labels)))
    assert (plain == rule) == (key == "metric")  # which falls back to the argmax here


def test_the_fall_back_to_argmax_counts_weights() -> None:
    values = np.tile([[0.6, 0.4], [0.4, 0.6]], (200, 1))
    labels, upside_down = np.tile([0, 1], 200), fit_rule("argmax", values, [], metric("accuracy"))
    swapped = type(upside_down)(1.0, np.eye(2)[::-1])
    kept = unless_argmax_is_ahead(swapped, values, labels, metric("accuracy"))
    assert kept == upside_down
    # All weight is on rows of the other labels now.
    wrong = np.concatenate([labels, 1 - labels])
    weights = np.repeat([1e-6, 1.0], 400)
    twice = np.concatenate([values, values])
    assert unless_argmax_is_ahead(swapped, twice, wrong, metric("accuracy"), weights) == swapped


@pytest.mark.parametrize(
    "weights", [[1.0], [-1.0] * 300, [0.0] * 300, [np.inf] * 300], ids=lambda w: str(w[0])
)
@pytest.mark.parametrize("key", ["offsets", "metric", "expected"])
def test_a_rule_refuses_weights_that_cannot_be_meant(key: str, weights: list[float]) -> None:
    values, labels, _ = weighted_rows(3)
    with pytest.raises(SettingError, match=r"(?i)weight"):
        fit_rule(key, values, labels, metric("fbeta"), weights)
