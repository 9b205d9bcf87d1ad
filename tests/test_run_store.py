"""A run that has ended and is looked at by others: a copy of its own id, and snapshots close together."""

from __future__ import annotations

import time
from typing import cast

import pytest

from east.errors import SettingError
from east.run import Machine, Run, RunStore
from east.training import Snapshot
from tests.counted_runs import Counter, step_of, until


def test_a_copy_of_an_ended_run_is_another_run_of_the_same_training() -> None:
    store, counter = RunStore(), cast(Machine, Counter(4))
    run = Run(lambda: counter)
    with pytest.raises(SettingError, match="Only a run that has ended can be copied: got starting"):
        store.keep_copy(run)
    assert run.start().wait(10)
    copy = store.keep_copy(run)
    assert copy.id != run.id
    assert store.get(copy.id) is copy and store.get(run.id) is None
    assert (copy.outcome, copy.machine, copy.history()) == (run.outcome, run.machine, run.history())
    store.drop(copy.id)
    assert store.get(copy.id) is None and run.state.status == "finished"


def test_copies_are_forgotten_like_other_ended_runs() -> None:
    store, counter = RunStore(most_kept=2), cast(Machine, Counter(4))
    run = Run(lambda: counter).start()
    assert run.wait(10)
    copies = [store.keep_copy(run) for _ in range(4)]
    assert [store.get(copy.id) is None for copy in copies] == [True, True, False, False]


def test_a_program_that_ends_pauses_what_trains_within_the_time_it_has() -> None:
    store = RunStore(most_active=2)
    runs = [
        store.start(Run(lambda: cast(Machine, Counter(100_000, step_s=0.001)), pace="full")) for _ in range(3)
    ]
    ended = store.start(Run(lambda: cast(Machine, Counter(1))))
    until(lambda: step_of(runs[0]) > 5 and step_of(runs[1]) > 5 and runs[2].state.ahead > 0)
    began = time.monotonic()
    store.pause_all(5.0)
    assert time.monotonic() - began < 2.0  # the one in the line is not waited for
    assert [run.state.status for run in runs[:2]] == ["paused", "paused"]
    frozen = [step_of(run) for run in runs[:2]]
    time.sleep(0.1)
    assert [step_of(run) for run in runs[:2]] == frozen
    for run in (*runs, ended):
        store.drop(run.id)


class Slow(Counter):
    """A training whose snapshots cost as much as 20 steps."""

    def snapshot(self) -> Snapshot:
        time.sleep(0.02)
        return super().snapshot()


@pytest.mark.parametrize(("share", "fewest", "most"), [(0.1, 2, 20), (0.9, 22, 100)])
def test_a_larger_share_of_the_time_gives_a_closer_replay(share: float, fewest: int, most: int) -> None:
    counter = cast(Machine, Slow(1000, step_s=0.001))
    run = Run(lambda: counter, snapshot_share=share).start()
    assert run.wait(20)
    assert fewest <= len(run.history()) <= most
