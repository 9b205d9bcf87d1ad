"""Rows as anyone has them, as a pandas frame whose cells can be learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import _check_sample_weight

from east.errors import DatasetError

NESTED = (list, tuple, dict, set, frozenset, np.ndarray)


def frame_of(rows: Any) -> Any:
    """Give a table of polars, pyarrow or another library as a pandas frame; anything else stays as it is.

    Tables are read through Arrow's PyCapsule interface, which keeps what each column is: an array of their
    cells would turn numbers beside text into text.
    """
    table = hasattr(rows, "__arrow_c_stream__") and hasattr(rows, "columns")
    if isinstance(rows, pd.DataFrame) or not table:
        return rows
    import pyarrow

    return pyarrow.table(rows).to_pandas(date_as_object=False)


def check_columns(frame: pd.DataFrame, least: int) -> None:
    """Refuse a frame with too few rows or columns, or with columns of the same name.

    Args:
        frame: the rows.
        least: the fewest rows.

    Raises:
        DatasetError: in these cases.
    """
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise DatasetError("Column names repeat", repr(repeated[0]), "give each column a name of its own")
    if len(frame) < least or frame.shape[1] < 1:
        got, remedy = f"shape {frame.shape}", f"give {least} rows and one column at least"
        raise DatasetError("There is too little to learn from or to predict", got, remedy)


def check_cells(frame: pd.DataFrame) -> None:
    """Refuse cells that are no single value: lists, dicts, arrays and complex numbers.

    Raises:
        DatasetError: naming the column, with one of its cells.
    """
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind == "c":
            remedy = "give the real and the imaginary part a column each"
            raise DatasetError(f"The column {name!r} holds complex numbers", column.iloc[0], remedy)
        nested = _nested(column)
        if nested is not None:
            remedy = "give one number, date or text a cell, such as a column for each of the values"
            shown = repr(nested) if len(repr(nested)) <= 60 else f"{repr(nested)[:57]}..."
            raise DatasetError(f"The column {name!r} holds several values in one cell", shown, remedy)


def weights_of(sample_weight: Any, frame: pd.DataFrame) -> NDArray[np.float64] | None:
    """Return the weights of rows as an array `[n]`, None where all count alike.

    Raises:
        ValueError: for another number of weights, or weights below 0, not finite or all 0, in scikit-learn's words.
    """
    if sample_weight is None:
        return None
    weights = _check_sample_weight(sample_weight, frame, dtype=np.float64, ensure_non_negative=True)
    return None if (weights == weights[0]).all() else np.asarray(weights)


def _nested(column: pd.Series[Any]) -> object:
    """Return the first cell that holds several values, None where there is none."""
    cells = column.dropna() if isinstance(column.dtype, pd.ArrowDtype) else column
    if column.dtype.kind != "O" or isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
        return None
    return next((cell for cell in cells if isinstance(cell, NESTED)), None)
