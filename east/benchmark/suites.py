"""Named lists of tables; a list never changes once results on it are published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from east.benchmark.held_out import nested_shells, noisy_rules, ordered_ratings, word_counts
from east.dataset.outline import DEFAULT_SHARES
from east.errors import SettingError, no_such
from east.synthetic import overlapping_gaussians
from east.tables import STANDARD_INPUT, Table, read_table, samples, table_from_frame

FRESH_ROWS = 20_000
FIRST_FRESH_SEED = 100
"""Seeds of tables that were not used to tune the recipe."""


@dataclass(frozen=True)
class BenchmarkTable:
    """A table with its target, loaded on demand.

    Args:
        name: name in the results; unique within a suite.
        make: returns the table for a seed, and the name of its target column; most tables are the same for
            every seed.
        shares: shares of training, validation and test.
    """

    name: str
    make: Callable[[int], tuple[Table, str]]
    shares: tuple[float, float, float] = DEFAULT_SHARES


def _the_same(name: str, make: Callable[[], tuple[Table, str]]) -> BenchmarkTable:
    return BenchmarkTable(name, partial(_whatever_the_seed, make))


def _whatever_the_seed(make: Callable[[], tuple[Table, str]], seed: int) -> tuple[Table, str]:
    return make()


def table_from_text(text: str) -> BenchmarkTable:
    """Return the table of FILE:TARGET, or of the path of a sample table.

    Raises:
        SettingError: for a file without a target that is not a sample table, or standard input.
    """
    file, _, target = text.rpartition(":")
    if STANDARD_INPUT in (text, file):
        remedy = "give FILE:TARGET; each of its processes reads the file"
        raise SettingError("A benchmark cannot read a table from standard input", repr(text), remedy)
    if file and not Path(text).exists():
        # A worker of a cluster may run in another folder.
        path = Path(file).absolute() if Path(file).exists() else Path(file)
        return _the_same(path.name, partial(_from_file, str(path), target))
    for sample in samples():
        if sample.file == Path(text).resolve():
            return _the_same(sample.file.stem, partial(_sample, sample.file.stem))
    raise SettingError("The table has no target column", repr(text), "give FILE:TARGET")


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
    return tuple(_the_same(name, partial(_sample, name)) for name in names.split())


def _make(rows: int, classes: int, imbalance: float, separation: float, seed: int) -> BenchmarkTable:
    name = f"generated_{rows}x{classes}_{imbalance:g}to1_{seed}"
    return _the_same(name, partial(_generated, rows, classes, imbalance, separation, seed))


def _fresh(name: str, rows: int, make: Callable[..., tuple[Table, str]]) -> BenchmarkTable:
    """Draw new rows for every seed: `rows` for training and validation, and FRESH_ROWS for the test.

    Results on such tables depend only on the problem; results on a fixed table also on its few test rows.
    """
    total = rows + FRESH_ROWS
    shares = (0.75 * rows / total, 0.25 * rows / total, FRESH_ROWS / total)
    return BenchmarkTable(f"fresh_{name}", partial(_draw, make, total), shares)


def _draw(make: Callable[..., tuple[Table, str]], rows: int, seed: int) -> tuple[Table, str]:
    return make(rows=rows, seed=FIRST_FRESH_SEED + seed)


def _fresh_generated(rows: int, classes: int, imbalance: float, separation: float) -> BenchmarkTable:
    make = partial(_generated, classes=classes, imbalance=imbalance, separation=separation)
    return _fresh(f"{rows}x{classes}_{imbalance:g}to1", rows, make)


def _from_generator(
    maker: Callable[[int, float, int], pd.DataFrame], rows: int, imbalance: float, seed: int
) -> tuple[Table, str]:
    return table_from_frame(maker(rows, imbalance, seed)), "label"


def _drawn(
    maker: Callable[[int, float, int], pd.DataFrame], rows: int, imbalance: float, seed: int
) -> BenchmarkTable:
    name = f"{maker.__name__}_{rows}_{imbalance:g}to1_{seed}"
    return _the_same(name, partial(_from_generator, maker, rows, imbalance, seed))


def _bundled(name: str) -> tuple[Table, str]:
    """Return a table that comes with scikit-learn."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    labels = [str(bunch.target_names[code]) for code in bunch.target]
    return table_from_frame(bunch.data.assign(label=labels)), "label"


# Problems on which argmax is not optimal for the metric: imbalance 3 to 20, and overlapping classes.
_OVERLAPPING = (
    *_named("overlapping_gaussians"),
    _the_same("overlapping_gaussians_1000", partial(_overlapping, 1000, 1)),
    _make(2000, 3, 5, 0.7, 1),
    _make(3000, 4, 10, 0.7, 2),
    _make(4000, 6, 20, 0.8, 3),
    _make(5000, 8, 8, 0.8, 4),
)
# The same problems with as many training rows, new for every seed, and with many test rows.
_FRESH_OVERLAPPING = (
    _fresh("gaussians_3200", 3200, _overlapping),
    _fresh("gaussians_800", 800, _overlapping),
    _fresh_generated(1600, 3, 5, 0.7),
    _fresh_generated(2400, 4, 10, 0.7),
    _fresh_generated(3200, 6, 20, 0.8),
    _fresh_generated(4000, 8, 8, 0.8),
)
# All others: balanced, well separated, or with higher imbalance.
_OTHER = (
    *_named("yeast contraceptive penguins wine digits letters"),
    _make(2000, 3, 1, 1.0, 5),
    _make(3000, 5, 2, 1.5, 6),
)

# Not used to tune the recipe: other generators, and scikit-learn's tables.
_HELD_OUT_OVERLAPPING = (
    _drawn(ordered_ratings, 3000, 12, 1),
    _drawn(word_counts, 4000, 10, 2),
    _drawn(noisy_rules, 4000, 6, 3),
    _drawn(nested_shells, 2000, 5, 4),
)
_HELD_OUT_OTHER = (
    _drawn(ordered_ratings, 3000, 1, 5),
    _drawn(word_counts, 4000, 2, 6),
    _drawn(noisy_rules, 4000, 1, 7),
    _drawn(nested_shells, 2000, 1, 8),
    _the_same("breast_cancer", partial(_bundled, "breast_cancer")),
    _the_same("iris", partial(_bundled, "iris")),
)

SUITES: Mapping[str, tuple[BenchmarkTable, ...]] = MappingProxyType(
    {
        "samples": _named("overlapping_gaussians yeast contraceptive penguins wine digits letters"),
        "overlapping": _OVERLAPPING,
        "fresh_overlapping": _FRESH_OVERLAPPING,
        "other": _OTHER,
        "development": (*_OVERLAPPING, *_OTHER),
        "held_out_overlapping": _HELD_OUT_OVERLAPPING,
        "held_out_other": _HELD_OUT_OTHER,
    }
)


def suite(name: str) -> tuple[BenchmarkTable, ...]:
    """Return a suite's tables.

    Raises:
        SettingError: for an unknown name.
    """
    if name not in SUITES:
        raise no_such("suite", name, SUITES)
    return SUITES[name]
