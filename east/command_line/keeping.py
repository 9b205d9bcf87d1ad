"""What `train --out DIR` writes: results, predictions, the run for a report, and the model where it is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from east.command_line.parser import TABLE_OPTIONS, given
from east.command_line.table import as_json
from east.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from east.comparison import Race
    from east.dataset import Dataset, Part
    from east.tables import Table
    from east.training import Arm, Outcome, Snapshot, TrainConfig


@dataclass(frozen=True)
class Finished:
    """A training that the command line has taken to its end."""

    options: argparse.Namespace
    table: Table
    dataset: Dataset
    outcome: Outcome
    history: Sequence[Snapshot]
    result: dict[str, Any]
    exported: Arm | None
    stronger: str


def model_arm(options: argparse.Namespace, config: TrainConfig) -> Arm | None:
    """Return the arm whose model is to be written; None where none is asked for.

    Raises:
        EastError: for an arm that does not race, no folder to write to, or no package that writes ONNX files.
    """
    from east.export import needs_onnx

    if options.export is None:
        return None
    if options.out is None:
        raise SettingError("A model needs a folder to be written to", None, "give --out DIR")
    needs_onnx()
    arms = {arm.key: arm for arm in config.race}
    if options.export not in ("", *arms):
        raise SettingError(
            "There is no such arm in this race", repr(options.export), f"choose from {', '.join(arms)}"
        )
    return arms[options.export or config.race[0].key]


def keep(folder: Path, finished: Finished) -> None:
    """Write everything of a finished training into a folder.

    Raises:
        EastError: when something cannot be written.
    """
    from east.export import record_run, write_run

    dataset, outcome = finished.dataset, finished.outcome
    write_result(folder, finished.result)
    record = replace(
        record_run(finished.table, dataset, outcome, finished.history, _command(finished)),
        references=tuple(finished.result["references"]),
        stronger=finished.stronger,
    )
    write_predictions(folder, record.race, dataset.test)
    write_run(folder, record)
    if finished.exported is not None:
        rows = finished.table.frame.iloc[dataset.train.rows]
        write_model(folder, outcome, finished.exported, rows[list(dataset.encoder.columns)])


def write_result(folder: Path, result: dict[str, Any]) -> None:
    """Write a result as result.json."""
    (folder / "result.json").write_text(as_json(result) + "\n", encoding="utf-8")


def write_predictions(folder: Path, race: Race, test: Part) -> None:
    """Write what every arm predicts for the test rows as predictions.csv."""
    from east.comparison import predictions_frame
    from east.tables import neutralise_formulas

    predictions = neutralise_formulas(predictions_frame(race, test.rows))
    predictions.to_csv(folder / "predictions.csv", index=False)


def write_model(folder: Path, outcome: Outcome, arm: Arm, rows: pd.DataFrame) -> None:
    """Write an arm's model as model.zip and model.onnx; `rows` are training rows, of the columns it reads."""
    from east.export import save_model, save_onnx, training_facts

    save_model(outcome, folder / "model.zip", arm=arm, training=training_facts(rows))
    save_onnx(outcome, folder / "model.onnx", arm=arm)


def _command(finished: Finished) -> str:
    """Write the line that does it again; "" for a run that a line cannot say."""
    from east.export import command_for
    from east.tables import ReadOptions

    try:
        return command_for(
            finished.outcome.config,
            finished.dataset.choices,
            finished.options.file,
            classes=finished.dataset.classes,
            reading=ReadOptions(**given(finished.options, TABLE_OPTIONS)),
            references=finished.options.references,
        )
    except SettingError:
        return ""
