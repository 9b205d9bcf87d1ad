"""The command line: `python -m east train FILE --target COLUMN`, `profile FILE` and `benchmark`.

Exit status 0 done, 2 bad input (one line on stderr), 130 interrupted. torch is imported only once a
command has something to do, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from east import options as words
from east.errors import DatasetError, EastError, SettingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from east.comparison import Race
    from east.dataset import Dataset
    from east.metrics import Metric
    from east.tables import Table
    from east.training import Outcome, Snapshot, TrainConfig

DONE, INTERRUPTED = 0, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal that lacks a letter still gets the rest
    try:
        options = words.parser().parse_args(arguments)
        commands = {
            "train": train_command, "profile": profile_command,
            "benchmark": benchmark_command, "list": list_names,
        }  # fmt: skip
        commands[options.command](options)
        sys.stdout.flush()
    except EastError as error:
        print(f"east: {error}", file=sys.stderr)
        return words.BAD_INPUT
    except KeyboardInterrupt:
        print("east: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; without this the interpreter would complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    except OSError as error:
        print(f"east: A file cannot be read or written: got {error}; check path and space.", file=sys.stderr)
        return words.BAD_INPUT
    return DONE


def train_command(options: argparse.Namespace) -> None:
    """Train on one table and print what it came to."""
    from east.comparison import compare, race_from, summarise
    from east.dataset import prepare

    folder = None if options.out is None else _folder(options.out)
    table = _read(options)
    target, why = _target(options, table)
    dataset = prepare(table, target, seed=options.split_seed, **words.given(options, words.SPLIT_OPTIONS))
    if not len(dataset.test):
        remedy = "give --shares a third number above 0"
        raise DatasetError("There are no test rows to compare on", None, remedy)
    remarks = (*map(str, table.findings), *why, *dataset.notes)
    outcome = _watch(dataset, _config(options, dataset), options, remarks)
    race = race_from(outcome)
    result = {"table": dataset.name, "target": target, **summarise(compare(race))}
    if folder is not None:
        _write(folder, result, race, dataset.test.rows)
    print(_as_json(result) if options.json else _as_text(result, outcome))


def profile_command(options: argparse.Namespace) -> None:
    """Look at one table and print what is in it."""
    from east.dataset import profile, profile_text

    table = _read(options)
    facts = profile(table, _given_target(options))
    if options.json:
        print(_as_json({**asdict(facts), "findings": [asdict(finding) for finding in table.findings]}))
        return
    print(profile_text(facts), *(("", "how it was read") if table.findings else ()), sep="\n")
    for finding in table.findings:
        print(f"   {finding}")


def benchmark_command(options: argparse.Namespace) -> None:
    """Race losses over many tables, or measure speed, and print the table."""
    from east import benchmark

    if options.speed:
        for line in benchmark.speed_lines():
            print(line, flush=True)
        return
    folder = None if options.out is None else _folder(options.out)
    plan = benchmark.plan(
        tables=options.tables, suite_name=options.suite, metrics=options.metrics, losses=options.losses,
        seeds=options.seeds, settings=words.given(options, ("epochs", "device")),
    )  # fmt: skip
    rows: list[benchmark.Row] = []
    for done, new in enumerate(benchmark.run(plan, jobs=options.jobs or -1), start=1):
        rows += new
        _tell(options, [f"{done}/{plan.size} trainings"])
    report = benchmark.Report(plan, tuple(rows))
    if folder is not None:
        report.write(folder)
    print(_as_json(report.as_json()) if options.json else report.as_text())


def list_names(options: argparse.Namespace) -> None:
    """Print the names that options take."""
    from east.benchmark import SUITES
    from east.losses import LOSSES, loss_label
    from east.metrics import METRICS
    from east.tables import samples

    groups = {
        "metrics": dict.fromkeys(METRICS, ""),
        "losses": {key: loss_label(key) for key in LOSSES},
        "samples": {str(sample.file): f"target {sample.target}" for sample in samples()},
        "suites": {name: f"{len(tables)} tables" for name, tables in SUITES.items()},
    }
    for group, names in groups.items():
        print(group, *(f"  {name:<24} {note}".rstrip() for name, note in names.items()), sep="\n")


def _read(options: argparse.Namespace) -> Table:
    from east.tables import ReadOptions, read_table

    return read_table(options.file, options=ReadOptions(**words.given(options, words.TABLE_OPTIONS)))


def _given_target(options: argparse.Namespace) -> str | None:
    """Return the column asked for, or a sample table's own."""
    from east.tables import samples

    own = {sample.file: sample.target for sample in samples()}
    wanted: str | None = options.target
    return own.get(Path(options.file).resolve()) if wanted is None else wanted


def _target(options: argparse.Namespace, table: Table) -> tuple[str, tuple[str, ...]]:
    """Return the column asked for, a sample table's own, or the likeliest one with a remark that says so."""
    from east.dataset import profile

    given = _given_target(options)
    if given is not None:
        return given, ()
    guesses = profile(table).guesses
    if not guesses:
        columns = ", ".join(map(str, table.frame.columns[:8])) + (" ..." if table.num_columns > 8 else "")
        raise DatasetError(
            "It is not said which column to predict", None, f"give --target, one of: {columns}"
        )
    guess = guesses[0]
    return guess.column, (f"target: {guess.column!r} is a guess ({guess.reason}); --target names another",)


def _config(options: argparse.Namespace, dataset: Dataset) -> TrainConfig:
    from east.training import TrainConfig

    given = words.given(options, words.CONFIG_OPTIONS)
    return TrainConfig(metric=_metric(options, dataset), seeds=tuple(range(options.seeds)), **given)


def _metric(options: argparse.Namespace, dataset: Dataset) -> Metric:
    from east.metrics import metric

    chosen = words.given(options, words.METRIC_OPTIONS)
    if options.class_name is not None:
        if options.class_name not in dataset.classes:
            remedy = f"choose one of: {', '.join(dataset.classes[:12])}"
            raise SettingError("There is no such class", repr(options.class_name), remedy)
        chosen |= {"average": "class", "class_index": dataset.classes.index(options.class_name)}
    if options.gain is not None:
        chosen["matrix"] = _gain_matrix(options.gain)
    elif options.metric == "gain":
        raise SettingError("The gain metric needs a matrix", None, "give --gain FILE")
    return metric(options.metric, **chosen)


def _gain_matrix(path: Path) -> list[list[float]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        return [[float(cell) for cell in line.replace(",", " ").split()] for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        remedy = "give K lines of K numbers with commas or spaces between"
        raise SettingError("The gain matrix cannot be read", error, remedy) from None


def _watch(
    dataset: Dataset, config: TrainConfig, options: argparse.Namespace, remarks: Iterable[str]
) -> Outcome:
    """Train to the end, with remarks once nothing can be refused any more, telling of every tenth of the way."""
    from east.training import train

    told, training = -1, train(dataset, config)
    while True:
        try:
            snapshot = next(training)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        tenth = 10 * snapshot.step // snapshot.total_steps
        if tenth > told:
            _tell(options, [*(remarks if told < 0 else ()), _moment(snapshot)])
            told = tenth


def _moment(snapshot: Snapshot) -> str:
    scores: dict[str, list[float]] = {}
    for lane in snapshot.lanes:
        scores.setdefault(lane.loss, []).append(lane.score_hard)
    means = ", ".join(f"{loss} {sum(values) / len(values):.3f}" for loss, values in scores.items())
    lost = {lane.loss for lane in snapshot.lanes if snapshot.step and not math.isfinite(lane.loss_value)}
    diverged = f"; diverged: {', '.join(sorted(lost))} (its last sound checkpoint counts)" if lost else ""
    return f"step {snapshot.step}/{snapshot.total_steps}: {means} on validation{diverged}"


def _tell(options: argparse.Namespace, lines: Iterable[str]) -> None:
    if not options.quiet:
        for line in lines:
            print(line, file=sys.stderr, flush=True)


def _as_json(result: dict[str, Any]) -> str:
    return json.dumps(result, allow_nan=False)


def _as_text(result: dict[str, Any], outcome: Outcome) -> str:
    from east.comparison import arm_label

    seeds, rows = len(result["seeds"]), sum(result["class_counts"])
    lines = [
        f"{result['table']}, target {result['target']!r}: {result['metric']} on {rows:,} test rows of "
        f"{len(result['classes'])} classes, {seeds} seed{'s' if seeds > 1 else ''}, "
        f"{outcome.steps:,} steps in {outcome.elapsed_s:.1f} s on {outcome.device}",
        "",
        f"{'arm':<44} {'score':>7}  {'95 % interval':<17}  first arm minus it",
    ]
    for key, arm in {**result["arms"], **result["rules"]}.items():
        line = f"{arm_label(key):<44} {arm['mean']:>7.4f}  {_interval(arm['ci']):<17}"
        paired = arm.get("paired") or result["paired"].get(key)
        lines.append(f"{line}  {paired['difference']:+.4f} {_interval(paired['ci'])}" if paired else line)
    return "\n".join([*lines, "", result["verdict"]["text"]])


def _interval(bounds: Sequence[float]) -> str:
    return f"[{bounds[0]:.4f}, {bounds[1]:.4f}]"


def _write(folder: Path, result: dict[str, Any], race: Race, rows: NDArray[np.int64]) -> None:
    """Write the result, and every arm's prediction of each test row at each seed."""
    from east.comparison import predictions_frame
    from east.tables import neutralise_formulas

    (folder / "result.json").write_text(_as_json(result) + "\n", encoding="utf-8")
    predictions = neutralise_formulas(predictions_frame(race, rows))
    predictions.to_csv(folder / "predictions.csv", index=False)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        got = f"{str(path)!r} ({error.strerror})"
        raise SettingError("Results cannot be written there", got, "name another folder") from None
    return path


if __name__ == "__main__":
    sys.exit(main())
