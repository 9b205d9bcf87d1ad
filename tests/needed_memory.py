"""The memory that a training takes; run as a program, beside what it was estimated to take."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from east.dataset import Dataset, prepare
from east.metrics import metric
from east.tables import table_from_frame
from east.training import TrainConfig, Training, needed_bytes

CONFIG = TrainConfig(metric=metric("fbeta"), epochs=10, batch_size=60, device="cpu")


def made(rows: int = 400, columns: int = 3, classes: int = 2) -> Dataset:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(rows, columns)), columns=[f"c{n}" for n in range(columns)])
    frame["label"] = [f"class {row % classes}" for row in range(rows)]
    return prepare(table_from_frame(frame, "made"), "label", numeric_encoding="scaled")


def resident(name: str) -> int:
    """Bytes of this process that the kernel names so."""
    return 1024 * int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0])


def through(dataset: Dataset, config: TrainConfig) -> None:
    training = Training(dataset, config)
    training.advance(2)
    training.snapshot()
    training.state()
    training.outcome()


def taken(rows: int, columns: int, classes: int, seeds: int, batch: int, *hidden: int) -> tuple[int, int]:
    """The most bytes that a training has taken, and the estimate."""
    torch.set_num_threads(1)
    through(made(), CONFIG)  # what is taken once, whatever is trained
    dataset = made(rows, columns, classes)
    config = replace(CONFIG, seeds=tuple(range(seeds)), batch_size=batch, hidden=hidden)
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    through(dataset, config)
    table = sum(part.features.nbytes for part in (dataset.train, dataset.validation, dataset.test))
    return resident("VmHWM") - before + table, needed_bytes(dataset, config)


if __name__ == "__main__":
    print(*taken(*map(int, sys.argv[1:])))  # noqa: T201 -- the test reads it
