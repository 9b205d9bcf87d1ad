"""Frames in one plain form: unique text names, plain column types, numbers and dates where the text means them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from east.errors import TableError
from east.tables.table import Limits, Notebook
from east.tables.texts import TextRules

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBER = re.compile(r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*%?\s*$")


def is_number(cell: str) -> bool:
    """Whether a cell's text is a number, with a decimal point or comma."""
    return bool(_NUMBER.match(cell))


def unique_names(names: Sequence[object], notebook: Notebook) -> list[str]:
    """Give every column a unique text name: nameless ones are numbered, repeated ones get a suffix."""
    seen: set[str] = set()
    unique: list[str] = []
    for position, name in enumerate(names):
        base = re.sub(r"\s*[\r\n]+\s*", " ", str(name).strip()) if name is not None else ""
        base = base if base and base != "nan" else f"column_{position + 1}"
        candidate, count = base, 1
        while candidate in seen:
            count += 1
            candidate = f"{base}_{count}"
        seen.add(candidate)
        unique.append(candidate)
    changed = [new for new, old in zip(unique, names, strict=True) if new != str(old).strip()]
    if changed:
        notebook.add(
            "names", ", ".join(map(repr, changed[:5])), "nameless or repeated columns were given unique names"
        )
    return unique


def check_size(rows: int, columns: int, limits: Limits) -> None:
    """Refuse a table beyond the limits.

    Raises:
        TableError: naming the limit that is exceeded.
    """
    for what, size, limit in (
        ("columns", columns, limits.columns),
        ("rows", rows, limits.rows),
        ("cells", rows * columns, limits.cells),
    ):
        if size > limit:
            raise TableError(f"The table has too many {what}", f"{size:,}", f"keep to {limit:,}")


def from_arrow(
    table: pa.Table, limits: Limits, notebook: Notebook, rules: TextRules | None = None, strip: bool = False
) -> pd.DataFrame:
    """Turn an arrow table into a frame, whatever its metadata says about Python types."""
    check_size(table.num_rows, table.num_columns, limits)
    names = unique_names(table.column_names, notebook)
    plain = table.replace_schema_metadata(None).rename_columns([str(i) for i in range(len(names))])
    frame = plain.to_pandas(ignore_metadata=True, date_as_object=False, strings_to_categorical=False)
    frame.columns = pd.Index(names, dtype="str")
    if strip:
        for name in names:
            if isinstance(frame[name].dtype, pd.StringDtype):
                frame[name] = frame[name].str.strip()
    return tidy(frame, notebook, rules)


def tidy(frame: pd.DataFrame, notebook: Notebook, rules: TextRules | None = None) -> pd.DataFrame:
    """Bring every column to one of the plain types; rows stay as they are."""
    rules = rules or TextRules()
    columns = {str(name): _plain(frame.iloc[:, i], rules) for i, name in enumerate(frame.columns)}
    rules.note(notebook)
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def without_nothing(frame: pd.DataFrame, notebook: Notebook) -> pd.DataFrame:
    """Drop rows and nameless columns that hold nothing, as text files and sheets often have at their ends."""
    nameless = [c for c in frame.columns if re.fullmatch(r"column_\d+", c) and frame[c].isna().all()]
    if nameless and len(nameless) < frame.shape[1]:
        notebook.add("dropped", f"{len(nameless)} columns", "they have neither a name nor a value")
        frame = frame.drop(columns=nameless)
    if frame.shape[1] and bool(frame.iloc[:, 0].isna().any()):
        empty = frame.isna().all(axis=1)
        if bool(empty.any()):
            notebook.add("dropped", f"{int(empty.sum()):,} rows", "all their cells are empty")
            frame = frame[~empty].reset_index(drop=True)
    return frame


def _plain(column: pd.Series[Any], rules: TextRules) -> pd.Series[Any]:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _plain_categories(column)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(column.dt.tz_convert("UTC").dt.tz_localize(None))
    if isinstance(dtype, pd.StringDtype):
        return rules.read(column)
    if pd.api.types.is_bool_dtype(dtype) and column.notna().all():
        return column.astype(bool)
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return _plain_numbers(column)
    if pd.api.types.is_datetime64_dtype(dtype):
        return column
    if pd.api.types.is_timedelta64_dtype(dtype):
        return pd.Series(column.dt.total_seconds())
    return _plain_objects(column, rules)


def _plain_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    if not isinstance(column.dtype, np.dtype):
        whole = pd.api.types.is_integer_dtype(column.dtype) and column.notna().all()
        return pd.Series(
            column.to_numpy(dtype=np.int64 if whole else np.float64, na_value=0 if whole else np.nan)
        )
    return column.astype(np.float64) if column.dtype == np.float16 else column


def _plain_categories(column: pd.Series[Any]) -> pd.Series[Any]:
    labels = [str(value) for value in column.cat.categories]
    if len(set(labels)) < len(labels):
        return column.astype("str")
    return column.cat.rename_categories(labels)


def _plain_objects(column: pd.Series[Any], rules: TextRules) -> pd.Series[Any]:
    """Turn a column of Python values into numbers, dates or text."""
    words = column.map(lambda value: isinstance(value, str) and rules.counts_as_missing(value)).astype(bool)
    present = column[column.notna() & ~words]
    if present.empty:
        return pd.Series(np.full(len(column), np.nan), index=column.index)
    kinds = {type(value) for value in present}
    if str not in kinds and bool(words.any()):
        rules.missing |= set(column[words].unique()) - {""}
        column = column.mask(words)
    if bool in kinds and kinds == {bool} and len(present) == len(column):
        return column.astype(bool)
    if bool not in kinds and all(issubclass(kind, int | float | np.number) for kind in kinds):
        return pd.to_numeric(column, errors="coerce")
    if "Decimal" in {kind.__name__ for kind in kinds} and len(kinds) == 1:
        return column.astype(float)
    if {kind.__name__ for kind in kinds} <= {"date", "datetime", "Timestamp"}:
        return pd.to_datetime(column, errors="coerce", utc=True).dt.tz_localize(None)
    mixed = str in kinds and bool(kinds & {int, float})
    return rules.read(column.map(_as_text, na_action="ignore").astype("str"), digits_are_codes=not mixed)


def _as_text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list | tuple | np.ndarray):
        return json.dumps(
            value.tolist() if isinstance(value, np.ndarray) else value, default=str, sort_keys=True
        )
    return str(value)
