"""Archives, columnar files and workbooks: good, odd and damaged files."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from east.tables import ReadOptions
from tests.tables_corpus.making import (
    DATED,
    NAN,
    PLAIN,
    Case,
    as_feather,
    as_parquet,
    csv_text,
    grid,
    ods,
    xlsx,
    xlsx_parts,
    zipped,
)


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
