"""The table of all metrics, and a function that builds them by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from east.errors import SettingError
from east.metrics.agreement import KAPPA, MCC
from east.metrics.definition import Metric, MetricSpec
from east.metrics.rates import ACCURACY, BALANCED_ACCURACY, GAIN, GMEAN
from east.metrics.ratios import FBETA, JACCARD, PRECISION, RECALL

SPECS = {
    spec.key: spec
    for spec in (
        ACCURACY, BALANCED_ACCURACY, FBETA, PRECISION, RECALL, MCC, KAPPA, GMEAN, JACCARD, GAIN,
    )
}  # fmt: skip

METRICS: Mapping[str, MetricSpec] = MappingProxyType(SPECS)
"""Every metric by its key; calling an entry with its options builds the metric."""


def metric(key: str, **options: Any) -> Metric:
    """Build the metric `key` of METRICS.

    Args:
        key: one of METRICS.
        options: options of its factory, such as `beta` and `average`; None means the default.

    Raises:
        SettingError: for an unknown key, an unknown option or a value out of range.
    """
    if key not in METRICS:
        raise SettingError("There is no such metric", repr(key), f"choose one of {', '.join(METRICS)}")
    spec = METRICS[key]
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in spec.options:
            takes = ", ".join(spec.options) or "no options"
            raise SettingError(f"The metric {key} has no option {name!r}", None, f"it takes {takes}")
    needed = spec.matrix_option
    if needed is not None and needed not in given:
        raise SettingError(f"The {key} metric needs a matrix", None, f"give {needed}=K rows of K numbers")
    return spec(**given)
