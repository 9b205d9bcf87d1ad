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

MAX_WIDTH = 2000  # encoded columns of text and categories together
_ONE_HOT_BELOW = 40  # distinct values; skrub's own default
_TEXT_WIDTH = 16
_LARGEST = 1e30  # squares still fit into float32's range after scaling


@dataclass(frozen=True)
class Encoder:
    """A fitted encoder.

    Args:
        columns: the columns it reads, in order.
        kinds: per column "numeric", "date" or "text".
        centres: per numeric column the median of the training rows.
        pipeline: skrub's TableVectorizer, an imputer and skrub's SquashingScaler, fitted.
        feature_names: of the columns it gives.
    """

    columns: tuple[str, ...]
    kinds: Mapping[str, str]
    centres: Mapping[str, float]
    pipeline: Pipeline
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
        plain = _plain(frame, self.kinds, self.centres)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # skrub warns of every unseen category and unreadable date
            encoded = self.pipeline.transform(plain)
        return _finite(encoded)


def fit_encoder(frame: pd.DataFrame, seed: int = 0) -> tuple[Encoder, np.ndarray]:
    """Fit an encoder on training rows, and encode them.

    Missing values are filled with the column's median and marked in a column of their own where the training
    rows have any; numbers are scaled by their quartiles and softly clipped to [-3, 3], so that no outlier, in
    training or later, can dominate (Holzmueller et al., "Better by Default", 2024).

    Args:
        frame: the training rows, only columns to learn from.
        seed: for the encoding of long text.

    Returns:
        The encoder and its [n, d] float32 of the same rows.

    Raises:
        DatasetError: when no column is left that can be learned from.
    """
    if not frame.shape[1]:
        raise DatasetError("No column is left to learn from", None, "leave fewer columns out")
    kinds = {str(name): _kind(frame[name]) for name in frame.columns}
    centres = {name: _centre(frame[name]) for name, kind in kinds.items() if kind == "numeric"}
    plain = _plain(frame, kinds, centres)
    if all(plain[name].nunique(dropna=False) < 2 for name in plain):
        got, remedy = "only columns of one value or none", "choose another table or target"
        raise DatasetError("No column is left to learn from", got, remedy)
    pipeline = _pipeline(plain, kinds, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoded = pipeline.fit_transform(plain)
    if not encoded.shape[1]:
        raise DatasetError(
            "No column is left to learn from", "only empty columns", "choose another table or target"
        )
    names = pipeline[:-1].get_feature_names_out()
    encoder = Encoder(tuple(kinds), kinds, centres, pipeline, tuple(map(str, names)))
    return encoder, _finite(encoded)


def _finite(encoded: Any) -> np.ndarray:
    dense = np.asarray(encoded, dtype=np.float64)
    return np.nan_to_num(dense, nan=0.0, posinf=3.0, neginf=-3.0).astype(np.float32)


def _kind(column: pd.Series[Any]) -> str:
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return "numeric"
    return "date" if pd.api.types.is_datetime64_any_dtype(column.dtype) else "text"


def _centre(column: pd.Series[Any]) -> float:
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    finite = numbers[np.isfinite(numbers)]
    return float(np.median(finite)) if finite.size else 0.0


def _plain(frame: pd.DataFrame, kinds: Mapping[str, str], centres: Mapping[str, float]) -> pd.DataFrame:
    """Bring each column to its kind.

    Numbers lose their median in float64 here: skrub computes in float32, in which a time stamp of ten digits
    would lose its seconds. The scaling that follows does not depend on such a shift.
    """
    columns: dict[str, pd.Series[Any]] = {}
    for name, kind in kinds.items():
        column = frame[name]
        if kind == "numeric":
            columns[name] = _numbers(column, centres[name])
        elif kind == "date":
            columns[name] = pd.to_datetime(column, errors="coerce", utc=True, format="mixed").dt.tz_localize(
                None
            )
        else:
            columns[name] = _texts(column)
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def _numbers(column: pd.Series[Any], centre: float) -> pd.Series[Any]:
    numeric = (
        column if pd.api.types.is_numeric_dtype(column.dtype) else pd.to_numeric(column, errors="coerce")
    )
    numbers = numeric.to_numpy(dtype=np.float64, na_value=np.nan)
    shifted = np.clip(np.where(np.isfinite(numbers), numbers, np.nan) - centre, -_LARGEST, _LARGEST)
    return pd.Series(shifted, index=column.index)


def _texts(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.StringDtype):
        return column
    return column.astype(object).where(column.notna(), None).map(str, na_action="ignore").astype("str")


def _pipeline(plain: pd.DataFrame, kinds: Mapping[str, str], seed: int) -> Pipeline:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from skrub import SquashingScaler, StringEncoder, TableVectorizer

    one_hot_below, text_width = _widths(
        [int(plain[name].nunique()) for name, kind in kinds.items() if kind == "text"]
    )
    vectorizer = TableVectorizer(
        cardinality_threshold=one_hot_below,
        high_cardinality=StringEncoder(n_components=text_width, random_state=seed),
        drop_if_constant=True,
    )
    return make_pipeline(vectorizer, SimpleImputer(strategy="median", add_indicator=True), SquashingScaler())


def _widths(cardinalities: list[int]) -> tuple[int, int]:
    """Below how many distinct values to one-hot, and how wide to make text, to stay within MAX_WIDTH."""
    one_hot_below, text_width = _ONE_HOT_BELOW, _TEXT_WIDTH
    while one_hot_below > 2 or text_width > 1:
        width = sum(count if count < one_hot_below else text_width for count in cardinalities)
        if width <= MAX_WIDTH:
            break
        one_hot_below, text_width = max(one_hot_below // 2, 2), max(text_width // 2, 1)
    return one_hot_below, text_width
