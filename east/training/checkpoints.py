"""The best parameters of each lane so far, chosen on the device by the validation score."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor


class Checkpoints:
    """Each lane's parameters at its best validation score so far, chosen without waiting for the device.

    Args:
        parameters: initial parameters `[lanes, P]`.
        patience: number of offers without a better score after which a lane's checkpoint is final; None for
            no limit.
    """

    def __init__(self, parameters: Tensor, patience: int | None) -> None:
        lanes, device = len(parameters), parameters.device
        self.parameters = parameters.clone()
        self.scores = torch.full((lanes,), -math.inf, device=device)
        self.steps = torch.zeros(lanes, dtype=torch.long, device=device)
        self._stale = torch.zeros(lanes, dtype=torch.long, device=device)
        self._patience = math.inf if patience is None else patience

    @property
    def settled(self) -> bool:
        """Whether the patience with every lane has run out; waits for the device, but not where there is no limit."""
        return self._patience < math.inf and bool((self._stale >= self._patience).all())

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that offers change, by name."""
        own = {"best": self.parameters, "best_scores": self.scores, "best_steps": self.steps}
        return {**own, "stale": self._stale}

    def take(self, state: Mapping[str, Tensor]) -> None:
        """Go on from tensors as `tensors` returned them."""
        self.parameters, self.scores = state["best"], state["best_scores"]
        self.steps, self._stale = state["best_steps"], state["stale"]

    def offer(self, parameters: Tensor, sound: Tensor, scores: Tensor, step: int) -> None:
        """Keep the parameters of the lanes that score at least as well as before.

        Args:
            parameters: `[lanes, P]`.
            sound: `[lanes]` whether all logits on the validation rows are finite: a diverged lane has a score too,
                because the argmax of NaN is class 0.
            scores: `[lanes]` on the validation rows.
            step: step of the parameters.
        """
        allowed = (self._stale < self._patience) & sound
        self._stale = torch.where(allowed & (scores > self.scores), 0, self._stale + 1)
        # Of equal scores the later one wins: with few validation rows, an early network may tie by chance.
        better = allowed & (scores >= self.scores)
        self.scores = torch.where(better, scores, self.scores)
        self.steps = torch.where(better, step, self.steps)
        torch.where(better.unsqueeze(1), parameters, self.parameters, out=self.parameters)
