"""Ratios of counts per class, averaged over classes in four ways: F_beta, precision, recall, Jaccard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from torch import Tensor

from east.errors import SettingError, no_such
from east.metrics.definition import FromCounts, Metric, MetricSpec, counted, divide
from east.options import Option

AVERAGES = MappingProxyType(
    {
        "macro": "Macro: classes count equally",
        "micro": "Micro: rows count equally",
        "weighted": "By class size",
        "class": "One class only",
    }
)


def fbeta(beta: float = 1.0, average: str = "macro", class_index: int | None = None) -> Metric:
    """Build F_beta = (1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP).

    Args:
        beta: weight of recall against precision, from 1e-6 to 1e6; below 1 it prefers precision.
        average: "macro" (a class that is neither true nor predicted counts as 0), "micro", "weighted" (by support),
            or "class" for one class alone.
        class_index: position of the class for "class".

    Raises:
        SettingError: for a beta out of range, or an unknown average.
    """
    _check_average(average, class_index)
    _BETA.check("beta", beta)
    square = float(beta) ** 2
    score = _ratio(
        lambda hits, support, predicted: (1 + square) * hits,
        lambda hits, support, predicted: square * support + predicted,
        average,
        class_index,
    )
    label = _name("F", average, class_index).replace("F", f"F{beta:g}", 1).replace(" f", f" F{beta:g}", 1)
    options = _options(average, class_index, beta=float(beta))
    return Metric("fbeta", label, 1.0, 0.0, options, counted(score), fbeta, from_counts=score)


def precision(average: str = "macro", class_index: int | None = None) -> Metric:
    """Build precision, TP / (TP + FP), averaged like `fbeta`."""
    _check_average(average, class_index)
    score = _ratio(
        lambda hits, support, predicted: hits,
        lambda hits, support, predicted: predicted,
        average,
        class_index,
    )
    label = _name("precision", average, class_index).capitalize()
    options = _options(average, class_index)
    return Metric("precision", label, 1.0, 0.0, options, counted(score), precision, from_counts=score)


def recall(average: str = "macro", class_index: int | None = None) -> Metric:
    """Build recall, TP / (TP + FN), averaged like `fbeta`."""
    _check_average(average, class_index)
    score = _ratio(
        lambda hits, support, predicted: hits, lambda hits, support, predicted: support, average, class_index
    )
    label = _name("recall", average, class_index).capitalize()
    options = _options(average, class_index)
    return Metric("recall", label, 1.0, 0.0, options, counted(score), recall, from_counts=score)


def jaccard(average: str = "macro", class_index: int | None = None) -> Metric:
    """Build the Jaccard index, TP / (TP + FP + FN), averaged like `fbeta`."""
    _check_average(average, class_index)
    score = _ratio(
        lambda hits, support, predicted: hits,
        lambda hits, support, predicted: support + predicted - hits,
        average,
        class_index,
    )
    label = _name("Jaccard", average, class_index)
    options = _options(average, class_index)
    return Metric("jaccard", label, 1.0, 0.0, options, counted(score), jaccard, from_counts=score)


def _ratio(
    numerator: Callable[[Tensor, Tensor, Tensor], Tensor],
    denominator: Callable[[Tensor, Tensor, Tensor], Tensor],
    average: str,
    class_index: int | None,
) -> FromCounts:
    """Build the score of a ratio of counts per class, averaged over classes in one of four ways."""

    def score(hits: Tensor, support: Tensor, predicted: Tensor) -> Tensor:
        over, under = numerator(hits, support, predicted), denominator(hits, support, predicted)
        if average == "micro":
            return divide(over.sum(dim=-1), under.sum(dim=-1))
        per_class = divide(over, under)
        if average == "macro":
            return per_class.mean(dim=-1)
        if average == "weighted":
            return divide((per_class * support).sum(dim=-1), support.sum(dim=-1))
        assert class_index is not None
        return per_class[..., class_index]

    return score


def _check_average(average: str, class_index: int | None) -> None:
    if average not in AVERAGES:
        raise no_such("average", average, AVERAGES)
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


LEAST_BETA, MOST_BETA = 1e-6, 1e6  # beyond, beta squared outweighs the counts in single precision
_BETA = Option(
    "β",
    "Weight of recall against precision: below 1 it prefers precision, above 1 recall.",
    least=LEAST_BETA,
    most=MOST_BETA,
    shown=(0.1, 4.0, 0.05),
    compared=(1.0, 0.25, 2.0),
    example="0.5, 1 or 2",
)
_AVERAGED: Mapping[str, Option] = MappingProxyType(
    {
        "average": Option(
            "Average over classes", "Weights of the classes in the average.", kind="choice", choices=AVERAGES
        ),
        "class_index": Option(
            "Class",
            "The class of the average `class`.",
            kind="class",
            least=0,
            empty="all",
            flag="class",
            link="class",
        ),
    }
)

FBETA = MetricSpec(
    "fbeta",
    "F-beta",
    "Precision and recall in one number; β below 1 prefers precision, above 1 recall.",
    fbeta,
    MappingProxyType({"beta": _BETA, **_AVERAGED}),
    MappingProxyType(
        {
            **{f"f{beta:g}": {"beta": beta} for beta in (0.25, 0.5, 1.0, 2.0)},
            **{
                f"{average}_f1": {"beta": 1.0, "average": average}
                for average in ("macro", "micro", "weighted")
            },
            **{
                f"f1_{average}": {"beta": 1.0, "average": average}
                for average in ("macro", "micro", "weighted")
            },
        }
    ),
)
PRECISION = MetricSpec(
    "precision",
    "Precision",
    "The share of the rows predicted as a class that belong to it.",
    precision,
    _AVERAGED,
)
RECALL = MetricSpec(
    "recall", "Recall", "The share of the rows of a class that are predicted as it.", recall, _AVERAGED
)
JACCARD = MetricSpec(
    "jaccard",
    "Jaccard index",
    "Overlap divided by union of the true and predicted rows of a class.",
    jaccard,
    _AVERAGED,
)
