"""The columns of a frame, each read as its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

LARGEST = 1e150  # squares stay finite


def kind_of(column: pd.Series[Any]) -> str:
    """Tell whether a column is "numeric" (numbers, or durations in seconds), "date" or "text"."""
    number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if number or is_duration(column):
        return "numeric"
    return "date" if pd.api.types.is_datetime64_any_dtype(column.dtype) else "text"


def is_duration(column: pd.Series[Any]) -> bool:
    """Whether a column holds durations, in pandas' own type or arrow's."""
    return column.dtype.kind == "m"


def as_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Read a column as numbers: durations as their seconds, text as the number it says, all else as missing."""
    if is_duration(column):
        return pd.Series(column.dt.total_seconds())
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    return pd.Series(pd.to_numeric(column, errors="coerce"))


def of_kind(kinds: Mapping[str, str], kind: str) -> list[str]:
    """List the columns of one kind."""
    return [name for name, its in kinds.items() if its == kind]


def numbers_of(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Give the numeric columns as [n, m] float64, durations in seconds, what is no finite number as missing.

    They do not go through skrub's vectorizer, which would pass them on in float32, where a time stamp of ten digits
    loses its seconds, and takes milliseconds a column.
    """
    numbers = np.empty((len(frame), len(names)), dtype=np.float64)
    for place, name in enumerate(names):
        numbers[:, place] = as_numbers(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(np.clip(np.where(np.isfinite(numbers), numbers, np.nan), -LARGEST, LARGEST))


def others_of(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
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
