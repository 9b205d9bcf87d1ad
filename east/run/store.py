"""The runs of a process: a bounded number, found by their id."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from copy import copy

from east.errors import SettingError
from east.run.limits import Limits
from east.run.runner import Run
from east.run.turns import Turns


class RunStore:
    """All runs of a process; ids cannot be guessed, so only those who have an id see its run.

    Args:
        most_active: largest number of runs that train or are paused.
        most_kept: largest number of ended runs to keep for replay and comparison.
        most_waiting: largest number of runs that wait for their turn.
        limits: returns what each run may take.
    """

    def __init__(
        self,
        most_active: int = 4,
        most_kept: int = 12,
        most_waiting: int = 24,
        limits: Callable[[], Limits] = Limits,
    ) -> None:
        self._most_active, self._most_kept, self._most_waiting = most_active, most_kept, most_waiting
        self._limits = limits
        self._turns = Turns(most_active)
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def start(self, run: Run) -> Run:
        """Add a run and start it; it waits for its turn where too many are active.

        Raises:
            SettingError: when too many wait already.
        """
        run.limits = self._limits()
        with self._lock:
            active = [other for other in self._runs.values() if not (other.state.ended or other.stopping)]
            if len(active) >= self._most_active:
                self._make_way(active)
            run.turns = self._turns
            self._runs[run.id] = run
            self._forget_the_oldest()
        return run.start()

    def add(self, run: Run) -> None:
        """Add a run that has ended; it takes the place of one of the same id."""
        with self._lock:
            self._runs[run.id] = run
            self._forget_the_oldest()

    def keep_copy(self, ended: Run) -> Run:
        """Add and return a run of the same machine, history and outcome with an id of its own.

        Raises:
            SettingError: for a run that has not ended.
        """
        if not ended.state.ended:
            raise SettingError("Only a run that has ended can be copied", ended.state.status)
        other = copy(ended)
        other.id = secrets.token_hex(9)
        other.touch()
        self.add(other)
        return other

    def get(self, run_id: str | None) -> Run | None:
        """Return the run of this id, or None."""
        return self._runs.get(run_id) if run_id else None

    def drop(self, run_id: str) -> None:
        """Stop and forget a run."""
        with self._lock:
            run = self._runs.pop(run_id, None)
        if run is not None:
            run.command("stop", wait_s=0)

    def pause_all(self, wait_s: float) -> None:
        """Pause the runs that train, as a program does that ends: each then rests between two steps and is kept so far.

        Args:
            wait_s: seconds in all to wait for it.
        """
        deadline = time.monotonic() + wait_s
        with self._lock:
            active = [run for run in self._runs.values() if not (run.state.ended or run.state.ahead)]
        for run in active:
            run.command("pause", wait_s=0)
        for run in active:
            run.command("pause", wait_s=max(0.0, deadline - time.monotonic()))

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._runs)

    def _make_way(self, active: list[Run]) -> None:
        """End the paused run that has been without a viewer for longest.

        Raises:
            SettingError: when there is none and the line is full.
        """
        alone = [run for run in active if run.state.status == "paused" and run.state.reason]
        if alone:
            min(alone, key=lambda run: run.watchers.touched_at).command("stop", wait_s=0)
        elif self._turns.waiting >= self._most_waiting:
            what = "Too many trainings wait for their turn on this server"
            raise SettingError(what, self._turns.waiting, "try again once some have ended")

    def _forget_the_oldest(self) -> None:
        ended = sorted(
            (run for run in self._runs.values() if run.state.ended), key=lambda run: run.watchers.touched_at
        )
        for run in ended[: max(0, len(ended) - self._most_kept)]:
            del self._runs[run.id]
