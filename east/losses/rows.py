"""What a loss in anyone's loop is given, brought into the one form that losses compute with."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from east.errors import SettingError
from east.losses.definition import at_least_float32
from east.shapes import check_batch, check_weights


class Rows(NamedTuple):
    """Logits `[..., B, K]` in float32 or wider, targets `[..., B]` in [0, K), and weights `[..., B]` or None."""

    logits: Tensor
    targets: Tensor
    weights: Tensor | None


def checked_place(class_dim: object) -> int:
    """Refuse a dimension of the classes that is neither the last nor one after the first.

    Raises:
        SettingError: for anything but -1 and whole numbers from 1 up.
    """
    if isinstance(class_dim, bool) or not isinstance(class_dim, int) or (class_dim != -1 and class_dim < 1):
        remedy = "use -1 for [..., rows, classes], or 1 for [batch, classes, ...]"
        raise SettingError("class_dim must be -1 or from 1 up", repr(class_dim), remedy)
    return class_dim


def rows_of(
    logits: Tensor,
    targets: Tensor,
    sample_weight: Tensor | None = None,
    *,
    num_classes: int | None = None,
    class_dim: int = -1,
    ignore_index: int | None = None,
) -> Rows:
    """Check a batch and bring it into the form of `Rows`.

    Args:
        logits: `[..., B, K]`; with `class_dim` 1 or more the classes stand there, as in torch's dense
            `[B, K, ...]`, and all other dimensions are rows of one lane.
        targets: the logits' shape without the classes.
        sample_weight: of the targets' shape, or None.
        num_classes: K as it was said before, or None.
        class_dim: -1, or the dimension of the classes.
        ignore_index: target of the rows that do not count, or None if all do. Their logits may be anything, also NaN.

    Raises:
        SettingError: naming what does not fit.
    """
    if class_dim != -1:
        if isinstance(logits, Tensor) and logits.ndim <= class_dim:
            got = f"shape {list(logits.shape)} with class_dim {class_dim}"
            raise SettingError("The logits have no such dimension", got, "give [batch, classes, ...]")
        logits = logits.movedim(class_dim, -1)
    check_batch(logits, targets, num_classes, ignored=ignore_index)
    if sample_weight is not None:
        check_weights(sample_weight, targets)
    if class_dim != -1:
        logits, targets = logits.flatten(0, -2), targets.flatten()
        sample_weight = None if sample_weight is None else sample_weight.flatten()
    logits = at_least_float32(logits)
    weights = None if sample_weight is None else sample_weight.to(logits.dtype)
    if ignore_index is None:
        return Rows(logits, targets, weights)
    ignored = targets == ignore_index
    counted = (~ignored).to(logits.dtype)
    return Rows(
        logits.masked_fill(ignored.unsqueeze(-1), 0.0),
        targets.masked_fill(ignored, 0),
        counted if weights is None else weights * counted,
    )
