"""Keeping a run of the command line, and saying where."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import TYPE_CHECKING

from east.command_line.parser import TABLE_OPTIONS, given
from east.run import Keeper

if TYPE_CHECKING:
    from east.tables import Table


def run_keeper(options: argparse.Namespace, table: Table, target: str) -> Keeper:
    """Return who keeps the run; one that keeps nothing without `--keep`."""
    from east.kept import KeptRuns, RunKeeper, file_origin
    from east.tables import ReadOptions

    if not options.keep:
        return Keeper()
    origin = file_origin(options.file, ReadOptions(**given(options, TABLE_OPTIONS)))
    return RunKeeper(KeptRuns(), secrets.token_hex(9), f"{table.name} → {target}", table, origin)


def report_kept(keeper: Keeper) -> None:
    """Wait until all is written, and say on stderr where a run is kept, or why it is not."""
    from east.kept import RunKeeper

    if isinstance(keeper, RunKeeper):
        keeper.wait()
        where = keeper.problem or f"kept as {keeper.run_id} in {keeper.folder}"
        print(f"east: {where}", file=sys.stderr)
