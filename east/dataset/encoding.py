"""Columns of any kind to finite numbers, fitted on the training rows alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from east.errors import DatasetError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline
    from skrub import TableVectorizer

MAX_WIDTH = 4000  # encoded columns of text and categories together
_ONE_HOT_BELOW = 40  # distinct values; skrub's own default
_TEXT_WIDTH = 16
_STEP = 100_000  # rows that text is learned from, and encoded at a time
_LEAST_DEVIATION = 0.1  # so that no feature exceeds 60
_LARGEST = 1e150  # squares stay finite


@dataclass(frozen=True)
class Encoder:
    """A fitted encoder.

    Args:
        columns: the columns it reads.
        kinds: per column that is learned from "numeric", "date" or "text"; constant ones are missing here.
        vectorizer: skrub's TableVectorizer for dates and text, fitted; None where there are none.
        scaler: an imputer and skrub's SquashingScaler, fitted.
        means, deviations: [d] float64, what numeric columns are standardised with at last; 0 and 1 elsewhere.
        feature_names: of the columns it gives: numbers first, then the vectorizer's.
    """

    columns: tuple[str, ...]
    kinds: Mapping[str, str]
    vectorizer: TableVectorizer | None
    scaler: Pipeline
    means: np.ndarray
    deviations: np.ndarray
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
        blocks = [_numbers(frame, _of_kind(self.kinds, "numeric"))]
        if self.vectorizer is not None:
            blocks.append(_vectorized(self.vectorizer, _others(frame, self.kinds)))
        return self._standardised(self.scaler.transform(np.hstack(blocks)))

    def _standardised(self, squashed: np.ndarray) -> np.ndarray:
        finite = np.nan_to_num(squashed, nan=0.0, posinf=3.0, neginf=-3.0)
        return np.asarray((finite - self.means) / self.deviations, dtype=np.float32)


def fit_encoder(frame: pd.DataFrame, seed: int = 0) -> tuple[Encoder, np.ndarray]:
    """Fit an encoder on training rows, and encode them.

    Missing values are filled with the column's median and marked in a column of their own where the training
    rows have any. Everything is scaled by its quartiles and softly clipped to [-3, 3], so that no outlier, in
    training or later, can dominate (Holzmueller et al., "Better by Default", 2024). Numbers are then brought to
    unit variance: a column that is zero in nearly all rows would else be too small to be learned from.

    Args:
        frame: the training rows, only columns to learn from.
        seed: for the encoding of long text.

    Returns:
        The encoder and its [n, d] float32 of the same rows.

    Raises:
        DatasetError: when no column is left that can be learned from.
    """
    kinds = {str(name): _kind(frame[name]) for name in frame.columns if frame[name].nunique(dropna=False) > 1}
    if not kinds:
        got = "only constant columns" if frame.shape[1] else None
        raise DatasetError(
            "No column is left to learn from", got, "choose another table, or leave fewer columns out"
        )
    numeric = _of_kind(kinds, "numeric")
    blocks, names, vectorizer = [_numbers(frame, numeric)], list(numeric), None
    if len(numeric) < len(kinds):
        others = _others(frame, kinds)
        vectorizer = _vectorizer(others, kinds, seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            vectorizer.fit(_sample(others, seed))
        blocks.append(_vectorized(vectorizer, others))
        names += map(str, vectorizer.get_feature_names_out())
    scaler = _scaler()
    squashed = scaler.fit_transform(np.hstack(blocks))
    names = [str(name) for name in scaler[0].get_feature_names_out(np.asarray(names, dtype=object))]
    means, deviations = _moments(squashed, len(numeric))
    columns = tuple(map(str, frame.columns))
    encoder = Encoder(columns, kinds, vectorizer, scaler, means, deviations, tuple(names))
    return encoder, encoder._standardised(squashed)


def _moments(squashed: np.ndarray, numeric: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of the numeric columns, which come first; 0 and 1 for the others."""
    means, deviations = np.zeros(squashed.shape[1]), np.ones(squashed.shape[1])
    means[:numeric] = squashed[:, :numeric].mean(axis=0)
    deviations[:numeric] = squashed[:, :numeric].std(axis=0).clip(min=_LEAST_DEVIATION)
    return means, deviations


def _sample(others: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Some rows of a long table: what text is made of shows in a hundred thousand of them."""
    if len(others) <= _STEP:
        return others
    return others.iloc[np.sort(np.random.default_rng(seed).choice(len(others), _STEP, replace=False))]


def _vectorized(vectorizer: TableVectorizer, others: pd.DataFrame) -> np.ndarray:
    """Vectorise step by step: the letter groups of a million texts would fill gigabytes at once."""
    steps = range(0, len(others), _STEP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # skrub warns of every unseen category and unreadable date
        blocks = [
            np.asarray(vectorizer.transform(others.iloc[i : i + _STEP]), dtype=np.float64) for i in steps
        ]
    return np.vstack(blocks)


def _of_kind(kinds: Mapping[str, str], kind: str) -> list[str]:
    return [name for name, its in kinds.items() if its == kind]


def _kind(column: pd.Series[Any]) -> str:
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return "numeric"
    return "date" if pd.api.types.is_datetime64_any_dtype(column.dtype) else "text"


def _numbers(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Give the numeric columns as [n, m] float64, what is no finite number as missing.

    They do not go through skrub's vectorizer, which would pass them on in float32, where a time stamp of ten digits
    loses its seconds, and takes milliseconds a column.
    """
    numbers = np.empty((len(frame), len(names)), dtype=np.float64)
    for place, name in enumerate(names):
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column.dtype):
            column = pd.to_numeric(column, errors="coerce")
        numbers[:, place] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(np.clip(np.where(np.isfinite(numbers), numbers, np.nan), -_LARGEST, _LARGEST))


def _others(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Give the columns of dates and text, each as its kind."""
    columns: dict[str, pd.Series[Any]] = {}
    for name, kind in kinds.items():
        if kind == "date":
            dates = pd.to_datetime(frame[name], errors="coerce", utc=True, format="mixed")
            columns[name] = dates.dt.tz_localize(None)
        elif kind == "text":
            columns[name] = _texts(frame[name])
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def _texts(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.StringDtype):
        return column
    return column.astype(object).where(column.notna(), None).map(str, na_action="ignore").astype("str")


def _vectorizer(others: pd.DataFrame, kinds: Mapping[str, str], seed: int) -> TableVectorizer:
    from skrub import StringEncoder, TableVectorizer

    texts = _of_kind(kinds, "text")
    one_hot_below, text_width = _widths([int(others[name].nunique()) for name in texts])
    text_encoder = StringEncoder(n_components=text_width, random_state=seed)
    return TableVectorizer(cardinality_threshold=one_hot_below, high_cardinality=text_encoder)


def _scaler() -> Pipeline:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from skrub import SquashingScaler

    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return make_pipeline(imputer, SquashingScaler())


def _widths(cardinalities: list[int]) -> tuple[int, int]:
    """Below how many distinct values to one-hot, and how wide to make text, to stay within MAX_WIDTH."""
    one_hot_below, text_width = _ONE_HOT_BELOW, _TEXT_WIDTH
    while one_hot_below > 2 or text_width > 1:
        width = sum(count if count < one_hot_below else text_width for count in cardinalities)
        if width <= MAX_WIDTH:
            break
        one_hot_below, text_width = max(one_hot_below // 2, 2), max(text_width // 2, 1)
    return one_hot_below, text_width
