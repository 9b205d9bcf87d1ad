"""How a delimited text file is written: delimiter, quotes, decimal mark, header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from east.tables.frames import is_number
from east.tables.layout import is_header_of, row_names, title_rows
from east.tables.lines import lines_of
from east.tables.table import Notebook, ReadOptions

DELIMITERS = (",", ";", "\t", "|", "~", "^", ":", " ")
NAMES = {"\t": "tab", " ": "space"}
_LINES = 300
_SPACE_BEFORE_QUOTE = re.compile(r'[,;|\t] +"[^"\n]*" *(?:[,;|\t\r\n]|$)')
_COMMA_NUMBER = re.compile("^\\s*[+-]?(\\d{1,3}([. '\u00a0\u202f]\\d{3})+|\\d*),\\d+\\s*$")
_POINT_NUMBER = re.compile("^\\s*[+-]?(\\d{1,3}([, '\u00a0\u202f]\\d{3})+|\\d*)\\.\\d+\\s*$")


@dataclass(frozen=True)
class Dialect:
    """How the lines of one file are split into cells.

    Args:
        delimiter, quote, decimal: one character each; quote may be "".
        skipped: lines above the header that are not part of the table.
        header: whether the first line after those names the columns.
        width: the number of fields in a line.
        escape: whether a backslash before a quote makes it part of the cell.
        row_names: whether lines start with a row name that has no column name, as R writes them.
        padded: whether a space follows the delimiters.
        spaced: whether a space may stand between a delimiter and the quote after it.
    """

    delimiter: str
    quote: str
    decimal: str
    skipped: int
    header: bool
    width: int
    escape: bool = False
    row_names: bool = False
    padded: bool = False
    spaced: bool = False

    def reader(self, lines: Iterable[str]) -> Any:
        """Read lines as lists of cells; a quoted cell may span lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar="\\" if self.escape else None,
            skipinitialspace=self.spaced or self.delimiter == " ",
        )

    def rows(self, lines: list[str]) -> list[list[str]]:
        """Split lines into cells, up to the first line that cannot be split."""
        rows: list[list[str]] = []
        with suppress(csv.Error):
            rows.extend(row for row in self.reader(lines) if row)
        return rows


def cut(lines: list[str], delimiter: str, quote: str, escape: bool, spaced: bool = False) -> list[list[str]]:
    """Split lines into cells by what is known of the dialect."""
    return Dialect(delimiter, quote, ".", 0, True, 0, escape, spaced=spaced).rows(lines)


def sniff(text: str, options: ReadOptions, notebook: Notebook, *, tabs: bool = False) -> Dialect:
    """Find out how a text is split into cells.

    Args:
        text: the beginning of the file, cut at the end of a line.
        options: what the user has decided.
        notebook: where findings are written down.
        tabs: whether the file's name promises tabs.
    """
    lines = [line + "\n" for line in lines_of(text)[: _LINES + 50] if line.strip()][:_LINES]
    escape = '\\"' in text
    quote = options.quote if options.quote is not None else _quote(lines)
    spaced = bool(quote) and bool(
        _SPACE_BEFORE_QUOTE.search(text.replace("'", '"') if quote == "'" else text)
    )
    delimiter = options.delimiter
    if delimiter is None:
        delimiter, why = _delimiter(lines, quote, escape, tabs, spaced)
        notebook.add("delimiter", NAMES.get(delimiter, repr(delimiter)), why)
    if options.quote is None and quote != '"':
        notebook.add("quote", quote, "cells start and end with it")
    rows = cut(lines, delimiter, quote, escape, spaced)
    width = _usual_width(rows)
    skipped, odd_header = _above(rows, width, notebook)
    body = [row for row in rows[skipped:] if len(row) == width]
    decimal = options.decimal or _decimal(body, delimiter, notebook)
    header = options.header if options.header is not None else odd_header or _header(body, notebook)
    dialect = Dialect(
        delimiter, quote, decimal, skipped, header, width, escape, padded=_padded(body), spaced=spaced
    )
    return _with_odd_header(dialect, rows[skipped], body, notebook) if odd_header and header else dialect


def _above(rows: list[list[str]], width: int, notebook: Notebook) -> tuple[int, bool]:
    """Count the lines above the header, and tell whether the header has more or fewer fields than the rows."""
    skipped = next((i for i, row in enumerate(rows) if len(row) == width), 0)
    body = [row for row in rows[skipped:] if len(row) == width]
    odd_header = bool(skipped) and is_header_of(rows[skipped - 1], body, width)
    titles = 0 if odd_header else title_rows(body)
    if titles:
        notebook.add("skipped", f"{titles} rows", "the rows above the header are nearly empty")
    skipped -= odd_header
    if skipped:
        notebook.add(
            "skipped", f"{skipped} lines", f"the lines above the header have other than {width} fields"
        )
    return skipped + titles, odd_header


def _with_odd_header(
    dialect: Dialect, header: list[str], body: list[list[str]], notebook: Notebook
) -> Dialect:
    """Find out which columns a header of more or fewer names than fields is about."""
    width, count = dialect.width, len(header)
    if count > width:
        if any(cell.strip() for cell in header[width:]):
            why = f"the header has {count} names and the lines {width} fields; the last columns are empty"
            notebook.add("header", "longer", why)
        return dialect
    if not any(row[-1].strip() for row in body):
        return dialect  # a delimiter at the end of every line: without_nothing drops the empty column
    if count == width - 1 and row_names(body):
        why = "the header has one field less than the lines, so their first field holds row names"
        notebook.add("header", "shifted", why)
        return replace(dialect, row_names=True)
    why = f"the header has {count} names and the lines {width} fields; the last columns are numbered"
    notebook.add("header", "shorter", why)
    return dialect


def _padded(rows: list[list[str]]) -> bool:
    later = [cell for row in rows for cell in row[1:] if cell]
    return bool(later) and sum(cell[0] == " " for cell in later) > 0.9 * len(later)


def _quote(lines: list[str]) -> str:
    text = "".join(lines)
    single = len(re.findall(r"(?:^|[,;\t|])\s*'[^'\n]*'\s*(?=[,;\t|]|$)", text, re.MULTILINE))
    return "'" if single > 2 and text.count('"') == 0 else '"'


def _usual_width(rows: list[list[str]]) -> int:
    """Return the commonest number of fields; of equally common ones the largest."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _delimiter(lines: list[str], quote: str, escape: bool, tabs: bool, spaced: bool) -> tuple[str, str]:
    """Return the delimiter that gives most lines the same number of fields, and why; of equals the commoner one.

    Agreement of the first line counts extra: decimal commas split rows of numbers evenly, but not their header.
    """
    best, best_score, best_why = ",", 0.0, "no delimiter splits the lines, so the table has one column"
    order = ("\t", *[d for d in DELIMITERS if d != "\t"]) if tabs else DELIMITERS
    for delimiter in order:
        rows = cut(lines, delimiter, quote, escape, spaced)
        width = _usual_width(rows)
        if width < 2 or not rows:
            continue
        agreeing = sum(len(row) == width for row in rows)
        score = agreeing / len(rows)
        if delimiter in (" ", ":") and (score < 1 or not _mostly_numbers(rows[1:])):
            continue
        if score <= 0.5:
            continue
        score += 0.1 * (len(rows[0]) == width)
        decimal = best == "," and score > best_score - 0.02 and _commas_are_decimal(rows)
        if score > best_score + 0.02 or decimal:
            why = f"{agreeing} of the first {len(rows)} lines have {width} fields with it"
            best, best_score, best_why = delimiter, score, why
    return best, best_why


def _commas_are_decimal(rows: list[list[str]]) -> bool:
    """Whether every cell with a comma is a number with a decimal comma."""
    with_comma = [cell for row in rows for cell in row if "," in cell]
    return bool(with_comma) and all(_COMMA_NUMBER.match(cell) for cell in with_comma)


def _mostly_numbers(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows for cell in row]
    return bool(cells) and sum(is_number(cell) for cell in cells) > 0.6 * len(cells)


def _decimal(rows: list[list[str]], delimiter: str, notebook: Notebook) -> str:
    cells = [cell for row in rows for cell in row]
    commas = sum(bool(_COMMA_NUMBER.match(cell)) for cell in cells)
    points = sum(bool(_POINT_NUMBER.match(cell)) for cell in cells)
    if delimiter != "," and commas > points:
        notebook.add(
            "decimal", "','", f"{commas} of the first cells are numbers with a comma, {points} with a point"
        )
        return ","
    return "."


def _header(rows: list[list[str]], notebook: Notebook) -> bool:
    """Whether there is a header: not when the first line holds numbers above columns of numbers."""
    if len(rows) < 2:
        return True
    below = rows[1:]
    numeric = [
        column
        for column in range(len(rows[0]))
        if sum(is_number(row[column]) for row in below) > 0.8 * len(below)
    ]
    first = sum(is_number(rows[0][column]) for column in numeric)
    if not numeric or first <= len(numeric) / 2:
        return True
    notebook.add("header", "none", "the first line holds numbers like the lines below; columns are numbered")
    return False
