"""Metrics as pure, differentiable functions of a confusion matrix.

A matrix is `[..., K, K]`, rows true and columns predicted, of counts or of soft mass; a metric maps it
to `[...]`. The same function scores a hard matrix and serves as the surrogate on a soft one. On counts
each equals scikit-learn's function with `labels=range(K)` and `zero_division=0` (imbalanced-learn's for
the G-mean): what is undefined, 0 / 0, counts as 0.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from east.errors import SettingError

AVERAGES = ("macro", "micro", "weighted", "class")


@dataclass(frozen=True)
class Metric:
    """A score of a confusion matrix, with its best and worst value.

    Calling it maps a tensor `[..., K, K]` to `[...]`; `score` does the same for one numpy matrix.
    `key` and `options` rebuild it: `metric(m.key, **m.options)`.
    """

    key: str
    label: str
    best: float
    worst: float
    options: Mapping[str, Any] = field(hash=False)
    function: Callable[[Tensor], Tensor] = field(compare=False, repr=False)

    def __call__(self, matrix: Tensor) -> Tensor:
        """Score matrices `[..., K, K]`; returns `[...]`."""
        return self.function(matrix)

    def score(self, matrix: ArrayLike) -> float:
        """Score one matrix `[K, K]` of counts in double precision."""
        return float(self.function(torch.as_tensor(np.asarray(matrix, dtype=np.float64))))

    def scores(self, matrices: ArrayLike) -> NDArray[np.float64]:
        """Score matrices `[..., K, K]` in double precision; returns `[...]`."""
        values = self.function(torch.as_tensor(np.asarray(matrices, dtype=np.float64)))
        return np.asarray(values.numpy(), dtype=np.float64)

    def check(self, num_classes: int) -> None:
        """Refuse a number of classes this metric was not made for.

        Raises:
            SettingError: when `class_index` is past the last class, or a gain matrix has another size.
        """
        index, rows = self.options.get("class_index"), self.options.get("matrix")
        if index is not None and index >= num_classes:
            remedy = f"use 0 to {num_classes - 1}"
            raise SettingError("class_index must be one of the classes' positions", index, remedy)
        if rows is not None and len(rows) != num_classes:
            size = f"{len(rows)} x {len(rows)} for {num_classes} classes"
            raise SettingError("A gain matrix must have one row and one column a class", size, "resize it")

    def __reduce__(self) -> tuple[Callable[..., Metric], tuple[str, dict[str, Any]]]:
        """Travel between processes by key and options, for the function itself cannot."""
        return _rebuild, (self.key, dict(self.options))


def _rebuild(key: str, options: dict[str, Any]) -> Metric:
    return metric(key, **options)


def _divide(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Divide with 0 / 0 = 0, and with a finite gradient there."""
    empty = denominator == 0
    return torch.where(empty, 0.0, numerator / torch.where(empty, 1.0, denominator))


def _counts(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Reduce to true positives, support and predicted mass of each class, `[..., K]` each."""
    return matrix.diagonal(dim1=-2, dim2=-1), matrix.sum(dim=-1), matrix.sum(dim=-2)


def _ratio(
    numerator: Callable[[Tensor, Tensor, Tensor], Tensor],
    denominator: Callable[[Tensor, Tensor, Tensor], Tensor],
    average: str,
    class_index: int | None,
) -> Callable[[Tensor], Tensor]:
    """Build a metric that is a ratio of counts per class, averaged over classes in one of four ways."""

    def score(matrix: Tensor) -> Tensor:
        counts = _counts(matrix)
        over, under = numerator(*counts), denominator(*counts)
        if average == "micro":
            return _divide(over.sum(dim=-1), under.sum(dim=-1))
        per_class = _divide(over, under)
        if average == "macro":
            return per_class.mean(dim=-1)
        if average == "weighted":
            return _divide((per_class * counts[1]).sum(dim=-1), counts[1].sum(dim=-1))
        assert class_index is not None
        return per_class[..., class_index]

    return score


def _check_average(average: str, class_index: int | None) -> None:
    if average not in AVERAGES:
        raise SettingError("The average must be known", repr(average), f"use one of {', '.join(AVERAGES)}")
    if (average == "class") != (class_index is not None):
        raise SettingError(
            "average='class' and class_index go together",
            f"average={average!r}, class_index={class_index}",
            "give both, or neither",
        )
    if class_index is not None and not (isinstance(class_index, int | np.integer) and class_index >= 0):
        raise SettingError("class_index must be 0 or more", repr(class_index), "give the class's position")


def _name(noun: str, average: str, class_index: int | None) -> str:
    return f"{noun} of class {class_index}" if average == "class" else f"{average} {noun}".capitalize()


def _options(average: str, class_index: int | None, **more: Any) -> Mapping[str, Any]:
    named = {"class_index": class_index} if class_index is not None else {}
    return MappingProxyType({**more, "average": average, **named})


def accuracy() -> Metric:
    """Build accuracy, the share of samples predicted right."""

    def score(matrix: Tensor) -> Tensor:
        return _divide(_counts(matrix)[0].sum(dim=-1), matrix.sum(dim=(-2, -1)))

    return Metric("accuracy", "Accuracy", 1.0, 0.0, MappingProxyType({}), score)


def balanced_accuracy() -> Metric:
    """Build balanced accuracy, the mean recall over the classes that occur."""

    def score(matrix: Tensor) -> Tensor:
        hits, support, _ = _counts(matrix)
        occurs = (support > 0).to(matrix.dtype)
        return _divide(_divide(hits, support).sum(dim=-1), occurs.sum(dim=-1))

    return Metric("balanced_accuracy", "Balanced accuracy", 1.0, 0.0, MappingProxyType({}), score)


def fbeta(beta: float = 1.0, average: str = "macro", class_index: int | None = None) -> Metric:
    """Build F_beta = (1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP).

    Args:
        beta: weight of recall against precision, above 0; below 1 it prefers precision.
        average: "macro", "micro", "weighted" (by support), or "class" for one class alone.
        class_index: position of that one class.

    Raises:
        SettingError: for a beta that is not a positive number, or an unknown average.
    """
    _check_average(average, class_index)
    if not (isinstance(beta, int | float | np.number) and 0 < beta < float("inf")):
        raise SettingError("beta must be a number above 0", repr(beta), "use for example 0.5, 1 or 2")
    square = float(beta) ** 2
    function = _ratio(
        lambda hits, support, predicted: (1 + square) * hits,
        lambda hits, support, predicted: square * support + predicted,
        average,
        class_index,
    )
    label = _name("F", average, class_index).replace("F", f"F{beta:g}", 1).replace(" f", f" F{beta:g}", 1)
    return Metric("fbeta", label, 1.0, 0.0, _options(average, class_index, beta=float(beta)), function)


def precision(average: str = "macro", class_index: int | None = None) -> Metric:
    """Build precision, TP / (TP + FP), averaged as `fbeta` is."""
    _check_average(average, class_index)
    function = _ratio(
        lambda hits, support, predicted: hits,
        lambda hits, support, predicted: predicted,
        average,
        class_index,
    )
    label = _name("precision", average, class_index).capitalize()
    return Metric("precision", label, 1.0, 0.0, _options(average, class_index), function)


def recall(average: str = "macro", class_index: int | None = None) -> Metric:
    """Build recall, TP / (TP + FN), averaged as `fbeta` is."""
    _check_average(average, class_index)
    function = _ratio(
        lambda hits, support, predicted: hits, lambda hits, support, predicted: support, average, class_index
    )
    label = _name("recall", average, class_index).capitalize()
    return Metric("recall", label, 1.0, 0.0, _options(average, class_index), function)


def jaccard(average: str = "macro", class_index: int | None = None) -> Metric:
    """Build the Jaccard index, TP / (TP + FP + FN), averaged as `fbeta` is."""
    _check_average(average, class_index)
    function = _ratio(
        lambda hits, support, predicted: hits,
        lambda hits, support, predicted: support + predicted - hits,
        average,
        class_index,
    )
    label = _name("Jaccard", average, class_index)
    return Metric("jaccard", label, 1.0, 0.0, _options(average, class_index), function)


def mcc() -> Metric:
    """Build the multiclass Matthews correlation coefficient R_K (Gorodkin 2004)."""

    def score(matrix: Tensor) -> Tensor:
        hits, support, predicted = _counts(matrix)
        total = support.sum(dim=-1, keepdim=True)
        # Shares instead of counts: the products then stay near 1 in single precision. Each divided by
        # its own sum, so that a class that holds everything has a share of exactly 1.
        support, predicted = _divide(support, total), _divide(predicted, predicted.sum(dim=-1, keepdim=True))
        covariance = _divide(hits, total).sum(dim=-1) - (support * predicted).sum(dim=-1)
        # 1 - sum s^2 as sum s (1 - s): exactly 0 when one class holds everything.
        spread = (support * (1 - support)).sum(dim=-1) * (predicted * (1 - predicted)).sum(dim=-1)
        flat = spread <= 0
        return torch.where(flat, 0.0, covariance / torch.where(flat, 1.0, spread).sqrt())

    return Metric("mcc", "MCC", 1.0, -1.0, MappingProxyType({}), score)


def kappa(weights: str | None = None) -> Metric:
    """Build Cohen's kappa, agreement beyond chance (Cohen 1960; weighted: Cohen 1968).

    Args:
        weights: None, "linear" or "quadratic" in the distance of the classes' positions.

    Raises:
        SettingError: for other weights.
    """
    if weights not in (None, "linear", "quadratic"):
        raise SettingError("kappa's weights must be known", repr(weights), "use None, linear or quadratic")

    def score(matrix: Tensor) -> Tensor:
        place = torch.arange(matrix.shape[-1], device=matrix.device, dtype=matrix.dtype)
        distance = (place.unsqueeze(0) - place.unsqueeze(1)).abs()
        cost = distance.square() if weights == "quadratic" else distance
        cost = (distance > 0).to(matrix.dtype) if weights is None else cost
        share = _divide(matrix, matrix.sum(dim=(-2, -1), keepdim=True))
        chance = share.sum(dim=-1, keepdim=True) * share.sum(dim=-2, keepdim=True)
        observed, expected = (share * cost).sum(dim=(-2, -1)), (chance * cost).sum(dim=(-2, -1))
        return torch.where(expected == 0, 0.0, 1 - _divide(observed, expected))

    label = "Cohen's kappa" if weights is None else f"Cohen's kappa ({weights})"
    return Metric("kappa", label, 1.0, -1.0, MappingProxyType({"weights": weights}), score)


def gmean() -> Metric:
    """Build the G-mean, the K-th root of the product of the K recalls (Kubat and Matwin 1997).

    It is 0 as soon as one class is never found, and then without gradient.
    """

    def score(matrix: Tensor) -> Tensor:
        hits, support, _ = _counts(matrix)
        recalls = _divide(hits, support)
        missed = recalls == 0
        # Through logarithms: the product of many recalls would underflow.
        root = torch.where(missed, 1.0, recalls).log().mean(dim=-1).exp()
        return torch.where(missed.any(dim=-1), 0.0, root)

    return Metric("gmean", "G-mean", 1.0, 0.0, MappingProxyType({}), score)


def gain(matrix: Sequence[Sequence[float]] | ArrayLike) -> Metric:
    """Build the mean gain per sample under a user's own gain matrix.

    Args:
        matrix: `[K, K]` finite numbers; entry (i, j) is what predicting j for a sample of class i earns.

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
        """Copied to a device once, for every such copy waits for the device."""
        return torch.tensor(rows, dtype=dtype, device=device)

    def score(confusion: Tensor) -> Tensor:
        earned = confusion * gains(confusion.dtype, confusion.device)
        return _divide(earned.sum(dim=(-2, -1)), confusion.sum(dim=(-2, -1)))

    best, worst = float(table.max()), float(table.min())
    return Metric("gain", "Mean gain", best, worst, MappingProxyType({"matrix": rows}), score)


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
