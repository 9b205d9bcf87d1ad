"""Matrices and scores of all lanes at once, each arm with its own metric and sharpness."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from east.annealing import Annealing, Sharpness
from east.confusion import hard_confusion, soft_confusion
from east.losses import RECOMMENDED_ANNEALING
from east.training.arm import Arm
from east.training.ranks import Ranks
from east.training.rows import Rows


class Judge:
    """Scores the lanes of a race; it stores no results.

    Args:
        arms: the arms, in lane order.
        annealings: annealing path of each arm's loss, None for a loss without one.
        num_classes: number of classes K.
        ranks: whose rows are judged together.

    Raises:
        SettingError: when a metric was made for another number of classes.
    """

    def __init__(
        self,
        arms: Sequence[Arm],
        annealings: Sequence[Annealing | None],
        num_classes: int,
        ranks: Ranks,
    ) -> None:
        for arm in arms:
            arm.metric.check(num_classes)
        self._arms, self._num_classes, self._ranks = arms, num_classes, ranks
        self.race_annealing = next((own for own in annealings if own is not None), RECOMMENDED_ANNEALING)
        self._annealings = [own or self.race_annealing for own in annealings]

    def sharpness(self, arm: int, progress: float) -> Sharpness:
        """Return the sharpness of the arm's loss, or the race's if the loss has none."""
        return self._annealings[arm].at(progress)

    def hard(self, predictions: Tensor, rows: Rows) -> Tensor:
        """Count predictions `[lanes, n]` of some rows, of all ranks; returns `[lanes, K, K]`."""
        targets = rows.targets.expand(predictions.shape)
        return self._ranks.sum(hard_confusion(predictions, targets, self._num_classes, rows.weights))

    def sound(self, logits: Tensor) -> Tensor:
        """Tell which lanes have finite logits `[lanes, n, K]` for all rows of all ranks; returns `[lanes]`."""
        return self._ranks.sum((~logits.isfinite()).flatten(1).sum(dim=1)) == 0

    def soft(self, probabilities: Tensor, rows: Rows, progress: float) -> Tensor:
        """Sum memberships of `[lanes, n, K]`, each arm at its own sharpness; returns `[lanes, K, K]`."""
        pieces = probabilities.chunk(len(self._arms))
        matrices = [
            soft_confusion(
                piece, rows.targets.expand(piece.shape[:-1]), self.sharpness(arm, progress), rows.weights
            )
            for arm, piece in enumerate(pieces)
        ]
        return self._ranks.sum(torch.cat(matrices))

    def scores(self, matrices: Tensor) -> Tensor:
        """Score `[lanes, K, K]`, each lane by the metric of its arm; returns `[lanes]`."""
        pieces = matrices.chunk(len(self._arms))
        return torch.cat([arm.metric(piece) for arm, piece in zip(self._arms, pieces, strict=True)])
