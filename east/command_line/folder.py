"""`python -m east train FOLDER`: train on parquet files that do not fit into memory, with one process or several."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from east.command_line.exit_status import BAD_INPUT
from east.command_line.keeping import model_arm, write_model, write_predictions, write_result
from east.command_line.kept import report_tracked, trackers_of
from east.command_line.output import folder_for, say, warn
from east.command_line.parser import TABLE_OPTIONS, given
from east.command_line.settings import config_of
from east.command_line.table import as_json, as_text, result_of
from east.command_line.watching import watch
from east.errors import DatasetError, EastError, ParallelError, SettingError, listed
from east.run import Keepers

if TYPE_CHECKING:
    from east.streaming import FolderDataset, FolderTraining
    from east.tracking import Tracker
    from east.training import Arm, Outcome
    from east.training.ranks import Ranks

SPLIT_OPTIONS = ("exclude", "shares", "rare", "missing_target", "numeric_encoding")
NEEDS_MEMORY = {
    "references": "References are fitted on a table in memory",
    "keep": "A run on a folder cannot be kept and resumed",
    "bins": "The quantiles of a target are those of a table in memory",
    "group": "A split by group needs a table in memory",
    "time": "A split by time needs a table in memory",
    **dict.fromkeys(TABLE_OPTIONS, "Parquet files say themselves how they are read"),
}
"""What an option cannot be had for on a folder."""


class _Plan(NamedTuple):
    training: FolderTraining
    dataset: FolderDataset
    folder: Path | None
    exported: Arm | None
    trackers: list[Tracker]


def refuse_ranks(options: argparse.Namespace) -> None:
    """Refuse several processes for what one trains on.

    Raises:
        SettingError: in that case.
    """
    if _started_together():
        got, remedy = repr(options.file), "give a folder of parquet files, or start one process"
        raise SettingError("Several processes train on a folder", got, remedy)


def _started_together() -> bool:
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


@contextmanager
def ended_with_a_word() -> Iterator[None]:
    """Let SIGTERM, which torchrun sends to the other ranks once one is gone, end a rank with a clear word.

    Raises:
        ParallelError: when it comes.
    """
    if not _started_together():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        got = "SIGTERM, which torchrun sends once another rank is gone"
        remedy = "see what that rank said last and start all ranks again"
        raise ParallelError("This rank was told to end", got, remedy)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def train_on_folder(options: argparse.Namespace) -> None:
    """Train on a folder and print what it came to; the first rank speaks and writes for all."""
    from east.training.ranks import joined

    with ended_with_a_word(), joined() as ranks:
        with _one_voice(ranks):
            plan = _plan(options, ranks)
        silent = argparse.Namespace(**{**vars(options), "quiet": options.quiet or not ranks.first})
        outcome, _ = watch(plan.training, Keepers(plan.trackers), silent, plan.dataset.notes)
        if ranks.first:
            _tell(options, plan, outcome)
        ranks.wait()


def _plan(options: argparse.Namespace, ranks: Ranks) -> _Plan:
    """Do all that can be refused, and what has to be read before the first step."""
    from east.streaming import FolderTraining, open_folder, prepare_folder

    with ranks.agreeing():
        _refuse(options)
        written = folder_for(options.out) if options.out is not None and ranks.first else options.out
        found = open_folder(Path(options.file))
        if options.target is None:
            remedy = f"give --target, one of: {listed(found.kinds, 8)}"
            raise DatasetError("No column to predict is given", None, remedy)
    chosen = given(options, SPLIT_OPTIONS)
    dataset = prepare_folder(found, options.target, ranks, seed=options.split_seed, **chosen)
    with ranks.agreeing():
        if not dataset.choices.shares[2]:
            remedy = "give --shares a third number above 0"
            raise DatasetError("There are no test rows to compare on", None, remedy)
        config = config_of(options, dataset)
        exported = model_arm(options, config)
        trackers = trackers_of(options, dataset.name, options.target) if ranks.first else []
        training = FolderTraining(dataset, config, ranks)
    return _Plan(training, dataset, written, exported, trackers)


def _refuse(options: argparse.Namespace) -> None:
    for name, what in NEEDS_MEMORY.items():
        if getattr(options, name) not in (None, False, []):
            remedy = f"leave --{name.replace('_', '-')} out, or give one file"
            raise SettingError(what, f"a folder, {str(options.file)!r}", remedy)


@contextmanager
def _one_voice(ranks: Ranks) -> Iterator[None]:
    """Let the first rank say what all of them refuse."""
    try:
        yield
    except ParallelError:
        raise
    except EastError as error:
        if ranks.size == 1:
            raise
        if ranks.first:
            warn(f"east: {error}")
        ranks.wait()
        raise SystemExit(BAD_INPUT) from None


def _tell(options: argparse.Namespace, plan: _Plan, outcome: Outcome) -> None:
    """Compare the arms, print what came of it and write it."""
    from east.comparison import compare, judge_references, race_from, summarise

    race = race_from(outcome)
    comparison = compare(race)
    references = judge_references(comparison, outcome, [], outcome.config.rules)
    result = result_of(plan.dataset.name, plan.dataset.target, summarise(comparison, references))
    if plan.folder is not None:
        write_result(plan.folder, result)
        write_predictions(plan.folder, race, plan.training.dataset.test)
        if plan.exported is not None:
            write_model(plan.folder, outcome, plan.exported, plan.dataset.sample)
    if options.json:
        print(as_json(result))
    else:
        say(as_text(result, outcome))
    report_tracked(plan.trackers)
