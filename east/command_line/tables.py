"""Reading the table of a command, and finding the column to predict."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from east.command_line.parser import TABLE_OPTIONS, given
from east.errors import DatasetError, TableError
from east.tables import STANDARD_INPUT

if TYPE_CHECKING:
    from east.tables import ReadOptions, Table


def read(options: argparse.Namespace) -> Table:
    """Read the table that the options name."""
    from east.tables import ReadOptions

    return read_as(options.file, ReadOptions(**given(options, TABLE_OPTIONS)))


def read_as(file: str, reading: ReadOptions) -> Table:
    """Read a table in a way that is decided.

    Args:
        file: its path, or STANDARD_INPUT.
        reading: how.
    """
    from east.tables import Limits, read_table

    if file != STANDARD_INPUT:
        return read_table(file, options=reading)
    if sys.stdin is None:
        raise TableError("There is no standard input", None, "give the path of a file")
    # One byte more than allowed is enough to be refused.
    return read_table(sys.stdin.buffer.read(Limits().file_bytes + 1), "standard input", reading)


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
