"""Finished cells of a benchmark, stored so that an interrupted benchmark can resume."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from east.benchmark.rows import Row

if TYPE_CHECKING:
    from east.benchmark.planning import Plan
    from east.benchmark.suites import BenchmarkTable

FOLDER = "cells"


class Cells:
    """One file per finished table and seed of a plan; files of other plans are ignored.

    Args:
        folder: folder of the files; None stores nothing.
        plan: the plan of the cells.
    """

    def __init__(self, folder: Path | None, plan: Plan) -> None:
        self._folder = None if folder is None else folder / FOLDER
        self._mark = _fingerprint(plan)

    def read(self, table: BenchmarkTable, seed: int) -> list[Row] | None:
        """Return the rows of a finished cell, or None."""
        path = self._path(table.name, seed)
        if path is None or not path.exists():
            return None
        try:
            return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
        except (ValueError, TypeError):  # a truncated file is written again
            return None

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows of one cell to a file, atomically."""
        path = self._path(rows[0].table, rows[0].seed)
        if path is None:
            return
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
        os.replace(partial, path)  # noqa: PTH105 (atomic on every system)

    def _path(self, table: str, seed: int) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(f"{self._mark} {table} {seed}".encode()).hexdigest()[:24]
        return self._folder / f"{name}.json"


def _fingerprint(plan: Plan) -> str:
    """Hash everything that the rows of a plan depend on; a table by its name and shares."""
    tables = [(table.name, table.shares) for table in plan.tables]
    metrics = [(one.key, sorted(one.options.items(), key=str)) for one in plan.metrics]
    return repr((tables, metrics, plan.ways, sorted(plan.settings.items()), plan.members, plan.references))
