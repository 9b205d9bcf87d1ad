"""A test part of fresh rows, where as many as one likes can be had."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from east.dataset.preparing import Dataset, Part
from east.dataset.targets import factorize
from east.errors import DatasetError

if TYPE_CHECKING:
    from east.tables import Table


def with_test(dataset: Dataset, table: Table) -> Dataset:
    """Give a dataset without a test part the rows of another table for it.

    Args:
        dataset: prepared with a test share of 0.
        table: has the target and all columns that the dataset was made from.

    Returns:
        The dataset with `test` encoded as its training part was; `test.rows` are positions in `table`, which is
        its `test_table`.

    Raises:
        DatasetError: when there is a test part already, a column is not there, or a label is unknown.
    """
    if len(dataset.test):
        got = f"{len(dataset.test):,} rows"
        raise DatasetError("The dataset has a test part already", got, "prepare it with a test share of 0")
    frame = table.frame
    if dataset.target not in frame.columns:
        remedy = "give a table with the same columns"
        raise DatasetError("The test table lacks the target", f"no {dataset.target!r}", remedy)
    test = Part(dataset.encoder.transform(frame), _codes(dataset, table), np.arange(len(frame)))
    note = f"The test part is {len(frame):,} rows of their own, {table.name!r}."
    return replace(dataset, test=test, test_table=table, notes=(*dataset.notes, note))


def _codes(dataset: Dataset, table: Table) -> np.ndarray:
    """Code the labels of a table as those of a dataset are."""
    column = table.frame[dataset.target]
    if column.isna().any():
        got = f"none in {int(column.isna().sum()):,} of {len(column):,}"
        raise DatasetError("Every test row needs a label", got, "leave them out")
    codes, names = factorize(column)
    unknown = [name for name in names if name not in dataset.classes]
    if unknown:
        remedy = "give more training rows, or leave it out"
        raise DatasetError("The test table has a label that training lacks", repr(unknown[0]), remedy)
    places = np.array([dataset.classes.index(name) for name in names], dtype=np.int64)
    return np.asarray(places[codes])
