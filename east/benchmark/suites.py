"""Named lists of tables to compare losses on; a list never changes once results are reported on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from east.errors import SettingError
from east.synthetic import overlapping_gaussians
from east.tables import Table, read_table, samples, table_from_frame


@dataclass(frozen=True)
class BenchmarkTable:
    """A table with its target, made when it is needed.

    Args:
        name: how results name it; unique within a suite.
        make: gives the table and the name of its target column.
    """

    name: str
    make: Callable[[], tuple[Table, str]]


def table_from_text(text: str) -> BenchmarkTable:
    """Understand FILE:TARGET, or a sample table's path alone.

    Raises:
        SettingError: when no target is named for a file that is not a sample table.
    """
    file, _, target = text.rpartition(":")
    if file and not Path(text).exists():
        return BenchmarkTable(Path(file).name, partial(_from_file, file, target))
    for sample in samples():
        if sample.file == Path(text).resolve():
            return BenchmarkTable(sample.file.stem, partial(_sample, sample.file.stem))
    raise SettingError("It is not said which column to predict", repr(text), "give FILE:TARGET")


def _from_file(file: str, target: str) -> tuple[Table, str]:
    return read_table(file), target


def _sample(name: str) -> tuple[Table, str]:
    sample = next(sample for sample in samples() if sample.file.stem == name)
    return read_table(sample.file), sample.target


def _overlapping(rows: int, seed: int) -> tuple[Table, str]:
    return table_from_frame(overlapping_gaussians(rows, seed)), "label"


def _generated(rows: int, classes: int, imbalance: float, separation: float, seed: int) -> tuple[Table, str]:
    """Make a scikit-learn classification problem whose class sizes fall geometrically to 1 / imbalance."""
    from sklearn.datasets import make_classification

    sizes = [imbalance ** (-place / (classes - 1)) for place in range(classes)]
    features, labels = make_classification(
        n_samples=rows,
        n_features=12,
        n_informative=6,
        n_redundant=3,
        n_classes=classes,
        n_clusters_per_class=2,
        weights=[size / sum(sizes) for size in sizes],
        class_sep=separation,
        flip_y=0.02,
        random_state=seed,
    )
    frame = pd.DataFrame(features, columns=[f"x{place}" for place in range(12)])
    return table_from_frame(frame.assign(label=[f"class {label}" for label in labels])), "label"


def _named(names: str) -> tuple[BenchmarkTable, ...]:
    return tuple(BenchmarkTable(name, partial(_sample, name)) for name in names.split())


def _make(rows: int, classes: int, imbalance: float, separation: float, seed: int) -> BenchmarkTable:
    name = f"generated_{rows}x{classes}_{imbalance:g}to1_{seed}"
    return BenchmarkTable(name, partial(_generated, rows, classes, imbalance, separation, seed))


# Where the metric's optimum is not the posterior's argmax: imbalance 3 to 20, and classes that overlap.
_OVERLAPPING = (
    *_named("overlapping_gaussians"),
    BenchmarkTable("overlapping_gaussians_1000", partial(_overlapping, 1000, 1)),
    _make(2000, 3, 5, 0.7, 1),
    _make(3000, 4, 10, 0.7, 2),
    _make(4000, 6, 20, 0.8, 3),
    _make(5000, 8, 8, 0.8, 4),
)
# All others: balanced, well separated, or rarer than that.
_OTHER = (
    *_named("yeast contraceptive penguins wine digits letters"),
    _make(2000, 3, 1, 1.0, 5),
    _make(3000, 5, 2, 1.5, 6),
)

SUITES: Mapping[str, tuple[BenchmarkTable, ...]] = MappingProxyType(
    {
        "samples": _named("overlapping_gaussians yeast contraceptive penguins wine digits letters"),
        "overlapping": _OVERLAPPING,
        "other": _OTHER,
        "development": (*_OVERLAPPING, *_OTHER),
    }
)


def suite(name: str) -> tuple[BenchmarkTable, ...]:
    """Return a suite's tables.

    Raises:
        SettingError: for an unknown name.
    """
    if name not in SUITES:
        raise SettingError("There is no such suite", repr(name), f"choose one of {', '.join(SUITES)}")
    return SUITES[name]
