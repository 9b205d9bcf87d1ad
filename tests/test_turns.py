"""Turns: a bounded number of runs at once, in the order in which they came."""

from __future__ import annotations

import threading
import time
from typing import cast

import pytest

from east.errors import SettingError
from east.run import Machine, Run, RunStore
from east.run.turns import Turns
from tests.counted_runs import Counter, moving, until


def counting(total: int = 10**9, **options: float) -> Run:
    return Run(lambda: cast(Machine, Counter(total)), **options)  # type: ignore[arg-type]


def test_turns_come_in_order_and_each_is_told_how_many_are_ahead() -> None:
    turns = Turns(2)
    for name in "abcde":
        turns.join(name)
    assert [turns.ahead(name) for name in "abcde"] == [0, 0, 1, 2, 3]
    turns.leave("d")  # gives up its place in the line
    assert [turns.ahead(name) for name in "ce"] == [1, 2]
    turns.leave("a")
    assert [turns.ahead(name) for name in "ce"] == [0, 1]
    heard: list[int] = []
    waiter = threading.Thread(target=lambda: heard.append(turns.wait("e", 5)))
    waiter.start()
    turns.leave("b")
    waiter.join(5)
    assert heard == [0] and turns.waiting == 0


def test_no_more_runs_train_at_once_than_there_are_places_and_none_waits_long_behind_later_ones() -> None:
    store, most = RunStore(most_active=3, most_kept=100), 0
    began: dict[int, float] = {}
    runs = []
    for place in range(20):

        def make(place: int = place) -> Machine:
            began[place] = time.monotonic()
            return cast(Machine, Counter(30))

        runs.append(store.start(Run(make)))
    while not all(run.state.ended for run in runs):
        most = max(most, sum(run.state.status == "running" for run in runs))
        time.sleep(0.002)
    assert 1 <= most <= 3
    assert all(run.state.status == "finished" for run in runs)
    order = [place for place, _ in sorted(began.items(), key=lambda pair: pair[1])]
    assert all(abs(place - at) < 3 for at, place in enumerate(order)), order


def test_a_waiting_run_can_be_stopped_and_the_next_one_moves_up() -> None:
    store = RunStore(most_active=1)
    first, second, third = (store.start(counting()) for _ in range(3))
    moving(first)
    until(lambda: (second.state.ahead, third.state.ahead) == (1, 2))
    second.command("stop", wait_s=0)
    assert second.wait(2)
    assert (second.state.status, second.state.reason) == ("stopped", "Stopped before its turn came.")
    until(lambda: third.state.ahead == 1)
    first.command("stop")
    moving(third)
    assert third.state.ahead == 0
    third.command("stop")


def test_a_waiting_run_that_nobody_watches_ends_and_a_training_that_nobody_watches_makes_way() -> None:
    store = RunStore(most_active=1)
    alone = store.start(counting(pause_when_unwatched_s=0.4))
    moving(alone)
    watched, left = store.start(counting()), store.start(counting(pause_when_unwatched_s=0.1))
    assert left.wait(3) and left.state.status == "stopped"
    assert left.machine is None and "others were waiting" in str(left.state.reason)
    assert alone.wait(3)
    moving(watched)
    watched.command("stop")


def test_a_full_line_refuses_in_one_sentence() -> None:
    store = RunStore(most_active=1, most_waiting=2)
    runs = [store.start(counting()) for _ in range(3)]
    with pytest.raises(
        SettingError, match="Too many trainings wait for their turn on this server: got 2; try"
    ):
        store.start(counting())
    for run in reversed(runs):
        store.drop(run.id)
    assert all(run.wait(2) for run in runs)


def test_a_run_that_fails_gives_its_turn_up() -> None:
    store = RunStore(most_active=1)
    broken = store.start(Run(lambda: cast(Machine, Counter(breaks_at=3))))
    after = store.start(Run(lambda: cast(Machine, Counter(5))))
    assert broken.wait(5) and after.wait(5)
    assert (broken.state.status, after.state.status) == ("failed", "finished")
