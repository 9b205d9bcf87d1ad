"""Workbooks (xlsx and ods), read by calamine, which runs no macro and follows no link."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

from east.errors import TableError
from east.tables.frames import check_size, is_number, tidy, unique_names, without_nothing
from east.tables.layout import notes_below, without_second_header
from east.tables.sheet_sizes import check_ods, check_xlsx
from east.tables.table import Limits, Notebook, ReadOptions
from east.tables.texts import TextRules

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE = 300
_TAIL = 20


def read_sheet(
    data: bytes,
    archive: zipfile.ZipFile,
    kind: str,
    name: str,
    options: ReadOptions,
    limits: Limits,
    notebook: Notebook,
) -> pd.DataFrame:
    """Read one sheet of a workbook: the chosen one, else the first that holds a table.

    Args:
        data: the workbook.
        archive: the same, opened and checked by `open_zip`.
        kind: "xlsx" or "ods".
        name: of the file, for messages.
        options: what the user has decided about the sheet.
        limits: beyond which it is refused.
        notebook: where findings are written down.

    Raises:
        TableError: a damaged or empty workbook, a sheet that is not there, one beyond the limits.
    """
    errors = (check_ods if kind == "ods" else check_xlsx)(data, archive, name, limits)
    if errors:
        shown = ", ".join(map(repr, errors))
        notebook.add("errors", shown, "cells with these errors of a formula count as missing")
    try:
        sheet, rows = _choose(data, name, options.sheet, notebook)
    except TableError:
        raise
    except BaseException as error:
        # A panic of calamine is no Exception, and its errors share no base class.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            reason = (str(error).splitlines() or ["damaged"])[0][:200]
            raise TableError(f"{name!r} cannot be read as {kind}", reason, "save it again") from None
        raise
    check_size(len(rows), max(map(len, rows), default=0), limits)
    return _frame(rows, name, sheet, options, notebook)


def _choose(data: bytes, name: str, wanted: str | None, notebook: Notebook) -> tuple[str, list[list[Any]]]:
    import python_calamine

    workbook = python_calamine.load_workbook(io.BytesIO(data))
    sheets = tuple(
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    )
    if wanted is not None:
        if wanted not in sheets:
            remedy = f"choose one of {', '.join(map(repr, sheets))}"
            raise TableError(f"{name!r} has no such sheet", repr(wanted), remedy, sheets)
        why = "you chose it"
        rows = workbook.get_sheet_by_name(wanted).to_python(skip_empty_area=True)
        notebook.add("sheet", wanted, why, sheets)
        return wanted, rows
    for sheet in sheets:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
        if len(rows) > 1:
            why = "the only one" if len(sheets) == 1 else f"the first that holds a table, of {len(sheets)}"
            notebook.add("sheet", sheet, why, sheets)
            return sheet, rows
    raise TableError(f"{name!r} is empty", None, "give a workbook with a header and rows")


def _frame(
    rows: list[list[Any]], name: str, sheet: str, options: ReadOptions, notebook: Notebook
) -> pd.DataFrame:
    import pandas as pd

    if not rows:
        raise TableError(f"The sheet {sheet!r} is empty", None, "choose another sheet")
    width = max(map(len, rows))
    first = _header_row(rows, notebook)
    header = options.header
    if header is None:
        header = not all(_is_number(cell) for cell in rows[first])
        if not header:
            notebook.add("header", "none", "the first row holds only numbers; columns are numbered")
    names = [_text(cell) for cell in rows[first]] if header else []
    names += [""] * (width - len(names))
    body = rows[first + 1 :] if header else rows[first:]
    if header and len(body) > 1:
        sample = [list(map(_text, row)) for row in body[:_SAMPLE]]
        names, second = without_second_header(names, sample, options, notebook)
        body = body[second:]
    body = _without_notes(body, width, notebook)
    if not body:
        raise TableError(f"{name!r} has a header but no rows", None, f"choose another sheet than {sheet!r}")
    unique = unique_names(names, notebook)
    columns = {
        unique[i]: pd.Series([_cell(row[i]) if i < len(row) else None for row in body], dtype=object)
        for i in range(width)
    }
    rules = TextRules(options, words_missing=True, typed=False)
    return without_nothing(tidy(pd.DataFrame(columns), notebook, rules), notebook)


def _header_row(rows: list[list[Any]], notebook: Notebook) -> int:
    """Return the place of the header: the first row that fills at least half of the cells; a title fills one."""
    filled = [sum(cell not in ("", None) for cell in row) for row in rows]
    first = next((i for i, count in enumerate(filled) if count >= 0.5 * max(filled)), 0)
    if first:
        notebook.add("skipped", f"{first} rows", "the rows above the header are nearly empty")
    return first


def _without_notes(body: list[list[Any]], width: int, notebook: Notebook) -> list[list[Any]]:
    """Take the notes below a table away."""
    texts = [list(map(_text, row)) for row in body[-_TAIL:]]
    tail = [row if any(row) else [] for row in texts]
    sample = [list(map(_text, row)) for row in body[:_SAMPLE]]
    count = notes_below(tail, sample, width)
    if not 0 < count < len(body):
        return body
    notes = [next(cell for cell in row if cell) for row in tail[-count:] if row]
    shown = "; ".join(repr(note[:60]) for note in notes[:3])
    notebook.add("notes", f"{len(notes)} rows", f"the text below the table is no row of it: {shown}")
    return body[:-count]


def _is_number(cell: Any) -> bool:
    return (isinstance(cell, int | float) and not isinstance(cell, bool)) or (
        isinstance(cell, str) and is_number(cell)
    )


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _cell(cell: Any) -> Any:
    """Empty and error cells are missing; times of day become text, spans of time hours."""
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)  # workbooks know no whole numbers
    if isinstance(cell, datetime.time):
        return str(cell)
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds() / 3600
    return cell
