"""`python -m east runs`: kept runs listed, shown, renamed, pinned, deleted, exported and resumed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from east.command_line.kept import report_kept
from east.command_line.output import folder_for, say
from east.command_line.table import as_json, as_text, result_of
from east.command_line.tables import read_as
from east.command_line.watching import watch
from east.kept import KeptRuns, Origin, RunKeeper, before, export_run, open_run, resumed

if TYPE_CHECKING:
    from east.kept import Entry
    from east.training import Outcome

SHORT = 8
"""Letters of an id in a list: enough to tell runs apart."""


def run_command(options: argparse.Namespace) -> None:
    """Do what was asked for."""
    _ACTIONS[options.action](KeptRuns(), options)


def _list(runs: KeptRuns, options: argparse.Namespace) -> None:
    entries = runs.list()
    if options.json:
        print(as_json({"folder": str(runs.folder), "runs": [_plain(entry) for entry in entries]}))
        return
    for entry in entries:
        began = "" if entry.problem else f"{entry.began:%Y-%m-%d %H:%M}"
        metric = entry.about.get("metric", "")
        pin = "*" if entry.pinned else " "
        say(f"{entry.run_id[:SHORT]}{pin} {began:<16}  {entry.status_text:<34}  {metric:<14}  {entry.title}")
    used, room = runs.size() / 1e6, runs.settings.most_gb
    count = f"{len(entries)} {'run' if len(entries) == 1 else 'runs'}"
    print(f"{count}, {used:,.1f} MB of {room:g} GB, in {runs.folder}")
    offered = runs.offered()
    if runs.is_full():
        print("The room is used up: new runs are not kept.")
    if offered:
        print(f"The oldest: python -m east runs delete {' '.join(entry.run_id[:SHORT] for entry in offered)}")


def _show(runs: KeptRuns, options: argparse.Namespace) -> None:
    opened = open_run(runs, options.run, look=False)
    entry = opened.entry
    result = {} if opened.outcome is None else _result(entry, opened.outcome)
    if options.json:
        print(as_json({**_plain(entry), "about": dict(entry.about), "result": result}))
        return
    origin = Origin.from_json(entry.about["origin"])
    say(f"{entry.run_id}  {entry.title}\n{entry.status_text}; began {entry.began:%Y-%m-%d %H:%M}")
    say(f"table {origin.name} ({origin.path or origin.kind}), target {entry.about['target']!r}")
    if entry.resumable:
        print(f"go on with: python -m east runs resume {entry.run_id[:SHORT]}")
    if opened.outcome is not None:
        say(f"\n{as_text(result, opened.outcome)}")


def _rename(runs: KeptRuns, options: argparse.Namespace) -> None:
    runs.rename(runs.find(options.run).run_id, options.title)


def _pin(runs: KeptRuns, options: argparse.Namespace) -> None:
    runs.pin(runs.find(options.run).run_id, not options.off)


def _delete(runs: KeptRuns, options: argparse.Namespace) -> None:
    for entry in [runs.find(name) for name in options.runs]:
        runs.delete(entry.run_id)
        say(f"deleted {entry.run_id}  {entry.title}")


def _export(runs: KeptRuns, options: argparse.Namespace) -> None:
    opened = open_run(runs, options.run, look=False)
    folder = folder_for(options.out)
    export_run(opened, folder)
    print(folder)


def _resume(runs: KeptRuns, options: argparse.Namespace) -> None:
    """Train a run to its end, and print what `train` prints."""
    from east.tables import ReadOptions

    entry = runs.find(options.run)
    origin, table = Origin.from_json(entry.about["origin"]) if entry.about else None, None
    if options.file is not None and origin is not None:
        table = read_as(options.file, ReadOptions(**origin.reading))
    opened = open_run(runs, entry.run_id, table)
    training = resumed(runs, opened)
    assert opened.table is not None and origin is not None
    keeper = RunKeeper(runs, entry.run_id, entry.title, opened.table, origin, goes_on=True)
    outcome, _ = watch(training, keeper, options, earlier=before(opened))
    result = _result(entry, outcome)
    if options.json:
        print(as_json(result))
    else:
        say(as_text(result, outcome))
    report_kept(keeper)


def _result(entry: Entry, outcome: Outcome) -> dict[str, Any]:
    """Summarise an outcome as `train` does."""
    from east.comparison import compare, race_from, summarise

    about = entry.about
    return result_of(about["table"], about["target"], summarise(compare(race_from(outcome))), entry.run_id)


def _plain(entry: Entry) -> dict[str, Any]:
    names = ("run_id", "title", "pinned", "status", "step", "total_steps", "size", "problem")
    return {**{name: getattr(entry, name) for name in names}, "began": entry.began.isoformat()}


_ACTIONS: Mapping[str, Callable[[KeptRuns, argparse.Namespace], None]] = {
    "list": _list,
    "show": _show,
    "rename": _rename,
    "pin": _pin,
    "delete": _delete,
    "export": _export,
    "resume": _resume,
}
