"""Columnar files of Apache Arrow: parquet and feather."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.tables.formats.definition import Content, Format, register

if TYPE_CHECKING:
    import pandas as pd

_STARTS = "the file starts like one"


def _parquet(content: Content) -> str | None:
    return _STARTS if content.data.startswith(b"PAR1") else None


def _feather(content: Content) -> str | None:
    return _STARTS if content.data.startswith(b"ARROW1") else None


def _read_parquet(content: Content) -> pd.DataFrame:
    from east.tables.columnar import read_parquet

    return read_parquet(content.data, content.name, content.limits, content.notebook)


def _read_feather(content: Content) -> pd.DataFrame:
    from east.tables.columnar import read_feather

    return read_feather(content.data, content.name, content.limits, content.notebook)


PARQUET = register(
    Format("parquet", "Parquet", ("parquet",), "binary", _parquet, _read_parquet, ("join_alike",))
)
FEATHER = register(
    Format("feather", "Feather (Arrow)", ("feather",), "binary", _feather, _read_feather, ("join_alike",))
)
