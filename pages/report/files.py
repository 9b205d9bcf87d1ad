"""Every file of the page, made when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from east.errors import EastError
from east.tables import neutralise_formulas

if TYPE_CHECKING:
    import pandas as pd

    from east.export import LoadedModel
    from east.run import Run
    from pages.report.taken import Taken


def bundle(taken: Taken) -> bytes:
    """Make the zip of the model."""
    return _written("model.zip", lambda path: _save(taken, path))


def loaded(taken: Taken) -> LoadedModel:
    """Load the model as whoever takes it away will."""
    from east.export import load_model

    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.zip"
        _save(taken, path)
        return load_model(path)


def onnx(taken: Taken) -> bytes:
    """Make the ONNX file of networks and rule."""
    from east.export import save_onnx

    return _written("model.onnx", lambda path: save_onnx(taken.outcome, path, arm=taken.arm))


def report(taken: Taken) -> str:
    """Make the report; the command stands in it where there is one."""
    from east.export import html_report, record_run
    from pages.report.scripts import command

    try:
        line = command(taken)
    except EastError:
        line = ""
    record = record_run(taken.kept.table, taken.dataset, taken.outcome, taken.run.history(), line)
    return html_report(record)


def history(run: Run) -> str:
    """Write every kept moment of a run as JSON."""
    from east.export.history import snapshot_to_json

    return json.dumps([snapshot_to_json(one) for one in run.history()], allow_nan=False)


def as_csv(frame: pd.DataFrame) -> bytes:
    """Write a table as csv that a spreadsheet program can open safely."""
    return neutralise_formulas(frame).to_csv(index=False).encode()


def as_parquet(frame: pd.DataFrame) -> bytes:
    """Write a table as parquet."""
    return frame.to_parquet(None, index=False)


def _save(taken: Taken, path: Path) -> None:
    from east.export import save_model, training_facts

    dataset = taken.dataset
    rows = taken.kept.table.frame.iloc[dataset.train.rows]
    facts = training_facts(rows[list(dataset.encoder.columns)])
    save_model(taken.outcome, path, arm=taken.arm, training=facts)


def _written(name: str, write: Callable[[Path], object]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
