"""Workbooks (xlsx) by way of calamine, which runs no macro and follows no link."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

from east.errors import TableError
from east.tables.frames import check_size, tidy, unique_names
from east.tables.table import Limits, Notebook, ReadOptions

if TYPE_CHECKING:
    import pandas as pd

_ENTRIES = 10_000


def read_sheet(
    data: bytes, name: str, options: ReadOptions, limits: Limits, notebook: Notebook
) -> pd.DataFrame:
    """Read one sheet of a workbook: the one asked for, else the first that holds anything.

    Raises:
        TableError: a damaged or empty workbook, a sheet that is not there, one beyond the limits.
    """
    import python_calamine

    check_archive(data, name, limits)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheet, rows = _choose(workbook, name, options.sheet, notebook)
    except python_calamine.CalamineError as error:
        raise TableError(f"{name!r} cannot be read as a workbook", error, "save it again as xlsx") from None
    check_size(len(rows), max(map(len, rows), default=0), limits)
    return _frame(rows, name, sheet, options, notebook)


def check_archive(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """Open a zip archive after a look at what it says it unfolds to.

    Raises:
        TableError: a damaged archive, or one of too many entries or bytes.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise TableError(f"{name!r} is a damaged archive", error, "write the file again") from None
    unfolded = sum(entry.file_size for entry in entries)
    if len(entries) > _ENTRIES:
        raise TableError(f"{name!r} holds too many files", f"{len(entries):,}", "give one table")
    if unfolded > limits.unfolded_bytes:
        remedy = f"keep to {limits.unfolded_bytes:,} bytes"
        raise TableError(f"{name!r} unfolds to too many bytes", f"{unfolded:,}", remedy)
    return archive


def _choose(workbook: Any, name: str, wanted: str | None, notebook: Notebook) -> tuple[str, list[list[Any]]]:
    sheets = list(workbook.sheet_names)
    if wanted is not None:
        if wanted not in sheets:
            raise TableError(
                f"{name!r} has no such sheet", repr(wanted), f"choose one of {', '.join(sheets)}"
            )
        return wanted, workbook.get_sheet_by_name(wanted).to_python(skip_empty_area=True)
    for sheet in sheets:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
        if len(rows) > 1:
            if len(sheets) > 1:
                notebook.add(
                    "sheet", repr(sheet), f"the first that holds a table, of {', '.join(map(repr, sheets))}"
                )
            return sheet, rows
    raise TableError(f"{name!r} is empty", None, "give a workbook with a header and rows")


def _frame(
    rows: list[list[Any]], name: str, sheet: str, options: ReadOptions, notebook: Notebook
) -> pd.DataFrame:
    import pandas as pd

    width = max(map(len, rows))
    filled = [sum(cell not in ("", None) for cell in row) for row in rows]
    # A title above the table fills one cell; the header is the first row that fills most of them.
    first = next((i for i, count in enumerate(filled) if count >= 0.5 * max(filled)), 0)
    if first:
        notebook.add("skipped", f"{first} rows", "the rows above the header fill hardly a cell")
    header = options.header if options.header is not None else not all(_is_number(c) for c in rows[first])
    names = [str(cell) if cell is not None else "" for cell in rows[first]] if header else [""] * width
    body = rows[first + 1 :] if header else rows[first:]
    if not body:
        raise TableError(f"{name!r} has a header but no rows", None, f"choose another sheet than {sheet!r}")
    cells = [[_cell(cell) for cell in row] + [None] * (width - len(row)) for row in body]
    unique = unique_names(names + [""] * (width - len(names)), notebook)
    columns = {unique[i]: pd.Series([row[i] for row in cells], dtype=object) for i in range(width)}
    return tidy(pd.DataFrame(columns), notebook)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _cell(cell: Any) -> Any:
    """Empty and error cells are missing; times of day and spans become text."""
    from east.tables.delimited import MISSING

    if isinstance(cell, str):
        return None if cell.strip() in MISSING else cell
    if isinstance(cell, datetime.time | datetime.timedelta):
        return str(cell)
    return cell
