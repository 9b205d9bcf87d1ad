"""Delimited text: csv, tsv and other text of one line a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.tables.formats.definition import SHEET_OPTIONS, TEXT_OPTIONS, Content, Format, register

if TYPE_CHECKING:
    import pandas as pd

_OPTIONS = ("delimiter", "decimal", "quote", *SHEET_OPTIONS, *TEXT_OPTIONS)
SURE_ENDINGS = ("csv", "tsv", "tab")
"""Names that end so hold delimited text, whatever it starts like."""


def _recognise(content: Content) -> str | None:
    return "the file is text"


def _read(content: Content) -> pd.DataFrame:
    from east.tables.delimited import read_delimited

    return read_delimited(content.data, content.name, content.options, content.limits, content.notebook)


CSV = register(
    Format(
        "csv",
        "delimited text",
        (*SURE_ENDINGS, "txt", "data", "dat"),
        "text",
        _recognise,
        _read,
        _OPTIONS,
        fallback=True,
    )
)
