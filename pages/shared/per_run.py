"""What is computed beside a run, once a process, in a thread of its own: no page that is watched waits for it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Generic, TypeVar

from east.run import Background, Run
from pages.shared import shelf

Result = TypeVar("Result")


class PerRun(Generic[Result]):
    """One computation for each run, under way or done; forgotten with the run."""

    def __init__(self) -> None:
        self._tasks: dict[str, Background[None, Result]] = {}

    def of(self, run: Run, make: Callable[[], Result]) -> Background[None, Result]:
        """Return the run's computation, begun with `make` if it has not been yet."""
        if run.id not in self._tasks:
            for gone in [run_id for run_id in self._tasks if shelf.store().get(run_id) is None]:
                del self._tasks[gone]
            self._tasks[run.id] = Background(lambda: _at_once(make)).start()
        return self._tasks[run.id]


def _at_once(make: Callable[[], Result]) -> Generator[None, None, Result]:
    """Make a background task of a computation that has no steps to stop at."""
    yield
    return make()
