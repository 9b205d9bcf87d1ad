"""What is known of a run from its start, as plain data without a cell of its table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.errors import DatasetError, SettingError
from east.kept.origin import Origin, fingerprint

if TYPE_CHECKING:
    from east.dataset import Dataset, RegionView
    from east.run import Machine
    from east.tables import Table
    from east.training import TrainConfig

PARTS = ("train", "validation", "test")
PACKAGES = ("numpy", "pandas", "torch", "scikit-learn", "skrub")
PROBE_ROWS, PROBE_MOMENTS = 64, (0.0, 0.3, 1.0)
"""The batch, and the training progress, at which a kept run notes the values of its losses."""


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
        "losses": loss_values(config, dataset.class_counts.tolist()),
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


def loss_values(config: TrainConfig, class_counts: Sequence[int]) -> list[list[float]]:
    """Return the value of each trained loss on one made batch at three moments: another definition gives others.

    Args:
        config: the run's settings.
        class_counts: `[K]` training rows of each class.
    """
    import torch

    from east.losses import build_loss

    generator, classes = np.random.default_rng(0), len(class_counts)
    logits = torch.from_numpy(generator.normal(size=(PROBE_ROWS, classes)))
    targets = torch.from_numpy(generator.integers(classes, size=PROBE_ROWS))
    losses = [build_loss(arm.loss, arm.metric, class_counts) for arm in config.networks]
    return [[float(loss(logits, targets, moment)) for moment in PROBE_MOMENTS] for loss in losses]


def changed_losses(about: Mapping[str, Any], config: TrainConfig) -> tuple[str, ...]:
    """Name the arms whose loss is defined differently today; all of them where that was not noted yet."""
    if "losses" not in about:
        return tuple(arm.label for arm in config.networks)
    now = loss_values(config, about["class_counts"])
    return tuple(
        arm.label
        for arm, mine, kept in zip(config.networks, now, about["losses"], strict=True)
        if not np.allclose(mine, kept, rtol=1e-4, atol=1e-6, equal_nan=True)
    )


def check_unchanged(about: Mapping[str, Any], dataset: Dataset, config: TrainConfig) -> None:
    """Refuse to resume a run whose second half would be trained differently from its first.

    Raises:
        DatasetError: when its table is encoded differently today.
        SettingError: when a loss of it is defined differently today.
    """
    remedy = "train again, or use the versions of then"
    if encoded_mark(dataset) != about["encoded"]:
        raise DatasetError("The table is encoded differently by the packages of today", None, remedy)
    changed = changed_losses(about, config)
    if changed:
        raise SettingError("A loss is defined differently today", ", ".join(changed), remedy)


def profile_to_json(table: Table, target: str, bins: int | None) -> Mapping[str, Any]:
    """Describe a table without a cell of it: its least and greatest numbers are cells too."""
    from east.dataset import profile
    from east.export.record import without_cells

    facts = without_cells(profile(table, target, bins))
    columns = tuple(replace(column, low=None, middle=None, high=None) for column in facts.columns)
    return asdict(replace(facts, columns=columns))
