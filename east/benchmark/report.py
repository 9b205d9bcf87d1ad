"""The rows of a benchmark as one table: mean differences to cross-entropy, with standard errors."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from east.benchmark.planning import Plan
from east.benchmark.rows import Row
from east.losses import BASELINE

POINTS = 100.0


@dataclass(frozen=True)
class Cell:
    """One arm under one metric, against cross-entropy, in points (hundredths).

    `difference` is the mean over tables of the mean over seeds. `error_tables` is its standard error for a
    random sample of tables (NaN for one table), `error_seeds` for fixed tables and random seeds (NaN for one
    seed); `ahead` counts the tables with a mean difference above 0.
    """

    arm: str
    metric: str
    score: float
    difference: float
    error_tables: float
    error_seeds: float
    ahead: int
    tables: int


@dataclass(frozen=True)
class Report:
    """A summary of all rows of a plan."""

    plan: Plan
    rows: tuple[Row, ...]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """One cell for each metric and arm."""
        return tuple(
            self._cell(key, measure.label) for measure in self.plan.metrics for key in self.plan.labels()
        )

    def scores(self, arm: str, metric: str) -> NDArray[np.float64]:
        """Return test scores `[tables, seeds]` in points."""
        found = {
            (row.table, row.seed): row.score for row in self.rows if (row.arm, row.metric) == (arm, metric)
        }
        grid = [[found[table.name, seed] for seed in self.plan.seeds] for table in self.plan.tables]
        return np.array(grid) * POINTS

    def _cell(self, arm: str, metric: str) -> Cell:
        scores = self.scores(arm, metric)
        differences = scores - self.scores(BASELINE, metric)
        tables, seeds = differences.shape
        means = differences.mean(axis=1)
        return Cell(
            arm=arm,
            metric=metric,
            score=float(scores.mean()),
            difference=float(means.mean()),
            error_tables=_standard_error(means),
            error_seeds=math.sqrt(float(differences.var(axis=1, ddof=1).sum()) / seeds) / tables
            if seeds > 1
            else math.nan,
            ahead=int((means > 0).sum()),
            tables=tables,
        )

    def as_text(self) -> str:
        """Format the cells as a table, one line per arm and one column per metric."""
        names = [measure.label for measure in self.plan.metrics]
        width = max(26, *(len(name) + 2 for name in names))
        tables, seeds = len(self.plan.tables), len(self.plan.seeds)
        lines = [
            f"Difference to cross-entropy in points (hundredths): mean over {tables} tables and {seeds} seeds,",
            "± its standard error over tables / over seeds, and the number of tables ahead.",
            "",
            f"{'':<56}" + "".join(f"{name:>{width}}" for name in names),
        ]
        for key, label in self.plan.labels().items():
            cells = [cell for cell in self.cells if cell.arm == key]
            texts = (_level(cell) if key == BASELINE else _text(cell) for cell in cells)
            lines.append(f"{label:<56}" + "".join(f"{text:>{width}}" for text in texts))
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return settings and cells as plain JSON; a standard error from one table or seed is null."""
        cells = [
            {name: None if value != value else value for name, value in asdict(cell).items()}
            for cell in self.cells
        ]
        return {
            "tables": [table.name for table in self.plan.tables],
            "metrics": [measure.label for measure in self.plan.metrics],
            "arms": list(self.plan.labels()),
            "seeds": list(self.plan.seeds),
            "settings": dict(self.plan.settings),
            "cells": cells,
        }

    def write(self, folder: Path) -> None:
        """Write rows.csv and summary.json into an existing folder."""
        with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Row)])
            writer.writeheader()
            writer.writerows(asdict(row) for row in self._in_order())
        summary = json.dumps(self.as_json(), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "summary.json").write_text(summary + "\n", encoding="utf-8")

    def _in_order(self) -> Sequence[Row]:
        """Sort the rows, which arrive as processes finish, in the plan's order."""
        tables = [table.name for table in self.plan.tables]
        return sorted(self.rows, key=lambda row: (tables.index(row.table), row.seed))


def _standard_error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan


def _text(cell: Cell) -> str:
    errors = "/".join(
        "-" if error != error else f"{error:.2f}" for error in (cell.error_tables, cell.error_seeds)
    )
    return f"{cell.difference:+.2f} ±{errors} ({cell.ahead})"


def _level(cell: Cell) -> str:
    return f"[{cell.score:.2f}]"
