"""The tables that come with the app."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from east.errors import TableError

FOLDER = Path(__file__).resolve().parents[2] / "sample_data"


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
        TableError: when the folder with the samples is not beside the library.
    """
    try:
        entries = json.loads((FOLDER / "samples.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TableError("The sample tables are missing", str(FOLDER), "run from a full checkout") from None
    return tuple(Sample(file=FOLDER / entry.pop("file"), **entry) for entry in entries)
