"""Keeping and tracking a run of the command line, and saying where."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from east.command_line.output import warn
from east.command_line.parser import TABLE_OPTIONS, given
from east.run import Keeper
from east.tables import STANDARD_INPUT

if TYPE_CHECKING:
    from east.tables import Table
    from east.tracking import Tracker


def run_keeper(options: argparse.Namespace, table: Table, target: str) -> Keeper:
    """Return who keeps the run; one that keeps nothing without `--keep`."""
    from east.kept import KeptRuns, Origin, RunKeeper, file_origin
    from east.tables import ReadOptions

    if not options.keep:
        return Keeper()
    reading = ReadOptions(**given(options, TABLE_OPTIONS))
    piped = options.file == STANDARD_INPUT
    origin = Origin("file", table.name, asdict(reading)) if piped else file_origin(options.file, reading)
    return RunKeeper(KeptRuns(), secrets.token_hex(9), _title(table.name, target), table, origin)


def trackers_of(options: argparse.Namespace, table: str, target: str) -> list[Tracker]:
    """Make what `--log` asks for.

    Args:
        options: of the command.
        table: its name.
        target: the column that is predicted.
    """
    from east.tracking import make_tracker

    return [make_tracker(text, _title(table, target)) for text in options.log]


def report_kept(keeper: Keeper) -> None:
    """Wait until all is written, and say on stderr where a run is kept, or why it is not."""
    from east.kept import RunKeeper

    if isinstance(keeper, RunKeeper):
        keeper.wait()
        where = keeper.problem or f"kept as {keeper.run_id} in {keeper.folder}"
        warn(f"east: {where}")


def report_tracked(trackers: Sequence[Tracker]) -> None:
    """Say on stderr where each tracker has written, or why it has not."""
    for tracker in trackers:
        warn(f"east: {tracker.problem or tracker.status_text}")


def _title(table: str, target: str) -> str:
    return f"{table} → {target}"
