"""Delimited text (csv, tsv and their kin) to a frame, by way of arrow's parallel reader."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from east.errors import TableError
from east.tables.frames import from_arrow, unique_names
from east.tables.sniffing import Dialect, sniff
from east.tables.table import Limits, Notebook, ReadOptions
from east.tables.text import to_utf8

if TYPE_CHECKING:
    import pandas as pd

MISSING = (
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-NaN",
    "-nan",
    "<NA>",
    "N/A",
    "NA",
    "NULL",
    "NaN",
    "n/a",
    "nan",
    "null",
)
MISSING += ("None", "?", "#NULL!", "#VALUE!", "#DIV/0!", "#REF!", "#NAME?", "#NUM!")
_HEAD = 1 << 18
_LEADING_ZERO = re.compile(r"^0\d+$")


def read_delimited(
    data: bytes, name: str, options: ReadOptions, limits: Limits, notebook: Notebook
) -> pd.DataFrame:
    """Read delimited text.

    Raises:
        TableError: no text, no rows, too wide, or lines with more fields than the header has.
    """
    utf8 = to_utf8(data, name, options.encoding, notebook)
    if b"\r" in utf8 and b"\n" not in utf8:
        utf8 = utf8.replace(b"\r", b"\n")
    head = _head(utf8)
    if not head.strip():
        raise TableError(f"{name!r} is empty", None, "give a file with a header and rows")
    _refuse_wide(head, limits)
    dialect = sniff(head, options, notebook, tabs=name.lower().endswith((".tsv", ".tab")))
    if dialect.width > limits.columns:
        raise TableError(
            "The table has too many columns", f"{dialect.width:,}", f"keep to {limits.columns:,}"
        )
    body, names, sample = _body(utf8, head, dialect)
    table = _parse(body, names, sample, dialect, name, notebook)
    return from_arrow(table, limits, notebook, decimal=dialect.decimal)


def _head(utf8: bytes) -> str:
    if len(utf8) <= _HEAD:
        return utf8.decode("utf-8", "replace")
    cut = utf8.rfind(b"\n", 0, _HEAD)
    return utf8[: cut if cut > 0 else _HEAD].decode("utf-8", "ignore")


def _refuse_wide(head: str, limits: Limits) -> None:
    """A line of very many fields is refused before anything is built from it."""
    first = head.split("\n", 1)[0]
    fields = max(first.count(mark) for mark in ",;\t|") + 1
    if fields > limits.columns:
        raise TableError("The table has too many columns", f"{fields:,}", f"keep to {limits.columns:,}")


def _body(utf8: bytes, head: str, dialect: Dialect) -> tuple[bytes, list[str], list[list[str]]]:
    """Split the header off: the rest, the column names and some rows to look at."""
    lines = [line + "\n" for line in head.splitlines()]
    rows = dialect.rows(lines[:400])[dialect.skipped :]
    if not dialect.header:
        names = [f"column_{i + 1}" for i in range(dialect.width)]
        return _drop_lines(utf8, dialect, dialect.skipped), names, rows
    names = [cell.strip() for cell in rows[0]] if rows else []
    return _drop_lines(utf8, dialect, dialect.skipped + 1), names, rows[1:]


def _drop_lines(utf8: bytes, dialect: Dialect, records: int) -> bytes:
    """Cut the first records off; a quoted cell of the header may span lines."""
    stream = io.BytesIO(utf8)
    left = records
    while left:
        line = stream.readline()
        if not line:
            break
        quote = dialect.quote.encode()
        while quote and line.count(quote) % 2 and (more := stream.readline()):
            line += more
        left -= bool(line.strip())
    return utf8[stream.tell() :]


def _parse(
    body: bytes, names: list[str], sample: list[list[str]], dialect: Dialect, name: str, notebook: Notebook
) -> Any:
    import pyarrow as pa

    if not body.strip():
        raise TableError(f"{name!r} has a header but no rows", None, "give a file with at least one row")
    names = unique_names(names, notebook)
    texts = _kept_as_text(sample, names, notebook)
    try:
        return _arrow(body, names, texts, dialect)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowKeyError):
        pass
    # Ragged lines: set them right with the patient reader, then read the clean text the same way as any other.
    clean = _squared(body, names, dialect, name, notebook)
    plain = Dialect(",", '"', dialect.decimal, 0, True, len(names))
    try:
        return _arrow(clean, names, texts, plain)
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0][:200]
        raise TableError(f"{name!r} cannot be read as delimited text", reason, "check its quotes") from None


def _arrow(body: bytes, names: list[str], texts: list[str], dialect: Dialect) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    quoted = bool(dialect.quote) and dialect.quote.encode() in body
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 22),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote if quoted else False,
            escape_char="\\" if dialect.escape else False,
            newlines_in_values=quoted,
        ),
        convert_options=arrow_csv.ConvertOptions(
            null_values=list(MISSING),
            strings_can_be_null=True,
            decimal_point=dialect.decimal,
            column_types={name: pa.string() for name in texts},
        ),
    )


def _kept_as_text(sample: list[list[str]], names: list[str], notebook: Notebook) -> list[str]:
    """Columns of digits with leading zeros are codes (postal codes, keys), not numbers."""
    texts = [
        name
        for column, name in enumerate(names)
        if any(len(row) > column and _LEADING_ZERO.match(row[column].strip()) for row in sample)
    ]
    if texts:
        notebook.add(
            "text", ", ".join(map(repr, texts[:5])), "digits with leading zeros are codes, not numbers"
        )
    return texts


def _squared(body: bytes, names: list[str], dialect: Dialect, name: str, notebook: Notebook) -> bytes:
    """Fill short lines, cut empty cells off long ones, refuse lines with too many."""
    text = io.StringIO(body.decode("utf-8", "replace"), newline="")
    clean, short = io.StringIO(newline=""), 0
    writer = csv.writer(clean, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    reader = csv.reader(
        text,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar="\\" if dialect.escape else None,
        skipinitialspace=dialect.delimiter == " ",
    )
    width = len(names)
    try:
        for row in reader:
            if not row:
                continue
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                got = (
                    f"{len(row)} fields in a line under {width} columns (about line {reader.line_num + 1:,})"
                )
                raise TableError(
                    f"{name!r} has lines longer than its header", got, "quote cells that hold a delimiter"
                )
            short += len(row) < width
            writer.writerow((row + [""] * (width - len(row)))[:width])
    except csv.Error as error:
        raise TableError(f"{name!r} cannot be read as delimited text", error, "check its quotes") from None
    if short:
        notebook.add(
            "filled", f"{short:,} lines", "they have fewer fields than the header; the rest is missing"
        )
    return clean.getvalue().encode()
