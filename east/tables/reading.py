"""A path or bytes to a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from east.errors import TableError
from east.tables.archives import open_zip, unfold_gzip, unfold_zip
from east.tables.formats import FORMATS, Content
from east.tables.frames import check_size, tidy, unique_names
from east.tables.recognising import archive_format, binary_format, text_format
from east.tables.table import Limits, Notebook, ReadOptions, Table
from east.tables.text import to_utf8
from east.tables.texts import join_alike


def read_table(
    source: bytes | str | Path,
    name: str | None = None,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
) -> Table:
    """Read a table from a file or from bytes in memory.

    Reads every format in `FORMATS`, and a gzip or zip of one such file. A server that takes files from others calls
    `read_table_guarded`.

    Args:
        source: the file's path, or its content.
        name: the file's name, for messages; its ending is a hint where the content leaves a doubt.
        options: what the user has decided; everything else is found out.
        limits: beyond which a table is refused.

    Returns:
        The table, with the findings of reading it.

    Raises:
        TableError: what is wrong with the file, in one sentence.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    notebook = Notebook()
    data, shown = load(source, name, limits)
    try:
        frame = _read(Content(data, shown, options, limits, notebook), unfolded=False)
    except MemoryError:
        raise TableError(f"{shown!r} needs more memory than there is", None, "give a smaller table") from None
    if options.join_alike:
        frame = join_alike(frame, notebook)
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
    return Table(tidy(named, notebook), name, tuple(notebook.findings))


def load(source: bytes | str | Path, name: str | None, limits: Limits) -> tuple[bytes, str]:
    """Give the bytes of a source and a name for it.

    Raises:
        TableError: no such file, no plain file, an empty one, or one beyond the limit.
    """
    given: object = source
    if not isinstance(given, str | Path | bytes | bytearray | memoryview):
        got, remedy = f"a {type(given).__name__}", "give a path or the bytes of a file"
        raise TableError("A table is read from a file", got, remedy)
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


def _read(content: Content, *, unfolded: bool) -> pd.DataFrame:
    if content.data.startswith(b"\x1f\x8b"):
        _refuse_nesting(content, unfolded)
        content.notebook.add("compression", "gzip", "the file starts like one")
        data, name = unfold_gzip(content.data, content.name, content.limits)
        return _read(replace(content, data=data, name=name), unfolded=True)
    if content.data.startswith(b"PK\x03\x04"):
        return _read_zip(content, unfolded=unfolded)
    key = content.options.format
    entry = binary_format(content) if key is None else FORMATS[key]
    if entry is not None and entry.layer == "archive":
        got = "a file that is no archive"
        raise TableError(f"{content.name!r} is no {entry.label}", got, "choose another format")
    if entry is not None and entry.layer == "binary":
        return entry.read(content)
    utf8 = to_utf8(content.data, content.name, content.options.encoding, content.notebook)
    content = replace(content, data=utf8)
    return (entry or text_format(content)).read(content)


def _read_zip(content: Content, *, unfolded: bool) -> pd.DataFrame:
    with open_zip(content.data, content.name, content.limits) as archive:
        content = replace(content, archive=archive)
        entry = archive_format(content)
        if entry is not None:
            return entry.read(content)
        _refuse_nesting(content, unfolded)
        member = content.options.member
        data, name = unfold_zip(content.data, archive, content.name, member, content.limits, content.notebook)
    if not data:
        raise TableError(f"{name!r} is empty", "0 bytes", "give a file with a header and rows")
    return _read(replace(content, data=data, name=name, archive=None), unfolded=True)


def _refuse_nesting(content: Content, unfolded: bool) -> None:
    if unfolded:
        raise TableError(
            f"{content.name!r} holds an archive inside an archive", None, "give the table itself"
        )
