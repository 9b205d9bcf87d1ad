"""`python -m east train`: train on one table, compare the arms, print and write what it came to."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from east.command_line.keeping import Finished, keep, model_arm
from east.command_line.output import folder_for, report
from east.command_line.parser import SPLIT_OPTIONS, config_names, given, metric_options
from east.command_line.table import as_json, as_text
from east.command_line.tables import read, target_of
from east.errors import DatasetError, SettingError

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.metrics import Metric
    from east.training import ArmSnapshot, Outcome, Snapshot, TrainConfig


def train_command(options: argparse.Namespace) -> None:
    """Train on one table and print what it came to."""
    from east.comparison import compare, judge_references, race_from, reference_sentence, summarise
    from east.dataset import prepare
    from east.references import fit_beside, rows_of

    folder = None if options.out is None else folder_for(options.out)
    table = read(options)
    target, reasons = target_of(options, table)
    dataset = prepare(table, target, seed=options.split_seed, **given(options, SPLIT_OPTIONS))
    if not len(dataset.test):
        remedy = "give --shares a third number above 0"
        raise DatasetError("There are no test rows to compare on", None, remedy)
    remarks = (*map(str, table.findings), *reasons, *dataset.notes)
    config = _config(options, dataset)
    beside = fit_beside(options.references, rows_of(table, dataset))
    exported = model_arm(options, config)
    outcome, history = _watch(dataset, config, options, remarks)
    comparison = compare(race_from(outcome))
    references = judge_references(comparison, outcome, [one.result() for one in beside], config.rules)
    result = {"table": dataset.name, "target": target, **summarise(comparison, references)}
    if folder is not None:
        stronger = reference_sentence(references, comparison)
        keep(folder, Finished(options, table, dataset, outcome, history, result, exported, stronger))
    print(as_json(result) if options.json else as_text(result, outcome))


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


def _watch(
    dataset: Dataset, config: TrainConfig, options: argparse.Namespace, remarks: Iterable[str]
) -> tuple[Outcome, list[Snapshot]]:
    """Train to the end, and report every tenth of the way; remarks come first, once nothing can be refused any more."""
    from east.training import train

    history: list[Snapshot] = []
    reported, training = -1, train(dataset, config)
    while True:
        try:
            snapshot = next(training)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome, history
        history.append(snapshot)
        tenth = 10 * snapshot.step // snapshot.total_steps
        if tenth > reported:
            report(options, [*(remarks if reported < 0 else ()), _moment(snapshot)])
            reported = tenth


def _moment(snapshot: Snapshot) -> str:
    means = ", ".join(f"{found.arm.key} {_mean_score(found):.3f}" for found in snapshot.arms)
    lost = [
        found.arm.key
        for found in snapshot.arms
        if snapshot.step and any(lane.diverged for lane in found.lanes)
    ]
    diverged = f"; diverged: {', '.join(sorted(lost))} (its last sound checkpoint counts)" if lost else ""
    return f"step {snapshot.step}/{snapshot.total_steps}: {means} on validation{diverged}"


def _mean_score(found: ArmSnapshot) -> float:
    return sum(lane.score_hard for lane in found.lanes) / len(found.lanes)
