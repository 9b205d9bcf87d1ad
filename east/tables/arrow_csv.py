"""The rows of a delimited text, read by the csv reader of Apache Arrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from east.errors import TableError
from east.tables.amounts import amounts
from east.tables.sniffing import Dialect
from east.tables.table import Notebook
from east.tables.texts import MISSING, TextRules

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 22
_STEP = 1 << 24
_NO_ROWS_WITHIN = 4096


@dataclass(frozen=True)
class Rows:
    """The rows of a text, without its header.

    Args:
        data: the bytes of the rows.
        names: of the columns.
        dialect: how the rows are split into cells.
        name: of the file, for messages.
        first_line: the number of the first row's line in the file.
    """

    data: memoryview
    names: Sequence[str]
    dialect: Dialect
    name: str
    first_line: int

    @property
    def quoted(self) -> bool:
        """Whether any cell is quoted."""
        quote = self.dialect.quote.encode()
        return bool(quote) and quote in bytes(self.data)


def parse(rows: Rows, rules: TextRules, notebook: Notebook) -> pa.Table:
    """Read rows into columns: numbers, dates, booleans and text.

    Columns that need another look are text in the result: digits with leading zeros, which are codes, and numbers
    whose mark may group thousands.

    Raises:
        TableError: no rows, lines with more fields than there are names, quotes that cannot be read.
    """
    if len(rows.data) < _NO_ROWS_WITHIN and not bytes(rows.data).strip():
        raise TableError(f"{rows.name!r} has a header but no rows", None, "give a file with at least one row")
    table, reader = _first_reading(rows, notebook)
    return _second_reading(table, reader, rules, notebook)


@dataclass(frozen=True)
class _Reader:
    """The settings with which Arrow could read the rows."""

    data: Any
    names: Sequence[str]
    dialect: Dialect
    quoted: bool
    block: int

    def read(self, texts: Sequence[str] | None = None) -> pa.Table:
        """Read all columns, or only the ones to be read as text."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        padding = ("", " ") if self.dialect.padded else ("",)
        return arrow_csv.read_csv(
            pa.BufferReader(self.data),
            read_options=arrow_csv.ReadOptions(
                column_names=list(self.names), block_size=max(self.block, 1 << 10)
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char=self.dialect.quote if self.quoted else False,
                escape_char="\\" if self.dialect.escape else False,
                newlines_in_values=self.quoted,
            ),
            convert_options=arrow_csv.ConvertOptions(
                null_values=[blank + mark for mark in MISSING for blank in padding],
                # In a column of text, words such as "NA" are for TextRules to judge.
                strings_can_be_null=False,
                decimal_point=self.dialect.decimal,
                column_types=dict.fromkeys(texts or (), pa.string()),
                include_columns=list(texts or ()),
            ),
        )


def _first_reading(rows: Rows, notebook: Notebook) -> tuple[pa.Table, _Reader]:
    import pyarrow as pa

    body = pa.py_buffer(rows.data)
    quoted = rows.quoted
    if not (quoted and rows.dialect.spaced):  # Arrow takes a quote after a space for text
        # Arrow guesses types from the first block; one block of all rows helps where later rows differ.
        for block in (_BLOCK, body.size + 1):
            reader = _Reader(body, rows.names, rows.dialect, quoted, block)
            try:
                return reader.read(), reader
            except pa.ArrowException:
                pass
    # Lines of different lengths: write them evenly with the slower csv module, then read that.
    even = pa.py_buffer(_evened(rows, notebook))
    plain = Dialect(",", '"', rows.dialect.decimal, 0, True, len(rows.names), padded=rows.dialect.padded)
    reader = _Reader(even, rows.names, plain, True, even.size + 1)
    try:
        return reader.read(), reader
    except pa.ArrowException as error:
        reason = (str(error).splitlines() or ["damaged"])[0][:200]
        raise TableError(
            f"{rows.name!r} cannot be read as delimited text", reason, "check its quotes"
        ) from None


def _evened(rows: Rows, notebook: Notebook) -> bytes:
    """Fill short lines, cut empty cells off long ones, and refuse other long lines."""
    even, short, width = io.StringIO(newline=""), 0, len(rows.names)
    writer = csv.writer(even, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    reader = rows.dialect.reader(io.StringIO(bytes(rows.data).decode("utf-8", "replace"), newline=""))
    try:
        for row in reader:
            if not row:
                continue
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                line = reader.line_num + rows.first_line - 1
                got = f"{len(row)} fields under {width} columns about line {line:,}"
                remedy = "quote cells that hold a delimiter, or choose another delimiter"
                raise TableError(f"{rows.name!r} has lines longer than its header", got, remedy)
            short += len(row) < width
            cells = [cell.rstrip(" ") for cell in row] if rows.dialect.spaced else row
            writer.writerow((cells + [""] * (width - len(row)))[:width])
    except csv.Error as error:
        raise TableError(
            f"{rows.name!r} cannot be read as delimited text", error, "check its quotes"
        ) from None
    if short:
        why = "they have fewer fields than the header; the rest is missing"
        notebook.add("filled", f"{short:,} lines", why)
    return even.getvalue().encode()


def _second_reading(table: pa.Table, reader: _Reader, rules: TextRules, notebook: Notebook) -> pa.Table:
    """Read again as text what the first reading may have misunderstood."""
    import pyarrow as pa

    fields = {field.name: field.type for field in table.schema}
    whole = [name for name, kind in fields.items() if pa.types.is_integer(kind)]
    codes = whole if whole and _holds_leading_zero(reader.data, reader.dialect.delimiter) else []
    marked = [
        name for name, kind in fields.items() if pa.types.is_floating(kind) and _three_digits(table[name])
    ]
    words = [name for name, kind in fields.items() if pa.types.is_null(kind) and rules.options.keep_words]
    if not (codes or marked or words):
        return table
    texts = reader.read([*codes, *marked, *words])
    codes = [name for name in codes if _any_code(texts[name])]
    marked = [name for name in marked if _is_open(texts[name], rules)]
    for name in (*codes, *marked, *words):
        table = table.set_column(table.column_names.index(name), name, texts[name])
    if codes:
        columns = ", ".join(map(repr, codes[:5])) + (" ..." if codes[5:] else "")
        notebook.add("text", columns, "digits with leading zeros are codes, not numbers")
    return table


def _holds_leading_zero(data: pa.Buffer, delimiter: str) -> bool:
    """Whether some cell starts with a zero before another digit; looked for in pieces."""
    signs = np.frombuffer(data, dtype=np.uint8)
    starts = np.zeros(256, dtype=bool)
    starts[[*b"\n\r \"'", ord(delimiter)]] = True
    if len(signs) > 1 and signs[0] == ord("0") and chr(signs[1]).isdigit():
        return True
    for start in range(0, max(len(signs) - 2, 0), _STEP):
        piece = signs[start : start + _STEP + 2]
        digits = (piece[2:] >= ord("0")) & (piece[2:] <= ord("9"))
        if bool((starts[piece[:-2]] & (piece[1:-1] == ord("0")) & digits).any()):
            return True
    return False


def _any_code(column: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    found = pc.any(pc.match_substring_regex(column, r"^\s*0\d+\s*$"))
    return bool(found.as_py())


def _three_digits(column: pa.ChunkedArray) -> bool:
    """Whether a column may be 1.234 for 1234: below 1000, whole or with at most three digits after the mark."""
    numbers = column.to_numpy()
    head, finite = numbers[:1000], numbers[np.isfinite(numbers)]
    return bool(_may_be_grouped(head[np.isfinite(head)]) and _may_be_grouped(finite) and len(finite))


def _may_be_grouped(numbers: np.ndarray) -> bool:
    size = np.abs(numbers)
    broken = size[size != np.round(size)]
    thousandths = np.abs(broken * 1000 - np.round(broken * 1000)) < 1e-6
    return bool((size < 1000).all() and (broken >= 1).all() and thousandths.all())


def _is_open(column: pa.ChunkedArray, rules: TextRules) -> bool:
    """Whether the mark of a column of numbers groups thousands, or may."""
    texts = [text for text in column.unique().to_pylist() if text]
    found = amounts(texts, rules.decimal, rules.thousands, None, MISSING)
    return found is not None and (
        found.mark != rules.decimal or (found.question is not None and rules.ask_marks)
    )
