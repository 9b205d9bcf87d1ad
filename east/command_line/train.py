"""`python -m east train`: train on one table, compare the arms, print and write what it came to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from east.command_line.keeping import Finished, keep, model_arm
from east.command_line.kept import report_kept, report_tracked, run_keeper, trackers_of
from east.command_line.output import folder_for, say
from east.command_line.parser import SPLIT_OPTIONS, config_names, given, metric_options
from east.command_line.table import as_json, as_text, result_of
from east.command_line.tables import read, target_of
from east.command_line.watching import watch
from east.errors import DatasetError, SettingError
from east.run import Keepers

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.metrics import Metric
    from east.training import TrainConfig


def train_command(options: argparse.Namespace) -> None:
    """Train on one table and print what it came to."""
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
    config = _config(options, dataset)
    exported = model_arm(options, config)
    trackers = trackers_of(options, table, target)
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


def _config(options: argparse.Namespace, dataset: Dataset) -> TrainConfig:
    from east.training import TrainConfig

    chosen = given(options, config_names())
    seeds = range(max(options.seeds, options.members or 1))
    return TrainConfig(metric=_metric(options, dataset), seeds=tuple(seeds), **chosen)


def _metric(options: argparse.Namespace, dataset: Dataset) -> Metric:
    """Build the metric; a class is given by its name, a matrix by its file."""
    from east.metrics import metric, resolve

    known, (spec, _) = metric_options(), resolve(options.metric)
    chosen = given(options, known)
    for name, value in list(chosen.items()):
        if known[name].kind == "class":
            chosen[name] = _class_index(value, dataset)
            if "average" in spec.options:
                chosen["average"] = "class"
        elif known[name].kind == "matrix":
            chosen[name] = _gain_matrix(value)
    if spec.matrix_option is not None and spec.matrix_option not in chosen:
        flag = spec.options[spec.matrix_option].flag
        raise SettingError(f"The {spec.key} metric needs a matrix", None, f"give --{flag} FILE")
    return metric(options.metric, **chosen)


def _class_index(name: str, dataset: Dataset) -> int:
    if name not in dataset.classes:
        remedy = f"choose one of: {', '.join(dataset.classes[:12])}"
        raise SettingError("There is no such class", repr(name), remedy)
    return dataset.classes.index(name)


def _gain_matrix(path: Path) -> list[list[float]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        return [[float(cell) for cell in line.replace(",", " ").split()] for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        remedy = "give K lines of K numbers with commas or spaces between"
        raise SettingError("The gain matrix cannot be read", error, remedy) from None
