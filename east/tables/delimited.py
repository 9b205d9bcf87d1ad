"""Delimited text (csv, tsv and similar) to a frame, with the parallel reader of Apache Arrow."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from east.errors import TableError
from east.tables.frames import MISSING, from_arrow, unique_names, without_nothing
from east.tables.sniffing import DELIMITERS, Dialect, sniff
from east.tables.table import Limits, Notebook, ReadOptions

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_HEAD = 1 << 18
_BLOCK = 1 << 22
_LONGEST_CELL = 32_767
_LEADING_ZERO = re.compile(r"^0\d+$")


def read_delimited(
    utf8: bytes, name: str, options: ReadOptions, limits: Limits, notebook: Notebook
) -> pd.DataFrame:
    """Read delimited text.

    Args:
        utf8: the text.
        name: of the file, for messages; the ending tsv or tab is a hint.
        options: what the user has decided about the text.
        limits: beyond which it is refused.
        notebook: where findings are written down.

    Raises:
        TableError: no rows, too many columns, rows or cells, or lines with more fields than the header has.
    """
    if b"\r" in utf8 and b"\n" not in utf8:
        utf8 = utf8.replace(b"\r", b"\n")
    head = text_head(utf8)
    if not head.strip():
        raise TableError(f"{name!r} is empty", None, "give a file with a header and rows")
    _refuse_wide(head, limits)
    dialect = sniff(head, options, notebook, tabs=name.lower().endswith((".tsv", ".tab")))
    names, sample, start = _header(utf8, head, dialect)
    _refuse_many(utf8, start, dialect, limits)
    names = unique_names(names, notebook)
    _note_missing(sample, notebook)
    table = _parse(utf8, start, names, _codes(sample, names, notebook), dialect, name, notebook)
    frame = from_arrow(table, limits, notebook, decimal=dialect.decimal, strip=dialect.padded)
    _refuse_open_quote(frame, name)
    return without_nothing(frame, notebook)


def text_head(utf8: bytes) -> str:
    """Return the beginning of a text, cut at the end of a line."""
    if len(utf8) <= _HEAD:
        return utf8.decode("utf-8", "replace")
    cut = utf8.rfind(b"\n", 0, _HEAD)
    return utf8[: cut if cut > 0 else _HEAD].decode("utf-8", "ignore")


def _refuse_wide(head: str, limits: Limits) -> None:
    """Refuse a line of very many fields before anything is built from it."""
    first = head.split("\n", 1)[0]
    fields = max(first.count(mark) for mark in DELIMITERS[:4]) + 1
    if fields > limits.columns:
        raise TableError(
            "The table has too many columns", f"{fields:,} or more", f"keep to {limits.columns:,}"
        )


def _refuse_many(utf8: bytes, start: int, dialect: Dialect, limits: Limits) -> None:
    """Refuse very many cells by an upper bound: every delimiter counts, those in quotes too, so quotes double it."""
    cells = utf8.count(dialect.delimiter.encode(), start) + utf8.count(b"\n", start)
    quoted = bool(dialect.quote) and utf8.find(dialect.quote.encode(), start) >= 0
    if cells > limits.cells * (2 if quoted else 1) + 1:
        raise TableError("The table has too many cells", f"about {cells:,}", f"keep to {limits.cells:,}")


def _header(utf8: bytes, head: str, dialect: Dialect) -> tuple[list[str], list[list[str]], int]:
    """Return the column names, some rows to look at, and the byte at which the rows begin."""
    lines = [line + "\n" for line in head.splitlines()[:400]]
    rows = dialect.rows(lines)[dialect.skipped :]
    if not dialect.header:
        names = [f"column_{i + 1}" for i in range(dialect.width)]
        return names, rows, _after(utf8, dialect, dialect.skipped)
    names = [cell.strip() for cell in rows[0]] if rows else []
    if dialect.row_names:
        names = ["row_name", *names]
    return names, rows[1:], _after(utf8, dialect, dialect.skipped + 1)


def _after(utf8: bytes, dialect: Dialect, records: int) -> int:
    """Return the byte at which the first records end; a quoted cell of the header may span lines."""
    stream, quote = io.BytesIO(utf8), dialect.quote.encode()
    while records and (line := stream.readline()):
        while quote and line.count(quote) % 2 and (more := stream.readline()):
            line += more
        records -= bool(line.strip())
    return stream.tell()


def _note_missing(sample: list[list[str]], notebook: Notebook) -> None:
    marks = {cell.strip() for row in sample for cell in row} & set(MISSING[1:])
    if marks:
        words = ", ".join(map(repr, sorted(marks)))
        notebook.add("missing", words, "cells that hold these count as missing")


def _codes(sample: list[list[str]], names: list[str], notebook: Notebook) -> list[str]:
    """List columns of digits with leading zeros: they are codes (postal codes, keys), not numbers."""
    texts = [
        name
        for column, name in enumerate(names)
        if any(len(row) > column and _LEADING_ZERO.match(row[column].strip()) for row in sample)
    ]
    if texts:
        columns = ", ".join(map(repr, texts[:5]))
        notebook.add("text", columns, "digits with leading zeros are codes, not numbers")
    return texts


def _parse(
    utf8: bytes,
    start: int,
    names: list[str],
    texts: list[str],
    dialect: Dialect,
    name: str,
    notebook: Notebook,
) -> pa.Table:
    import pyarrow as pa

    body = pa.py_buffer(utf8)[start:]
    if not utf8[start:].strip() if len(utf8) - start < 4096 else False:
        raise TableError(f"{name!r} has a header but no rows", None, "give a file with at least one row")
    quoted = bool(dialect.quote) and utf8.find(dialect.quote.encode(), start) >= 0
    try:
        return _arrow(body, names, texts, dialect, quoted, _BLOCK)
    except pa.ArrowException:
        pass
    try:
        # Arrow guesses types from the first block; one block of all rows helps where later rows differ.
        return _arrow(body, names, texts, dialect, quoted, body.size + 1)
    except pa.ArrowException:
        pass
    # Lines of different lengths: write them evenly with the slower csv module, then read that.
    clean = pa.py_buffer(_squared(utf8[start:], len(names), dialect, name, notebook))
    plain = Dialect(",", '"', dialect.decimal, 0, True, len(names))
    try:
        return _arrow(clean, names, texts, plain, True, clean.size + 1)
    except pa.ArrowException as error:
        reason = (str(error).splitlines() or ["damaged"])[0][:200]
        raise TableError(f"{name!r} cannot be read as delimited text", reason, "check its quotes") from None


def _refuse_open_quote(frame: pd.DataFrame, name: str) -> None:
    """Refuse a quote that never closes: the rest of the file becomes one cell, longer than any spreadsheet allows."""
    for cell in frame.iloc[-1] if len(frame) else ():
        if isinstance(cell, str) and len(cell) > _LONGEST_CELL and "\n" in cell:
            remedy = 'close it, or read without quotes (quote="")'
            raise TableError(f"{name!r} has a quote that never closes", f"before {cell[:20]!r}", remedy)


def _arrow(
    body: pa.Buffer, names: list[str], texts: list[str], dialect: Dialect, quoted: bool, block: int
) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    missing = [mark for plain in MISSING for mark in ((plain, f" {plain}") if dialect.padded else (plain,))]
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=max(block, 1 << 10)),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote if quoted else False,
            escape_char="\\" if dialect.escape else False,
            newlines_in_values=quoted,
        ),
        convert_options=arrow_csv.ConvertOptions(
            null_values=missing,
            strings_can_be_null=True,
            decimal_point=dialect.decimal,
            column_types={name: pa.string() for name in texts},
        ),
    )


def _squared(body: bytes, width: int, dialect: Dialect, name: str, notebook: Notebook) -> bytes:
    """Fill short lines, cut empty cells off long ones, and refuse other long lines."""
    clean, short = io.StringIO(newline=""), 0
    writer = csv.writer(clean, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    reader = dialect.reader(io.StringIO(body.decode("utf-8", "replace"), newline=""))
    try:
        for row in reader:
            if not row:
                continue
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                got = f"{len(row)} fields under {width} columns about line {reader.line_num + dialect.skipped + 1:,}"
                remedy = "quote cells that hold a delimiter, or choose another delimiter"
                raise TableError(f"{name!r} has lines longer than its header", got, remedy)
            short += len(row) < width
            writer.writerow((row + [""] * (width - len(row)))[:width])
    except csv.Error as error:
        raise TableError(f"{name!r} cannot be read as delimited text", error, "check its quotes") from None
    if short:
        why = "they have fewer fields than the header; the rest is missing"
        notebook.add("filled", f"{short:,} lines", why)
    return clean.getvalue().encode()
