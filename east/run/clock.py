"""When to look at a training, and how many steps to take at once."""

from __future__ import annotations

import math
import time

from east.run.machine import Machine

SLICE_S = 0.02
"""Steps are taken in slices of about this long, so that a command is answered soon."""
MOST_STEPS_A_SLICE = 256
LEAST_BETWEEN_SNAPSHOTS_S = 0.125
SNAPSHOT_SHARE = 1 / 10
"""At most this share of the time goes into snapshots."""
SNAPSHOTS_A_RUN = 100
"""A short run is read more often than the clock asks, so that its replay has something to show."""


class Clock:
    """What steps and snapshots cost, and so how many to take and when; `rate` is steps a second by the wall clock."""

    def __init__(self) -> None:
        self._step_s = self._snapshot_s = 0.0
        self._read_at, self._read_step = -math.inf, 0
        self.rate = 0.0

    def go_on(self) -> None:
        """Leave a pause out of the rate."""
        self._read_at = time.monotonic()

    def slice(self, limit: float) -> int:
        """Return how many steps fill a slice, at most `limit` a second."""
        steps = SLICE_S / self._step_s if self._step_s else 1.0
        return int(max(1.0, min(steps, limit * SLICE_S, MOST_STEPS_A_SLICE)))

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a slice."""
        self._step_s = _follow(self._step_s, max(seconds, 1e-7) / steps, 0.3)

    def snapshot_due(self, machine: Machine) -> bool:
        """Whether it is time to read a snapshot, by the clock or by the progress made."""
        since = time.monotonic() - self._read_at
        if since < self._snapshot_s / SNAPSHOT_SHARE:
            return False
        far = machine.step_number - self._read_step >= machine.total_steps / SNAPSHOTS_A_RUN
        return far or since >= LEAST_BETWEEN_SNAPSHOTS_S

    def read(self, step: int, seconds: float) -> None:
        """Learn from a snapshot."""
        now = time.monotonic()
        if step > self._read_step:
            self.rate = _follow(self.rate, (step - self._read_step) / (now - self._read_at), 0.3)
        self._read_at, self._read_step = now, step
        self._snapshot_s = _follow(self._snapshot_s, seconds, 0.3)


def _follow(old: float, new: float, share: float) -> float:
    return new if old == 0.0 else (1 - share) * old + share * new
