"""Benchmarks: tables x metrics x losses x seeds, and speed."""

from east.benchmark.planning import Plan, plan
from east.benchmark.racing import run
from east.benchmark.report import Cell, Report
from east.benchmark.rows import Row
from east.benchmark.speed import speed_lines
from east.benchmark.suites import SUITES, BenchmarkTable, table_from_text

__all__ = [
    "SUITES",
    "BenchmarkTable",
    "Cell",
    "Plan",
    "Report",
    "Row",
    "plan",
    "run",
    "speed_lines",
    "table_from_text",
]
