"""How often each class goes with a value, for columns whose values are many and come again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

MOST_STATISTICS = 128  # encoded columns together
FOLDS = 5
SMOOTHING = 2.0  # rows of the overall shares that are added to those of every value
FEWEST_ROWS = 2  # a value of a single training row is not kept, for it would give that row's class away
_STRENGTH = 2.0  # shares differ by little, and are learned late at 1
_MOST_VALUES = 1000  # of a column, the most frequent ones
_LEAST_SHARE = 1e-3
_FEWEST_VALUES = 17  # of a column: fewer are told apart by knots or one-hot already


@dataclass(frozen=True)
class ClassShares:
    """The class shares of the values of several columns.

    Args:
        names: the columns.
        values: of each of them the values that have shares of their own; all others share one.
        shares: of each of them [values + 1, K] float64, the others last.
        overall: [K] float64, the shares of the classes in the training rows.
    """

    names: tuple[str, ...]
    values: tuple[pd.Index[Any], ...]
    shares: tuple[np.ndarray, ...]
    overall: np.ndarray

    @classmethod
    def none(cls) -> ClassShares:
        """Shares of no column."""
        return cls((), (), (), np.empty(0))

    def transform(self, columns: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
        """Encode columns of [rows] values as [rows, names * K] float64, twice the difference to the overall shares."""
        blocks = [
            _STRENGTH * (shares[values.get_indexer(pd.Index(columns[name]))] - self.overall)
            for name, values, shares in zip(self.names, self.values, self.shares, strict=True)
        ]
        return np.hstack([np.empty((rows, 0)), *blocks])

    @property
    def feature_names(self) -> list[str]:
        """One name a column and class."""
        return [f"{name} with class {place}" for name in self.names for place in range(len(self.overall))]


def fit_class_shares(
    columns: Mapping[str, np.ndarray],
    coarse: Mapping[str, np.ndarray],
    targets: np.ndarray,
    seed: int,
) -> tuple[ClassShares, np.ndarray]:
    """Learn class shares where they tell more than a coarse look at the column does, and encode the training rows.

    The rows that are learned from are encoded across folds (as scikit-learn's TargetEncoder does it): the shares a
    row sees come from the rows of the other folds, so that no row sees its own target. The same encodings decide by
    their likelihood which columns are worth it.

    Args:
        columns: [n] values each, missing as nan or None.
        coarse: [n] int64 codes each, of what the network sees of the column anyway.
        targets: [n] int64 class codes.
        seed: of the folds.

    Returns:
        The shares, and [n, names * K] float64 of the same rows.
    """
    overall = np.bincount(targets) / max(len(targets), 1)
    folds = np.random.default_rng(seed).permutation(len(targets)) % FOLDS
    gains: dict[str, float] = {}
    values: dict[str, pd.Index[Any]] = {}
    for name, column in columns.items():
        frequent = frequent_values(column)
        if len(frequent) >= _FEWEST_VALUES:
            fine = across_folds(frequent.get_indexer(pd.Index(column)), targets, folds)
            gain = _likelihood(fine, targets) - _likelihood(
                across_folds(coarse[name], targets, folds), targets
            )
            if gain > 0:
                gains[name], values[name] = gain, frequent
    names = sorted(gains, key=lambda name: -gains[name])[: MOST_STATISTICS // len(overall)]
    codes = [values[name].get_indexer(pd.Index(columns[name])) for name in names]
    shares = [
        _smoothed(_counts(its, targets, len(values[name]))) for name, its in zip(names, codes, strict=True)
    ]
    fitted = ClassShares(tuple(names), tuple(values[name] for name in names), tuple(shares), overall)
    encoded = [_STRENGTH * (across_folds(its, targets, folds) - overall) for its in codes]
    return fitted, np.hstack([np.empty((len(targets), 0)), *encoded])


def frequent_values(column: np.ndarray) -> pd.Index[Any]:
    """List the values of at least FEWEST_ROWS rows, missing ones left out, the most frequent first."""
    counts = pd.Series(column).value_counts(sort=True)
    return counts.index[counts.to_numpy() >= FEWEST_ROWS][:_MOST_VALUES]


def across_folds(codes: np.ndarray, targets: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Give every row the class shares of its value in the rows of the other folds.

    Args:
        codes: [n] int64 codes of values, -1 for those that share one.
        targets: [n] int64 class codes.
        folds: [n] the fold of each row.

    Returns:
        [n, K] float64, (n_k + s q_k) / (n + s) with s = SMOOTHING and the class shares q of the other folds.
    """
    size, classes = int(codes.max(initial=-1)) + 2, int(targets.max()) + 1
    counts = np.zeros((FOLDS, size, classes))
    np.add.at(counts, (folds, codes, targets), 1)
    return np.asarray(_smoothed(counts.sum(axis=0) - counts)[folds, codes])


def _counts(codes: np.ndarray, targets: np.ndarray, size: int) -> np.ndarray:
    """Count classes a value, [size + 1, K], the value of code -1 last."""
    counts = np.zeros((size + 1, int(targets.max()) + 1))
    np.add.at(counts, (codes, targets), 1)
    return counts


def _smoothed(counts: np.ndarray) -> np.ndarray:
    """Turn counts [..., values, K] to shares, each value's drawn to those of all values."""
    overall = counts.sum(axis=-2, keepdims=True)
    overall = overall / overall.sum(axis=-1, keepdims=True).clip(min=1)
    return np.asarray((counts + SMOOTHING * overall) / (counts.sum(axis=-1, keepdims=True) + SMOOTHING))


def _likelihood(shares: np.ndarray, targets: np.ndarray) -> float:
    """Mean log-likelihood of the targets, [n], under shares [n, K]."""
    return float(np.log(shares[np.arange(len(targets)), targets].clip(min=_LEAST_SHARE)).mean())
