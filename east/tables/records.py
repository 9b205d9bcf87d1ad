"""Records in json documents and in files of one json object a line."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from east.errors import TableError
from east.tables.frames import check_size, tidy, unique_names
from east.tables.lines import lines_of
from east.tables.table import Limits, Notebook, ReadOptions
from east.tables.texts import TextRules

_DEPTH = 3


def read_json(text: str, name: str, options: ReadOptions, limits: Limits, notebook: Notebook) -> pd.DataFrame:
    """Read records: a list of objects, one object a line, an object of columns, or either inside a single key.

    Raises:
        TableError: no json, or json that does not hold one table.
    """
    try:
        content = _load(text, name)
    except RecursionError:
        raise TableError(f"{name!r} is nested too deeply", None, "give a list of records") from None
    columns = _columns(content, name, limits, notebook)
    rows = max(map(len, columns.values()), default=0)
    if not rows:
        raise TableError(f"{name!r} is empty", None, "give at least one record")
    check_size(rows, len(columns), limits)
    names = unique_names(list(columns), notebook)
    series = {
        new: pd.Series([_cell(value) for value in column] + [None] * (rows - len(column)), dtype=object)
        for new, column in zip(names, columns.values(), strict=True)
    }
    return tidy(pd.DataFrame(series), notebook, TextRules(options))


def _load(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as whole:
        lines = [line for line in lines_of(text) if line.strip()]
        try:
            return [json.loads(line) for line in lines] if len(lines) > 1 else _refuse(name, whole)
        except ValueError as error:
            _refuse(name, whole if lines[0].strip() in ("{", "[") else error)


def _refuse(name: str, error: ValueError) -> None:
    raise TableError(f"{name!r} cannot be read as json", str(error)[:150], "correct it") from None


def _columns(content: Any, name: str, limits: Limits, notebook: Notebook) -> dict[str, list[Any]]:
    if isinstance(content, dict):
        inner = [value for value in content.values() if isinstance(value, list)]
        if {"columns", "data"} <= set(content) and all(
            isinstance(content[k], list) for k in ("columns", "data")
        ):
            return _from_lists([content["columns"], *content["data"]], name, limits)
        if (
            inner
            and len(inner) == len(content)
            and not any(isinstance(v, dict) for i in inner for v in i[:50])
        ):
            return {str(key): value for key, value in content.items()}
        records = [value for value in inner if value and isinstance(value[0], dict)]
        if len(records) == 1:
            notebook.add("records", "nested", "one key of the outer object holds the list of records")
            return _from_records(records[0], name, limits, notebook)
        if content and all(isinstance(value, dict) for value in content.values()):
            return _from_mappings(content, name, limits, notebook)
        content = [content]
    if isinstance(content, list) and content and all(isinstance(value, dict) for value in content):
        return _from_records(content, name, limits, notebook)
    if isinstance(content, list) and content and all(isinstance(value, list) for value in content):
        return _from_lists(content, name, limits)
    raise TableError(
        f"{name!r} holds no table", "json without records", "give a list of objects of the same keys"
    )


def _from_mappings(
    content: dict[str, Any], name: str, limits: Limits, notebook: Notebook
) -> dict[str, list[Any]]:
    """Read two layouts of pandas: {column: {row: value}} with the same rows everywhere, or {row: {column: value}}."""
    inner = [tuple(value) for value in content.values()]
    by_column = len(set(inner)) == 1 and all(key.isdigit() for key in inner[0])
    if by_column:
        return {str(key): list(value.values()) for key, value in content.items()}
    return _from_records(list(content.values()), name, limits, notebook)


def _from_lists(rows: list[Any], name: str, limits: Limits) -> dict[str, list[Any]]:
    """Read rows that are lists; the first one names the columns if it is all text."""
    if not all(isinstance(row, list) for row in rows):
        raise TableError(f"{name!r} holds no table", "rows that are no lists", "give a list of records")
    width = max(map(len, rows), default=0)
    check_size(len(rows), width, limits)
    named = (
        bool(rows) and len(rows) > 1 and len(rows[0]) == width and all(isinstance(c, str) for c in rows[0])
    )
    names = [str(cell) for cell in rows[0]] if named else [f"column_{i + 1}" for i in range(width)]
    body = rows[1:] if named else rows
    columns: dict[str, list[Any]] = {}
    for i, column in enumerate(names):
        columns[column if column not in columns else f"{column}_{i + 1}"] = [
            row[i] if i < len(row) else None for row in body
        ]
    return columns


def _from_records(records: list[Any], name: str, limits: Limits, notebook: Notebook) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    flattened = False
    for number, record in enumerate(records):
        if not isinstance(record, dict):
            raise TableError(f"{name!r} holds no table", f"record {number + 1} is no object", "correct it")
        flat = dict(_flat(record, "", _DEPTH))
        flattened |= any(isinstance(value, dict) for value in record.values())
        for key, value in flat.items():
            column = columns.setdefault(key, [])
            column.extend([None] * (number - len(column)))
            column.append(value)
        check_size(number, len(columns), limits)
    if flattened:
        notebook.add("records", "flattened", "objects inside records became columns named outer.inner")
    return columns


def _flat(record: dict[str, Any], prefix: str, depth: int) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in record.items():
        if isinstance(value, dict) and value and depth:
            flat += _flat(value, f"{prefix}{key}.", depth - 1)
        else:
            flat.append((f"{prefix}{key}", value))
    return flat


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.strip() else None  # json has null: "None" is a word
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**63 - 1:
        return float(value) if abs(value) < 10**300 else None
    return value
