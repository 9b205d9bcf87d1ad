"""A test part of fresh rows, where as many as one likes can be had."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from east.dataset.preparing import Dataset, Part
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
    codes = {name: code for code, name in enumerate(dataset.classes)}
    targets = frame[dataset.target].map(codes)
    if targets.isna().any():
        got = repr(frame[dataset.target][targets.isna()].iloc[0])
        raise DatasetError(
            "The test table has a label that training lacks", got, "give more training rows, or leave it out"
        )
    test = Part(dataset.encoder.transform(frame), targets.to_numpy(dtype=np.int64), np.arange(len(frame)))
    note = f"The test part is {len(frame):,} rows of their own, {table.name!r}."
    return replace(dataset, test=test, test_table=table, notes=(*dataset.notes, note))
