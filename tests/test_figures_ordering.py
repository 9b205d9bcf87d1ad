"""The order of classes in a picture is a permutation that keeps every number with its names."""

from __future__ import annotations

import numpy as np
import pytest

from east.figures import MANY_CLASSES, class_order


@pytest.mark.parametrize("count", [2, MANY_CLASSES, MANY_CLASSES + 1, 26])
def test_a_cell_keeps_its_true_and_predicted_class(count: int) -> None:
    matrix = np.random.default_rng(count).integers(0, 50, (count, count)).astype(float)
    classes = [f"class {place}" for place in range(count)]
    order = class_order(matrix)
    names, ordered = order.names(classes), order.matrix(matrix)
    assert sorted(names) == sorted(classes)
    for row, true in enumerate(names):
        for column, predicted in enumerate(names):
            assert ordered[row, column] == matrix[classes.index(true), classes.index(predicted)]


def test_few_classes_stay_in_order_and_many_are_sorted_by_confusion() -> None:
    few = np.eye(MANY_CLASSES)
    assert class_order(few).places.tolist() == list(range(MANY_CLASSES))
    many = 10 * np.eye(MANY_CLASSES + 2)
    many[0, -1] = many[-1, 0] = 9.0
    places = class_order(many).places.tolist()
    assert abs(places.index(0) - places.index(MANY_CLASSES + 1)) == 1
    assert class_order(many, by_confusion=False).places.tolist() == list(range(MANY_CLASSES + 2))
