"""Matrices and scores of all lanes at once, each arm by its own metric and at its own sharpness."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from east.annealing import Annealing, Sharpness
from east.confusion import hard_confusion, soft_confusion
from east.losses import RECOMMENDED_ANNEALING
from east.training.arm import Arm


class Judge:
    """What scores the lanes of a race; it holds no results.

    Args:
        arms: the arms, in lane order.
        annealings: the path of each arm's loss, None for a loss that has none.
        num_classes: K.

    Raises:
        SettingError: when a metric was made for another number of classes.
    """

    def __init__(self, arms: Sequence[Arm], annealings: Sequence[Annealing | None], num_classes: int) -> None:
        for arm in arms:
            arm.metric.check(num_classes)
        self._arms, self._num_classes = arms, num_classes
        self.race_annealing = next((own for own in annealings if own is not None), RECOMMENDED_ANNEALING)
        self._annealings = [own or self.race_annealing for own in annealings]

    def sharpness(self, arm: int, progress: float) -> Sharpness:
        """Return the arm's own sharpness, or the race's where its loss has none."""
        return self._annealings[arm].at(progress)

    def hard(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """Count predictions `[lanes, n]` against targets `[n]`; returns `[lanes, K, K]`."""
        return hard_confusion(predictions, targets.expand(predictions.shape), self._num_classes)

    def soft(self, probabilities: Tensor, targets: Tensor, progress: float) -> Tensor:
        """Sum memberships of `[lanes, n, K]`, each arm at its own sharpness; returns `[lanes, K, K]`."""
        pieces = probabilities.chunk(len(self._arms))
        matrices = [
            soft_confusion(piece, targets.expand(piece.shape[:-1]), self.sharpness(arm, progress))
            for arm, piece in enumerate(pieces)
        ]
        return torch.cat(matrices)

    def scores(self, matrices: Tensor) -> Tensor:
        """Score `[lanes, K, K]`, each lane by its own arm's metric; returns `[lanes]`."""
        pieces = matrices.chunk(len(self._arms))
        return torch.cat([arm.metric(piece) for arm, piece in zip(self._arms, pieces, strict=True)])
