"""The options of `python -m east runs`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_runs(runs: argparse.ArgumentParser) -> None:
    """Add what can be done with kept runs."""
    actions = runs.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, words: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=words)

    def of_one(name: str, words: str) -> argparse.ArgumentParser:
        added = action(name, words)
        added.add_argument("run", metavar="RUN", help="its id, or the beginning of it")
        return added

    listed = action("list", "list kept runs, the newest first, and say where they lie")
    shown = of_one("show", "show what was trained and what came of it")
    for added in (listed, shown):
        added.add_argument("--json", action="store_true", help="print JSON instead of text")
    of_one("rename", "give a run another title").add_argument("title", metavar="TITLE")
    pinned = of_one("pin", "never offer a run for deletion")
    pinned.add_argument("--off", action="store_true", help="offer it again")
    deleted = action("delete", "delete runs for good")
    deleted.add_argument("runs", metavar="RUN", nargs="+", help="their ids, or the beginnings of them")
    exported = of_one("export", "write a run as a folder of open formats, with its report")
    exported.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder")
    resumed = of_one("resume", "train an interrupted run to its end")
    resumed.add_argument("file", metavar="FILE", nargs="?", help="its table, where that has moved")
    resumed.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    resumed.add_argument("--quiet", action="store_true", help="no progress on stderr")
