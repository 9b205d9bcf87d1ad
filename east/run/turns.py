"""A bounded number of trainings at once; the others wait, first come, first served."""

from __future__ import annotations

import threading
from collections.abc import Iterator

POLL_S = 0.25


class Turns:
    """Places for runs that train or are paused, and the line of those that wait for one.

    Args:
        places: runs that may have a turn at once; None for no bound.
    """

    def __init__(self, places: int | None = None) -> None:
        self._places = places
        self._having: set[str] = set()
        self._line: list[str] = []
        self._changed = threading.Condition()

    def join(self, run_id: str) -> None:
        """Take a place where one is free, or else the last place in the line."""
        with self._changed:
            self._line.append(run_id)
            self._let_in()

    def ahead(self, run_id: str) -> int:
        """Return how many must end before this run's turn: 0 for one that has it, and 1 for the first in the line."""
        with self._changed:
            return self._ahead(run_id)

    def wait(self, run_id: str, most_s: float) -> int:
        """Wait up to `most_s` seconds for a change; returns what `ahead` does."""
        with self._changed:
            before = self._ahead(run_id)
            self._changed.wait_for(lambda: self._ahead(run_id) != before, most_s if before else 0)
            return self._ahead(run_id)

    def until_first(self, run_id: str) -> Iterator[int]:
        """Yield what `ahead` returns at once, at each change and every now and then, until it is the run's turn."""
        ahead = self.ahead(run_id)
        while ahead:
            yield ahead
            ahead = self.wait(run_id, POLL_S)

    def leave(self, run_id: str) -> None:
        """Give the place up, or the place in the line."""
        with self._changed:
            self._having.discard(run_id)
            if run_id in self._line:
                self._line.remove(run_id)
            self._let_in()

    @property
    def waiting(self) -> int:
        """How many runs wait."""
        return len(self._line)

    def _ahead(self, run_id: str) -> int:
        return self._line.index(run_id) + 1 if run_id in self._line else 0

    def _let_in(self) -> None:
        while self._line and (self._places is None or len(self._having) < self._places):
            self._having.add(self._line.pop(0))
        self._changed.notify_all()
