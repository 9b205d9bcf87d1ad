"""Columns that give the target away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_BINS = 256
_ROWS = 20_000


@dataclass(frozen=True)
class Leak:
    """How well one column alone predicts the target.

    Args:
        recall: mean recall of the classes, on rows that were not used to learn the column's values.
        exact: whether each of the column's (few) values goes with one class only.
    """

    recall: float
    exact: bool


def single_column_recall(
    column: pd.Series[Any], targets: np.ndarray, num_classes: int, seed: int = 0
) -> Leak:
    """Predict the target from one column alone: each value, or each of 256 quantile bins, says its commonest class.

    Args:
        column: [n] rows of one column.
        targets: [n] int64 codes.
        num_classes: K.
        seed: of the two halves; each is predicted from the other.
    """
    if len(targets) > _ROWS:
        chosen = np.sort(np.random.default_rng(seed).choice(len(targets), _ROWS, replace=False))
        column, targets = column.iloc[chosen], targets[chosen]
    codes, size = _codes(column)
    halves = np.random.default_rng(seed).permutation(len(targets)) % 2
    recalls = [
        _recall(
            codes[halves == side],
            targets[halves == side],
            codes[halves != side],
            targets[halves != side],
            size,
        )
        for side in (0, 1)
    ]
    counts = np.bincount(codes * num_classes + targets, minlength=size * num_classes).reshape(
        size, num_classes
    )
    exact = bool((counts > 0).sum(axis=1).max() <= 1 and size <= 2 * num_classes)
    return Leak(float(np.mean(recalls)), exact)


def _codes(column: pd.Series[Any]) -> tuple[np.ndarray, int]:
    """Code values from 0; a missing value has a code of its own."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        finite = numbers[np.isfinite(numbers)]
        if len(np.unique(finite[:1000])) > _BINS:
            edges = np.unique(np.quantile(finite, np.arange(1, _BINS) / _BINS))
            binned = np.searchsorted(edges, numbers, side="left")
            return np.where(np.isnan(numbers), len(edges) + 1, binned).astype(np.int64), len(edges) + 2
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    return np.where(codes < 0, len(uniques), codes).astype(np.int64), len(uniques) + 1


def _recall(known: np.ndarray, labels: np.ndarray, codes: np.ndarray, truth: np.ndarray, size: int) -> float:
    width = int(max(labels.max(initial=0), truth.max(initial=0))) + 1
    counts = np.bincount(known * width + labels, minlength=size * width).reshape(size, width)
    usual = int(counts.sum(axis=0).argmax())
    says = np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), usual)
    right = np.bincount(truth, weights=says[codes] == truth, minlength=width)
    of = np.bincount(truth, minlength=width)
    return float((right[of > 0] / of[of > 0]).mean()) if of.sum() else 0.0
