"""Delimited text (csv, tsv and similar) to a frame, with the parallel reader of Apache Arrow."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from east.errors import TableError
from east.tables.arrow_csv import Rows, parse
from east.tables.frames import from_arrow, unique_names, without_nothing
from east.tables.layout import notes_below, without_second_header
from east.tables.lines import (
    leading_comments,
    lines_of,
    open_quote,
    separator_line,
    with_even_ends,
    without_comments,
)
from east.tables.sniffing import DELIMITERS, Dialect, sniff
from east.tables.table import Limits, Notebook, ReadOptions
from east.tables.texts import MISSING, TextRules

if TYPE_CHECKING:
    import pandas as pd

_HEAD = 1 << 18
_TAIL = 1 << 13
_SPARSE = 0.1


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
    utf8 = with_even_ends(utf8)
    text = _without_preamble(utf8, options, notebook)
    if not text.data[:_HEAD].strip():
        raise TableError(f"{name!r} is empty", None, "give a file with a header and rows")
    _refuse_wide(text_head(text.data), limits)
    dialect = _dialect(text, name, notebook)
    names, sample, start, skipped = _header(text, dialect, notebook)
    _refuse_many(text.data, start, dialect, limits)
    names = unique_names(names, notebook)
    end = _end(text.data, start, sample, dialect, notebook)
    rows = Rows(memoryview(text.data)[start:end], names, dialect, name, text.first_line + skipped)
    rules = TextRules(
        options, dialect.decimal, words_missing=True, typed=False, ask_marks=dialect.delimiter != ","
    )
    table = parse(rows, rules, notebook)
    rules.missing |= _missing_words(sample, [str(field.type) == "string" for field in table.schema])
    frame = from_arrow(table, limits, notebook, rules, strip=dialect.padded)
    return without_nothing(frame, notebook)


@dataclass(frozen=True)
class _Text:
    """A text without the lines above its table that are no rows.

    Args:
        data: the text as UTF-8.
        options: what the user has decided, and what a first line such as "sep=;" says.
        first_line: the number of its first line in the file.
        comment: the last comment line, which may be the header; its mark is removed.
        mark: of comments; b"" for none.
    """

    data: bytes
    options: ReadOptions
    first_line: int = 1
    comment: str = ""
    mark: bytes = b""


def _without_preamble(utf8: bytes, options: ReadOptions, notebook: Notebook) -> _Text:
    """Take a "sep=" line and comment lines away."""
    first_line = 1
    separator = separator_line(utf8)
    if separator is not None:
        delimiter, start = separator
        utf8, first_line = utf8[start:], 2
        if options.delimiter is None:
            options = replace(options, delimiter=delimiter)
            notebook.add("delimiter", repr(delimiter), "the first line of the file says so")
    mark, count = leading_comments(utf8)
    if not count and 0 < utf8.count(b"\n# ") < _SPARSE * utf8.count(b"\n"):
        mark = b"# "
    if not mark:
        return _Text(utf8, options, first_line)
    last = [line for line in utf8[:_HEAD].split(b"\n") if line.strip()][count - 1] if count else b""
    quote = b'"' if options.quote is None else options.quote.encode()
    data, removed = without_comments(utf8, mark, quote)
    if removed:
        notebook.add("comments", f"{removed:,} lines", f"they start with {mark.decode().strip()!r}")
    return _Text(data, options, first_line + count, last.removeprefix(mark).decode("utf-8", "replace"), mark)


def _dialect(text: _Text, name: str, notebook: Notebook) -> Dialect:
    """Find out how the text is split into cells; a quote that never closes is text where that is certain.

    Raises:
        TableError: where it is not.
    """
    tabs, draft = name.lower().endswith((".tsv", ".tab")), Notebook()
    dialect = sniff(text_head(text.data), text.options, draft, tabs=tabs)
    quote = dialect.quote.encode()
    if quote and quote in text.data:
        data = text.data.replace(b"\\" + quote, b"") if dialect.escape else text.data
        wrong = open_quote(data, dialect.delimiter, dialect.quote, dialect.width)
        if wrong is not None:
            got = f"line {wrong.line + text.first_line - 1:,}, {wrong.text!r}"
            if not wrong.only or not _even_without_quotes(data, dialect):
                remedy = 'close it, or read without quotes (quote="")'
                raise TableError(f"{name!r} has a quote that never closes", got, remedy)
            draft = Notebook()
            dialect = sniff(text_head(text.data), replace(text.options, quote=""), draft, tabs=tabs)
            draft.add("quote", "none", f"a quote never closes ({got}), so quotes are text")
    notebook.findings += draft.findings
    return dialect


def _even_without_quotes(data: bytes, dialect: Dialect) -> bool:
    """Whether every line with a quote has the fields of a row when its quotes are text."""
    quote, cut = dialect.quote.encode(), dialect.delimiter.encode()
    return all(line.count(cut) == dialect.width - 1 for line in data.split(b"\n") if quote in line)


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


def _header(text: _Text, dialect: Dialect, notebook: Notebook) -> tuple[list[str], list[list[str]], int, int]:
    """Return the column names, some rows to look at, the byte at which the rows begin, and the lines before it."""
    lines = [line + "\n" for line in lines_of(text_head(text.data))[:400]]
    rows = dialect.rows(lines)[dialect.skipped :]
    above = dialect.skipped
    commented = dialect.rows([text.comment + "\n"]) if text.comment else []
    if commented and _is_commented_header(commented[0], text, dialect):
        names = [cell.strip() for cell in commented[0]]
        names[0] = names[0] or text.mark.decode()
        notebook.findings = [finding for finding in notebook.findings if finding.what != "header"]
        notebook.add("header", "comment", "the comment line above the rows names the columns")
    elif not dialect.header:
        names = [f"column_{i + 1}" for i in range(dialect.width)]
    else:
        names, rows, above = [cell.strip() for cell in rows[0]] if rows else [], rows[1:], above + 1
    names = _of_width(["row_name", *names] if dialect.row_names else names, dialect.width)
    if dialect.header and len(rows) > 1:
        names, second = without_second_header(names, rows, text.options, notebook)
        rows, above = rows[second:], above + second
    start, skipped = _after(text.data, dialect, above)
    return names, rows, start, skipped


def _is_commented_header(cells: list[str], text: _Text, dialect: Dialect) -> bool:
    if text.options.header is not None or len(cells) != dialect.width or dialect.width < 2:
        return False
    return not dialect.header or not text.comment.startswith(" ")


def _of_width(names: list[str], width: int) -> list[str]:
    """Number the columns without a name, and drop empty names beyond the last field."""
    while len(names) > width and not names[-1]:
        names = names[:-1]
    return names + [""] * (width - len(names))


def _after(utf8: bytes, dialect: Dialect, records: int) -> tuple[int, int]:
    """Return the byte at which the first records end, and their lines; a quoted cell may span lines."""
    stream, quote, lines = io.BytesIO(utf8), dialect.quote.encode(), 0
    while records and (line := stream.readline()):
        lines += 1
        while quote and line.count(quote) % 2 and (more := stream.readline()):
            line, lines = line + more, lines + 1
        records -= bool(line.strip())
    return stream.tell(), lines


def _end(utf8: bytes, start: int, sample: list[list[str]], dialect: Dialect, notebook: Notebook) -> int:
    """Return the byte at which the rows end: above the notes that follow them."""
    end = len(utf8.rstrip()) if utf8[-1:].isspace() else len(utf8)
    tail = utf8.rfind(b"\n", start, max(end - _TAIL, start)) + 1
    lines = utf8[max(tail, start) : end].decode("utf-8", "replace").split("\n")
    quote = dialect.quote
    if quote and any(line.count(quote) % 2 for line in lines):
        return len(utf8)
    rows = [(dialect.rows([line + "\n"]) or [[]])[0] if line.strip() else [] for line in lines]
    count = notes_below(rows, sample, dialect.width) if len(rows) > 1 else 0
    if not 0 < count < len(rows):
        return len(utf8)
    notes = [line.strip() for line in lines[-count:] if line.strip()]
    shown = "; ".join(repr(note[:60]) for note in notes[:3])
    notebook.add("notes", f"{len(notes)} lines", f"the text below the table is no row of it: {shown}")
    return end - len("\n".join(lines[-count:]).encode())


def _missing_words(sample: list[list[str]], is_text: list[bool]) -> set[str]:
    """List the words for missing values in columns that are no text."""
    words = {cell.strip() for row in sample for cell, text in zip(row, is_text, strict=False) if not text}
    return words & set(MISSING[1:])
