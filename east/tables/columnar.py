"""Parquet files, their size looked up before a row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.errors import TableError
from east.tables.frames import check_size, from_arrow
from east.tables.table import Limits, Notebook

if TYPE_CHECKING:
    import pandas as pd


def read_parquet(data: bytes, name: str, limits: Limits, notebook: Notebook) -> pd.DataFrame:
    """Read a parquet file; rows, columns and unfolded bytes are checked from its footer first."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        meta = file.metadata
        check_size(meta.num_rows, meta.num_columns, limits)
        unfolded = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if unfolded > limits.unfolded_bytes:
            remedy = f"keep to {limits.unfolded_bytes:,} bytes"
            raise TableError(f"{name!r} unfolds to too many bytes", f"{unfolded:,}", remedy)
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or ["damaged"])[0][:200]
        raise TableError(f"{name!r} cannot be read as parquet", reason, "write the file again") from None
    return from_arrow(table, limits, notebook)
