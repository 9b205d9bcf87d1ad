"""The rows of one part of the split, on the device that trains."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from east.dataset import Part


class Rows(NamedTuple):
    """Features `[n, d]` in float32, targets `[n]`, and weights `[n]` in float32 or None for 1 each."""

    features: Tensor
    targets: Tensor
    weights: Tensor | None

    def first(self, count: int) -> Rows:
        """Return the first `count` rows, or all where there are fewer."""
        weights = None if self.weights is None else self.weights[:count]
        return Rows(self.features[:count], self.targets[:count], weights)


def rows_on(device: torch.device, part: Part) -> Rows:
    """Bring a part to the device; weights come to a mean of 1, so that single precision counts well."""
    weights = None
    if part.weights is not None and len(part):
        weights = torch.as_tensor(part.weights / part.weights.mean(), dtype=torch.float32, device=device)
    features = torch.as_tensor(part.features, dtype=torch.float32, device=device)
    return Rows(features, torch.as_tensor(part.targets, dtype=torch.long, device=device), weights)
