"""The table of all metrics, and the one way to build them by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from east.errors import SettingError
from east.metrics.agreement import kappa, mcc
from east.metrics.definition import Metric
from east.metrics.rates import accuracy, balanced_accuracy, gain, gmean
from east.metrics.ratios import fbeta, jaccard, precision, recall

METRICS: Mapping[str, Callable[..., Metric]] = MappingProxyType(
    {
        "accuracy": accuracy,
        "balanced_accuracy": balanced_accuracy,
        "fbeta": fbeta,
        "precision": precision,
        "recall": recall,
        "mcc": mcc,
        "kappa": kappa,
        "gmean": gmean,
        "jaccard": jaccard,
        "gain": gain,
    }
)


def metric(key: str, **options: Any) -> Metric:
    """Build the metric `key` of METRICS.

    Args:
        key: one of METRICS.
        options: what its factory takes, such as `beta` and `average`; None means the default.

    Raises:
        SettingError: for an unknown key, an unknown option or a value out of range.
    """
    if key not in METRICS:
        raise SettingError("There is no such metric", repr(key), f"choose one of {', '.join(METRICS)}")
    known = inspect.signature(METRICS[key]).parameters
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in known:
            takes = ", ".join(known) or "no options"
            raise SettingError(f"The metric {key} has no option {name!r}", None, f"it takes {takes}")
    if key == "gain" and "matrix" not in given:
        raise SettingError("The gain metric needs a matrix", None, "give matrix=K rows of K numbers")
    return METRICS[key](**given)
