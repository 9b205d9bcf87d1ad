"""Frames made safe to be opened by a spreadsheet program."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from east.tables.frames import is_number

if TYPE_CHECKING:
    import pandas as pd

# Characters that start a formula in some spreadsheet program, also in full width (OWASP, "CSV injection").
_FORMULA = re.compile("^[\\s\\u200b\\ufeff\"']*[=+\\-@\\t\\r\\n|%＝＋－＠]")


def neutralise(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet program would run as a formula; numbers stay as they are."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not is_number(cell):
        return f"'{cell}"
    return cell


def neutralise_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Neutralise every formula-like text of a frame, column names and categories included.

    Returns:
        A new frame; columns of numbers, dates and booleans are the same objects. A column whose name is that of
        an earlier one gets a number.
    """
    import pandas as pd

    columns: dict[Any, Any] = {}
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(object)
        if isinstance(column.dtype, pd.StringDtype) or column.dtype == object:
            column = column.map(neutralise, na_action="ignore")
        columns[position] = column
    safe = pd.DataFrame(columns, index=frame.index)
    safe.columns = pd.Index(_apart([neutralise(name) for name in frame.columns]))
    return safe


def _apart(names: Sequence[Hashable]) -> list[Hashable]:
    """Number repeated names: no table that is shown or saved may have two columns of one name."""
    found: dict[Hashable, None] = {}
    for name in names:
        numbered, count = name, 1
        while numbered in found:
            count += 1
            numbered = f"{name}_{count}"
        found[numbered] = None
    return list(found)
