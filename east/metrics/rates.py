"""Metrics of right predictions, over all samples or by class, and the mean gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from east.errors import SettingError
from east.metrics.definition import Metric, MetricSpec, Unit, counted, divide, negligible
from east.options import Option


def accuracy() -> Metric:
    """Build accuracy, the share of samples predicted right."""

    def score(hits: Tensor, support: Tensor, predicted: Tensor) -> Tensor:
        return divide(hits.sum(dim=-1), support.sum(dim=-1))

    none: Mapping[str, Any] = MappingProxyType({})
    return Metric("accuracy", "Accuracy", 1.0, 0.0, none, counted(score), accuracy, from_counts=score)


def balanced_accuracy() -> Metric:
    """Build balanced accuracy, the mean recall over the classes that occur."""

    def score(hits: Tensor, support: Tensor, predicted: Tensor) -> Tensor:
        occurs = (support > 0).to(support.dtype)
        return divide(divide(hits, support).sum(dim=-1), occurs.sum(dim=-1))

    none: Mapping[str, Any] = MappingProxyType({})
    label = "Balanced accuracy"
    return Metric(
        "balanced_accuracy", label, 1.0, 0.0, none, counted(score), balanced_accuracy, from_counts=score
    )


def gmean() -> Metric:
    """Build the G-mean, the K-th root of the product of the K recalls (Kubat and Matwin 1997).

    It is 0, without a gradient, if any class is never found.
    """

    def score(hits: Tensor, support: Tensor, predicted: Tensor) -> Tensor:
        recalls = divide(hits, support)
        missed = recalls < negligible(recalls.dtype)
        # In logarithms, because the product of many recalls would underflow.
        root = torch.where(missed, 1.0, recalls).log().mean(dim=-1).exp()
        return torch.where(missed.any(dim=-1), 0.0, root)

    return Metric("gmean", "G-mean", 1.0, 0.0, MappingProxyType({}), counted(score), gmean, from_counts=score)


def gain(matrix: Sequence[Sequence[float]] | ArrayLike) -> Metric:
    """Build the mean gain per sample under a user's gain matrix.

    Args:
        matrix: `[K, K]` finite numbers; entry (i, j) is the gain of predicting j for a sample of class i.

    Raises:
        SettingError: when it is not square, not finite, smaller than 2 x 2 or constant.
    """
    try:
        table = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise SettingError("A gain matrix must be numbers", repr(matrix)[:80], "give K rows of K") from None
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.shape[0] < 2:
        raise SettingError("A gain matrix must be square", f"shape {table.shape}", "give K rows of K numbers")
    if not np.isfinite(table).all() or table.min() == table.max():
        raise SettingError(
            "A gain matrix must be finite and not all the same", None, "give right predictions more"
        )
    rows = tuple(tuple(float(value) for value in row) for row in table)

    @lru_cache
    @torch.inference_mode(False)
    def gains(dtype: torch.dtype, device: torch.device) -> Tensor:
        """Return the matrix on a device; cached, because each copy waits for the device."""
        return torch.tensor(rows, dtype=dtype, device=device)

    def score(confusion: Tensor) -> Tensor:
        earned = confusion * gains(confusion.dtype, confusion.device)
        return divide(earned.sum(dim=(-2, -1)), confusion.sum(dim=(-2, -1)))

    best, worst = float(table.max()), float(table.min())
    options = MappingProxyType({"matrix": rows})
    unit = Unit(1.0, "of mean gain")
    return Metric("gain", "Mean gain", best, worst, options, score, gain, unit, regret_scale=best - worst)


ACCURACY = MetricSpec("accuracy", "Accuracy", "The share of rows that are predicted right.", accuracy)
BALANCED_ACCURACY = MetricSpec(
    "balanced_accuracy",
    "Balanced accuracy",
    "Mean recall over classes: a rare class counts as much as a frequent one.",
    balanced_accuracy,
)
GMEAN = MetricSpec(
    "gmean",
    "G-mean",
    "The K-th root of the product of all recalls; 0 if any class is never found.",
    gmean,
)
GAIN = MetricSpec(
    "gain",
    "Your own gain matrix",
    "The value of each right or wrong prediction, in your own numbers.",
    gain,
    MappingProxyType(
        {
            "matrix": Option(
                "Gain matrix",
                "Entry (i, j) is the gain of predicting class j for a row of class i, classes in order.",
                kind="matrix",
                flag="gain",
                link="gain",
            )
        }
    ),
)
