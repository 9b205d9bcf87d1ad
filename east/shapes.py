"""Tensors that do not fit each other are refused in one sentence, before torch speaks of its own insides."""

from __future__ import annotations

import torch
from torch import Tensor

from east.errors import SettingError


def check_batch(
    scores: Tensor,
    targets: Tensor,
    num_classes: int | None = None,
    name: str = "logits",
    ignored: int | None = None,
) -> None:
    """Refuse scores and targets that cannot be a batch.

    Values are looked at on the CPU alone: on another device that would wait for all work before it. Nothing is
    checked while torch compiles the caller, and no value while `torch.func` transforms it.

    Args:
        scores: `[..., B, K]` floating-point, K of at least 2.
        targets: `[..., B]` integers in [0, K), of the same leading shape.
        num_classes: K as it was said before, or None.
        name: of the scores, for the message.
        ignored: a target that stands for no class and is let through, or None.

    Raises:
        SettingError: naming what does not fit.
    """
    if torch.compiler.is_compiling():
        return
    given: tuple[tuple[str, object], ...] = ((name, scores), ("targets", targets))
    for what, value in given:
        if not isinstance(value, Tensor):
            got = type(value).__name__
            raise SettingError(f"The {what} must be a tensor", f"a {got}", f"give torch.as_tensor({what})")
    if not scores.is_floating_point():
        raise SettingError(f"The {name} must be floating-point numbers", scores.dtype, "convert them")
    if targets.dtype not in (torch.int64, torch.int32):
        remedy = "give class indices, such as targets.long()"
        raise SettingError("The targets must be integers", targets.dtype, remedy)
    if scores.ndim < 2 or scores.shape[-1] < 2:
        got, remedy = f"shape {list(scores.shape)}", "give [..., rows, classes] with two classes or more"
        raise SettingError(f"The {name} must have a row per sample and a column per class", got, remedy)
    if scores.shape[:-1] != targets.shape:
        got = f"{name} {list(scores.shape)} and targets {list(targets.shape)}"
        raise SettingError(f"The {name} and targets must have the same rows", got, "give one target per row")
    if num_classes is not None and scores.shape[-1] != num_classes:
        got = f"{scores.shape[-1]} columns for {num_classes} classes"
        raise SettingError(f"The {name} must have one column per class", got, "make them fit class_counts")
    if not _readable(targets):
        return
    seen = targets if ignored is None else targets[targets != ignored]
    if seen.numel():
        low, high = (int(end) for end in seen.aminmax())
        if low < 0 or high >= scores.shape[-1]:
            got = f"{low if low < 0 else high} for {scores.shape[-1]} classes"
            remedy = f"give integers from 0 to {scores.shape[-1] - 1}"
            raise SettingError("The targets must be class indices", got, remedy)


def check_weights(weights: Tensor, targets: Tensor) -> None:
    """Refuse sample weights that are not one number from 0 up for each target `[..., B]`.

    Raises:
        SettingError: naming what does not fit.
    """
    if torch.compiler.is_compiling():
        return
    given: object = weights
    if not isinstance(given, Tensor):
        got = type(given).__name__
        raise SettingError("The sample weights must be a tensor", f"a {got}", "give torch.as_tensor(weights)")
    if weights.shape != targets.shape:
        got = f"weights {list(weights.shape)} and targets {list(targets.shape)}"
        raise SettingError("There must be one sample weight per target", got, "make them fit")
    if _readable(weights) and not bool((weights.isfinite() & (weights >= 0)).all()):
        wrong = weights[~(weights.isfinite() & (weights >= 0))]
        raise SettingError(
            "Sample weights must be numbers from 0 up", float(wrong[0]), "use 0 to leave a row out"
        )


def transformed() -> bool:
    """Whether a transform of `torch.func`, such as grad or vmap, runs the caller (torch has no public word for it)."""
    return not torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active()


def _readable(values: Tensor) -> bool:
    """Whether values can be looked at: without waiting for a device, and not those of a map over many."""
    return values.device.type == "cpu" and not transformed()
