"""One arm's soft and hard matrix at a moment, and their difference."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from east.figures import ClassOrder, Theme, difference_figure, matrix_figure
from pages.shared.live_view import Cell, Group

if TYPE_CHECKING:
    from east.training import ArmSnapshot

LOST = "Nothing to draw: its probabilities are no longer numbers."
GAP_CAPTIONS: Mapping[str, str] = {
    "row": "In percentage points: it fades as the two come together.",
    "column": "In percentage points: it fades as the two come together.",
    "count": "In rows: it fades as the two come together.",
}


def group(
    shown: ArmSnapshot, order: ClassOrder, classes: Sequence[str], normalise: str, theme: Theme
) -> Group:
    """Draw an arm's matrices.

    Args:
        shown: the arm at a moment.
        order: of the classes.
        classes: their names in that order.
        normalise: what the cells show, one of NORMALISATIONS.
        theme: LIGHT or DARK.
    """
    soft, hard = order.matrix(shown.soft), order.matrix(shown.hard)
    label, metric, drawable = shown.arm.label, shown.arm.metric.label, bool(np.isfinite(soft).all())
    mean = f" Mean of {len(shown.lanes)} seeds." if len(shown.lanes) > 1 else ""
    cells = [
        Cell(
            "soft",
            f"Soft · {metric} {score(shown.score_soft)}",
            matrix_figure(soft, classes, name=f"{label}, soft matrix", normalise=normalise, theme=theme),
            "Each validation row spread over the classes: what the loss sees." if drawable else LOST,
        ),
        Cell(
            "hard",
            f"Hard · {metric} {score(shown.score_hard)}",
            matrix_figure(hard, classes, name=f"{label}, hard matrix", normalise=normalise, theme=theme),
            f"Each counted once, for its likeliest class: what you are judged by.{_convention(shown)}",
        ),
        Cell(
            "difference",
            f"Soft − hard · {score(shown.score_soft - shown.score_hard, '+')}",
            difference_figure(soft, hard, classes, normalise=normalise, theme=theme),
            GAP_CAPTIONS[normalise] if drawable else LOST,
        ),
    ]
    caption = f"{shown.arm.spec.hint}.{mean}{_by_heart(shown)}"
    return Group(shown.arm.key, cells, 3, label, caption, theme.arm(shown.arm))


def _convention(shown: ArmSnapshot) -> str:
    from east.comparison import CONVENTION, counts_absent_classes

    return f" {CONVENTION}." if counts_absent_classes(shown.arm.metric, len(shown.hard)) else ""


def _by_heart(shown: ArmSnapshot) -> str:
    """Say that an arm knows its training rows far better than others, if it does."""
    if not shown.overfitted:
        return ""
    return (
        f" It has learned its training rows by heart: {score(shown.train_score)} on them, "
        f"{score(shown.score_hard)} on validation. A smaller network, more dropout or more rows can help."
    )


def score_in_words(shown: ArmSnapshot, last: ArmSnapshot | None) -> str:
    """Write an arm's score on validation, and beside it the training score where that is far above.

    Args:
        shown: the arm at the moment shown.
        last: the arm at the end, if the training has ended: it knows what was kept.
    """
    own = f"{shown.arm.metric.label} {score(shown.score_hard)}"
    # What was kept comes first: a narrow stage cuts off the end.
    if last is not None and last.kept_steps:
        own += f" · kept: {_kept(last)}"
    if shown.overfitted:
        return f"{own} (training far above: {score(shown.train_score)})"
    return own if last is not None else f"{own} on validation"


def _kept(last: ArmSnapshot) -> str:
    """Write the score and the steps of what was kept."""
    first, *_, final = (*last.kept_steps, last.kept_steps[-1])
    steps = f"step {first:,}" if first == final else f"steps {first:,} to {final:,}"
    return f"{score(last.kept_score)} at {steps}"


def score(value: float, sign: str = "") -> str:
    """Write a score with three digits, "none" where it is no number."""
    return f"{value:{sign}.3f}".replace("-", "−") if math.isfinite(value) else "none"
