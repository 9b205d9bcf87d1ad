"""When to take a snapshot of a training, and how many steps to take between commands."""

from __future__ import annotations

import math
import time

from east.run.machine import Machine

SLICE_S = 0.02
"""Length of a slice of steps; a run answers commands between slices."""
MOST_STEPS_A_SLICE = 256
LEAST_BETWEEN_SNAPSHOTS_S = 0.125
SNAPSHOT_SHARE = 1 / 10
"""Largest share of the time spent on snapshots, unless a run is to be looked at afterwards above all."""
SNAPSHOTS_A_RUN = 100
"""Number of snapshots in a run that is too short to take them by the clock, so that its replay has enough to show."""
SPARE_S = 0.25
"""Seconds that snapshots may take beyond their share: a very short run has no time to share."""


class Clock:
    """Measures the cost of steps and snapshots and plans both; `rate` is steps per second of wall-clock time.

    Args:
        snapshot_share: largest share of the time spent on snapshots.
    """

    def __init__(self, snapshot_share: float = SNAPSHOT_SHARE) -> None:
        self._snapshot_share = snapshot_share
        self._step_s = self._snapshot_s = self._snapshots_s = 0.0
        self._read_at, self._read_step = -math.inf, 0
        self.rate = self.trained_s = 0.0

    def go_on(self) -> None:
        """Restart the clock after a pause, which the rate leaves out."""
        self._read_at = time.monotonic()

    @property
    def _spare(self) -> bool:
        return self._snapshots_s < SPARE_S

    def slice(self, limit: float, total: int) -> int:
        """Return the number of steps in a slice of a training of `total` steps, at most `limit` per second."""
        steps = SLICE_S / self._step_s if self._step_s else 1.0
        most = total / SNAPSHOTS_A_RUN if self._spare else MOST_STEPS_A_SLICE
        return int(max(1.0, min(steps, limit * SLICE_S, most, MOST_STEPS_A_SLICE)))

    def took(self, steps: int, seconds: float) -> None:
        """Update the cost of a step from a slice, and the time spent on steps."""
        self.trained_s += seconds
        self._step_s = _follow(self._step_s, max(seconds, 1e-7) / steps, 0.3)

    def snapshot_due(self, machine: Machine) -> bool:
        """Whether the next snapshot is due, by time or by progress."""
        since = time.monotonic() - self._read_at
        affordable = since >= self._snapshot_s / self._snapshot_share
        if machine.step_number - self._read_step >= machine.total_steps / SNAPSHOTS_A_RUN:
            return affordable or self._spare
        return affordable and since >= LEAST_BETWEEN_SNAPSHOTS_S

    def read(self, step: int, seconds: float) -> None:
        """Update the rate and the cost of a snapshot."""
        now = time.monotonic()
        if step > self._read_step:
            self.rate = _follow(self.rate, (step - self._read_step) / (now - self._read_at), 0.3)
        self._read_at, self._read_step = now, step
        self._snapshots_s += seconds
        self._snapshot_s = _follow(self._snapshot_s, seconds, 0.3)


def _follow(old: float, new: float, share: float) -> float:
    return new if old == 0.0 else (1 - share) * old + share * new
