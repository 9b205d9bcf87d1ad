"""The cases of the corpus, and writers of files in memory."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather, parquet

from east.tables import Limits, ReadOptions

NAN = float("nan")
PLAIN = pd.DataFrame(
    {
        "name": ["Müller", "Anaïs", "José", "Åsa", "Zoë"],
        "height": [1.5, 2.25, NAN, -4.0, 1000.5],
        "count": [1, 20, 3, 4, 5],
        "label": ["a", "b", "a", "b", "c"],
    }
)
DATED = pd.DataFrame(
    {
        "day": pd.to_datetime(["2021-03-01", "2021-12-31", "2022-02-28"]),
        "value": [1.5, 2.0, 3.25],
        "label": ["u", "v", "u"],
    }
)
SMALL = Limits(rows=1000, columns=100, cells=20_000, unfolded_bytes=8 * 2**20)


@dataclass(frozen=True)
class Case:
    """One file: its content, how it is read, and the frame it must give or a part of the error's sentence."""

    name: str
    data: bytes
    expected: pd.DataFrame | str
    options: ReadOptions = field(default_factory=ReadOptions)
    limits: Limits = field(default_factory=Limits)


def csv_text(frame: pd.DataFrame, **options: Any) -> str:
    return str(frame.to_csv(index=False, lineterminator=options.pop("lineterminator", "\n"), **options))


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def as_parquet(frame: pd.DataFrame | pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    parquet.write_table(table, sink, **options)
    return sink.getvalue()


def as_feather(frame: pd.DataFrame | pa.Table, compression: str) -> bytes:
    sink = io.BytesIO()
    feather.write_feather(frame, sink, compression=compression)
    return sink.getvalue()


def _letters(column: int) -> str:
    text = ""
    while column >= 0:
        text, column = chr(65 + column % 26) + text, column // 26 - 1
    return text


def _xlsx_cell(value: Any, row: int, column: int) -> str:
    place = f'r="{_letters(column)}{row + 1}"'
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c {place} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.date):
        serial = (pd.Timestamp(value) - pd.Timestamp("1899-12-30")).days
        return f'<c {place} s="1"><v>{serial}</v></c>'
    if isinstance(value, int | float):
        return f"<c {place}><v>{value}</v></c>"
    if str(value).startswith("#"):
        return f'<c {place} t="e"><v>{value}</v></c>'
    return f'<c {place} t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def xlsx_parts(sheets: Mapping[str, list[list[Any]]]) -> dict[str, bytes]:
    """The parts of a small workbook; dates are written as Excel does, as days with a date style."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>'
            for i, name in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="rId{i}" Type="{relations}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in numbers
        )
        + f'<Relationship Id="rId0" Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    for i, rows in zip(numbers, sheets.values(), strict=True):
        body = "".join(
            f'<row r="{r + 1}">{"".join(_xlsx_cell(value, r, c) for c, value in enumerate(row))}</row>'
            for r, row in enumerate(rows)
        )
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    return {name: text.encode() for name, text in parts.items()}


def xlsx(sheets: Mapping[str, list[list[Any]]]) -> bytes:
    return zipped(xlsx_parts(sheets))


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, datetime.date):
        day = pd.Timestamp(value).strftime("%Y-%m-%d")
        kind, text = f'"date" office:date-value="{day}"', day
    elif isinstance(value, int | float):
        kind, text = f'"float" office:value="{value}"', str(value)
    else:
        kind, text = '"string"', escape(str(value))
    return f"<table:table-cell office:value-type={kind}><text:p>{text}</text:p></table:table-cell>"


def ods_row(row: list[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def ods_of(body: Mapping[str, str]) -> bytes:
    """A workbook of sheets whose rows are given as XML."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in body.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = zipfile.ZipInfo("mimetype")
        archive.writestr(kind, "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="x"/>'
        )
    return sink.getvalue()


def ods(sheets: Mapping[str, list[list[Any]]]) -> bytes:
    return ods_of({name: "".join(map(ods_row, rows)) for name, rows in sheets.items()})


def grid(frame: pd.DataFrame) -> list[list[Any]]:
    """A frame as rows of cells under its header, missing cells None."""
    rows = [
        [None if pd.isna(cell) else cell for cell in row] for row in frame.astype(object).to_numpy().tolist()
    ]
    return [list(frame.columns), *rows]


def million_rows() -> pd.DataFrame:
    """A million rows of numbers, codes, categories and dates, twenty columns."""
    generator, rows = np.random.default_rng(0), 1_000_000
    columns: dict[str, object] = {f"x{i}": generator.normal(size=rows).round(4) for i in range(10)}
    columns |= {f"k{i}": generator.integers(0, 1000, rows) for i in range(4)}
    colours = np.array(["red", "green", "blue", "yellow", "violet"])
    columns |= {f"c{i}": colours[generator.integers(0, 5, rows)] for i in range(4)}
    columns["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        generator.integers(0, 10**8, rows), unit="s"
    )
    columns["label"] = np.array(["a", "b", "c"])[generator.integers(0, 3, rows)]
    return pd.DataFrame(columns)
