"""Small kept runs for the tests, and a training that was recorded, so that only its keeping is tested."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from east.dataset import Dataset, RegionView, prepare
from east.kept import KeptRuns, OpenedRun, RunKeeper, file_origin
from east.losses import EASTLoss, registry
from east.metrics import metric
from east.run import RunState
from east.tables import Table, read_table
from east.training import Outcome, Snapshot, State, TrainConfig, Training

WINE = Path(__file__).parents[1] / "sample_data" / "wine.csv"
TARGET = "cultivar"
EVALUATIONS = 3


class Recorded:
    """A training that was recorded at its evaluations; `at` is the present one."""

    device = "cpu"
    view: RegionView | None = None

    def __init__(
        self, training: Training, moments: list[Snapshot], states: list[State], result: Outcome
    ) -> None:
        self.dataset, self.config, self.view = training.dataset, training.config, training.view
        self.moments, self.states, self.result = moments, states, result
        self.total_steps, self.step_number, self._at = training.total_steps, 0, 0

    @property
    def at(self) -> int:
        return self._at

    @at.setter
    def at(self, place: int) -> None:
        self._at, self.step_number = place, self.moments[place].step

    @property
    def done(self) -> bool:
        return self.step_number == self.total_steps

    def advance(self, steps: int = 1) -> None:
        self.at += 1

    def snapshot(self) -> Snapshot:
        return self.moments[self.at]

    def state(self) -> State:
        return self.states[self.at]

    def outcome(self) -> Outcome:
        return self.result


@cache
def wine() -> tuple[Table, Dataset]:
    table = read_table(WINE)
    return table, prepare(table, TARGET)


def settings(**others: Any) -> TrainConfig:
    given = {
        "seeds": (0, 1),
        "epochs": 12,
        "evaluations": EVALUATIONS,
        "device": "cpu",
        "members": 2,
        **others,
    }
    return TrainConfig(metric("fbeta"), **given)


@cache
def recorded() -> Recorded:
    _, dataset = wine()
    training = Training(dataset, settings())
    moments, states = [training.snapshot()], [training.state()]
    while not training.done:
        training.advance(training.interval)
        moments.append(training.snapshot())
        states.append(training.state())
    return Recorded(training, moments, states, training.outcome())


def keeper(runs: KeptRuns, run_id: str, title: str = "A run") -> RunKeeper:
    return RunKeeper(runs, run_id, title, wine()[0], file_origin(WINE))


def redefine_east(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let EAST be another loss, as in another version."""
    spec = registry.SPECS["east"]
    other = replace(spec, factory=lambda metric, counts: EASTLoss(metric, anchor=0.9, class_counts=counts))
    monkeypatch.setitem(registry.SPECS, "east", other)


def at_last(holds: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.002)


def keep(
    runs: KeptRuns, run_id: str, *, most: int | None = None, shown: Callable[[str], object] = len
) -> RunKeeper:
    """Keep the recorded run, or its first `most` moments; each evaluation is waited for, and told to `shown`."""
    machine, kept = recorded(), keeper(runs, run_id)
    machine.at = 0
    kept.began(machine)
    for place in range(len(machine.moments))[:most]:
        machine.at = place
        kept.moment(machine, machine.snapshot())
        told = f"It is kept up to step {machine.step_number:,}."
        at_last(lambda: kept.status_text == told or kept.problem is not None)  # noqa: B023
        shown(kept.status_text)
    if most is None:
        kept.ended(RunState("finished"), machine.result)
        assert kept.wait(30)
        shown("ended")
    return kept


def die(runs: KeptRuns) -> None:
    """Let go of every run, as the death of this program would."""
    mine = runs.owners._mine
    assert mine is not None
    mine[2].close()
    runs.owners._mine = None


def same_outcome(one: Outcome, other: Outcome) -> None:
    """Assert that two outcomes are the same to the last bit."""
    assert one.classes == other.classes and one.steps == other.steps
    for mine, theirs in zip(one.arms, other.arms, strict=True):
        assert mine.arm == theirs.arm and mine.arm.label == theirs.arm.label and mine.rules == theirs.rules
    for first, second in zip(one.lanes, other.lanes, strict=True):
        assert (first.seed, first.best_step, first.best_score) == (
            second.seed,
            second.best_step,
            second.best_score,
        )
        for name in ("validation_probabilities", "test_probabilities", "test_hard", "test_soft"):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
        for layer, twin in zip(first.weights, second.weights, strict=True):
            for array, other_array in zip(layer, twin, strict=True):
                np.testing.assert_array_equal(array, other_array)
    np.testing.assert_array_equal(one.test_targets, other.test_targets)


def same_moments(opened: OpenedRun, moments: list[Snapshot]) -> None:
    """Assert that the kept moments are those that were told."""
    assert [one.step for one in opened.history] == [one.step for one in moments]
    for mine, theirs in zip(opened.history, moments, strict=True):
        for lane, twin in zip(mine.lanes, theirs.lanes, strict=True):
            np.testing.assert_array_equal(lane.soft, twin.soft)
            np.testing.assert_array_equal(lane.hard, twin.hard)
            assert lane.score_hard == twin.score_hard and lane.metric == twin.metric
