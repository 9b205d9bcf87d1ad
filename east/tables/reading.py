"""A path or bytes to a table: which format it is, and who reads it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from east.errors import TableError
from east.tables.columnar import read_parquet
from east.tables.delimited import read_delimited
from east.tables.frames import check_size, tidy, unique_names
from east.tables.sheets import read_sheet
from east.tables.table import Limits, Notebook, ReadOptions, Table
from east.tables.text import not_a_table

FORMATS = ("csv", "xlsx", "parquet")


def read_table(
    source: bytes | str | Path,
    name: str | None = None,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
) -> Table:
    """Read a table from a file or from bytes in memory.

    Args:
        source: the file's path, or its content.
        name: how to call it; its ending is a hint where the content leaves a doubt.
        options: what to take as given instead of finding it out.
        limits: beyond which a table is refused.

    Returns:
        The table with what was found out on the way.

    Raises:
        TableError: whatever is wrong with the file, in one sentence.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    data, shown = load(source, name, limits)
    notebook = Notebook()
    kind = _format(data, shown, options, notebook)
    if kind == "parquet":
        frame = read_parquet(data, shown, limits, notebook)
    elif kind == "xlsx":
        frame = read_sheet(data, shown, options, limits, notebook)
    else:
        frame = read_delimited(data, shown, options, limits, notebook)
    return Table(frame, shown, tuple(notebook.findings))


def table_from_frame(frame: pd.DataFrame, name: str = "table", limits: Limits | None = None) -> Table:
    """Make a table of a frame that is already in memory; the frame itself is left as it is."""
    check_size(frame.shape[0], frame.shape[1], limits or Limits())
    notebook = Notebook()
    named = frame.set_axis(unique_names(list(frame.columns), notebook), axis=1)
    return Table(tidy(named, notebook), name, tuple(notebook.findings))


def load(source: bytes | str | Path, name: str | None, limits: Limits) -> tuple[bytes, str]:
    """Give the bytes of a source and a name for it.

    Raises:
        TableError: no such file, no plain file, an empty one, or one beyond the limit.
    """
    if isinstance(source, bytes):
        data, shown = source, name or "table"
    else:
        path = Path(source)
        shown = name or path.name
        if not path.is_file():
            raise TableError("There is no such file", repr(str(source)), "check the path")
        _check_bytes(path.stat().st_size, shown, limits)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise TableError(f"{shown!r} cannot be opened", error.strerror, "check its permissions") from None
    if not data:
        raise TableError(f"{shown!r} is empty", "0 bytes", "give a file with a header and rows")
    _check_bytes(len(data), shown, limits)
    return data, shown


def _check_bytes(size: int, shown: str, limits: Limits) -> None:
    if size > limits.bytes:
        raise TableError(f"{shown!r} is too large", f"{size:,} bytes", f"keep to {limits.bytes:,}")


_MAGIC = ((b"PAR1", "parquet"), (b"PK\x03\x04", "xlsx"))
_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (save it as xlsx)"),
    (b"\x80\x04\x95", "a Python pickle, which is never opened"),
    (b"\x80\x05\x95", "a Python pickle, which is never opened"),
)


def _format(data: bytes, shown: str, options: ReadOptions, notebook: Notebook) -> str:
    if options.format is not None:
        if options.format not in FORMATS:
            raise TableError(
                "There is no such format", repr(options.format), f"choose one of {', '.join(FORMATS)}"
            )
        return options.format
    for magic, what in _FOREIGN:
        if data.startswith(magic) and not (magic == b"MZ" and data[:256].isascii()):
            raise not_a_table(shown, what)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            notebook.add("format", kind, "the file starts like one")
            return kind
    notebook.add("format", "csv", "the file is text")
    return "csv"
