"""The role of each column: numeric, categorical, boolean, date, text, constant or id."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd

from east.dataset.facts import ColumnFacts

_BOOLEANS = (
    {"true", "false"},
    {"yes", "no"},
    {"y", "n"},
    {"t", "f"},
    {"0", "1"},
    {"on", "off"},
    {"ja", "nein"},
)
_ID_NAME = re.compile(
    r"(^|[_\W])(id|uuid|guid|key|index|idx|nr|no|row|rownames?|row_name|record)($|[_\W\d])|Id$|ID$"
)
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[ -]?[A-Za-z]{3,9}[ -,]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}"
)
_MONTH = re.compile(r"\d{4}-\d{2}(T|$)")


def describe(column: pd.Series[Any], missing: int, rows: int) -> ColumnFacts:
    """Gather the facts of one column.

    Args:
        column: its profiled rows.
        missing: missing values of the whole table.
        rows: of the whole table.
    """
    present = column.dropna()
    distinct = int(present.nunique())
    role = _role(column, present, distinct)
    low, middle, high = _spread(present) if role in ("numeric", "id") else (None, None, None)
    examples = tuple(_shown(value) for value in present.drop_duplicates().head(4))
    return ColumnFacts(
        str(column.name), role, missing, missing / max(rows, 1), distinct, examples, low, middle, high
    )


def _role(column: pd.Series[Any], present: pd.Series[Any], distinct: int) -> str:
    if distinct <= 1:
        return "constant"
    if distinct == 2 and _is_boolean(present):
        return "boolean"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    if is_id(present, distinct, str(column.name)):
        return "id"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "numeric"
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categorical"
    return _text_role(present, distinct)


def _is_boolean(present: pd.Series[Any]) -> bool:
    if pd.api.types.is_bool_dtype(present.dtype):
        return True
    return {_shown(value).lower() for value in present.drop_duplicates()} in _BOOLEANS


def is_id(present: pd.Series[Any], distinct: int, name: str) -> bool:
    """Whether a column identifies rows: whole numbers or short codes, (almost) all of them different."""
    if len(present) < 20 or distinct < 0.98 * len(present):
        return False
    named = bool(_ID_NAME.search(name))
    if pd.api.types.is_bool_dtype(present.dtype) or pd.api.types.is_datetime64_any_dtype(present.dtype):
        return False
    if pd.api.types.is_numeric_dtype(present.dtype):
        numbers = present.to_numpy(dtype=np.float64)
        if not np.isfinite(numbers).all() or (numbers != np.round(numbers)).any() or distinct < len(present):
            return False
        steps = np.diff(numbers)
        return named or bool((steps > 0).all() and numbers.max() - numbers.min() < 20 * len(numbers))
    sample = present.astype(object).map(str).head(200)
    if looks_like_dates(present):
        return False
    words = sample.str.split().map(len)
    codes = bool((words == 1).mean() > 0.95 and sample.str.contains(r"\d").mean() > 0.9)
    return codes or (named and bool(words.mean() < 3))


def _text_role(present: pd.Series[Any], distinct: int) -> str:
    if looks_like_dates(present):
        return "date"
    sample = present.astype(object).map(str).head(500)
    words = float(sample.str.split().map(len).mean())
    long = float(sample.str.len().mean()) > 60
    return (
        "text" if distinct > 30 and (words >= 4 or long) and distinct > 0.3 * len(present) else "categorical"
    )


def looks_like_dates(present: pd.Series[Any]) -> bool:
    """Whether nearly all texts of a column can be read as dates."""
    if pd.api.types.is_numeric_dtype(present.dtype):
        return False
    sample = present.astype(object).map(str).head(100)
    likely = sample.map(lambda text: bool(_DATE.search(text) or _MONTH.match(text)) and len(text) < 40)
    if not len(sample) or likely.mean() < 0.95:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = pd.to_datetime(sample, errors="coerce", format="mixed", dayfirst=True, utc=True)
    return bool(read.notna().mean() >= 0.95)


def _spread(present: pd.Series[Any]) -> tuple[float | None, float | None, float | None]:
    if not pd.api.types.is_numeric_dtype(present.dtype):
        return None, None, None
    numbers = present.to_numpy(dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return None, None, None
    return float(finite.min()), float(np.median(finite)), float(finite.max())


def _shown(value: object) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:g}" if not float(value).is_integer() or abs(float(value)) > 1e15 else str(int(value))
    text = str(value).removesuffix(" 00:00:00")
    return text if len(text) <= 60 else f"{text[:57]}..."
