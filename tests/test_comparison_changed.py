"""Scores of changed matrices: by counts, by whole matrices and by hand they are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from east.comparison.changed import Weights, drawn_scores, largest_step, without_one
from east.metrics import METRICS, Metric, metric
from east.rules import confusion_matrices

CLASSES, ROWS, DRAWS = 5, 60, 40
OF_COUNTS = [
    made
    for key, spec in METRICS.items()
    if "matrix" not in spec.options and (made := metric(key)).from_counts
]
ONE_CLASS = [metric("fbeta", beta=0.5, average="class", class_index=3), metric("recall", average="weighted")]
BOTH = pytest.mark.parametrize("measure", [*OF_COUNTS, *ONE_CLASS], ids=lambda measure: measure.label)


def race() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    targets = generator.choice(CLASSES, ROWS, p=[0.5, 0.25, 0.15, 0.07, 0.03])
    wrong = generator.random((3, ROWS)) < 0.4
    return targets, np.where(wrong, generator.integers(CLASSES, size=(3, ROWS)), targets)


def whole(measure: Metric) -> Metric:
    return replace(measure, from_counts=None)


def test_most_metrics_need_counts_alone() -> None:
    assert {measure.key for measure in OF_COUNTS} >= {
        "fbeta",
        "mcc",
        "accuracy",
        "balanced_accuracy",
        "gmean",
    }
    assert metric("kappa", weights="linear").from_counts is None


@BOTH
def test_drawn_rows_score_as_counting_them_one_by_one(measure: Metric) -> None:
    targets, predictions = race()
    generator = np.random.default_rng(4)
    rows = generator.integers(ROWS, size=(DRAWS, ROWS))
    counts = np.stack([np.bincount(draw, minlength=ROWS) for draw in rows], axis=1).astype(float)
    weights = Weights(counts, np.arange(ROWS))
    found = drawn_scores(targets, predictions, CLASSES, measure, weights)
    by_hand = [
        [measure.score(confusion_matrices(targets[draw], own[None, draw], CLASSES)[0]) for draw in rows]
        for own in predictions
    ]
    np.testing.assert_allclose(found, by_hand, atol=1e-12)
    np.testing.assert_allclose(
        found, drawn_scores(targets, predictions, CLASSES, whole(measure), weights), atol=1e-12
    )


@BOTH
def test_a_row_left_out_scores_as_the_smaller_matrix(measure: Metric) -> None:
    matrix = confusion_matrices(*race(), CLASSES)[0]
    cells = np.flatnonzero(matrix)
    by_hand = []
    for cell in cells:
        smaller = matrix.copy()
        smaller.flat[cell] -= 1
        by_hand.append(measure.score(smaller))
    np.testing.assert_allclose(without_one(matrix, cells, measure), by_hand, atol=1e-12)
    np.testing.assert_allclose(without_one(matrix, cells, whole(measure)), by_hand, atol=1e-12)


@BOTH
def test_the_largest_step_is_that_of_trying_each(measure: Metric) -> None:
    matrix = confusion_matrices(*race(), CLASSES).mean(axis=0)
    largest = 0.0
    for row, source in enumerate(matrix.argmax(axis=1)):
        for column in range(CLASSES):
            moved, amount = matrix.copy(), min(1.0, matrix[row, source])
            moved[row, source] -= amount
            moved[row, column] += amount
            largest = max(largest, abs(measure.score(moved) - measure.score(matrix)))
    assert largest_step(matrix, measure) == pytest.approx(largest, abs=1e-12)
    assert largest_step(matrix, whole(measure)) == pytest.approx(largest, abs=1e-12)
