"""Bytes or a path to a table in memory, and what was found on the way."""

from east.tables.downloads import neutralise_formulas
from east.tables.guard import read_table_guarded
from east.tables.reading import read_table, table_from_frame
from east.tables.samples import Sample, samples
from east.tables.table import FORMATS, Finding, Limits, ReadOptions, Table

__all__ = [
    "FORMATS",
    "Finding",
    "Limits",
    "ReadOptions",
    "Sample",
    "Table",
    "neutralise_formulas",
    "read_table",
    "read_table_guarded",
    "samples",
    "table_from_frame",
]
