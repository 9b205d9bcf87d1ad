"""The settings of a training as the options say them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from east.command_line.parser import config_names, given, metric_options
from east.errors import SettingError

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.metrics import Metric
    from east.training import TrainConfig


def config_of(options: argparse.Namespace, dataset: Dataset) -> TrainConfig:
    """Build the settings of a training.

    Raises:
        SettingError: for one that does not exist, or does not fit the classes.
    """
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
