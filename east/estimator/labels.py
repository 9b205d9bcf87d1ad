"""Labels as anyone has them, as an array and as codes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from east.errors import DatasetError, SettingError, listed

MOST_SHOWN = 12


def array_of(labels: Any) -> NDArray[Any]:
    """Return labels as an array `[n]` of their own kind.

    Raises:
        DatasetError: for missing labels.
        ValueError: for anything but a column of discrete labels, in scikit-learn's words.
    """
    values = np.asarray(column_or_1d(_plain(labels), warn=True))
    if pd.isna(values).any():
        raise _missing()
    check_classification_targets(values)
    return values


def code_labels(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the classes `[K]`, sorted, and each row's position among them, `[n]`.

    Raises:
        DatasetError: for labels of a single class.
    """
    classes, codes = np.unique(values, return_inverse=True)
    if len(classes) < 2:
        got, remedy = f"one class, {classes[0]!r}", "give rows of two or more classes"
        raise DatasetError("A classifier cannot learn from a single class", got, remedy)
    return classes, codes.astype(np.int64)


def position_of(label: Any, classes: NDArray[Any]) -> int:
    """Find a class by its label.

    Args:
        label: as it stands among the labels of training.
        classes: the labels `[K]`.

    Raises:
        SettingError: when there is no such class.
    """
    found = [place for place, name in enumerate(classes.tolist()) if name == label]
    if not found:
        shown = listed(map(repr, classes.tolist()), MOST_SHOWN)
        raise SettingError("There is no such class", repr(label), f"choose one of {shown}")
    return found[0]


def _plain(labels: Any) -> Any:
    """Give pandas' nullable and arrow types as numpy's own: they would turn whole numbers to fractions."""
    if isinstance(labels, pd.DataFrame) and labels.shape[1] == 1:
        what = "A column-vector y was passed when a 1d array was expected: its one column is used."
        warnings.warn(what, DataConversionWarning, stacklevel=2)
        labels = labels.iloc[:, 0]
    dtype: Any = getattr(labels, "dtype", None)
    if not isinstance(labels, pd.Series) or not hasattr(dtype, "numpy_dtype"):
        return labels
    if labels.isna().any():
        raise _missing()
    return labels.to_numpy(dtype=dtype.numpy_dtype)


def _missing() -> DatasetError:
    return DatasetError("Labels are missing", None, "leave the rows without a label out")
