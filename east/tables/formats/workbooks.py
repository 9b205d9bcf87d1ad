"""Workbooks: xlsx of Excel and ods of OpenDocument, both zip archives of xml parts."""

from __future__ import annotations

import zipfile
from functools import partial
from typing import TYPE_CHECKING

from east.tables.formats.definition import SHEET_OPTIONS, Content, Format, register

if TYPE_CHECKING:
    import pandas as pd

_OPTIONS = ("sheet", *SHEET_OPTIONS)


def _xlsx(content: Content) -> str | None:
    names = _parts(content)
    holds = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
    return "the archive holds the parts of a workbook" if holds else None


def _ods(content: Content) -> str | None:
    holds = {"mimetype", "content.xml"} <= _parts(content)
    return "the archive holds the parts of an OpenDocument spreadsheet" if holds else None


def _parts(content: Content) -> set[str]:
    return set(_opened(content).namelist())


def _opened(content: Content) -> zipfile.ZipFile:
    assert content.archive is not None
    return content.archive


def _read(key: str, content: Content) -> pd.DataFrame:
    from east.tables.sheets import read_sheet

    return read_sheet(
        content.data, _opened(content), key, content.name, content.options, content.limits, content.notebook
    )


XLSX = register(
    Format("xlsx", "Excel workbook", ("xlsx",), "archive", _xlsx, partial(_read, "xlsx"), _OPTIONS)
)
ODS = register(
    Format("ods", "OpenDocument workbook", ("ods",), "archive", _ods, partial(_read, "ods"), _OPTIONS)
)
