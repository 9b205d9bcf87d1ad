"""The learning rate along a training."""

from __future__ import annotations

import math

WARM_UP = 0.1


def one_cycle(progress: float, warm_up: float = WARM_UP) -> float:
    """Return the learning rate's share of its peak: a linear rise, then half a cosine down to 0."""
    if progress < warm_up:
        return (progress + 0.01) / (warm_up + 0.01)
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))
