"""A stand-in for a training, whose every step can be counted; waiting for what a run does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from east.run import Machine, Run
from east.training import ArmSnapshot, Snapshot
from tests.moments import EAST, lane, moment


class Counter:
    """A training that only counts, each step taking `step_s`; diverges or breaks where told."""

    def __init__(
        self,
        total: int = 10**9,
        step_s: float = 0.001,
        breaks_at: int | None = None,
        error: Exception | None = None,
        diverges: tuple[int, ...] = (),
    ) -> None:
        self.dataset: Any = None
        self.config: Any = None
        self.device, self.view, self.step_number, self.total_steps = "cpu", None, 0, total
        self.calls: list[int] = []
        self._step_s, self._breaks_at, self._error, self._diverges = step_s, breaks_at, error, diverges

    @property
    def done(self) -> bool:
        return self.step_number >= self.total_steps

    def advance(self, steps: int = 1) -> None:
        steps = min(steps, self.total_steps - self.step_number)
        self.calls.append(steps)
        time.sleep(self._step_s * steps)
        self.step_number += steps
        if self._breaks_at is not None and self.step_number >= self._breaks_at:
            raise self._error or RuntimeError("the wheel came off\nand rolled away")

    def snapshot(self) -> Snapshot:
        values = [math.nan if seed in self._diverges else 1.0 for seed in (0, 1)]
        lanes = tuple(lane(seed=seed, loss_value=values[seed]) for seed in (0, 1))
        return moment(self.step_number, self.total_steps, [ArmSnapshot(EAST, lanes)])

    def outcome(self) -> Any:
        return SimpleNamespace(steps=self.step_number)


def started(machine: Machine | None = None, **options: Any) -> Run:
    counter = machine if machine is not None else cast(Machine, Counter())
    return Run(lambda: counter, **options).start()


def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.002)


def step_of(run: Run) -> int:
    assert run.machine is not None
    return run.machine.step_number


def status_of(run: Run) -> str:
    return run.state.status


def moving(run: Run, seconds: float = 5.0) -> None:
    until(lambda: run.machine is not None and run.state.status == "running" and step_of(run) > 0, seconds)
