"""Bytes or a path to a table in memory, and the findings of reading it.

The functions that need pandas are imported when they are first used, so that the command line can list the formats
at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from east.tables.formats import FORMATS, Format, format_names, format_of_name, upload_endings
from east.tables.samples import Sample, samples
from east.tables.table import STANDARD_INPUT, Finding, Limits, ReadOptions, Remedy, Table

if TYPE_CHECKING:
    from east.tables.downloads import neutralise_formulas
    from east.tables.guard import read_table_guarded
    from east.tables.reading import read_table, table_from_frame

_MODULES = {
    "neutralise_formulas": "downloads",
    "read_table": "reading",
    "read_table_guarded": "guard",
    "table_from_frame": "reading",
}

__all__ = [
    "FORMATS",
    "STANDARD_INPUT",
    "Finding",
    "Format",
    "Limits",
    "ReadOptions",
    "Remedy",
    "Sample",
    "Table",
    "format_names",
    "format_of_name",
    "neutralise_formulas",
    "read_table",
    "read_table_guarded",
    "samples",
    "table_from_frame",
    "upload_endings",
]


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module 'east.tables' has no attribute {name!r}")
    value = getattr(import_module(f"east.tables.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
