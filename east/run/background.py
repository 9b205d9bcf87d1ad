"""A generator in a thread of its own: what it yields is its progress, what it returns the result."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

from east.errors import EastError
from east.run.wording import in_words

Progress = TypeVar("Progress")
Result = TypeVar("Result")

UNWATCHED_S = 600.0


class Background(Generic[Progress, Result]):
    """One generator run to its end in a daemon thread, unless it is stopped or nobody watches it for long.

    `progress` is the last thing it yielded, `result` what it returned, `problem` why it failed, in a sentence.

    Args:
        make: makes the generator; called in the thread.
        unwatched_s: stops so long after the last `touch`.
    """

    def __init__(
        self, make: Callable[[], Generator[Progress, None, Result]], *, unwatched_s: float = UNWATCHED_S
    ) -> None:
        self.progress: Progress | None = None
        self.result: Result | None = None
        self.problem: str | None = None
        self._make, self._unwatched_s = make, unwatched_s
        self._touched_at = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="east-background", daemon=True)

    def start(self) -> Background[Progress, Result]:
        """Start the thread; returns itself."""
        self._thread.start()
        return self

    @property
    def ended(self) -> bool:
        """Whether the thread is over, for whatever reason."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether it has been told to stop."""
        return self._stop.is_set()

    def touch(self) -> None:
        """Say that somebody is watching."""
        self._touched_at = time.monotonic()

    def stop(self) -> None:
        """End it at the next thing it yields."""
        self._stop.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the thread to end; returns whether it did."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self.result = self._run(self._make())
        except Exception as error:
            if not isinstance(error, EastError):
                logging.getLogger(__name__).exception("A background task failed")
            self.problem = in_words(error)

    def _run(self, steps: Generator[Progress, None, Result]) -> Result | None:
        while True:
            try:
                self.progress = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            if self.stopping or time.monotonic() - self._touched_at > self._unwatched_s:
                self._stop.set()
                steps.close()
                return None
