"""Files that are no tables, that lie about their size, or that are made to burst."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from east.tables import Limits
from tests.tables_corpus.making import (
    PLAIN,
    SMALL,
    Case,
    as_feather,
    as_parquet,
    grid,
    ods_of,
    ods_row,
    xlsx_parts,
    zipped,
)


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
    tail = "".join(map(ods_row, grid(PLAIN))) + blank
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
