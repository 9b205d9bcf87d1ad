"""Which rows of a table are no values: titles and notes around it, units and second headers under its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from east.tables.amounts import PLACEHOLDERS, looks_like_amount
from east.tables.frames import is_number
from east.tables.table import Notebook, ReadOptions, Remedy
from east.tables.texts import MISSING

Row = Sequence[str]
_TOTAL = re.compile(r"((grand |sub)?(total|sum)s?|gesamt|insgesamt|summe|average|mean):?", re.IGNORECASE)
_MOSTLY = 0.8
_MOST_NOTES = 10
_MOST_HEADERS = 3
_LEAST_ROWS = 3


def numeric_columns(rows: Sequence[Row], width: int) -> list[int]:
    """List the columns in which most cells that hold a value are numbers."""
    found = []
    for column in range(width):
        cells = [row[column] for row in rows if len(row) > column and _has_value(row[column])]
        if cells and sum(map(_is_amount, cells)) > _MOSTLY * len(cells):
            found.append(column)
    return found


def _has_value(cell: str) -> bool:
    return cell.strip() not in MISSING and cell.strip() not in PLACEHOLDERS


def _is_amount(cell: str) -> bool:
    return is_number(cell) or looks_like_amount(cell)


def row_names(rows: Sequence[Row]) -> bool:
    """Whether the first cells of rows name them: all different, and text or counted one by one."""
    first = [row[0].strip() for row in rows if row]
    if len(set(first)) < len(first):
        return False
    if not all(cell.lstrip("-").isdigit() for cell in first):
        return not all(map(is_number, first))
    numbers = [int(cell) for cell in first]
    return all(after - before == 1 for before, after in pairwise(numbers))


def without_second_header(
    names: list[str], rows: Sequence[Row], options: ReadOptions, notebook: Notebook
) -> tuple[list[str], int]:
    """Take the row under the header away where it holds units or a second header.

    Args:
        names: of the header.
        rows: below it.
        options: what the user has decided.
        notebook: where the finding is written down.

    Returns:
        The names, and how many rows are taken away.
    """
    if options.second_header is False:
        return names, 0
    count, shown = 0, list[str]()
    while count < min(_MOST_HEADERS, len(rows) - 1):
        kind = second_header(names, rows[count:]) or (
            "units" if options.second_header and not count else None
        )
        if kind is None:
            break
        names = grouped_names(names, rows[count]) if kind == "names" else names
        shown += [repr(cell.strip()) for cell in rows[count] if cell.strip()]
        count += 1
    if count:
        why = f"the text under the header holds names or units, and no values: {', '.join(shown[:8])}"
        keep = Remedy("Keep it as a row", "second_header", False)
        notebook.add("second_header", "yes", why, remedies=(keep,))
    return names, count


def title_rows(rows: Sequence[Row]) -> int:
    """Count the rows above a header of which only the first cell is filled, or none: a title with delimiters."""
    count = 0
    while count < len(rows) - 2 and not any(cell.strip() for cell in rows[count][1:]):
        count += 1
    if not count or len(rows[0]) < 2 or not all(cell.strip() for cell in rows[count]):
        return 0
    header, below = rows[count], rows[count + 1 :]
    numeric = numeric_columns(below, len(header))
    return count if numeric and not any(_is_amount(header[column]) for column in numeric) else 0


def second_header(header: Row, rows: Sequence[Row]) -> str | None:
    """Recognise a row under the header that holds no values.

    Args:
        header: the names.
        rows: below it, the row in question first.

    Returns:
        "units" for a row of units or remarks, "names" for the names under a header of groups, else None.
    """
    second, below = rows[0], rows[1:]
    width = len(header)
    numeric = numeric_columns(below, width)
    if len(below) < _LEAST_ROWS or not numeric or len(second) > width:
        return None
    cells = [cell.strip() for cell in second] + [""] * (width - len(second))
    if any(_is_amount(cells[column]) for column in numeric) or not any(
        _has_value(cells[column]) for column in numeric
    ):
        return None
    texts = [column for column in range(width) if column not in numeric]
    if any(_occurs(cells[column], column, below) for column in texts):
        return None
    names = [name.strip() for name in header]
    shared = [cell for cell, name in zip(cells, names, strict=True) if not name or names.count(name) > 1]
    return "names" if any(shared) else "units"


def _occurs(cell: str, column: int, rows: Sequence[Row]) -> bool:
    return bool(cell) and any(len(row) > column and row[column].strip() == cell for row in rows)


def grouped_names(header: Row, names: Row) -> list[str]:
    """Join the names of groups, which stand over the first of their columns, with the names under them."""
    joined, group = [], ""
    for place in range(len(header)):
        name = names[place] if place < len(names) else ""
        above = header[place].strip()
        group = above or group
        own = name.strip()
        joined.append(f"{group} {own}" if group and own and group != own else own or above)
    return joined


def is_header_of(candidate: Row, rows: Sequence[Row], width: int) -> bool:
    """Whether a line of more or fewer fields than the rows below it is their header."""
    names = [cell.strip() for cell in candidate]
    while names and not names[-1]:
        names.pop()
    if len(names) == width and len(candidate) > width:
        return True
    if len(names) < 2 or not all(names) or any(map(_is_amount, names)) or len(rows) < 2:
        return False
    numeric = numeric_columns(rows[1:], width)
    if not numeric:
        return len(names) == width - 1 and len(rows) > 2
    numbers = sum(_is_amount(rows[0][column]) for column in numeric)
    return numbers > len(numeric) / 2


def notes_below(rows: Sequence[Row], sample: Sequence[Row], width: int) -> int:
    """Count the lines at the end of a table that are notes, with the blank line above them.

    Args:
        rows: the last lines, blank ones as [].
        sample: rows of the table.
        width: the number of fields in a row.
    """
    numeric = numeric_columns(sample, width)
    end = len(rows)
    blank = max((place for place, row in enumerate(rows) if not row), default=-1)
    block = rows[blank + 1 :]
    if blank >= 0 and 0 < len(block) <= _MOST_NOTES and all(_fits_not(row, numeric, width) for row in block):
        return end - blank
    while end and _is_note(rows[end - 1], numeric, width) and len(rows) - end < _MOST_NOTES:
        end -= 1
    return len(rows) - end


def _is_note(row: Row, numeric: Sequence[int], width: int) -> bool:
    """Whether a line at the end is one text that no row of the table is."""
    filled = [cell.strip() for cell in row if cell.strip()]
    if filled and len(filled) < width and row[0].strip() and _TOTAL.fullmatch(filled[0]):
        return True
    if len(filled) != 1 or not row[0].strip() or _is_amount(filled[0]) or width < 2:
        return False
    prose = len(filled[0].split()) > 2 or ":" in filled[0] or filled[0].startswith(("*", "#"))
    return (prose or 0 in numeric) and (len(row) < width or width > 2)


def _fits_not(row: Row, numeric: Sequence[int], width: int) -> bool:
    """Whether a line under a blank one is no row: other fields, or text where the table has numbers."""
    if all(_is_amount(cell) for cell in row if cell.strip()):
        return False
    numbers = all(
        _is_amount(row[column]) or not _has_value(row[column]) for column in numeric if column < len(row)
    )
    return len(row) != width or not numbers
