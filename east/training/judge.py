"""Matrices and scores of all lanes at once, each arm by its own metric and at its own sharpness."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from east.annealing import Annealing, Sharpness
from east.confusion import dynamic_threshold, hard_confusion, soft_confusion
from east.losses import RECOMMENDED_ANNEALING
from east.training.config import Arm

PLACES = 24
"""Into so many equal pieces the way along a Heaviside is cut; the threshold stands between two."""


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

    def places(self, probabilities: Tensor, targets: Tensor, progress: float) -> Tensor:
        """Say where on the Heaviside the true classes' probabilities fall; returns shares `[lanes, PLACES]`.

        Every row has a threshold of its own. A place is where the Heaviside at tau = 1/2 is as high as the
        row's own is at its probability, so that all rows fit on one picture; for two classes it is p itself.
        """
        index = targets.expand(probabilities.shape[:-1]).unsqueeze(-1)
        own, threshold = (
            probabilities.gather(-1, index).squeeze(-1),
            dynamic_threshold(probabilities).squeeze(-1),
        )
        pieces = []
        for arm, (p, tau) in enumerate(
            zip(own.chunk(len(self._arms)), threshold.chunk(len(self._arms)), strict=True)
        ):
            high = 1 + self.sharpness(arm, progress).omega / 2
            above = 1 - (1 - p) * (1 - high / 2) / (1 - high * tau).clamp_min(torch.finfo(p.dtype).tiny)
            pieces.append(torch.where(p <= high * tau, p / (2 * tau), above))
        bins = (torch.cat(pieces) * PLACES).long().clamp(0, PLACES - 1)
        counts = torch.zeros(len(bins), PLACES, device=bins.device)
        counts.scatter_add_(1, bins, torch.ones_like(bins, dtype=counts.dtype))
        return counts / bins.shape[1]

    def scores(self, matrices: Tensor) -> Tensor:
        """Score `[lanes, K, K]`, each lane by its own arm's metric; returns `[lanes]`."""
        pieces = matrices.chunk(len(self._arms))
        return torch.cat([arm.metric(piece) for arm, piece in zip(self._arms, pieces, strict=True)])
