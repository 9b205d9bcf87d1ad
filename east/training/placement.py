"""Histogram of a batch's probabilities along the Heaviside, computed on the device."""

from __future__ import annotations

import torch
from torch import Tensor

from east.confusion import dynamic_threshold

BINS = 20
"""An even number, so that the threshold is an edge of two bins."""


def placement_of(probabilities: Tensor, targets: Tensor) -> Tensor:
    """Bin rows by the probability of their true class, rescaled so that each row's threshold is at 1/2.

    The scale is p / (2 tau) up to the threshold tau and 1 - (1 - p) / (2 (1 - tau)) above it: rows below
    1/2 are wrong, rows above it are right. Rows with NaN are not counted.

    Args:
        probabilities: `[lanes, B, K]`.
        targets: `[lanes, B]` integers in [0, K).

    Returns:
        Counts `[lanes, BINS]`, over equal bins of [0, 1].
    """
    threshold = dynamic_threshold(probabilities).squeeze(-1)
    of_target = probabilities.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    below = of_target / (2 * threshold)
    above = 1 - (1 - of_target) / (2 * (1 - threshold)).clamp_min(1e-12)
    place = torch.where(of_target <= threshold, below, above)
    sound = place.isfinite()
    bins = (place.nan_to_num() * BINS).long().clamp_(0, BINS - 1)
    counts = place.new_zeros(len(place), BINS)
    return counts.scatter_add_(1, bins, sound.to(counts.dtype))
