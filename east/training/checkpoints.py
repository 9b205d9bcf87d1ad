"""The best parameters of each lane so far, chosen by the validation score on the device."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Checkpoints:
    """Each lane's parameters where its validation score is the best so far; nothing waits for the device.

    Args:
        parameters: `[lanes, P]` to begin with.
        patience: offers without a better score after which a lane keeps its checkpoint; None never.
    """

    def __init__(self, parameters: Tensor, patience: int | None) -> None:
        lanes, device = len(parameters), parameters.device
        self.parameters = parameters.clone()
        self.scores = torch.full((lanes,), -math.inf, device=device)
        self.steps = torch.zeros(lanes, dtype=torch.long, device=device)
        self._stale = torch.zeros(lanes, dtype=torch.long, device=device)
        self._patience = math.inf if patience is None else patience

    def offer(self, parameters: Tensor, logits: Tensor, scores: Tensor, step: int) -> None:
        """Take the parameters of the lanes that have not been better before.

        Args:
            parameters: `[lanes, P]`.
            logits: `[lanes, n, K]` on the validation rows.
            scores: `[lanes]` on the validation rows.
            step: when.
        """
        # A lane that diverged has scores too: the argmax of NaN is class 0.
        sound = logits.isfinite().flatten(1).all(dim=1)
        allowed = (self._stale < self._patience) & sound
        self._stale = torch.where(allowed & (scores > self.scores), 0, self._stale + 1)
        # Of equal scores the later is kept: on few validation rows an early network ties by luck.
        better = allowed & (scores >= self.scores)
        self.scores = torch.where(better, scores, self.scores)
        self.steps = torch.where(better, step, self.steps)
        torch.where(better.unsqueeze(1), parameters, self.parameters, out=self.parameters)
