"""Reading the table of a command, and finding the column to predict."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from east.command_line.parser import TABLE_OPTIONS, given
from east.errors import DatasetError

if TYPE_CHECKING:
    from east.tables import Table


def read(options: argparse.Namespace) -> Table:
    """Read the table that the options name."""
    from east.tables import ReadOptions, read_table

    return read_table(options.file, options=ReadOptions(**given(options, TABLE_OPTIONS)))


def named_target(options: argparse.Namespace) -> str | None:
    """Return the column that was named, or a sample table's own."""
    from east.tables import samples

    own = {sample.file: sample.target for sample in samples()}
    named: str | None = options.target
    return own.get(Path(options.file).resolve()) if named is None else named


def target_of(options: argparse.Namespace, table: Table) -> tuple[str, tuple[str, ...]]:
    """Return the column to predict and remarks: the named one, a sample table's own, or the likeliest."""
    from east.dataset import profile

    named = named_target(options)
    if named is not None:
        return named, ()
    guesses = profile(table).guesses
    if not guesses:
        columns = ", ".join(map(str, table.frame.columns[:8])) + (" ..." if table.num_columns > 8 else "")
        raise DatasetError("No column to predict is given", None, f"give --target, one of: {columns}")
    guess = guesses[0]
    return guess.column, (f"target: {guess.column!r} is a guess ({guess.reason}); --target names another",)
