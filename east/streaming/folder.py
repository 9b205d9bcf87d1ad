"""A folder of parquet files as one long table: its columns, and its row groups in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from east.errors import TableError, listed
from east.streaming.columns import KINDS, kind_of_type, plain

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".parquet"


class Group(NamedTuple):
    """A row group: its file, its number in the file, its rows, and the position of its first row in the folder."""

    path: Path
    number: int
    rows: int
    start: int


class Slice(NamedTuple):
    """Some rows of a group, as plain columns; `start` is the position of the first one in the folder."""

    columns: pa.Table
    start: int


@dataclass(frozen=True)
class Folder:
    """The parquet files of a folder, in the order of their names.

    Args:
        name: of the folder.
        kinds: of each column that is read, one of KINDS.
        groups: its row groups, in order.
        notes: what is not read, each one plain sentence.
    """

    name: str
    kinds: dict[str, str]
    groups: tuple[Group, ...]
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(group.rows for group in self.groups)

    def shards(self, count: int) -> list[tuple[Group, ...]]:
        """Deal the row groups out to so many readers, each with about as many rows.

        Raises:
            TableError: for more readers than row groups.
        """
        if count > len(self.groups):
            got = f"{len(self.groups):,} row groups for {count:,} ranks"
            remedy = "start fewer ranks, or write the files with smaller row groups"
            raise TableError("A rank would have no rows", got, remedy)
        shards: list[list[Group]] = [[] for _ in range(count)]
        for group in sorted(self.groups, key=lambda group: (-group.rows, group.start)):
            min(shards, key=lambda shard: sum(its.rows for its in shard)).append(group)
        return [tuple(sorted(shard, key=lambda group: group.start)) for shard in shards]


def open_folder(path: Path) -> Folder:
    """Look at the footers of all parquet files of a folder and its subfolders.

    Raises:
        TableError: no such folder, no file or no row in it, a file that is damaged or has other columns.
    """
    files = _files(path)
    kinds, notes = _kinds(files[0], path)
    groups: list[Group] = []
    start = 0
    for file in files:
        meta, schema = _footer(file, path)
        _check_schema(schema, file, kinds, files[0])
        for number in range(meta.num_row_groups):
            rows = meta.row_group(number).num_rows
            if rows:
                groups.append(Group(file, number, rows, start))
            start += rows
    if not groups:
        got = f"{len(files):,} parquet file{'s' if len(files) > 1 else ''}"
        raise TableError(f"The folder {path.name!r} has no row", got, "give a folder of files with rows")
    return Folder(path.name or str(path), kinds, tuple(groups), notes)


def slices(group: Group, columns: Sequence[str], kinds: dict[str, str], most_rows: int) -> Iterator[Slice]:
    """Read a row group piece by piece, never as a whole.

    Args:
        group: to read.
        columns: by name.
        kinds: of all columns.
        most_rows: of a piece.

    Raises:
        TableError: a damaged file.
    """
    import pyarrow as pa
    from pyarrow import parquet

    start = group.start
    try:
        with parquet.ParquetFile(group.path, buffer_size=2**20, pre_buffer=False) as file:
            for batch in file.iter_batches(
                most_rows, row_groups=[group.number], columns=list(columns), use_threads=False
            ):
                yield Slice(plain(pa.Table.from_batches([batch]), kinds), start)
                start += batch.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise error if isinstance(error, TableError) else _damaged(group.path.name, error) from None


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        raise TableError("There is no such folder", repr(str(path)), "check the path")
    hidden = (".", "_")  # what other tools write beside their files
    found = sorted(file for file in path.rglob(f"*{SUFFIX}") if file.is_file())
    found = [file for file in found if not file.name.startswith(hidden)]
    if not found:
        remedy = f"give a folder of files that end in {SUFFIX}"
        raise TableError(f"The folder {path.name!r} has no parquet file", None, remedy)
    for file in found:
        named = [part for part in file.relative_to(path).parts[:-1] if "=" in part]
        if named:
            remedy = "write that column into the files"
            raise TableError("A column in the names of subfolders is not read", repr(named[0]), remedy)
    return found


def _footer(file: Path, folder: Path) -> tuple[Any, pa.Schema]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file) as opened:
            return opened.metadata, opened.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(str(file.relative_to(folder)), error) from None


def _kinds(file: Path, folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Tell the kinds of the columns that are read, and name the others."""
    _, schema = _footer(file, folder)
    repeated = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if repeated:
        raise TableError("Two columns have the same name", repr(repeated[0]), "rename one of them")
    kinds = {field.name: kind_of_type(field.type) for field in schema}
    other = [name for name, kind in kinds.items() if kind not in KINDS]
    if not other:
        return kinds, ()
    note = f"Columns of lists, structs or bytes were left out: {listed(map(repr, other))}."
    return {name: kind for name, kind in kinds.items() if kind in KINDS}, (note,)


def _check_schema(schema: pa.Schema, file: Path, kinds: dict[str, str], first: Path) -> None:
    found = {field.name: kind_of_type(field.type) for field in schema}
    remedy = "write all files with the same columns"
    for name, kind in kinds.items():
        if name not in found:
            got = f"no {name!r} in {file.name!r}, which {first.name!r} has"
            raise TableError("A column is missing in one file", got, remedy)
        if found[name] != kind:
            got = f"{name!r} holds {found[name]} in {file.name!r} and {kind} in {first.name!r}"
            raise TableError("A column has another type in one file", got, remedy)
    for name, kind in found.items():
        if name not in kinds and kind in KINDS:
            got = f"{name!r} in {file.name!r}, which {first.name!r} has not"
            raise TableError("A column is in some files alone", got, remedy)


def _damaged(name: str, error: object) -> TableError:
    reason = (str(error).splitlines() or ["nothing that can be read"])[0][:200].rstrip(". ")
    return TableError(f"{name!r} cannot be read as parquet", reason, "write the file again")
