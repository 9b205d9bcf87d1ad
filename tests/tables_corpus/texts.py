"""Delimited text, json and arff: good and odd files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pandas as pd

from east.tables import ReadOptions
from tests.tables_corpus.making import (
    DATED,
    NAN,
    PLAIN,
    Case,
    csv_text,
    grid,
)


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
    broken = pd.DataFrame({"two words": [1, 3], "b": [2, 4]})
    yield Case("newline-in-header.csv", b'"two\nwords",b\n1,2\n3,4\n', broken)
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
    halves = pd.DataFrame({"a": [n + 0.5 for n in range(90)], "b": ["x|y"] * 90, "c": ["u", "v"] * 45})
    halves_text = csv_text(halves, sep=";", decimal=",")
    yield Case("one-decimal-comma-a-row.csv", halves_text.encode(), halves)
    bare = pd.DataFrame(
        {"column_1": halves["a"], "column_2": halves["a"] * 2 + 0.25, "column_3": halves["c"]}
    )
    bare_text = csv_text(bare, sep=";", decimal=",", header=False)
    yield Case("decimal-commas-without-header.csv", bare_text.encode(), bare)
    inside = pd.DataFrame({"a": ["p;q", "r;s"] * 20, "b": [1, 2] * 20})
    yield Case("semicolons-in-cells.csv", csv_text(inside).encode(), inside)
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
    lone = pd.DataFrame({"n": range(60), "mark": ["ü", "x", "é"] * 20})
    yield Case("lone-accents.csv", csv_text(lone).encode("cp1252"), lone)
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
