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

_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+(.+)", re.IGNORECASE)
_NUMERIC = ("numeric", "real", "integer")


def read_arff(text: str, name: str, limits: Limits, notebook: Notebook) -> pd.DataFrame:
    """Read an arff file, dense or sparse.

    Raises:
        TableError: no attributes, no rows, rows of another length, values that do not fit their attribute.
    """
    lines = lines_of(text)
    attributes, start = _attributes(lines, name)
    check_size(0, len(attributes), limits)
    cells = _cells(lines[start:], len(attributes), name)
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


def _cells(lines: list[str], width: int, name: str) -> list[list[str]]:
    rows: list[list[str]] = []
    for number, line in enumerate(lines, start=1):
        bare = line.strip()
        if not bare or bare.startswith("%"):
            continue
        row = _sparse(bare, width, name) if bare.startswith("{") else split_row(bare)
        if len(row) != width:
            got = f"{len(row)} values for {width} attributes in data line {number:,}"
            raise TableError(f"{name!r} has rows of another length than its header", got, "correct the line")
        rows.append(row)
    return rows


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
    row = ["0"] * width
    for pair in split_row(line.strip("{} \t")):
        place, _, value = pair.strip().partition(" ")
        if not place and not value:
            continue
        if not place.isdigit() or int(place) >= width:
            raise TableError(f"{name!r} has a sparse row that cannot be read", repr(line[:60]), "correct it")
        row[int(place)] = _unquoted(value)
    return row


def _column(cells: list[str], kind: str, name: str) -> pd.Series[Any]:
    present = pd.Series([None if cell in ("?", "") else cell for cell in cells], dtype="str")
    lower = kind.lower()
    if lower.startswith(_NUMERIC):
        numbers = pd.to_numeric(present, errors="coerce")
        wrong = present[numbers.isna() & present.notna()]
        if len(wrong):
            raise TableError(
                f"The numeric attribute {name!r} holds text", repr(wrong.iloc[0][:40]), "correct it"
            )
        return numbers
    if lower.startswith("date"):
        return pd.to_datetime(present, errors="coerce", format="mixed", utc=True).dt.tz_localize(None)
    if kind.startswith("{"):
        return _nominal(present, split_row(kind.strip("{} \t")), kind)
    return present


def _nominal(present: pd.Series[Any], declared: list[str], kind: str) -> pd.Series[Any]:
    # A sparse row leaves out the first category, which it writes as zero.
    if "0" not in declared and bool((present == "0").any()) and declared:
        present = present.replace("0", declared[0])
    categories = list(dict.fromkeys([*declared, *present.dropna().unique()]))
    return pd.Series(pd.Categorical(present, categories=pd.Index(categories, dtype="str")))
