"""The table of all metrics, and a function that builds them by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from east.errors import SettingError, no_such
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
        key: one of METRICS, or a name that a metric with certain options usually has, such as "f1".
        options: options of its factory, such as `beta` and `average`; None means the default.

    Raises:
        SettingError: for an unknown key, an unknown option or a value out of range.
    """
    spec, usual = resolve(key)
    given = {**usual, **{name: value for name, value in options.items() if value is not None}}
    for name in given:
        if name not in spec.options:
            raise no_such(f"option of the metric {spec.key}", name, spec.options)
    needed = spec.matrix_option
    if needed is not None and needed not in given:
        raise SettingError(
            f"The {spec.key} metric needs a matrix", None, f"give {needed}=K rows of K numbers"
        )
    return spec(**given)


def resolve(name: str) -> tuple[MetricSpec, Mapping[str, Any]]:
    """Find a metric by its key or by a usual name; returns its entry and the options that the name implies.

    Raises:
        SettingError: for an unknown name.
    """
    if name in METRICS:
        return METRICS[name], {}
    for spec in METRICS.values():
        if name in spec.aliases:
            return spec, spec.aliases[name]
    raise no_such("metric", name, METRICS, (alias for spec in METRICS.values() for alias in spec.aliases))
