"""What a metric is, and the counts that all of them are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from east.errors import SettingError


@dataclass(frozen=True)
class Metric:
    """A score of a confusion matrix, with its best and worst value.

    Calling it maps a tensor `[..., K, K]` to `[...]`; `score` does the same for one numpy matrix.
    `key` and `options` rebuild it, `metric(m.key, **m.options)`; `factory` is what METRICS has under the key.
    """

    key: str
    label: str
    best: float
    worst: float
    options: Mapping[str, Any] = field(hash=False)
    function: Callable[[Tensor], Tensor] = field(compare=False, repr=False)
    factory: Callable[..., Metric] = field(compare=False, repr=False)

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

    def __reduce__(self) -> tuple[Callable[[], Metric], tuple[()]]:
        """Travel between processes by factory and options, for the function itself cannot."""
        return partial(self.factory, **self.options), ()


def divide(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Divide with 0 / 0 = 0, and with a finite gradient there; a negligible denominator counts as 0."""
    empty = denominator < negligible(denominator.dtype)
    return torch.where(empty, 0.0, numerator / torch.where(empty, 1.0, denominator))


def counts_of(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Reduce to true positives, support and predicted mass of each class, `[..., K]` each."""
    return matrix.diagonal(dim1=-2, dim2=-1), matrix.sum(dim=-1), matrix.sum(dim=-2)


def negligible(dtype: torch.dtype) -> float:
    """Return what soft mass must exceed to be divided by (1e-31 in float32), lest gradients overflow."""
    bounds = torch.finfo(dtype)
    return bounds.tiny / bounds.eps
