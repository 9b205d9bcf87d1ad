"""Columns of any kind to finite numbers, fitted on the training rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from east.dataset.encoding.columns import kind_of, numbers_of, of_kind, others_of
from east.dataset.encoding.knots import Pieces, fit_pieces
from east.dataset.encoding.statistics import ClassShares, fit_class_shares
from east.dataset.encoding.vectorizing import (
    fit_vectorizer,
    output_names,
    places_of_dates,
    vectorized,
    wide_texts,
)
from east.errors import DatasetError, no_such

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline
    from skrub import TableVectorizer

NUMERIC_ENCODINGS = ("piecewise", "scaled")
_LEAST_DEVIATION = 0.1  # so that no feature exceeds 60


@dataclass(frozen=True)
class Encoder:
    """A fitted encoder.

    Args:
        columns: the columns it reads.
        kinds: per column that is learned from "numeric", "date" or "text"; constant ones are missing here.
        vectorizer: skrub's TableVectorizer for dates and text, fitted; None where there are none.
        scaler: an imputer and skrub's SquashingScaler, fitted.
        means, deviations: [s] float64, what scaled numeric columns are standardised with at last; 0 and 1 elsewhere.
        pieces: the piecewise-linear encoding of numbers and dates.
        shares: the class shares of values that come again.
        feature_names: of the columns it gives: scaled numbers, the vectorizer's, marks of gaps, pieces, shares.
    """

    columns: tuple[str, ...]
    kinds: Mapping[str, str]
    vectorizer: TableVectorizer | None
    scaler: Pipeline
    means: np.ndarray
    deviations: np.ndarray
    pieces: Pieces
    shares: ClassShares
    feature_names: tuple[str, ...]

    def transform(self, frame: pd.DataFrame) -> np.ndarray:
        """Encode rows, seen before or not.

        Args:
            frame: has at least the columns the encoder was fitted on; more are ignored. Categories never seen
                and values that cannot be read as the column's kind count as missing.

        Returns:
            [n, d] float32, finite.

        Raises:
            DatasetError: when columns are not there.
        """
        absent = [name for name in self.columns if name not in frame.columns]
        if absent:
            got = f"no {', '.join(map(repr, absent[:5]))}{' ...' if len(absent) > 5 else ''}"
            raise DatasetError(
                "The table lacks columns the model was trained on", got, "add them, empty if unknown"
            )
        if not len(frame):
            return np.zeros((0, len(self.feature_names)), dtype=np.float32)
        rows = _read(frame, self.kinds)
        shares = self.shares.transform({name: rows.values(name) for name in self.shares.names}, len(frame))
        return self._encoded(self.scaler[0].transform(rows.matrix(self.vectorizer)), shares)

    def _encoded(self, filled: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Put the blocks side by side; `filled` is what the imputer gives."""
        squashed = np.nan_to_num(self.scaler[1].transform(filled), nan=0.0, posinf=3.0, neginf=-3.0)
        scaled = (squashed - self.means) / self.deviations
        return np.hstack([scaled, self.pieces.transform(filled), shares]).astype(np.float32)


@dataclass(frozen=True)
class _Rows:
    """The columns of some rows, each read as its kind: numbers [n, m], and a frame of dates and text."""

    names: list[str]
    numbers: np.ndarray
    others: pd.DataFrame

    def matrix(self, vectorizer: TableVectorizer | None) -> np.ndarray:
        """Everything as numbers [n, m + vectorizer's], gaps as nan."""
        return (
            self.numbers
            if vectorizer is None
            else np.hstack([self.numbers, vectorized(vectorizer, self.others)])
        )

    def values(self, name: str) -> np.ndarray:
        """One column's values [n]."""
        if name in self.names:
            return self.numbers[:, self.names.index(name)]
        return self.others[name].to_numpy(dtype=object)


def _read(frame: pd.DataFrame, kinds: Mapping[str, str]) -> _Rows:
    numeric = of_kind(kinds, "numeric")
    return _Rows(numeric, numbers_of(frame, numeric), others_of(frame, kinds))


def fit_encoder(
    frame: pd.DataFrame,
    seed: int = 0,
    *,
    targets: np.ndarray | None = None,
    numeric_encoding: str = "piecewise",
) -> tuple[Encoder, np.ndarray]:
    """Fit an encoder on training rows, and encode them.

    Missing values are filled with the column's median and marked in a column of their own where the training
    rows have any. Everything is scaled by its quartiles and softly clipped to [-3, 3], so that no outlier, in
    training or later, can dominate (Holzmueller et al., "Better by Default", 2024). Numbers are then brought to
    unit variance: a column that is zero in nearly all rows would else be too small to be learned from.
    Beside it, numbers and dates are encoded piecewise linearly, and values that come again by the classes that
    go with them.

    Args:
        frame: the training rows, only columns to learn from.
        seed: for the encoding of long text, and the folds of class shares.
        targets: [n] int64 class codes; None for no class shares.
        numeric_encoding: one of NUMERIC_ENCODINGS: "piecewise", or "scaled" for the scaled value alone.

    Returns:
        The encoder and its [n, d] float32 of the same rows.

    Raises:
        DatasetError: when no column is left that can be learned from.
        SettingError: for a numeric encoding that does not exist.
    """
    if numeric_encoding not in NUMERIC_ENCODINGS:
        raise no_such("numeric encoding", numeric_encoding, NUMERIC_ENCODINGS)
    rich = numeric_encoding == "piecewise"
    kinds = _kinds(frame)
    rows = _read(frame, kinds)
    vectorizer = fit_vectorizer(rows.others, kinds, seed) if rows.others.shape[1] else None
    matrix = rows.matrix(vectorizer)
    names = rows.names + (output_names(vectorizer) if vectorizer is not None else [])
    scaler = _scaler().fit(matrix)
    filled = scaler[0].transform(matrix)
    means, deviations = _moments(scaler[1].transform(filled), len(rows.names))
    pieces = fit_pieces(filled, _cut_places(rows, vectorizer) if rich else [])
    shares, encoded_shares = _fit_shares(rows, vectorizer, pieces, targets if rich else None, seed)
    names_out = scaler[0].get_feature_names_out(np.asarray(names, dtype=object))
    encoder = Encoder(
        columns=tuple(map(str, frame.columns)),
        kinds=kinds,
        vectorizer=vectorizer,
        scaler=scaler,
        means=means,
        deviations=deviations,
        pieces=pieces,
        shares=shares,
        feature_names=(*map(str, names_out), *pieces.names(names), *shares.feature_names),
    )
    return encoder, encoder._encoded(filled, encoded_shares)


def _kinds(frame: pd.DataFrame) -> dict[str, str]:
    kinds = {
        str(name): kind_of(frame[name]) for name in frame.columns if frame[name].nunique(dropna=False) > 1
    }
    if not kinds:
        got = "only constant columns" if frame.shape[1] else None
        raise DatasetError(
            "No column is left to learn from", got, "choose another table, or leave fewer columns out"
        )
    return kinds


def _cut_places(rows: _Rows, vectorizer: TableVectorizer | None) -> list[int]:
    """The columns of the matrix that are numbers or come from dates."""
    numeric = len(rows.names)
    dates = places_of_dates(vectorizer) if vectorizer is not None else []
    return [*range(numeric), *(numeric + place for place in dates)]


def _fit_shares(
    rows: _Rows, vectorizer: TableVectorizer | None, pieces: Pieces, targets: np.ndarray | None, seed: int
) -> tuple[ClassShares, np.ndarray]:
    """Offer the numbers that knots do not tell apart and the text that is not one-hot."""
    if targets is None:
        return ClassShares.none(), np.empty((len(rows.numbers), 0))
    coarse = {rows.names[place]: codes for place, codes in pieces.codes(rows.numbers)}
    texts = wide_texts(vectorizer, rows.others) if vectorizer is not None else []
    coarse |= dict.fromkeys(texts, np.zeros(len(targets), dtype=np.int64))
    return fit_class_shares({name: rows.values(name) for name in coarse}, coarse, targets, seed)


def _moments(squashed: np.ndarray, numeric: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of the numeric columns, which come first; 0 and 1 for the others."""
    means, deviations = np.zeros(squashed.shape[1]), np.ones(squashed.shape[1])
    means[:numeric] = squashed[:, :numeric].mean(axis=0)
    deviations[:numeric] = squashed[:, :numeric].std(axis=0).clip(min=_LEAST_DEVIATION)
    return means, deviations


def _scaler() -> Pipeline:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    from east.dataset.encoding.skrub_parts import SquashingScaler

    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return make_pipeline(imputer, SquashingScaler())
