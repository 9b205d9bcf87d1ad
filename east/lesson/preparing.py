"""Prepare what will be asked for soon: one job after the other in a thread, the one asked for last comes first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from east.errors import EastError
from east.run.wording import in_words

Job = TypeVar("Job", bound=Hashable)
Result = TypeVar("Result")

MOST_KEPT = 24


class Preparations(Generic[Job, Result]):
    """Jobs and their results, kept for everybody in a process.

    Args:
        make: makes a job's result; called in the thread, one job at a time.
        most_kept: number of results to keep, those asked for last.
    """

    def __init__(self, make: Callable[[Job], Result], most_kept: int = MOST_KEPT) -> None:
        self._make, self._most_kept = make, most_kept
        self._results: dict[Job, Result] = {}
        self._problems: dict[Job, str] = {}
        self._waiting: list[Job] = []
        self._current: Job | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def want(self, *jobs: Job) -> None:
        """Ask for jobs, in this order and before all that were asked for earlier."""
        with self._changed:
            known = {*self._results, *self._problems, self._current}
            others = [job for job in self._waiting if job not in jobs]
            self._waiting = [*(job for job in dict.fromkeys(jobs) if job not in known), *others]
            for job in reversed(jobs):
                if job in self._results:
                    self._results[job] = self._results.pop(job)
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="east-lesson", daemon=True)
                self._thread.start()

    def get(self, job: Job) -> Result | None:
        """Return a job's result, or None while there is none."""
        return self._results.get(job)

    def problem(self, job: Job) -> str | None:
        """Return in one sentence why a job failed, or None."""
        return self._problems.get(job)

    def wait(self, job: Job, timeout: float) -> bool:
        """Wait for a job's result or failure; returns whether it has come."""
        with self._changed:
            return self._changed.wait_for(lambda: job in self._results or job in self._problems, timeout)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = self._current = None
                    return
                job = self._current = self._waiting.pop(0)
            self._prepare(job)

    def _prepare(self, job: Job) -> None:
        result, problem = None, None
        try:
            result = self._make(job)
        except Exception as error:
            if not isinstance(error, EastError):
                logging.getLogger(__name__).exception("Preparing a lesson failed")
            problem = in_words(error)
        with self._changed:
            if problem is not None:
                self._problems[job] = problem
            elif result is not None:
                self._results[job] = result
            while len(self._results) > self._most_kept:
                del self._results[next(iter(self._results))]
            self._changed.notify_all()
