"""The classifier's settings as the library's own: a metric and a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from east.errors import SettingError
from east.estimator.labels import position_of
from east.metrics import Metric, metric, resolve

NAMED = ("beta", "average", "class_index")


def metric_of(settings: Mapping[str, Any], classes: NDArray[Any]) -> Metric:
    """Build the metric from those of the settings that it takes.

    Args:
        settings: `metric`, `beta`, `average`, `class_index` and `class_label`, as `EASTClassifier` has them.
        classes: the labels `[K]`.

    Raises:
        SettingError: for a metric or an option that does not exist, or a class label that does not fit.
    """
    chosen, label = settings["metric"], settings["class_label"]
    if isinstance(chosen, Metric):
        if label is not None:
            got, remedy = f"{chosen.label!r} and {label!r}", "give the metric by its key"
            raise SettingError("A finished metric takes no class_label", got, remedy)
        return chosen
    spec, implied = resolve(chosen)
    takes = [name for name in spec.options if name not in implied]
    given = {name: settings[name] for name in NAMED if name in takes}
    if label is not None:
        given |= _one_class(settings, takes, classes)
    return metric(chosen, **given)


def _one_class(settings: Mapping[str, Any], takes: Sequence[str], classes: NDArray[Any]) -> dict[str, Any]:
    """Turn a class label into the options of a metric that is of one class."""
    alone = settings["class_index"] is None and settings["average"] in ("macro", "class")
    if "class_index" not in takes or not alone:
        got = ", ".join(f"{name}={settings[name]!r}" for name in ("metric", "average", "class_index"))
        remedy = 'use it alone, with a metric such as "fbeta", "precision" or "recall"'
        raise SettingError("class_label does not go with these settings", got, remedy)
    return {"average": "class", "class_index": position_of(settings["class_label"], classes)}


def seed_of(random_state: int | np.random.RandomState | None) -> int:
    """Return a whole number as it is, or draw one."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
