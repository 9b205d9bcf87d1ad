"""Columns of parquet files in plain types that depend on the files' types alone, never on the values of some rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KINDS = ("numbers", "text", "dates", "truth values")
NOT_READ = "values of a type that is not read"


def kind_of_type(kind: pa.DataType) -> str:
    """Tell which of KINDS a column of an arrow type holds, or NOT_READ."""
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_boolean(kind):
        return "truth values"
    if any(test(kind) for test in (types.is_integer, types.is_floating, types.is_decimal, types.is_duration)):
        return "numbers"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    # A column without any value has no type of its own: it is missing numbers.
    if types.is_null(kind):
        return "numbers"
    return "dates" if types.is_timestamp(kind) or types.is_date(kind) else NOT_READ


def plain(table: pa.Table, kinds: dict[str, str]) -> pa.Table:
    """Bring columns to one arrow type a kind.

    Whole numbers stay whole and others become float64, durations in seconds; truth values are the texts "False" and
    "True", and text stays text, also where it looks like a number. Dates have no time zone.

    Args:
        table: some rows.
        kinds: of its columns.
    """
    import pyarrow as pa

    columns = {name: _plain(table.column(name).combine_chunks(), kinds[name]) for name in table.column_names}
    return pa.table(columns)


def _plain(column: pa.Array, kind: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kind == "text":
        return column.cast(pa.large_string())
    if kind == "truth values":
        return pc.if_else(column, pa.scalar("True", pa.large_string()), pa.scalar("False", pa.large_string()))
    if kind == "dates":
        return column.cast(pa.timestamp("us"), safe=False)
    if types.is_duration(column.type):
        micros = column.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return pc.divide(micros.cast(pa.float64()), 1e6)
    whole = types.is_integer(column.type) and not types.is_uint64(column.type)
    return column.cast(pa.int64() if whole else pa.float64())


def joined_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """Put plain tables of the same columns one under the other; whole numbers join fractions."""
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="permissive")


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Turn plain columns into a frame: numbers, dates and text as an encoder reads them."""
    import pandas as pd

    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, date_as_object=False)
    frame.columns = pd.Index(table.column_names, dtype="str")
    return frame
