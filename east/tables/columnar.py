"""Parquet and feather files; their size is checked before a row is decompressed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from east.errors import TableError
from east.tables.frames import check_size, from_arrow
from east.tables.table import Limits, Notebook

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def read_parquet(data: bytes, name: str, limits: Limits, notebook: Notebook) -> pd.DataFrame:
    """Read a parquet file.

    Raises:
        TableError: a damaged file, or one whose footer declares more than the limits allow.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        flat = _flat(file.schema_arrow, notebook)
        _check_parquet(file.metadata, name, limits)
        # Text stays coded until its full length is known: a short code can stand for a long text a million times.
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        coded = parquet.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
        table = coded.read(columns=flat)
        table.validate(full=True)
        # Here too a damaged file shows: by a time zone that there is not, for one.
        return from_arrow(_decoded(table, set(texts), name, limits), limits, notebook)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        raise error if isinstance(error, TableError) else _damaged(name, "parquet", error) from None


def _check_parquet(meta: Any, name: str, limits: Limits) -> None:
    check_size(meta.num_rows, meta.num_columns, limits)
    # Not per column: arrow 26 ends the whole process when it looks up the statistics of a damaged column chunk.
    _check_bytes(sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups)), name, limits)


def _check_bytes(size: int, name: str, limits: Limits) -> None:
    if size > limits.unfolded_bytes:
        remedy = f"keep to {limits.unfolded_bytes:,}"
        raise TableError(f"{name!r} unfolds to too many bytes", f"{size:,}", remedy)


def _damaged(name: str, kind: str, error: object) -> TableError:
    reason = (str(error).splitlines() or ["nothing that can be read"])[0][:200].rstrip(". ")
    return TableError(f"{name!r} cannot be read as {kind}", reason, "write the file again")


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _flat(schema: pa.Schema, notebook: Notebook) -> list[str]:
    """List the columns that hold one value a row; lists and structs are left out with a finding."""
    import pyarrow as pa

    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        names = ", ".join(map(repr, nested[:5]))
        notebook.add("dropped", f"{len(nested)} columns", f"they hold lists or structs, not values: {names}")
    flat = [field.name for field in schema if not pa.types.is_nested(field.type)]
    if not flat:
        raise TableError(
            "The table has no column of plain values", None, "write lists and structs out as columns"
        )
    return flat


def _decoded(table: pa.Table, texts: set[str], name: str, limits: Limits) -> pa.Table:
    """Replace codes by their text, after checking how long all of it gets."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = 0
    for position, field in enumerate(table.schema):
        if not pa.types.is_dictionary(field.type) or not _is_text(field.type.value_type):
            continue
        for chunk in table.column(position).chunks:
            lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
            total += int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)
        _check_bytes(total, name, limits)
        if field.name in texts:
            table = table.set_column(
                position, field.name, pc.cast(table.column(position), field.type.value_type)
            )
    return table


def read_feather(data: bytes, name: str, limits: Limits, notebook: Notebook) -> pd.DataFrame:
    """Read a feather file (arrow's file format, also called feather version 2).

    Raises:
        TableError: a damaged file, or one that unfolds beyond the limits.
    """
    import pyarrow as pa

    try:
        _check_bytes(_feather_bytes(data), name, limits)
        file = pa.ipc.open_file(pa.BufferReader(data))
        flat = _flat(file.schema, notebook)
        rows, batches = 0, []
        for position in range(file.num_record_batches):
            batch = file.get_batch(position)
            rows += batch.num_rows
            check_size(rows, batch.num_columns, limits)
            batches.append(batch.select([file.schema.get_field_index(column) for column in flat]))
        table = pa.Table.from_batches(batches) if batches else file.schema.empty_table().select(flat)
        table.validate(full=True)
        return from_arrow(_decoded(table, set(), name, limits), limits, notebook)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, struct.error) as error:
        raise error if isinstance(error, TableError) else _damaged(name, "feather", error) from None


def _feather_bytes(data: bytes) -> int:
    """Add up the sizes that the compressed buffers of a feather file declare (each starts with its size)."""
    import pyarrow as pa

    total = 0
    reader = pa.ipc.MessageReader.open_stream(pa.BufferReader(memoryview(data)[8:]))
    for message in reader:
        if message.type not in ("record batch", "dictionary") or message.body is None:
            continue
        body = memoryview(message.body)
        for offset, length in _buffers(memoryview(message.metadata), message.type):
            if length >= 8 and offset + 8 <= len(body):
                total += max(struct.unpack_from("<q", body, offset)[0], 0)
    return total


def _buffers(flat: memoryview, kind: str) -> list[tuple[int, int]]:
    """List (offset, length) of the buffers of a compressed record batch, from its flatbuffer (Message.fbs)."""
    message = struct.unpack_from("<I", flat, 0)[0]
    batch = _field(flat, message, 2)
    if kind == "dictionary" and batch is not None:
        batch = _field(flat, batch, 1)
    if batch is None or _field(flat, batch, 3) is None:
        return []
    vector = _field(flat, batch, 2)
    if vector is None:
        return []
    count = struct.unpack_from("<I", flat, vector)[0]
    return [struct.unpack_from("<qq", flat, vector + 4 + 16 * i) for i in range(count)]


def _field(flat: memoryview, table: int, index: int) -> int | None:
    """Follow the reference in a field of a flatbuffer table; None where the field is absent."""
    vtable = table - struct.unpack_from("<i", flat, table)[0]
    size = struct.unpack_from("<H", flat, vtable)[0]
    if 4 + 2 * index >= size:
        return None
    offset = struct.unpack_from("<H", flat, vtable + 4 + 2 * index)[0]
    if not offset:
        return None
    place = table + offset
    return int(place + struct.unpack_from("<I", flat, place)[0])
