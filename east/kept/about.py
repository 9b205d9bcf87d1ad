"""What is known of a run from its start, as plain data without a cell of its table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.kept.origin import Origin, fingerprint

if TYPE_CHECKING:
    from east.dataset import Dataset, RegionView
    from east.run import Machine
    from east.tables import Table

PARTS = ("train", "validation", "test")
PACKAGES = ("numpy", "pandas", "torch", "scikit-learn", "skrub")


def about_run(machine: Machine, table: Table, origin: Origin, began: datetime) -> dict[str, Any]:
    """Describe a run: its table, its question, its settings and its split."""
    from east.export.settings import choices_to_json, config_to_json

    dataset, config = machine.dataset, machine.config
    return {
        "began": began.isoformat(timespec="seconds"),
        "table": dataset.name,
        "origin": origin.to_json(),
        "fingerprint": fingerprint(table),
        "target": dataset.target,
        "metric": config.metric.named(dataset.classes).label,
        "arms": [arm.label for arm in config.networks],
        "classes": list(dataset.classes),
        "class_counts": [int(count) for count in dataset.class_counts],
        "features": dataset.num_features,
        "encoded": encoded_mark(dataset),
        "choices": choices_to_json(dataset.choices),
        "config": config_to_json(config),
        "total_steps": machine.total_steps,
        "device": machine.device,
        "view": None if machine.view is None else _view_to_json(machine.view),
        "versions": {name: version(name) for name in PACKAGES},
    }


def _view_to_json(view: RegionView) -> dict[str, Any]:
    """Name what decision regions were drawn over: two columns, a grid's size and a number of training rows."""
    return {"columns": list(view.columns), "size": view.size, "points": len(view.points.rows)}


def split_rows(dataset: Dataset) -> dict[str, NDArray[np.int64]]:
    """Return the positions of each part's rows in the table."""
    return {name: np.asarray(getattr(dataset, name).rows, dtype=np.int64) for name in PARTS}


def encoded_mark(dataset: Dataset) -> str:
    """Return a text that changes with any number that the training reads."""
    digest = hashlib.sha256()
    for name in PARTS:
        part = getattr(dataset, name)
        for array in (part.features, part.targets):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def profile_to_json(table: Table, target: str, bins: int | None) -> Mapping[str, Any]:
    """Describe a table without a cell of it: its least and greatest numbers are cells too."""
    from east.dataset import profile
    from east.export.record import without_cells

    facts = without_cells(profile(table, target, bins))
    columns = tuple(replace(column, low=None, middle=None, high=None) for column in facts.columns)
    return asdict(replace(facts, columns=columns))
