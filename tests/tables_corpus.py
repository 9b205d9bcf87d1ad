"""Files of every kind, good, odd and hostile, made in memory, each with what reading it must give."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather, parquet

from east.errors import EastError
from east.tables import Limits, ReadOptions, read_table

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
    return ods_of(
        {
            name: "".join(
                f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
            )
            for name, rows in sheets.items()
        }
    )


def grid(frame: pd.DataFrame) -> list[list[Any]]:
    """A frame as rows of cells under its header, missing cells None."""
    rows = [
        [None if pd.isna(cell) else cell for cell in row] for row in frame.astype(object).to_numpy().tolist()
    ]
    return [list(frame.columns), *rows]


def delimited_cases() -> Iterator[Case]:
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252")
    for delimiter, word in ((",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe"), ("~", "tilde")):
        for encoding in encodings:
            data = csv_text(PLAIN, sep=delimiter).encode(encoding)
            yield Case(f"{word}-{encoding}.csv", data, PLAIN)
    for delimiter, word in ((";", "semicolon"), ("\t", "tab"), ("|", "pipe")):
        for encoding in ("utf-8", "cp1252", "utf-16"):
            data = csv_text(PLAIN, sep=delimiter, decimal=",").encode(encoding)
            yield Case(f"decimal-comma-{word}-{encoding}.csv", data, PLAIN)
    for ending, word in (("\r\n", "crlf"), ("\r", "cr")):
        yield Case(f"ending-{word}.csv", csv_text(PLAIN, lineterminator=ending).encode(), PLAIN)
    yield Case("no-last-newline.csv", csv_text(PLAIN).rstrip("\n").encode(), PLAIN)
    yield Case("all-quoted.csv", csv_text(PLAIN, quoting=1).encode(), PLAIN)
    yield Case("tab.tsv", csv_text(PLAIN, sep="\t").encode(), PLAIN)
    yield Case("no-ending", csv_text(PLAIN).encode(), PLAIN)
    yield Case("caret.csv", csv_text(PLAIN, sep="^").encode(), PLAIN)
    single = csv_text(PLAIN, quoting=2, quotechar="'")
    yield Case("single-quotes.csv", single.encode(), PLAIN)


def odd_text_cases() -> Iterator[Case]:
    ab = pd.DataFrame({"a": [1, 2], "b": ["x, y", 'say "hi"']})
    yield Case("quoted-delimiter.csv", b'a,b\n1,"x, y"\n2,"say ""hi"""\n', ab)
    yield Case("backslash-quotes.csv", b'a,b\n1,"x, y"\n2,"say \\"hi\\""\n', ab)
    lines = pd.DataFrame({"a": [1, 2], "b": ["two\nlines", "one"]})
    yield Case("quoted-newline.csv", b'a,b\n1,"two\nlines"\n2,one\n', lines)
    gaps = pd.DataFrame({"a": [1.0, NAN, 3.0, NAN], "b": ["x", None, "y", "z"]})
    for mark in ("", "NA", "NaN", "null", "?", "n/a", "#N/A"):
        text = f"a,b\n1,x\n{mark},{mark}\n3,y\n{mark},z\n"
        expected = gaps.dropna(how="all").reset_index(drop=True)
        yield Case(f"missing-{mark.strip('?#/') or 'mark'}.csv", text.encode(), expected)
    numbered = pd.DataFrame({"column_1": [1.5, 2.5, 3.5], "column_2": [4, 5, 6], "column_3": ["a", "b", "a"]})
    yield Case("no-header.csv", b"1.5,4,a\n2.5,5,b\n3.5,6,a\n", numbered)
    years = pd.DataFrame({"2019": [1, 3], "2020": [2, 4]})
    yield Case("header-of-numbers.csv", b"2019,2020\n1,2\n3,4\n", years, ReadOptions(header=True))
    twice = pd.DataFrame({"a": [1, 4], "a_2": [2, 5], "column_3": [3, 6]})
    yield Case("repeated-names.csv", b"a,a,\n1,2,3\n4,5,6\n", twice)
    short = pd.DataFrame({"a": [1, 2, 3], "b": [4.0, NAN, 6.0], "c": ["x", None, "z"]})
    yield Case("short-line.csv", b"a,b,c\n1,4,x\n2\n3,6,z\n", short)
    yield Case("long-line-of-nothing.csv", b"a,b\n1,2,,\n3,4\n", pd.DataFrame({"a": [1, 3], "b": [2, 4]}))
    yield Case("long-line.csv", b"a,b\n1,2\n3,4,5\n6,7\n8,9\n", "lines longer than its header")
    two = pd.DataFrame({"a": [1, 3, 5], "b": [2, 4, 6]})
    yield Case("title-above.csv", b"Report of May\n\na,b\n1,2\n3,4\n5,6\n", two)
    yield Case("blank-lines.csv", b"\n\na,b\n\n1,2\n\n3,4\n5,6\n\n", two)
    yield Case("trailing-delimiter.csv", b"a,b,\n1,2,\n3,4,\n5,6,\n", two)
    yield Case("rows-of-nothing.csv", b"a,b\n1,2\n,\n3,4\n5,6\n,\n", two)
    yield Case(
        "spaces-after-commas.csv",
        b"a, b, c\n1, x, 2\n3, y, ?\n",
        pd.DataFrame({"a": [1, 3], "b": ["x", "y"], "c": [2, NAN]}),
    )
    yield Case(
        "space-delimited.dat",
        b"a b c\n1 2.5 3\n4 5.5 6\n7 8.5 9\n",
        pd.DataFrame({"a": [1, 4, 7], "b": [2.5, 5.5, 8.5], "c": [3, 6, 9]}),
    )
    named = pd.DataFrame({"row_name": ["r1", "r2", "r3"], "a": [1, 3, 5], "b": [2, 4, 6]})
    yield Case("names-of-rows.csv", b"a,b\nr1,1,2\nr2,3,4\nr3,5,6\n", named)
    yield Case(
        "one-column.csv",
        b"word\nthis one\nthat one\nthe other\n",
        pd.DataFrame({"word": ["this one", "that one", "the other"]}),
    )
    codes = pd.DataFrame({"zip": ["01067", "10115"], "n": [1, 2]})
    yield Case("leading-zeros.csv", b"zip,n\n01067,1\n10115,2\n", codes)
    money = pd.DataFrame({"a": [1234567.5, 1000.0], "b": ["x", "y"]})
    yield Case("grouped-german.csv", b"a;b\n1.234.567,5;x\n1.000,00;y\n", money)
    yield Case("grouped-english.csv", b'a,b\n"1,234,567.5",x\n"1,000.00",y\n', money)
    yield Case("grouped-spaces.csv", "a;b\n1\u202f234\u202f567,5;x\n1\u202f000,00;y\n".encode(), money)
    truth = pd.DataFrame({"a": [True, False], "b": [1, 2]})
    yield Case("booleans.csv", b"a,b\nTrue,1\nFalse,2\n", truth)
    yield Case("dates.csv", csv_text(DATED).encode(), DATED)
    late = pd.DataFrame({"a": [*map(str, range(600_000)), "x"], "b": 1})
    yield Case("text-in-the-last-row.csv", csv_text(late).encode(), late)
    huge = pd.DataFrame({"a": [1e300, -1e300], "b": [1e-300, 12345678901234567890.0]})
    yield Case("huge-numbers.csv", b"a,b\n1e300,1e-300\n-1e300,12345678901234567890\n", huge)
    yield Case(
        "polish.csv",
        "imię;wartość\nŻółć;1\nGęślą;2\nJaźń;3\n".encode("cp1250"),
        pd.DataFrame({"imię": ["Żółć", "Gęślą", "Jaźń"], "wartość": [1, 2, 3]}),
    )
    yield Case(
        "russian.csv",
        "имя,город\nАнна,Москва\nИван,Казань\nОльга,Самара\n".encode("cp1251"),
        pd.DataFrame({"имя": ["Анна", "Иван", "Ольга"], "город": ["Москва", "Казань", "Самара"]}),
    )
    asked = ReadOptions(encoding="mac_roman", delimiter=";", decimal=",", header=True, quote='"')
    yield Case("as-asked.csv", csv_text(PLAIN, sep=";", decimal=",").encode("mac_roman"), PLAIN, asked)
    yield Case(
        "wrong-encoding.csv",
        csv_text(PLAIN).encode("cp1252"),
        "not text in utf-8",
        ReadOptions(encoding="utf-8"),
    )
    yield Case("no-such-encoding.csv", b"a,b\n1,2\n", "no such encoding", ReadOptions(encoding="utf-99"))


def archive_cases() -> Iterator[Case]:
    text = csv_text(PLAIN).encode()
    semicolons = csv_text(PLAIN, sep=";", decimal=",").encode("cp1252")
    yield Case("plain.csv.gz", gzip.compress(text), PLAIN)
    yield Case("two-members.csv.gz", gzip.compress(text[:40]) + gzip.compress(text[40:]), PLAIN)
    yield Case("cp1252.csv.gz", gzip.compress(semicolons), PLAIN)
    yield Case("parquet.gz", gzip.compress(as_parquet(PLAIN)), PLAIN)
    yield Case("one.zip", zipped({"plain.csv": text}), PLAIN)
    yield Case("stored.zip", zipped({"plain.csv": text}, zipfile.ZIP_STORED), PLAIN)
    mac = {"data/": b"", "data/plain.csv": text, "__MACOSX/data/._plain.csv": b"\0\1", ".DS_Store": b"\0"}
    yield Case("mac.zip", zipped(mac), PLAIN)
    yield Case("readme-beside.zip", zipped({"README": b"hello", "plain.csv": text}), PLAIN)
    two = zipped({"one.csv": b"a,b\n1,2\n", "two.csv": text})
    yield Case("two.zip", two, "several tables")
    yield Case("two-chosen.zip", two, PLAIN, ReadOptions(member="two.csv"))
    yield Case("two-absent.zip", two, "no such file", ReadOptions(member="three.csv"))
    yield Case("parquet.zip", zipped({"plain.parquet": as_parquet(PLAIN)}), PLAIN)
    yield Case(
        "nameless.zip", zipped({"plain.csv": text}).replace(b"plain.csv", b"\0" * 9), "no file|damaged"
    )
    yield Case("empty.zip", zipped({}), "zero bytes")
    yield Case("only-folders.zip", zipped({"a/": b""}), "holds no file")
    yield Case(
        "zip-in-zip.zip", zipped({"inner.zip": zipped({"plain.csv": text})}), "archive inside an archive"
    )
    yield Case("gzip-in-gzip.csv.gz", gzip.compress(gzip.compress(text)), "archive inside an archive")
    yield Case("cut.csv.gz", gzip.compress(text)[:-20], "damaged archive")
    yield Case("cut.zip", zipped({"plain.csv": text})[:-30], "damaged archive")
    yield Case("empty-inside.zip", zipped({"plain.csv": b""}), "is empty")
    yield Case("empty-inside.csv.gz", gzip.compress(b""), "is empty")
    sealed = bytearray(zipped({"plain.csv": text}))
    for place in (sealed.find(b"PK\x03\x04") + 6, sealed.find(b"PK\x01\x02") + 8):
        sealed[place] |= 1
    yield Case("encrypted.zip", bytes(sealed), "encrypted")


def columnar_cases() -> Iterator[Case]:
    typed = pd.DataFrame(
        {
            "category": pd.Categorical(["u", "v", "u"], categories=["v", "u"], ordered=True),
            "day": pd.to_datetime(["2021-03-01", "2021-12-31", "2022-02-28"]),
            "flag": [True, False, True],
            "whole": np.array([1, 2, 3], dtype=np.int32),
            "half": np.array([1, 2, 3], dtype=np.float32),
        }
    )
    for compression in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
        yield Case(f"{compression}.parquet", as_parquet(PLAIN, compression=compression), PLAIN)
    yield Case("no-dictionary.parquet", as_parquet(PLAIN, use_dictionary=False), PLAIN)
    yield Case("row-groups.parquet", as_parquet(PLAIN, row_group_size=2), PLAIN)
    yield Case("types.parquet", as_parquet(typed), typed)
    for name, compression in (("plain", "uncompressed"), ("lz4", "lz4"), ("zstd", "zstd")):
        yield Case(f"{name}.feather", as_feather(PLAIN, compression), PLAIN)
        yield Case(f"types-{name}.feather", as_feather(typed, compression), typed)
    nullable = pd.DataFrame(
        {"a": pd.array([1, None, 3], dtype="Int64"), "b": pd.array([True, None, False], dtype="boolean")}
    )
    plain = pd.DataFrame({"a": [1.0, NAN, 3.0], "b": ["True", None, "False"]})
    yield Case("nullable.parquet", as_parquet(nullable), plain)
    decimal = pa.table({"a": pa.array([1, 2]).cast(pa.decimal128(21, 2)), "b": pa.array([1, 2], pa.uint64())})
    yield Case("decimals.parquet", as_parquet(decimal), pd.DataFrame({"a": [1.0, 2.0], "b": [1, 2]}))
    zoned = pa.table({"t": pa.array([0, 3600], pa.timestamp("s", tz="Europe/Berlin")), "b": [1, 2]})
    times = pd.DataFrame({"t": pd.to_datetime(["1970-01-01 00:00", "1970-01-01 01:00"]), "b": [1, 2]})
    yield Case("time-zone.parquet", as_parquet(zoned), times)
    nested = pa.table({"a": [1, 2], "list": [[1], [2, 3]]})
    yield Case("nested.parquet", as_parquet(nested), pd.DataFrame({"a": [1, 2]}))
    yield Case("only-nested.parquet", as_parquet(nested.select(["list"])), "no column of plain values")
    yield Case(
        "index.parquet", PLAIN.set_index("name").to_parquet(), PLAIN[["height", "count", "label", "name"]]
    )
    yield Case("no-rows.parquet", as_parquet(PLAIN.head(0)), "is empty")
    yield Case("no-rows.feather", as_feather(PLAIN.head(0), "lz4"), "is empty")
    yield Case("cut.parquet", as_parquet(PLAIN)[:-10], "cannot be read as parquet")
    yield Case("cut.feather", as_feather(PLAIN, "lz4")[:-200], "cannot be read as feather")
    yield Case("empty.parquet", b"PAR1", "cannot be read as parquet")
    storage = pa.ExtensionArray.from_storage(pa.json_(pa.utf8()), pa.array(['{"a": 1}', "[]"]))
    extension = pa.table({"a": [1, 2], "j": storage})
    yield Case(
        "extension.feather",
        as_feather(extension, "lz4"),
        pd.DataFrame({"a": [1, 2], "j": ['{"a": 1}', "[]"]}),
    )


def workbook_cases() -> Iterator[Case]:
    for kind, make in (("xlsx", xlsx), ("ods", ods)):
        other: list[list[Any]] = [["x", "y"], [1, 2], [3, 4]]
        yield Case(f"plain.{kind}", make({"Sheet": grid(PLAIN)}), PLAIN)
        yield Case(f"dates.{kind}", make({"Sheet": grid(DATED)}), DATED)
        yield Case(f"first-of-two.{kind}", make({"One": grid(PLAIN), "Two": other}), PLAIN)
        chosen = ReadOptions(sheet="Two")
        frame = pd.DataFrame({"x": [1, 3], "y": [2, 4]})
        yield Case(f"second-of-two.{kind}", make({"One": grid(PLAIN), "Two": other}), frame, chosen)
        yield Case(f"cover-sheet.{kind}", make({"Cover": [["Our data"]], "Data": other}), frame)
        yield Case(f"no-such-sheet.{kind}", make({"One": other}), "no such sheet", ReadOptions(sheet="Six"))
        title: list[list[Any]] = [
            ["Results of May", None, None],
            [None] * 3,
            ["x", "y", "z"],
            [1, 2, 3],
            [4, 5, 6],
        ]
        yield Case(
            f"title-above.{kind}", make({"S": title}), pd.DataFrame({"x": [1, 4], "y": [2, 5], "z": [3, 6]})
        )
        gaps = pd.DataFrame({"x": [1.0, NAN, 3.0], "y": ["u", "v", None]})
        yield Case(f"gaps.{kind}", make({"S": grid(gaps)}), gaps)
        mixed = pd.DataFrame({"x": ["1", "two", "3"], "y": [1.5, 2.5, 3.5]})
        cells: list[list[Any]] = [["x", "y"], [1, 1.5], ["two", 2.5], [3, 3.5]]
        yield Case(f"mixed.{kind}", make({"S": cells}), mixed)
        yield Case(f"empty.{kind}", make({"S": []}), "is empty")
        yield Case(f"only-header.{kind}", make({"S": [["x", "y"]]}), "is empty")
        yield Case(f"cut.{kind}", make({"S": grid(PLAIN)})[:-40], "damaged archive")
        yield Case(f"named-csv-{kind}.csv", make({"S": grid(PLAIN)}), PLAIN)
    errors: list[list[Any]] = [["x", "y"], [1, 2], ["#DIV/0!", 3], [5, 6]]
    yield Case("error-cells.xlsx", xlsx({"S": errors}), pd.DataFrame({"x": [1.0, NAN, 5.0], "y": [2, 3, 6]}))
    numbers: list[list[Any]] = [["x", "y"], [1, 2], [3, 4]]
    formula = xlsx_parts({"S": numbers})
    sheet = formula["xl/worksheets/sheet1.xml"]
    formula["xl/worksheets/sheet1.xml"] = sheet.replace(b"<v>3</v>", b"<f>SYSTEM(1)</f><v>3</v>")
    yield Case("formula.xlsx", zipped(formula), pd.DataFrame({"x": [1, 3], "y": [2, 4]}))


def record_cases() -> Iterator[Case]:
    records = [dict(zip(PLAIN.columns, row, strict=True)) for row in grid(PLAIN)[1:]]
    yield Case("records.json", json.dumps(records).encode(), PLAIN)
    yield Case("records-utf16.json", json.dumps(records, ensure_ascii=False).encode("utf-16"), PLAIN)
    yield Case("lines.jsonl", "\n".join(map(json.dumps, records)).encode(), PLAIN)
    yield Case("lines.ndjson.gz", gzip.compress("\n".join(map(json.dumps, records)).encode()), PLAIN)
    yield Case("one-line.jsonl", b'{"a": 1, "b": "x"}\n', pd.DataFrame({"a": [1], "b": ["x"]}))
    yield Case("under-a-key.json", json.dumps({"meta": {"n": 5}, "data": records}).encode(), PLAIN)
    columns = {name: [None if pd.isna(v) else v for v in PLAIN[name]] for name in PLAIN.columns}
    yield Case("columns.json", json.dumps(columns, default=int).encode(), PLAIN)
    yield Case("rows.json", json.dumps(grid(PLAIN)).encode(), PLAIN)
    for orient in ("records", "columns", "index", "split"):
        yield Case(f"pandas-{orient}.json", PLAIN.to_json(orient=orient).encode(), PLAIN)
    ragged = pd.DataFrame({"a": [1.0, NAN, 3.0], "b": [NAN, 2.0, 4.0]})
    yield Case("ragged.json", b'[{"a": 1}, {"b": 2}, {"a": 3, "b": 4}]', ragged)
    deep = pd.DataFrame({"a.x": [1, 3], "a.y": [2, 4], "t": ["[1, 2]", "[]"]})
    yield Case(
        "objects.json", b'[{"a": {"x": 1, "y": 2}, "t": [1, 2]}, {"a": {"x": 3, "y": 4}, "t": []}]', deep
    )
    yield Case(
        "booleans.json",
        b'[{"a": true, "b": 1}, {"a": false, "b": 2}]',
        pd.DataFrame({"a": [True, False], "b": [1, 2]}),
    )
    yield Case("cut.json", json.dumps(records).encode()[:-20], "cannot be read as json")
    yield Case("scalars.json", b"[1, 2, 3]", "holds no table")
    yield Case("empty-list.json", b"[]", "holds no table")
    yield Case("deep.json", b"[" * 100_000, "nested too deeply")
    yield Case("long-number.json", b'[{"a": ' + b"9" * 5000 + b"}]", "cannot be read as json")


def arff_cases() -> Iterator[Case]:
    head = b"% a comment\n@RELATION r\n\n@attribute 'the height' REAL\n@ATTRIBUTE kind {red, 'dark blue', green}\n"
    expected = pd.DataFrame(
        {
            "the height": [1.5, NAN, 3.0],
            "kind": pd.Categorical(["red", "dark blue", None], categories=["red", "dark blue", "green"]),
            "note": ["it's, fine", "two", "three"],
        }
    )
    rows = b"@attribute note string\n@data\n1.5, red, \"it's, fine\"\n?,'dark blue',two\n% between\n3, ?, three\n"
    yield Case("plain.arff", head + rows, expected)
    yield Case("plain.arff.gz", gzip.compress(head + rows), expected)
    yield Case("named-txt.txt", head + rows, expected)
    dates = b'@relation r\n@attribute t date "yyyy-MM-dd"\n@attribute n integer\n@data\n2021-03-01,1\n"2021-12-31",2\n'
    days = pd.DataFrame({"t": pd.to_datetime(["2021-03-01", "2021-12-31"]), "n": [1, 2]})
    yield Case("dates.arff", dates, days)
    sparse = b"@relation r\n@attribute a numeric\n@attribute b {no, yes}\n@attribute c numeric\n"
    sparse += b"@data\n{0 5, 1 yes}\n{2 7}\n"
    thin = pd.DataFrame(
        {"a": [5, 0], "b": pd.Categorical(["yes", "no"], categories=["no", "yes"]), "c": [0, 7]}
    )
    yield Case("sparse.arff", sparse, thin)
    yield Case("short-row.arff", head + b"@data\n1.5\n", "rows of another length")
    yield Case("text-in-numbers.arff", head + b"@data\ntall,red\n", "holds text")
    yield Case("no-data.arff", head, "no @data line")
    yield Case("no-rows.arff", head + b"@data\n", "no rows")
    yield Case("relational.arff", b"@relation r\n@attribute a relational\n@data\n1\n", "cannot be read")


def not_table_cases() -> Iterator[Case]:
    yield Case("empty.csv", b"", "is empty")
    yield Case("blank.csv", b" \n\n \n", "is empty")
    yield Case("only-mark.csv", b"\xef\xbb\xbf", "is empty")
    yield Case("only-header.csv", b"a,b,c\n", "header but no rows")
    yield Case("rows-without-values.csv", b"a,b\n,\n,\n", "is empty")
    random = np.random.default_rng(0).bytes(5000)
    for name, head, told in (
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "PNG"),
        ("photo.csv", b"\xff\xd8\xff\xe0", "JPEG"),
        ("paper.csv", b"%PDF-1.7\n", "PDF"),
        ("database.csv", b"SQLite format 3\0", "SQLite"),
        ("array.csv", b"\x93NUMPY", "NumPy"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or encrypted Excel"),
        ("program.csv", b"\x7fELF", "program"),
        ("hdf.csv", b"\x89HDF\r\n", "HDF5"),
        ("old.feather", b"FEA1", "outdated"),
        ("table.csv.xz", b"\xfd7zXZ\0", "xz archive"),
        ("noise.csv", b"", "cannot be read as a table"),
    ):
        yield Case(name, head + random, told)
    yield Case("page.csv", b"<!DOCTYPE html><html><body><table></table></body></html>", "web page")
    yield Case(
        "word.docx", zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "without sheets"
    )
    # What a pickle would run if it were opened: its opcodes call a function.
    yield Case("model.csv", b"\x80\x04cposix\nsystem\n\x8c\x04true\x85R.", "pickle")
    yield Case(
        "old-pickle.csv",
        b"cposix\nsystem\n(S'true'\ntR.",
        pd.DataFrame({"cposix": ["system", "(S'true'", "tR."]}),
    )


def _lying_zip(content: bytes, says: int) -> bytes:
    """An archive whose list says a length that is not what comes out."""
    data = bytearray(zipped({"plain.csv": content}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(mark) + place, says)
    return bytes(data)


def hostile_cases() -> Iterator[Case]:
    zeros = b"0" * (80 * 2**20)
    yield Case("bomb.csv.gz", gzip.compress(zeros, 9), "compression bomb")
    yield Case("bomb.zip", zipped({"bomb.csv": zeros}), "compression bomb")
    yield Case("lying.zip", _lying_zip(b"a,b\n" + b"1,2\n" * 100_000, 100), "longer than it says|damaged")
    yield Case("lying-long.zip", _lying_zip(b"a,b\n1,2\n", 1000), "as long as it says")
    parts = xlsx_parts({"S": grid(PLAIN)})
    sheet = parts["xl/worksheets/sheet1.xml"]
    yield Case("bomb.xlsx", zipped({**parts, "xl/media/x.bin": zeros}), "compression bomb")
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    yield Case("far-cell.xlsx", zipped({**parts, "xl/worksheets/sheet1.xml": far}), "too many columns")
    entity = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + sheet
    )
    yield Case(
        "entities.xlsx", zipped({**parts, "xl/worksheets/sheet1.xml": entity}), "document type definition"
    )
    broken = zipped({**parts, "xl/worksheets/sheet1.xml": sheet[: len(sheet) // 2]})
    yield Case("broken-sheet.xlsx", broken, "cannot be read as xlsx|is empty|no rows")
    cell = (
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    )
    wide = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    yield Case("repeated.ods", ods_of({"S": wide}), "too many")
    blank = '<table:table-row table:number-rows-repeated="1048000">'
    blank += '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
    tail = (
        "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in grid(PLAIN))
        + blank
    )
    yield Case("blank-tail.ods", ods_of({"S": tail}), PLAIN)
    many = pa.table(
        {"a": pa.DictionaryArray.from_arrays(pa.array(np.zeros(6_000_000, np.int8)), pa.array([1]))}
    )
    yield Case("many-rows.parquet", as_parquet(many), "too many rows")
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, np.int32)), pa.array(["x" * 100_000]))
    yield Case("long-text.parquet", as_parquet(pa.table({"a": text})), "unfolds to too many bytes")
    yield Case("long-text.feather", as_feather(pa.table({"a": text}), "zstd"), "unfolds to too many bytes")
    big = pa.table({f"x{i}": np.zeros(1_000_000) for i in range(80)})
    yield Case("zeros.feather", as_feather(big, "zstd"), "unfolds to too many bytes")
    yield Case("zeros.parquet", as_parquet(big, compression="zstd"), "too many cells")
    yield Case("nulls.feather", as_feather(pa.table({"a": pa.nulls(10**9)}), "uncompressed"), "too many rows")
    yield Case(
        "wide.csv",
        b",".join(b"c%d" % i for i in range(200_000)) + b"\n" + b"1," * 199_999 + b"1\n",
        "too many columns",
    )
    yield Case("many-cells.csv", b"a,b,c,d,e,f,g,h,i,j\n" + b",,,,,,,,,\n" * 5_000_000, "too many cells")
    yield Case("many-rows.csv", b"a,b\n" + b"1,2\n" * 2000, "too many", limits=SMALL)
    yield Case("large.csv", b"a,b\n" + b"1,2\n" * 2000, "too large", limits=Limits(file_bytes=1000))
    keys = "[" + ",".join(f'{{"k{i}": 1}}' for i in range(20_000)) + "]"
    yield Case("key-a-record.json", keys.encode(), "too many c")
    yield Case(
        "large.json", b'[{"a": 1}]' + b" " * 2000, "too large for json", limits=Limits(json_bytes=1000)
    )
    yield Case("endless-quote.csv", b'a,b\n1,"' + b"x,y\n" * 200_000, "never closes")
    yield Case("one-long-line.csv", b"a" * (5 * 2**20), "no rows|is empty")
    yield Case("zero-in-text.csv", b"a,b\n1,\0\n2,x\n", "zero bytes")
    yield Case(
        "tail-of-noise.csv.gz",
        gzip.compress(b"a,b\n1,2\n3,4\n") + b"noise",
        pd.DataFrame({"a": [1, 3], "b": [2, 4]}),
    )
    raw = zlib.compressobj(9, zlib.DEFLATED, 31)
    endless = raw.compress(b"a,b\n" + b"1,2\n" * 100)
    yield Case("never-ends.csv.gz", endless + raw.flush(zlib.Z_SYNC_FLUSH), "damaged archive")


def all_cases() -> Iterator[Case]:
    """Every file of the corpus, one after the other, so that the large ones are not in memory together."""
    yield from delimited_cases()
    yield from odd_text_cases()
    yield from archive_cases()
    yield from columnar_cases()
    yield from workbook_cases()
    yield from record_cases()
    yield from arff_cases()
    yield from not_table_cases()
    yield from hostile_cases()


def outcome(case: Case) -> pd.DataFrame | str:
    """What reading a file of the corpus gives: the frame, or the error's sentence."""
    try:
        return read_table(case.data, case.name, case.options, case.limits).frame
    except EastError as error:
        return str(error)


def measure() -> None:
    """Read the whole corpus and print by how many MiB the process grew at its highest."""
    read_table(b"a,b\n1,2\n")
    baseline = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = 0
    for case in all_cases():
        made = max(made, len(case.data))
        outcome(case)
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{(highest - baseline) // 1024} {made // 2**20}")


if __name__ == "__main__":
    measure()
