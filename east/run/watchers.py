"""Whether anybody watches a run, and what becomes of one that nobody does."""

from __future__ import annotations

import time
from typing import Literal

from east.run.wording import duration


class Watchers:
    """When a run was last watched, and for how long it goes on alone.

    Args:
        pause_s: seconds without a viewer after which it pauses, or ends where others wait for its place.
        end_s: seconds after which it ends.
    """

    def __init__(self, pause_s: float, end_s: float) -> None:
        self.pause_s, self.end_s = pause_s, end_s
        self.touched_at = time.monotonic()

    def touch(self) -> None:
        """Record that somebody is watching."""
        self.touched_at = time.monotonic()

    def verdict(self, *, others_wait: bool) -> tuple[Literal["pause", "stop"], str] | None:
        """Return what becomes of the run now and why, in a sentence; None where it goes on."""
        alone_s = time.monotonic() - self.touched_at
        if alone_s > self.end_s:
            return "stop", f"Ended after {duration(self.end_s)} without a viewer."
        if alone_s <= self.pause_s:
            return None
        if others_wait:
            return "stop", f"Ended after {duration(self.pause_s)} without a viewer: others were waiting."
        return "pause", f"Paused after {duration(self.pause_s)} without a viewer."
