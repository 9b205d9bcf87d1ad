"""The numbers of a snapshot by name, fetched from the device in one transfer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measurement:
    """Measurements of all lanes at one moment: numbers `[lanes]`, matrices `[lanes, K, K]`.

    `LaneSnapshot` documents each number.
    """

    score_soft: Floats
    score_hard: Floats
    train_score: Floats
    loss_value: Floats
    gradient_norm: Floats
    best_score: Floats
    best_step: Floats
    placement: Floats
    soft: Floats
    hard: Floats

    def of_lane(self, lane: int) -> dict[str, Any]:
        """Return one lane's numbers and matrices by name."""
        own = {each.name: getattr(self, each.name)[lane] for each in fields(self)}
        return own | {name: float(value) for name, value in own.items() if not value.shape}

    @classmethod
    def fetch(cls, **tensors: Tensor) -> Measurement:
        """Copy named tensors, `[lanes, ...]` each, from the device in one transfer."""
        names = [each.name for each in fields(cls)]
        flat = [tensors[name].float().flatten(1) if tensors[name].dim() > 1 else tensors[name].float().unsqueeze(1)
                for name in names]  # fmt: skip
        together = np.asarray(torch.cat(flat, dim=1).cpu().numpy(), dtype=np.float64)
        ends = np.cumsum([piece.shape[1] for piece in flat])[:-1]
        pieces = np.split(together, ends, axis=1)
        shaped = {
            name: piece.reshape(tuple(tensors[name].shape)) for name, piece in zip(names, pieces, strict=True)
        }
        return cls(**shaped)
