"""Selecting snapshots of a history: few enough to draw, nearest to a step, start of a quarter."""

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
    """Return the index of the snapshot nearest to a step; None means the newest."""
    if step is None:
        return len(history) - 1
    return min(range(len(history)), key=lambda place: abs(history[place].step - step))


def last_quarter(history: Sequence[Snapshot]) -> Snapshot | None:
    """Return the first snapshot of the present quarter of a training, or None in the first quarter.

    An order taken from it stays fixed for a quarter of the training, so that viewers can follow.
    """
    quarter = math.floor(4 * history[-1].progress) / 4 if history else 0.0
    if quarter == 0:
        return None
    return next(snapshot for snapshot in history if snapshot.progress >= quarter)
