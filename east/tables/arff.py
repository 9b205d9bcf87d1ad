"""Attribute-relation files of Weka, dense and sparse."""

from __future__ import annotations

import csv
import re
from typing import Any

import pandas as pd

from east.errors import TableError
from east.tables.frames import check_size, tidy, unique_names
from east.tables.lines import lines_of
from east.tables.table import Limits, Notebook

_ATTRIBUTE = re.compile(
    r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s{]+)\s*(\{.*|(?<=\s)\S.*|(?<=['\"])\S.*)",
    re.IGNORECASE,
)
_NUMERIC = ("numeric", "real", "integer")
_WEIGHT = re.compile(r"[\s,]\{\s*[\d.eE+-]+\s*\}\s*$")
_MISSING = ("?", "", "<null>")
_DATE = re.compile(r"date\s*(?:'([^']*)'|\"([^\"]*)\"|(\S.*))?\s*$", re.IGNORECASE)
_ISO = "yyyy-MM-dd'T'HH:mm:ss"
# The letters of Java's SimpleDateFormat, which arff files use, in terms of strptime.
_LETTERS = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d",
    "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "SSS": "%f",
    "a": "%p", "EEEE": "%A", "EEE": "%a", "Z": "%z",
}  # fmt: skip
_ZERO = "\0"
"""A cell that a sparse row leaves out."""


def read_arff(text: str, name: str, limits: Limits, notebook: Notebook) -> pd.DataFrame:
    """Read an arff file, dense or sparse.

    Raises:
        TableError: no attributes, no rows, rows of another length, values that do not fit their attribute.
    """
    lines = lines_of(text)
    attributes, start = _attributes(lines, name)
    check_size(0, len(attributes), limits)
    cells = _cells(lines[start:], len(attributes), name, notebook)
    if not cells:
        raise TableError(f"{name!r} has a header but no rows", None, "give a file with at least one row")
    check_size(len(cells), len(attributes), limits)
    names = unique_names([attribute for attribute, _ in attributes], notebook)
    columns = {
        names[i]: _column([row[i] for row in cells], kind, names[i]) for i, (_, kind) in enumerate(attributes)
    }
    return tidy(pd.DataFrame(columns), notebook)


def _attributes(lines: list[str], name: str) -> tuple[list[tuple[str, str]], int]:
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare.lower().startswith("@data"):
            if not found:
                break
            return found, number + 1
        if bare.lower().startswith("@attribute"):
            match = _ATTRIBUTE.match(bare)
            if match is None or match[2].lower().startswith("relational"):
                raise TableError(
                    f"{name!r} has an attribute that cannot be read", repr(bare[:60]), "correct it"
                )
            found.append((_unquoted(match[1]), match[2].strip()))
    raise TableError(f"{name!r} has no attributes or no @data line", None, "give a whole arff file")


def _unquoted(token: str) -> str:
    token = token.strip()
    if len(token) > 1 and token[0] in "'\"" and token[-1] == token[0]:
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return token


def _cells(lines: list[str], width: int, name: str, notebook: Notebook) -> list[list[str]]:
    rows: list[list[str]] = []
    weighted = 0
    for number, line in enumerate(lines, start=1):
        bare = line.strip()
        if not bare or bare.startswith("%"):
            continue
        if _WEIGHT.search(bare):
            bare, weighted = _WEIGHT.sub("", bare).rstrip(", \t"), weighted + 1
        row = _sparse(bare, width, name) if bare.startswith("{") else _dense(bare, width)
        if len(row) != width:
            got = f"{len(row)} values for {width} attributes in data line {number:,}"
            raise TableError(f"{name!r} has rows of another length than its header", got, "correct the line")
        rows.append(row)
    if weighted:
        notebook.add("weights", "left out", f"{weighted:,} rows have a weight, which is not used")
    return rows


def _dense(line: str, width: int) -> list[str]:
    """Split a row at its commas, or at its tabs if it has no commas; a comma at its end is dropped."""
    row = split_row(line)
    if len(row) == width + 1 and not row[-1]:
        return row[:-1]
    if len(row) == 1 and width > 1:
        return [_unquoted(cell) for cell in re.split(r"\t" if "\t" in line else r"\s+", line)]
    return row


def split_row(line: str) -> list[str]:
    """Split a line at its commas; either quote encloses a cell, and a backslash makes a quote part of it."""
    marks = [mark for mark in "'\"" if mark in line]
    if not marks:
        return [cell.strip() for cell in line.split(",")]
    first = min(marks, key=line.index)
    reader = csv.reader(
        [line], quotechar=first, escapechar="\\", skipinitialspace=True, doublequote=False, strict=False
    )
    return [_unquoted(cell) if cell[:1] != first else cell for cell in next(reader, [])]


def _sparse(line: str, width: int, name: str) -> list[str]:
    """Read a sparse row, which gives position and value of its cells that are not zero."""
    row = [_ZERO] * width
    for pair in split_row(line.strip("{} \t")):
        place, _, value = pair.strip().replace("\t", " ").partition(" ")
        if not place and not value:
            continue
        if not place.isdigit() or int(place) >= width:
            raise TableError(f"{name!r} has a sparse row that cannot be read", repr(line[:60]), "correct it")
        row[int(place)] = _unquoted(value)
    return row


def _column(cells: list[str], kind: str, name: str) -> pd.Series[Any]:
    declared = [value for value in split_row(kind.strip("{} \t")) if value] if kind.startswith("{") else []
    zero = declared[0] if declared else "0"  # a sparse row leaves out zeros, and the first category
    filled = [zero if cell == _ZERO else cell for cell in cells]
    missing = [mark for mark in _MISSING if mark not in declared]
    present = pd.Series([None if cell in missing else cell for cell in filled], dtype="str")
    if kind.startswith("{"):
        return _nominal(present, declared, name)
    if kind.lower().startswith(_NUMERIC):
        numbers = pd.to_numeric(present, errors="coerce")
        wrong = present[numbers.isna() & present.notna()]
        if len(wrong):
            raise TableError(
                f"The numeric attribute {name!r} holds text", repr(wrong.iloc[0][:40]), "correct it"
            )
        return numbers
    return _dates(present, kind, name) if kind.lower().startswith("date") else present


def _dates(present: pd.Series[Any], kind: str, name: str) -> pd.Series[Any]:
    """Read dates in their declared format, which is that of ISO 8601 if none is declared.

    Raises:
        TableError: a format that is not known here, or a date that does not have it.
    """
    match = _DATE.match(kind)
    declared = next((found for found in match.groups() if found), None) if match else None
    pattern = _strptime(declared or _ISO)
    if pattern is None:
        remedy = f"use letters of {' '.join(_LETTERS)}, each once, or save the file as csv"
        raise TableError(f"The dates of {name!r} have an unknown format", repr(declared), remedy)
    dates = pd.to_datetime(present, errors="coerce", format=pattern, utc=True)
    if declared is None:  # a date alone is ISO 8601 as well
        dates = dates.fillna(pd.to_datetime(present, errors="coerce", format="ISO8601", utc=True))
    wrong = present[dates.isna() & present.notna()]
    if len(wrong):
        got = f"{wrong.iloc[0][:40]!r} for the format {declared or _ISO!r}"
        raise TableError(f"The attribute {name!r} holds a value that is no such date", got, "correct it")
    return dates.dt.tz_localize(None)


def _strptime(pattern: str) -> str | None:
    """Translate a format of Java's SimpleDateFormat; None when it has letters that are not known here, or one twice."""
    translated, parts = "", set[str]()
    for token in re.finditer(r"'([^']*)'|(([A-Za-z])\3*)|([^A-Za-z']+)", pattern):
        quoted, letters, _, other = token.groups()
        if letters is None:
            translated += (quoted or other or "'").replace("%", "%%")
            continue
        part = _LETTERS.get(letters)
        if part is None or part in parts:
            return None
        translated += part
        parts.add(part)
    return translated


def _nominal(present: pd.Series[Any], declared: list[str], name: str) -> pd.Series[Any]:
    undeclared = present[present.notna() & ~present.isin(declared)]
    if len(undeclared):
        got = f"{undeclared.iloc[0][:40]!r} in data row {int(undeclared.index[0]) + 1:,}"
        remedy = f"correct it, or declare it beside {', '.join(map(repr, declared[:6]))}"
        raise TableError(f"The attribute {name!r} holds a value that it does not declare", got, remedy)
    categories = pd.Index(list(dict.fromkeys(declared)), dtype="str")
    return pd.Series(pd.Categorical(present, categories=categories))
