"""Metrics as pure, differentiable functions of a confusion matrix.

A matrix `[..., K, K]` has rows by true and columns by predicted class, and holds counts or soft mass; a metric maps it
to `[...]`. The same function scores a hard matrix and serves as the surrogate on a soft one. On counts
it equals scikit-learn's function with `labels=range(K)` and `zero_division=0` (imbalanced-learn's for
the G-mean): 0 / 0 counts as 0. A class that is neither true nor predicted therefore counts as 0 in macro
averages, where torchmetrics leaves it out.
"""

from east.metrics.definition import Metric, MetricSpec, Unit
from east.metrics.gains import GAIN_PRESETS
from east.metrics.ratios import fbeta, precision, recall
from east.metrics.registry import METRICS, metric, resolve

__all__ = [
    "GAIN_PRESETS",
    "METRICS",
    "Metric",
    "MetricSpec",
    "Unit",
    "fbeta",
    "metric",
    "precision",
    "recall",
    "resolve",
]
