"""Runs: commands, pace, history, watchers, errors; on a stand-in whose every step can be counted."""

from __future__ import annotations

import threading
import time
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from east.dataset import prepare
from east.errors import DatasetError, SettingError
from east.metrics import metric
from east.run import PACES, Command, History, Machine, Run, RunStore
from east.run.clock import SPARE_S
from east.tables import table_from_frame
from east.training import ArmSnapshot, Snapshot, TrainConfig, Training, fit
from tests.counted_runs import Counter, moving, started, status_of, step_of, until
from tests.moments import EAST, lane, moment


def test_pause_freezes_the_steps_one_step_takes_one_and_resume_goes_on() -> None:
    run = started()
    moving(run)
    run.command("pause", wait_s=5)
    assert run.state.status == "paused"
    frozen = step_of(run)
    assert run.state.snapshot is not None and run.state.snapshot.step == frozen
    time.sleep(0.1)
    assert step_of(run) == frozen
    run.command("step", wait_s=5)
    assert (step_of(run), run.state.status) == (frozen + 1, "paused")
    assert run.state.snapshot.step == frozen + 1
    run.command("resume")
    until(lambda: step_of(run) > frozen + 5)
    run.command("stop")
    assert run.wait(2)


class SlowJudge(Counter):
    """Its outcome comes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def outcome(self) -> Any:
        assert self.let.wait(5)
        return super().outcome()


def test_a_stop_is_answered_before_what_came_of_the_training_is_judged() -> None:
    judge = SlowJudge()
    run = started(cast(Machine, judge))
    moving(run)
    run.command("stop", wait_s=2)
    assert status_of(run) == "judging" and run.state.trained and not run.resting
    assert run.state.snapshot is not None and run.state.snapshot.step == (last := step_of(run))
    for command in ("resume", "step", "stop"):
        run.command(command, wait_s=0.01)
    assert (status_of(run), step_of(run), run.outcome) == ("judging", last, None)
    judge.let.set()
    assert run.wait(2) and status_of(run) == "stopped" and run.state.ended
    assert run.outcome is not None and run.outcome.steps == last


def test_each_click_of_a_log_is_done_once_however_often_it_arrives() -> None:
    run = started()
    moving(run)
    run.command("pause", wait_s=5)
    before = step_of(run)
    log: list[tuple[int, Command]] = [(number, "step") for number in range(1, 401)]
    assert [run.obey("one", log[:1]) for _ in range(3)] == [1, 0, 0]
    assert run.obey("one", log[:7]) == 6
    for last in range(8, 401, 3):
        run.obey("one", log[max(0, last - 50) : last])
    run.obey("one", log[-50:])
    until(lambda: step_of(run) == before + 400)
    assert run.obey("another", log[:2]) == 2
    until(lambda: step_of(run) == before + 402)
    run.command("stop")


def test_stop_ends_the_thread_within_a_tenth_of_a_second() -> None:
    took = []
    for _ in range(20):
        run = started()
        moving(run)
        began = time.monotonic()
        run.command("stop")
        assert run.wait(2)
        took.append(time.monotonic() - began)
        assert run.state.status == "stopped"
        assert run.outcome is not None and run.outcome.steps == step_of(run)
    # The median: one stall of a busy machine is no fault of the run's.
    assert np.median(took) < 0.1, took


def test_a_stop_cannot_be_taken_back() -> None:
    run = started(cast(Machine, Counter(step_s=0.2)))
    moving(run)
    run.command("stop", wait_s=0)
    run.command("resume", wait_s=0)
    assert run.wait(3) and run.state.status == "stopped"


def test_stop_is_answered_while_a_slow_pace_waits() -> None:
    run = started(pace="slowest")
    moving(run)
    began = time.monotonic()
    run.command("stop")
    assert run.wait(2) and time.monotonic() - began < 0.3
    assert step_of(run) <= 2


def test_slow_steps_are_taken_one_by_one() -> None:
    machine = Counter(step_s=0.03)
    run = started(cast(Machine, machine))
    until(lambda: machine.step_number > 8)
    run.command("stop")
    run.wait(2)
    assert set(machine.calls) == {1}


def test_fast_steps_are_taken_in_slices_of_bounded_time() -> None:
    machine = Counter(step_s=0.0005)
    run = started(cast(Machine, machine))
    until(lambda: machine.step_number > 300)
    run.command("stop")
    run.wait(2)
    assert 5 < max(machine.calls) <= 60


def test_the_pace_bounds_the_steps_a_second() -> None:
    run = started(cast(Machine, Counter(step_s=0.0)), pace="slow")
    moving(run)
    first, began = step_of(run), time.monotonic()
    time.sleep(1.0)
    rate = (step_of(run) - first) / (time.monotonic() - began)
    assert rate == pytest.approx(10, rel=0.25)
    run.set_pace("full")
    until(lambda: step_of(run) > first + 500)
    run.command("stop")
    with pytest.raises(SettingError, match="pace"):
        run.set_pace("warp")
    assert PACES["watch"].limit(1500) == 100


def test_a_run_that_ends_is_finished_with_its_last_step_shown_and_no_command_moves_it() -> None:
    run = started(cast(Machine, Counter(total=50, step_s=0.0)))
    assert run.wait(2)
    assert run.state.status == "finished" and run.state.ended
    assert run.state.snapshot is not None and run.state.snapshot.step == 50
    assert [snapshot.step for snapshot in run.history()][0::1000] == [0]
    assert run.history()[-1].step == 50
    run.command("step")
    assert step_of(run) == 50


def test_snapshots_are_bounded_by_the_clock_and_by_their_cost() -> None:
    class Dear(Counter):
        reads = 0

        def snapshot(self) -> Snapshot:
            Dear.reads += 1
            time.sleep(0.02)
            return super().snapshot()

    began = time.monotonic()
    run = started(cast(Machine, Dear(total=1000, step_s=0.001)))
    run.wait(10)
    spent, whole = 0.02 * Dear.reads, time.monotonic() - began
    assert Dear.reads >= 3 and spent < SPARE_S + 0.15 * whole, (Dear.reads, whole)


@pytest.mark.parametrize("total", [30, 600])
def test_a_very_short_run_has_moments_to_replay_from_all_of_it(total: int) -> None:
    run = started(cast(Machine, Counter(total=total, step_s=0.0)))
    assert run.wait(10) and run.state.status == "finished"
    steps = np.array([snapshot.step for snapshot in run.history()])
    assert len(steps) > 20 and np.diff(steps).max() <= total / 10


def test_an_error_becomes_one_sentence() -> None:
    run = started(cast(Machine, Counter(breaks_at=5)))
    run.wait(2)
    assert run.state.status == "failed"
    assert run.state.reason == "The training stopped with an unexpected RuntimeError: the wheel came off."
    refused = DatasetError("The table has one class", "'a'", "choose another target")
    run = started(cast(Machine, Counter(breaks_at=5, error=refused)))
    run.wait(2)
    assert run.state.reason == "The table has one class: got 'a'; choose another target."


def test_an_error_while_preparing_becomes_one_sentence() -> None:
    def make() -> Machine:
        raise DatasetError("No such column", "'x'")

    run = Run(make).start()
    run.wait(2)
    assert (run.state.status, run.state.reason) == ("failed", "No such column: got 'x'.")


def test_divergence_is_named_lane_by_lane_and_ends_a_run_without_a_sound_lane() -> None:
    run = started(cast(Machine, Counter(total=400, diverges=(1,))))
    run.wait(5)
    assert run.state.status == "finished"
    (sentence,) = run.state.diverged
    assert sentence.startswith("EAST (seed 1) diverged")
    run = started(cast(Machine, Counter(diverges=(0, 1))))
    assert run.wait(5)
    assert run.state.status == "failed" and len(run.state.diverged) == 2
    assert run.state.reason is not None and "learning rate" in run.state.reason


def test_a_run_nobody_watches_pauses_and_later_ends() -> None:
    run = started(pause_when_unwatched_s=0.15, end_when_unwatched_s=0.6)
    moving(run)
    for _ in range(15):
        run.touch()
        time.sleep(0.02)
    assert run.state.reason is None
    until(lambda: run.state.status == "paused")
    assert "without a viewer" in str(run.state.reason)
    assert run.wait(3)
    assert run.state.ended


def test_history_keeps_first_and_last_and_stays_bounded() -> None:
    history, machine = History(most=20), Counter()
    for step in range(1001):
        machine.step_number = step
        history.add(machine.snapshot())
    steps = [snapshot.step for snapshot in history.snapshots()]
    assert (steps[0], steps[-1]) == (0, 1000)
    assert 10 <= len(steps) <= 21
    gaps = set(np.diff(steps[:-1]).tolist())
    assert gaps == {64}


def test_history_is_bounded_in_bytes_too() -> None:
    history = History()
    large = ArmSnapshot(EAST, (lane(soft=np.zeros((1000, 1000)), hard=np.zeros((1000, 1000))),))
    for step in range(40):
        history.add(moment(step, 40, [large]))
    assert len(history.snapshots()) <= 6


def test_the_store_finds_runs_by_id_only_and_refuses_too_many() -> None:
    store = RunStore(most_active=2, most_kept=1, most_waiting=0)
    first, second = (store.start(Run(lambda: cast(Machine, Counter()))) for _ in range(2))
    assert store.get(first.id) is first and store.get(second.id) is second
    assert store.get(None) is None and store.get("guess") is None
    with pytest.raises(SettingError, match="Too many trainings"):
        store.start(Run(lambda: cast(Machine, Counter())))
    store.drop(first.id)
    assert first.wait(2) and store.get(first.id) is None
    second.command("stop")
    assert second.wait(2)
    third = store.start(Run(lambda: cast(Machine, Counter(total=1))))
    assert third.wait(2)
    store.start(Run(lambda: cast(Machine, Counter(total=1)))).wait(2)
    assert store.get(second.id) is None and len(store) == 2


def test_what_is_watched_does_not_change_what_is_learned() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(240, 3)), columns=["a", "b", "c"])
    frame["label"] = np.where(frame["a"] + generator.normal(size=240) > 0, "yes", "no")
    dataset = prepare(table_from_frame(frame, "made"), "label")
    config = TrainConfig(metric=metric("fbeta"), epochs=60, batch_size=64, device="cpu")
    alone = fit(dataset, config)
    run = Run(lambda: Training(dataset, config)).start()
    commands: tuple[Command, ...] = ("pause", "step", "step", "resume")
    for command in commands:
        run.command(command)
        assert len(run.history()) <= run.state.sequence
    assert run.wait(60)
    assert run.outcome is not None
    for watched, twin in zip(run.outcome.lanes, alone.lanes, strict=True):
        assert watched.best_step == twin.best_step
        np.testing.assert_array_equal(watched.test_probabilities, twin.test_probabilities)
