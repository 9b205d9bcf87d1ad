"""How well one column alone predicts the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_FEW_NUMBERS = 50  # a number of so few values is a code
_NEIGHBOURS = 5
_ROWS = 20_000


@dataclass(frozen=True)
class Leak:
    """How well one column alone predicts the target.

    Args:
        recall: mean recall of the classes, on rows that the prediction was not learned from.
        exact: whether each of the column's (few) values goes with one class only.
    """

    recall: float
    exact: bool


def single_column_recall(
    column: pd.Series[Any], targets: np.ndarray, num_classes: int, seed: int = 0
) -> Leak:
    """Predict the target of each half of the rows from one column and the other half.

    A category predicts its commonest class, a number the commonest class of the five nearest numbers, and a missing
    value the commonest class of missing values.

    Args:
        column: [n] rows of one column.
        targets: [n] int64 codes.
        num_classes: K.
        seed: of the halves, and of the sample if there are more than 20,000 rows.
    """
    generator = np.random.default_rng(seed)
    if len(targets) > _ROWS:
        chosen = np.sort(generator.choice(len(targets), _ROWS, replace=False))
        column, targets = column.iloc[chosen], targets[chosen]
    codes, numbers = _codes(column)
    half = generator.permutation(len(targets)) % 2 == 0
    recalls = []
    for known in (half, ~half):
        predicted = _by_code(codes, targets, known, num_classes)
        if numbers is not None:
            present = np.isfinite(numbers)
            predicted[present & ~known] = _by_neighbours(numbers, targets, present & known, present & ~known)
        recalls.append(_mean_recall(targets[~known], predicted[~known], num_classes))
    counts = np.zeros((int(codes.max(initial=0)) + 1, num_classes), dtype=np.int64)
    np.add.at(counts, (codes, targets), 1)
    exact = numbers is None and len(counts) <= 2 * num_classes and int((counts > 0).sum(axis=1).max()) <= 1
    return Leak(float(np.mean(recalls)), exact)


def _codes(column: pd.Series[Any]) -> tuple[np.ndarray, np.ndarray | None]:
    """Code values from 0, with one more code for missing values; return numbers of many values as well."""
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    coded = np.where(codes < 0, len(uniques), codes).astype(np.int64)
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if not numeric or len(uniques) <= _FEW_NUMBERS:
        return coded, None
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return (~np.isfinite(numbers)).astype(np.int64), numbers


def _by_code(codes: np.ndarray, targets: np.ndarray, known: np.ndarray, num_classes: int) -> np.ndarray:
    counts = np.zeros((int(codes.max(initial=0)) + 1, num_classes), dtype=np.int64)
    np.add.at(counts, (codes[known], targets[known]), 1)
    usual = int(counts.sum(axis=0).argmax())
    return np.asarray(np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), usual)[codes])


def _by_neighbours(
    numbers: np.ndarray, targets: np.ndarray, known: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    if known.sum() < _NEIGHBOURS:
        return np.full(int(wanted.sum()), targets[0])
    order = np.argsort(numbers[known], kind="stable")
    values, labels = numbers[known][order], targets[known][order]
    first = np.searchsorted(values, numbers[wanted]) - _NEIGHBOURS // 2
    window = labels[np.clip(first, 0, len(values) - _NEIGHBOURS)[:, None] + np.arange(_NEIGHBOURS)]
    votes = (window[:, :, None] == window[:, None, :]).sum(axis=2)
    return np.asarray(np.take_along_axis(window, votes.argmax(axis=1)[:, None], axis=1)[:, 0])


def _mean_recall(truth: np.ndarray, predicted: np.ndarray, num_classes: int) -> float:
    of = np.bincount(truth, minlength=num_classes)
    right = np.bincount(truth, weights=predicted == truth, minlength=num_classes)
    return float((right[of > 0] / of[of > 0]).mean()) if of.any() else 0.0
