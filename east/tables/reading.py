"""A path or bytes to a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from east.errors import TableError
from east.tables.archives import open_zip, unfold_gzip, unfold_zip
from east.tables.arff import read_arff
from east.tables.columnar import read_feather, read_parquet
from east.tables.delimited import read_delimited
from east.tables.formats import archive_format, binary_format, text_format
from east.tables.frames import check_size, tidy, unique_names
from east.tables.records import read_json
from east.tables.sheets import read_sheet
from east.tables.table import Limits, Notebook, ReadOptions, Table
from east.tables.text import to_utf8

_COLUMNAR: dict[str, Callable[[bytes, str, Limits, Notebook], pd.DataFrame]] = {
    "parquet": read_parquet,
    "feather": read_feather,
}


def read_table(
    source: bytes | str | Path,
    name: str | None = None,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
) -> Table:
    """Read a table from a file or from bytes in memory.

    Csv and tsv of any delimiter, quote, decimal mark and encoding, xlsx, ods, parquet, feather, arff, json and jsonl,
    and a gzip or zip of one of them. A server that takes files from others calls `read_table_guarded`.

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
    notebook = Notebook()
    data, shown = load(source, name, limits)
    try:
        frame = _read(data, shown, options, limits, notebook, unfolded=False)
    except MemoryError:
        raise TableError(f"{shown!r} needs more memory than there is", None, "give a smaller table") from None
    if not frame.shape[0] or not frame.shape[1]:
        raise TableError(f"{shown!r} is empty", "no cell with a value", "give a file with a header and rows")
    return Table(frame, shown, tuple(notebook.findings))


def table_from_frame(frame: pd.DataFrame, name: str = "table", limits: Limits | None = None) -> Table:
    """Make a table of a frame that is already in memory; the frame itself is left as it is.

    Raises:
        TableError: beyond the limits.
    """
    check_size(frame.shape[0], frame.shape[1], limits or Limits())
    notebook = Notebook()
    named = frame.set_axis(unique_names(list(frame.columns), notebook), axis=1)
    return Table(tidy(named), name, tuple(notebook.findings))


def load(source: bytes | str | Path, name: str | None, limits: Limits) -> tuple[bytes, str]:
    """Give the bytes of a source and a name for it.

    Raises:
        TableError: no such file, no plain file, an empty one, or one beyond the limit.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        shown = name or path.name
        try:
            if not path.is_file():
                raise TableError("There is no such file", repr(str(source)), "check the path")
            _check_bytes(path.stat().st_size, shown, limits)
            data = path.read_bytes()
        except (OSError, ValueError) as error:
            if isinstance(error, TableError):
                raise
            reason = getattr(error, "strerror", None) or str(error)
            raise TableError(
                f"{shown!r} cannot be opened", reason, "check the path and its permissions"
            ) from None
    else:
        data, shown = bytes(source), name or "table"
    if not data:
        raise TableError(f"{shown!r} is empty", "0 bytes", "give a file with a header and rows")
    _check_bytes(len(data), shown, limits)
    return data, shown


def _check_bytes(size: int, shown: str, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise TableError(f"{shown!r} is too large", f"{size:,} bytes", f"keep to {limits.file_bytes:,}")


def _read(
    data: bytes, name: str, options: ReadOptions, limits: Limits, notebook: Notebook, *, unfolded: bool
) -> pd.DataFrame:
    if data.startswith(b"\x1f\x8b"):
        if unfolded:
            raise TableError(f"{name!r} holds an archive inside an archive", None, "give the table itself")
        notebook.add("compression", "gzip", "the file starts like one")
        data, name = unfold_gzip(data, name, limits)
        return _read(data, name, options, limits, notebook, unfolded=True)
    if data.startswith(b"PK\x03\x04"):
        return _read_zip(data, name, options, limits, notebook, unfolded=unfolded)
    kind = options.format or binary_format(data, name, notebook)
    if kind in _COLUMNAR:
        return _COLUMNAR[kind](data, name, limits, notebook)
    if kind in ("xlsx", "ods"):
        raise TableError(f"{name!r} is no workbook", "a file that is no archive", "choose another format")
    return _read_text(data, name, kind, options, limits, notebook)


def _read_zip(
    data: bytes, name: str, options: ReadOptions, limits: Limits, notebook: Notebook, *, unfolded: bool
) -> pd.DataFrame:
    with open_zip(data, name, limits) as archive:
        kind = archive_format(archive, name, notebook)
        if kind != "zip":
            return read_sheet(data, archive, kind, name, options, limits, notebook)
        if unfolded:
            raise TableError(f"{name!r} holds an archive inside an archive", None, "give the table itself")
        inner, inner_name = unfold_zip(data, archive, name, options.member, limits, notebook)
    if not inner:
        raise TableError(f"{inner_name!r} is empty", "0 bytes", "give a file with a header and rows")
    return _read(inner, inner_name, options, limits, notebook, unfolded=True)


def _read_text(
    data: bytes, name: str, kind: str | None, options: ReadOptions, limits: Limits, notebook: Notebook
) -> pd.DataFrame:
    utf8 = to_utf8(data, name, options.encoding, notebook)
    kind = kind or text_format(utf8, name, notebook)
    if kind == "csv":
        return read_delimited(utf8, name, options, limits, notebook)
    if len(utf8) > limits.json_bytes:
        remedy = f"keep to {limits.json_bytes:,}, or save it as csv or parquet"
        raise TableError(f"{name!r} is too large for {kind}", f"{len(utf8):,} bytes", remedy)
    reader = read_arff if kind == "arff" else read_json
    return reader(utf8.decode("utf-8", "replace"), name, limits, notebook)
