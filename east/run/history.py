"""A bounded record of a training, for replay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from east.training import Snapshot

MOST_SNAPSHOTS = 800
MOST_BYTES = 64 * 2**20


class History:
    """The first and last snapshots of a training, and up to `most` evenly spaced ones in between.

    When it is full, it drops every second snapshot and doubles the stride.

    Args:
        most: number of snapshots to keep, at least 4.
        earlier: snapshots to begin with, oldest first.
    """

    def __init__(self, most: int = MOST_SNAPSHOTS, earlier: Iterable[Snapshot] = ()) -> None:
        self._most, self._stride, self._offered = max(most, 4), 1, 0
        self._kept: tuple[Snapshot, ...] = ()
        self._last: Snapshot | None = None
        for snapshot in earlier:
            self.add(snapshot)

    def add(self, snapshot: Snapshot) -> None:
        """Add the newest snapshot; one of the same step as the last is ignored."""
        if self._last is not None and self._last.step == snapshot.step:
            return
        self._last = snapshot
        if self._offered % self._stride == 0:
            self._kept = (*self._kept, snapshot)
            if len(self._kept) > self._room(snapshot):
                self._kept = self._kept[::2]
                self._stride *= 2
        self._offered += 1

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return the kept snapshots, oldest first, always with the newest."""
        kept, last = self._kept, self._last
        return kept if last is None or (kept and kept[-1].step >= last.step) else (*kept, last)

    def _room(self, snapshot: Snapshot) -> int:
        size = sum(lane.soft.nbytes + lane.hard.nbytes + 512 for lane in snapshot.lanes)
        size += sum(arm.regions.nbytes for arm in snapshot.arms if arm.regions is not None)
        return max(4, min(self._most, MOST_BYTES // max(size, 1)))
