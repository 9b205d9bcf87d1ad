"""What post-hoc adjustment alone buys: one arm's finished models under offsets set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.comparison.arms import confusion_matrices
from east.errors import SettingError
from east.rules import apply_offsets, tune_offsets

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import LaneResult, Outcome

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WhatIf:
    """Matrices `[S, K, K]` and scores `[S]` of an arm under offsets, on validation and on test."""

    validation_hard: Floats
    test_hard: Floats
    validation_scores: Floats
    test_scores: Floats


def what_if(outcome: Outcome, loss: str, offsets: ArrayLike, metric: Metric | None = None) -> WhatIf:
    """Predict every lane of a loss with offsets added to the log-probabilities.

    Args:
        outcome: a finished training.
        loss: the arm; its first metric's lanes where it has several.
        offsets: `[K]`, natural logarithms; all equal means none.
        metric: what to score by; the outcome's own by default.

    Raises:
        SettingError: for a loss that took no part, or offsets that are not one finite number a class.
    """
    lanes = _lanes(outcome, loss)
    values = np.asarray(offsets, dtype=np.float64)
    if values.shape != (len(outcome.classes),) or not np.isfinite(values).all():
        raise SettingError("Offsets must be one finite number a class", values.tolist())
    measure = metric or outcome.metric
    validation = _matrices(
        [lane.validation_probabilities for lane in lanes], outcome.validation_targets, values
    )
    test = _matrices([lane.test_probabilities for lane in lanes], outcome.test_targets, values)
    return WhatIf(validation, test, measure.scores(validation), measure.scores(test))


def suggested_offsets(outcome: Outcome, loss: str, metric: Metric | None = None) -> Floats:
    """Tune offsets on the validation rows of all seeds of a loss together; returns `[K]`.

    Raises:
        SettingError: for a loss that took no part.
    """
    lanes = _lanes(outcome, loss)
    probabilities = np.concatenate([lane.validation_probabilities for lane in lanes])
    targets = np.tile(outcome.validation_targets, len(lanes))
    return tune_offsets(probabilities, targets, metric or outcome.metric)


def _lanes(outcome: Outcome, loss: str) -> list[LaneResult]:
    lanes = [lane for lane in outcome.lanes if lane.loss == loss]
    if not lanes:
        ran = ", ".join(dict.fromkeys(lane.loss for lane in outcome.lanes))
        raise SettingError("There is no such arm in this run", repr(loss), f"choose from {ran}")
    return [lane for lane in lanes if lane.metric.label == lanes[0].metric.label]


def _matrices(
    probabilities: Sequence[NDArray[np.float32]], targets: NDArray[np.int64], offsets: Floats
) -> Floats:
    predictions = apply_offsets(np.stack(probabilities), offsets)
    return confusion_matrices(targets, predictions, len(offsets))
