"""Faults while training: what the reader is told, what can be passed on, and what goes on all the same."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch

from east.dataset import Dataset, prepare
from east.errors import DatasetError
from east.kept import KeptRuns
from east.metrics import metric
from east.run import Limits, Machine, Run, RunStore
from east.tables import table_from_frame
from east.training import TrainConfig, Training, built_to_fit, memory
from tests.counted_runs import Counter, started, until

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a cell nobody else may see"
CONFIG = TrainConfig(
    metric=metric("fbeta"), seeds=(0, 1), epochs=4, batch_size=128, evaluations=4, device="cpu"
)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(400, 3)), columns=["a", "b", "c"])
    frame["label"] = np.where(frame["a"] + generator.normal(size=400) > 0, "yes", "no")
    return prepare(table_from_frame(frame, "made"), "label")


class Broken(Training):
    """A training whose third step fails with a cell in the error's words."""

    def advance(self, steps: int = 1) -> None:
        super().advance(steps)
        if self.step_number >= 3:
            raise KeyError(SECRET)


def test_an_unexpected_error_can_be_passed_on_without_data(dataset: Dataset) -> None:
    run = Run(lambda: Broken(dataset, CONFIG), title=SECRET).start()
    assert run.wait(30) and run.state.fault is not None
    told = run.state.fault.report()
    assert (
        told.startswith("builtins.KeyError\nat step ") and "test_faults.py" in told and "in advance" in told
    )
    assert f"rows {len(dataset.train.targets)}" in told and f"torch {torch.__version__}" in told
    for kept_back in (SECRET, "yes", "label", str(ROOT)):
        assert kept_back not in told.replace("packages", "")


def test_bad_input_is_told_in_its_sentence_alone() -> None:
    run = started(cast(Machine, Counter(breaks_at=5, error=DatasetError("One class", "'a'"))))
    assert run.wait(5)
    assert (run.state.reason, run.state.fault) == ("One class: got 'a'.", None)


def test_an_error_before_the_first_step_can_be_passed_on() -> None:
    def make() -> Machine:
        return cast(Machine, [][1])

    run = Run(make).start()
    assert run.wait(5) and run.state.fault is not None
    assert run.state.fault.report().startswith("builtins.IndexError\nwhile the training was prepared\n")


def test_a_lane_that_diverges_stops_alone(dataset: Dataset) -> None:
    training, alone = Training(dataset, CONFIG), Training(dataset, CONFIG)
    training.advance(2)
    alone.advance(2)
    training._network.parameters[1] = math.nan  # the second seed of the first arm
    for one in (training, alone):
        one.advance(one.total_steps)
    lanes, others = training.snapshot().lanes, alone.snapshot().lanes
    assert [lane.diverged for lane in lanes] == [False, True, False, False]
    for place in (0, 2, 3):
        assert lanes[place].loss_value == others[place].loss_value
        assert (lanes[place].hard == others[place].hard).all()
    finished, expected = training.outcome(), alone.outcome()
    for found, wanted in zip(finished.arms, expected.arms, strict=True):
        for lane, other in zip(found.lanes, wanted.lanes, strict=True):
            if (lane.loss, lane.seed) != (training.arms[0].loss, 1):
                assert (lane.test_probabilities == other.test_probabilities).all()


def build(dataset: Dataset, most_rows: int) -> Any:
    """Build trainings that have no room for more than so many rows in a batch."""

    class Tight(Training):
        def advance(self, steps: int = 1) -> None:
            if self.config.batch_rows(len(dataset.train.targets)) > most_rows:
                raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")
            super().advance(steps)

    return lambda config: Tight(dataset, config)


def test_too_little_memory_makes_the_batches_smaller_and_says_so(dataset: Dataset) -> None:
    training, remarks = built_to_fit(build(dataset, 40), CONFIG, len(dataset.train.targets))
    assert training.config.batch_size == 32 and training.step_number == 0
    assert remarks == tuple(
        f"There was too little memory: its batches have {rows} rows." for rows in (64, 32)
    )


def test_where_nothing_smaller_is_left_the_run_says_what_to_do(dataset: Dataset) -> None:
    run = Run(lambda: built_to_fit(build(dataset, 8), CONFIG, len(dataset.train.targets))[0]).start()
    assert run.wait(30)
    assert run.state.reason == "Out of memory: use fewer seeds, a smaller batch or a smaller network."


def test_too_little_memory_on_a_device_moves_the_training_to_the_cpu(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def device(name: str) -> Any:
        return SimpleNamespace(type="cpu" if name == "cpu" else "cuda")

    def on_a_small_device(config: TrainConfig) -> Training:
        if config.device != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return Training(dataset, config)

    monkeypatch.setattr(memory, "resolve_device", device)
    training, remarks = built_to_fit(on_a_small_device, CONFIG.__class__(metric=CONFIG.metric), 240)
    assert training.device == "cpu"
    assert remarks == ("There was too little memory on cuda: it trains on the CPU.",)


def test_to_see_whether_there_is_room_changes_nothing(dataset: Dataset) -> None:
    rehearsed, remarks = built_to_fit(lambda config: Training(dataset, config), CONFIG, 240)
    plain = Training(dataset, CONFIG)
    assert remarks == () and rehearsed.step_number == 0
    for one in (rehearsed, plain):
        one.advance(one.total_steps)
    for found, wanted in zip(rehearsed.outcome().lanes, plain.outcome().lanes, strict=True):
        assert (found.test_probabilities == wanted.test_probabilities).all()


def test_a_remark_and_a_limit_of_time_reach_the_viewer() -> None:
    run = Run(lambda: cast(Machine, Counter()))
    RunStore(limits=lambda: Limits(hours=0.2 / 3600)).start(run)
    run.remark("It is smaller.")
    assert run.wait(5)
    assert (run.state.status, run.state.remarks) == ("stopped", ("It is smaller.",))
    assert run.state.reason == "Stopped after 0.2 seconds of training, the most here."


@pytest.mark.parametrize("name", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.benchmark)])
def test_a_signal_ends_the_command_line_cleanly_with_what_is_done_kept(
    tmp_path: Path, name: signal.Signals
) -> None:
    command = [sys.executable, "-m", "east", "train", "sample_data/wine.csv", "--keep", "--quiet"]
    command += ["--epochs", "5000", "--device", "cpu"]
    environment = {**os.environ, "EAST_HOME": str(tmp_path)}
    program = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    runs = KeptRuns(tmp_path)
    until(lambda: any(entry.step > 0 for entry in runs.list()), 60)
    shown = runs.list()[0].step
    program.send_signal(name)
    began = time.monotonic()
    _, told = program.communicate(timeout=30)
    assert (program.returncode, told.splitlines()[-1]) == (130, "east: interrupted.")
    assert "Traceback" not in told and time.monotonic() - began < 10
    (entry,) = runs.list()
    assert entry.status == "interrupted" and entry.resumable and entry.step >= shown
