"""`python -m east train`: train on one table or folder, compare the arms, print and write what it came to."""

from __future__ import annotations

import argparse
from pathlib import Path

from east.command_line.folder import refuse_ranks, train_on_folder
from east.command_line.keeping import Finished, keep, model_arm
from east.command_line.kept import report_kept, report_tracked, run_keeper, trackers_of
from east.command_line.output import folder_for, say
from east.command_line.parser import SPLIT_OPTIONS, given
from east.command_line.settings import config_of
from east.command_line.table import as_json, as_text, result_of
from east.command_line.tables import read, target_of
from east.command_line.watching import watch
from east.errors import DatasetError
from east.run import Keepers


def train_command(options: argparse.Namespace) -> None:
    """Train on one table, or on a folder of parquet files, and print what it came to."""
    if Path(options.file).is_dir():
        return train_on_folder(options)
    refuse_ranks(options)
    return _train_on_table(options)


def _train_on_table(options: argparse.Namespace) -> None:
    from east.comparison import compare, judge_references, race_from, reference_sentence, summarise
    from east.dataset import prepare
    from east.kept import RunKeeper
    from east.references import fit_beside, rows_of
    from east.training import Training, built_to_fit

    folder = None if options.out is None else folder_for(options.out)
    table = read(options)
    target, reasons = target_of(options, table)
    dataset = prepare(table, target, seed=options.split_seed, **given(options, SPLIT_OPTIONS))
    if not len(dataset.test):
        remedy = "give --shares a third number above 0"
        raise DatasetError("There are no test rows to compare on", None, remedy)
    remarks = (*map(str, table.findings), *reasons, *dataset.notes)
    config = config_of(options, dataset)
    exported = model_arm(options, config)
    trackers = trackers_of(options, table.name, target)
    # From here on nothing is refused, and work begins.
    training, changed = built_to_fit(lambda fitting: Training(dataset, fitting), config, len(dataset.train))
    beside = fit_beside(options.references, rows_of(table, dataset))
    keeper = run_keeper(options, table, target)
    outcome, history = watch(training, Keepers([keeper, *trackers]), options, (*remarks, *changed))
    comparison = compare(race_from(outcome))
    references = judge_references(comparison, outcome, [one.result() for one in beside], config.rules)
    run_id = keeper.run_id if isinstance(keeper, RunKeeper) else ""
    result = result_of(dataset.name, target, summarise(comparison, references), run_id)
    if folder is not None:
        stronger = reference_sentence(references, comparison)
        keep(folder, Finished(options, table, dataset, outcome, history, result, exported, stronger))
    if options.json:
        print(as_json(result))
    else:
        say(as_text(result, outcome))
    report_kept(keeper)
    report_tracked(trackers)
