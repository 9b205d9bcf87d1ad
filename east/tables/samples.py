"""The tables that come with the app."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from east.errors import TableError

_PACKAGE = Path(__file__).resolve().parents[1]
# A checkout has the samples beside the package, an installed package inside it.
_INSTALLED = _PACKAGE / "sample_data"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "sample_data"


@dataclass(frozen=True)
class Sample:
    """One sample table.

    Args:
        file: its path.
        title: a short title for a menu.
        target: the column to predict unless another is chosen.
        description: one sentence.
        licence: under which it may be passed on.
    """

    file: Path
    title: str
    target: str
    description: str
    licence: str


def samples() -> tuple[Sample, ...]:
    """List the sample tables, the one to open first at the front.

    Raises:
        TableError: when the folder with the samples is neither in nor beside the package.
    """
    return _listed(FOLDER)


@cache  # each page asks dozens of times
def _listed(folder: Path) -> tuple[Sample, ...]:
    try:
        entries = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "install east again, or run it from a full checkout"
        raise TableError("The sample tables are missing", str(folder), remedy) from None
    return tuple(Sample(file=folder / entry.pop("file"), **entry) for entry in entries)
