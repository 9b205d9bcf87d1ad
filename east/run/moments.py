"""Moments of a recorded training: few enough to draw, the one nearest to a step, the start of a quarter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from east.training import Snapshot


def thinned(history: Sequence[Snapshot], most: int) -> list[Snapshot]:
    """Return about `most` evenly spaced snapshots of a history, always with the newest."""
    stride = max(1, -(-len(history) // most))
    kept = list(history[::stride])
    return kept if not kept or kept[-1] is history[-1] else [*kept, history[-1]]


def nearest_place(history: Sequence[Snapshot], step: int | None) -> int:
    """Return the place of the snapshot nearest to a step; None means the newest."""
    if step is None:
        return len(history) - 1
    return min(range(len(history)), key=lambda place: abs(history[place].step - step))


def last_quarter(history: Sequence[Snapshot]) -> Snapshot | None:
    """Return the first snapshot of the last full quarter of a training, or None within the first quarter.

    What is ordered by it stays in place for a quarter of the training, so that the eye can follow.
    """
    quarter = math.floor(4 * history[-1].progress) / 4 if history else 0.0
    if quarter == 0:
        return None
    return next(snapshot for snapshot in history if snapshot.progress >= quarter)
