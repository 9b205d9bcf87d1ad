"""A class that is neither true nor predicted: which metrics count it as 0, and when it is said."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score

from east.comparison import Race, absent_sentence, counts_absent_classes
from east.metrics import METRICS, Metric, metric
from tests.moments import CROSS_ENTROPY, EAST, arm_result

NAMES = ("A", "B", "C")


def race(measure: Metric, targets: list[int], *predictions: list[list[int]]) -> Race:
    """A race of EAST and cross-entropy over rows of three classes; predictions of each seed."""
    results = tuple(
        arm_result(arm, range(len(own)), targets, own, 3)
        for arm, own in zip((EAST, CROSS_ENTROPY), predictions, strict=False)
    )
    return Race(measure, NAMES, np.array(targets), results)


def every_metric() -> list[Metric]:
    """Each metric of the table that takes no matrix, with each of its averages."""
    found = []
    for spec in METRICS.values():
        averages = spec.options["average"].choices if "average" in spec.options else (None,)
        for average in averages if spec.matrix_option is None else ():
            chosen = {} if average is None else {"average": average}
            found.append(metric(spec.key, **chosen, **({"class_index": 1} if average == "class" else {})))
    return found


@pytest.mark.parametrize("measure", every_metric(), ids=lambda measure: measure.label)
def test_a_metric_counts_an_absent_class_if_leaving_it_out_changes_the_score(measure: Metric) -> None:
    matrix = np.array([[7.0, 3.0, 0.0], [2.0, 8.0, 0.0], [0.0, 0.0, 0.0]])
    changed = abs(measure.score(matrix) - measure.score(matrix[:2, :2])) > 1e-9
    assert counts_absent_classes(measure, 3) == changed


def test_macro_averages_count_it_as_scikit_learn_does_with_all_labels() -> None:
    targets, predicted = [0, 0, 1, 1], [0, 1, 1, 1]
    (result,) = race(metric("fbeta"), targets, [predicted]).results
    assert metric("fbeta").score(result.mean_hard) == pytest.approx(
        f1_score(targets, predicted, labels=[0, 1, 2], average="macro", zero_division=0)
    )
    assert metric("fbeta").score(result.mean_hard) < f1_score(targets, predicted, average="macro")
    balanced = metric("balanced_accuracy")  # there it is left out, as in scikit-learn
    assert balanced.score(result.mean_hard) == balanced_accuracy_score(targets, predicted)
    assert not counts_absent_classes(balanced, 3)


@pytest.mark.parametrize(
    ("measure", "targets", "predictions", "words"),
    [
        (metric("fbeta"), [0, 1], [[0, 1]], "no row of “C”"),
        (metric("fbeta"), [0, 0], [[0, 0]], "no row of “B” and “C”"),
        (metric("fbeta"), [0, 1], [[0, 2]], ""),  # it is predicted, so that it counts in scikit-learn as well
        (metric("fbeta"), [0, 1, 2], [[0, 1, 0]], ""),  # it is there
        (metric("fbeta", average="micro"), [0, 1], [[0, 1]], ""),
        (metric("mcc"), [0, 1], [[0, 1]], ""),
        (metric("fbeta", average="class", class_index=2), [0, 1], [[0, 1]], ""),
    ],
)
def test_the_sentence_names_the_class_where_it_counts(
    measure: Metric, targets: list[int], predictions: list[list[int]], words: str
) -> None:
    said = absent_sentence(race(measure, targets, predictions))
    assert (words in said) if words else said == ""


def test_one_seed_of_one_arm_is_enough() -> None:
    always, sometimes = [[0, 2], [2, 1]], [[0, 2], [0, 1]]
    assert absent_sentence(race(metric("fbeta"), [0, 1], always)) == ""
    assert "it counts as 0 in macro F1" in absent_sentence(race(metric("fbeta"), [0, 1], always, sometimes))
