"""The definition of a metric, its entry in METRICS, and functions that all metrics share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from east.errors import SettingError
from east.options import Option

NO_OPTIONS: Mapping[str, Option] = MappingProxyType({})
NO_ALIASES: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


FromCounts = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps true positives, support and predicted mass of each class, `[..., K]` each, to scores `[...]`."""


class Unit(NamedTuple):
    """The unit in which differences of scores are shown: multiplied by `factor` and called `name`."""

    factor: float
    name: str


POINTS = Unit(100.0, "points")


@dataclass(frozen=True)
class Metric:
    """A score of a confusion matrix, with its best and worst value.

    Calling it maps a tensor `[..., K, K]` to `[...]`; `score` does the same for one numpy matrix.
    `metric(m.key, **m.options)` rebuilds it; `factory` is the factory of its entry in METRICS.
    A loss divides the distance of a score from the best by `regret_scale`. Where a score needs no more of a matrix
    than `counts_of` returns, `from_counts` is the score of these, and `function` does the same for whole matrices.
    """

    key: str
    label: str
    best: float
    worst: float
    options: Mapping[str, Any] = field(hash=False)
    function: Callable[[Tensor], Tensor] = field(compare=False, repr=False)
    factory: Callable[..., Metric] = field(compare=False, repr=False)
    unit: Unit = field(default=POINTS, compare=False, repr=False)
    regret_scale: float = field(default=1.0, compare=False, repr=False)
    from_counts: FromCounts | None = field(default=None, compare=False, repr=False)

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
        """Refuse a number of classes that does not fit the metric.

        Raises:
            SettingError: when `class_index` is past the last class, or a matrix option has another size.
        """
        index, rows = self.options.get("class_index"), self.options.get("matrix")
        if index is not None and index >= num_classes:
            remedy = f"use 0 to {num_classes - 1}"
            raise SettingError("class_index must be one of the classes' positions", index, remedy)
        if rows is not None and len(rows) != num_classes:
            size = f"{len(rows)} x {len(rows)} for {num_classes} classes"
            raise SettingError("A gain matrix must have one row and one column per class", size, "resize it")

    def named(self, classes: Sequence[str]) -> Metric:
        """Name the one class of a one-class metric in the label: "F0.5 of yes" for "F0.5 of class 1"."""
        index = self.options.get("class_index")
        if index is None or index >= len(classes):
            return self
        return replace(self, label=self.label.replace(f"of class {index}", f"of {classes[index]}", 1))

    def __reduce__(self) -> tuple[Callable[..., Metric], tuple[Callable[[], Metric], str]]:
        """Travel between processes by factory, options and label, for the function itself cannot."""
        return _rebuilt, (partial(self.factory, **self.options), self.label)

    def __getstate__(self) -> dict[str, Any]:
        """Give plain data and a function of this library, for tools that store objects by attributes (skops)."""
        return {"factory": self.factory, "options": dict(self.options), "label": self.label}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take what `__getstate__` gave."""
        whole = _rebuilt(partial(state["factory"], **state["options"]), state["label"])
        for each in fields(self):
            object.__setattr__(self, each.name, getattr(whole, each.name))


@dataclass(frozen=True)
class MetricSpec:
    """An entry of METRICS, with everything the app and the command line know about a metric.

    Args:
        key: name in code, links and on the command line.
        label: name for people.
        hint: description of one line.
        factory: builds the `Metric` from its options.
        options: name -> `Option` of each parameter of the factory.
        aliases: other usual names, each with the options that it implies: "f2" is fbeta with beta 2.
    """

    key: str
    label: str
    hint: str
    factory: Callable[..., Metric] = field(repr=False)
    options: Mapping[str, Option] = field(default_factory=lambda: NO_OPTIONS, hash=False)
    aliases: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NO_ALIASES, hash=False)

    def __call__(self, *args: Any, **options: Any) -> Metric:
        """Build the metric; same as `factory`."""
        return self.factory(*args, **options)

    @property
    def matrix_option(self) -> str | None:
        """The option that takes a matrix of the classes' size, if there is one."""
        return next((name for name, option in self.options.items() if option.kind == "matrix"), None)


def _rebuilt(make: Callable[[], Metric], label: str) -> Metric:
    return replace(make(), label=label)


def divide(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Divide with 0 / 0 = 0 and a finite gradient there; a negligible denominator counts as 0."""
    empty = denominator < negligible(denominator.dtype)
    return torch.where(empty, 0.0, numerator / torch.where(empty, 1.0, denominator))


def counts_of(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return true positives, support and predicted mass of each class, `[..., K]` each."""
    return matrix.diagonal(dim1=-2, dim2=-1), matrix.sum(dim=-1), matrix.sum(dim=-2)


def counted(score: FromCounts) -> Callable[[Tensor], Tensor]:
    """Return a score of matrices `[..., K, K]` from one of their counts."""
    return lambda matrix: score(*counts_of(matrix))


def negligible(dtype: torch.dtype) -> float:
    """Return the smallest soft mass to divide by (1e-31 in float32); a smaller one overflows gradients."""
    bounds = torch.finfo(dtype)
    return bounds.tiny / bounds.eps
